from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.preview import contents_before
from kempt.errors import UnsafeError
from kempt.model.plan import WriteFile
from support.plans import plan_for, remove, untrack, write


def test_the_contents_of_what_is_written_or_removed(git_repo: MakeRepository) -> None:
    repository = git_repo({"a": "old", "b": "gone", "c": ""})
    steps = (
        write(repository, "a", b"new"), remove(repository, "b"), WriteFile("d", b"", None), untrack(repository, "c")
    )  # fmt: skip

    assert {"a": b"old", "b": b"gone"} == contents_before(plan_for(repository, *steps))


def test_what_changed_since_the_plan_was_made(git_repo: MakeRepository) -> None:
    repository = git_repo({"a": "old"})
    plan = plan_for(repository, write(repository, "a", b"new"))
    repository.write({"a": "other"})

    with pytest.raises(UnsafeError, match="changed since the plan was made"):
        contents_before(plan)
