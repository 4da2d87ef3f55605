"""The row of a repository that takes down whatever looks at it."""

from __future__ import annotations

from kempt.model.fleet import Outcome, Row, Task

CRASH = "engine-crash"
"""The word for it: a bug of kempt, or a worker that was killed while it was at it."""


def crashed(task: Task, why: str) -> Row:
    """The row of a repository that cannot be looked at, since that ends the worker."""
    return Row(task.target.name, Outcome.FAILED, error=CRASH, reason=why)
