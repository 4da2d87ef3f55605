"""What is at the places that a plan is going to change: the left side of a diff."""

from __future__ import annotations

from kempt.errors import UnsafeError
from kempt.host.files import look
from kempt.host.trees import READ_LIMIT
from kempt.model.plan import Plan, RemoveFile, WriteFile


def contents_before(plan: Plan) -> dict[str, bytes]:
    """The contents of the files that the plan writes or removes, by path; new files are not in it.

    Raises UnsafeError where a file is not as the plan found it, and UnreadableError where it cannot be read.
    """
    found: dict[str, bytes] = {}
    for step in plan.steps:
        if isinstance(step, WriteFile | RemoveFile) and step.expect is not None:
            seen = look(plan.root, step.path, READ_LIMIT)
            if seen is None or seen.expect != step.expect:
                raise UnsafeError("changed since the plan was made", path=step.path)
            found[step.path] = seen.content
    return found
