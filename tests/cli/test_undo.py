from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from support.repositories import Repository

ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


@pytest.fixture
def mended(run: Run, git_repo: MakeRepository) -> Repository:
    repository = git_repo({"x/a.pyc": "x", "b.txt": ""})
    run("check", "--fix")
    return repository


def without_ids(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "DATE", ID.sub("ID", text))


def test_the_change_is_shown_and_taken_back(run: Run, mended: Repository) -> None:
    status, out, err = run("undo")

    assert (0, "", ["b.txt", "x/a.pyc"]) == (status, err, mended.tracked())
    assert (
        without_ids(out)
        == """\
kempt check --fix, DATE

kempt undo ID will:

  restore  .gitignore   1 entry of git's index
  restore  x/a.pyc      1 entry of git's index
  remove   .gitignore

1 file to remove, 2 index entries to restore; no other file is deleted from disk.

restored .gitignore (1 entry of git's index)
restored x/a.pyc (1 entry of git's index)
removed .gitignore

Take it back with `kempt undo ID`.
"""
    )


def test_a_dry_run_changes_nothing(run: Run, mended: Repository) -> None:
    before = mended.git("ls-files", "--stage")

    assert 0 == run("undo", "--dry-run").status
    assert before == mended.git("ls-files", "--stage")


def test_a_change_is_named_by_its_id_from_anywhere(run: Run, mended: Repository, tmp_path: Path) -> None:
    (identity,) = ID.findall(run("undo", "--list").out)

    assert 0 == run("undo", identity, cwd=tmp_path).status
    assert ["b.txt", "x/a.pyc"] == mended.tracked()


def test_the_list(run: Run, mended: Repository) -> None:
    run("undo")

    assert (
        without_ids(run("undo", "--list").out)
        == """\
ID   DATE   kempt undo ID
    1 file, 2 index entries
ID   DATE   kempt check --fix
    1 file, 2 index entries; taken back
"""
    )


def test_an_empty_list(run: Run, git_repo: MakeRepository) -> None:
    git_repo()

    assert (0, "kempt changed nothing here in the last 30 days.\n", "") == run("undo", "--list")


def test_what_changed_since_is_left_alone(run: Run, mended: Repository) -> None:
    mended.write({".gitignore": "mine\n"})

    status, out, _ = run("undo", "--yes")

    assert (1, "mine\n") == (status, (mended.root / ".gitignore").read_text())
    assert "left as it is: .gitignore: edited since\n" in out


@pytest.mark.parametrize(
    "answer, expected", [pytest.param(True, ["b.txt", "x/a.pyc"], id="yes"), pytest.param(False, None, id="no")]
)
def test_at_a_terminal_the_person_is_asked(
    run: Run, mended: Repository, monkeypatch: pytest.MonkeyPatch, *, answer: bool, expected: list[str] | None
) -> None:
    before = mended.tracked()
    monkeypatch.setattr("kempt.cli.output.can_ask", lambda: True)
    monkeypatch.setattr("kempt.cli.output.ask", lambda _: answer)

    assert 0 == run("undo").status
    assert (expected or before) == mended.tracked()


@pytest.mark.parametrize("words", [[], ["20260101-000000-abcd"]], ids=["nothing-done", "unknown-id"])
def test_nothing_to_take_back(run: Run, git_repo: MakeRepository, words: list[str]) -> None:
    git_repo({"a.txt": ""})

    status, out, err = run("undo", *words)

    assert (2, "") == (status, out)
    assert err.startswith("kempt: no")
