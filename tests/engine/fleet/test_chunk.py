from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository
from kempt.engine.fleet import chunk, strictness
from kempt.engine.fleet.chunk import examine_chunk, examine_for, told_apart
from kempt.errors import KemptError
from kempt.model.config import Config
from kempt.model.fleet import Limits, Noted, Outcome, Promised, Row, Target, Task, Wishes
from support.fleets import noted

IGNORED = {".gitignore": ".venv/\n__pycache__/\n*.pyc\n.pytest_cache/\n.mypy_cache/\n.ruff_cache/\n.env\n"}


def task(path: Path, head: str = "") -> Task:
    return Task(Target(str(path), str(path)), head)


def test_a_row_has_the_commit_the_promises_and_the_findings_with_their_owners(git_repo: MakeRepository) -> None:
    repository = git_repo({"a/__pycache__/b.pyc": "x", "CODEOWNERS": "* @all\na/ @one @two\n", "b.py": ""})

    (row,) = examine_chunk((task(repository.root),), Wishes(overrides=(("select", ("KPT1",)),)))

    noted = Noted(
        "KPT102", "error", "a/__pycache__/b.pyc", 1, "bytecode is tracked by git: `a/__pycache__`",
        "kempt check --fix takes it out of git and leaves it on disk", row.findings[0].fingerprint, ".", 1, 1, "safe",
        "@one @two",
    )  # fmt: skip
    states = (Promised.ABSENT, Promised.BROKEN, Promised.UNKNOWN, Promised.ABSENT)
    assert (
        Row(
            str(repository.root), Outcome.CHECKED, repository.git("rev-parse", "HEAD").strip(),
            repository.git("branch", "--show-current").strip(), 3, states, (noted,),
            owners="@all", unknown=("", "", row.unknown[2], ""),
        )
        == row._replace(seconds=0.0, processor=0.0)
    )  # fmt: skip
    assert row.unknown[2].startswith("nothing found, but the settings turn ")
    assert row.seconds > 0
    assert row.processor > 0


def test_findings_with_one_fingerprint_are_all_kept_and_keep_theirs_when_lines_move() -> None:
    found = tuple(noted("1", path=path)._replace(line=line) for path, line in (("b", 1), ("a", 9), ("a", 3)))

    kept = told_apart((*found, noted("2")))
    moved = told_apart((*(each._replace(line=each.line + 40) for each in found), noted("2")))

    marks = [each.fingerprint for each in kept]
    assert (4, "1", "2") == (len(set(marks)), marks[2], marks[3])
    assert marks == [each.fingerprint for each in moved]


def test_what_is_not_there_is_absent_and_what_cannot_be_read_is_unknown(git_repo: MakeRepository) -> None:
    bare = git_repo({"a.txt": "", **IGNORED}, "bare")
    broken = git_repo({"pyproject.toml": "<<<<<<<\n", **IGNORED}, "broken")

    rows = examine_chunk((task(bare.root), task(broken.root)), Wishes())

    absent, unknown = Promised.ABSENT, Promised.UNKNOWN
    assert [(absent, Promised.KEPT, absent, absent), (unknown,) * 4] == [row.promises for row in rows]


def test_a_repository_whose_head_is_known_is_unchanged(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.txt": ""})
    head = repository.git("rev-parse", "HEAD").strip()

    (row,) = examine_chunk((task(repository.root, head),), Wishes())

    assert (Outcome.UNCHANGED, head, ()) == (row.outcome, row.head, row.findings)


def test_what_cannot_be_opened_is_a_row_and_the_others_go_on(git_repo: MakeRepository, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    repository = git_repo({"a.txt": ""})

    rows = examine_chunk((task(tmp_path / "plain"), task(repository.root)), Wishes())

    assert [(Outcome.FAILED, "KPT003"), (Outcome.CHECKED, "")] == [(row.outcome, row.error) for row in rows]


def test_a_crash_of_kempt_is_a_row_and_the_others_go_on(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (git_repo({"a.txt": name}, name) for name in ("first", "second", "third"))
    settings = strictness.settings_for

    def crashing(wishes: Wishes, tree: Any) -> object:
        if tree.root == str(second.root):
            raise MemoryError
        return settings(wishes, tree)

    monkeypatch.setattr(chunk, "settings_for", crashing)

    rows = examine_chunk([task(each.root) for each in (first, second, third)], Wishes())

    reason = "it needs more memory than a worker may use"
    assert [("", ""), ("engine-crash", reason), ("", "")] == [(row.error, row.reason) for row in rows]


def test_an_examination_that_takes_too_long_is_a_row_and_the_others_go_on(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (git_repo({"a.txt": name}, name) for name in ("first", "second"))
    settings = strictness.settings_for

    def endless(wishes: Wishes, tree: Any) -> object:
        while tree.root == str(first.root):
            pass
        return settings(wishes, tree)

    monkeypatch.setattr(chunk, "settings_for", endless)

    rows = examine_chunk([task(each.root) for each in (first, second)], Wishes(limits=Limits(seconds=1)))

    assert [("overtime", "the examination took longer than 1 s"), ("", "")] == [(row.error, row.reason) for row in rows]


def test_central_settings_count_and_a_repository_cannot_weaken_them(git_repo: MakeRepository) -> None:
    repository = git_repo({"a/__pycache__/b.pyc": "x", "kempt.toml": "ignore = ['KPT1', 'KPT2']\n"})
    wishes = Wishes(config=Config(select=("KPT102",)), strict=True)

    (row,) = examine_chunk((task(repository.root),), wishes)

    assert ["KPT102"] == [finding.code for finding in row.findings]


def test_a_worker_with_another_kempt_refuses(tmp_path: Path) -> None:
    with pytest.raises(KemptError, match=r"a worker has kempt .*, not 0\.0\.0"):
        examine_for("0.0.0", Wishes(), (task(tmp_path),))
