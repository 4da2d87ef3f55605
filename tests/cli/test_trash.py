"""The trash as a person sees it: what `kempt undo`, `--list` and `kempt clean --purge` say."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt.engine.apply import apply
from support.taking import clean, delete, grow, trash, tree


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    grow(tmp_path / "repo", ".venv/pyvenv.cfg", "a/__pycache__/m.pyc", "a/m.py", "dist/a.whl")
    return tmp_path / "repo"


def cleaned(repo: Path) -> str:
    return apply(
        clean(repo, delete(repo, "a/__pycache__"), trash(repo, ".venv", 1, 4096), trash(repo, "dist", 1, 4096))
    ).journal


def plain(text: str, repo: Path) -> str:
    text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "ID", text.replace(str(repo), "ROOT"))
    return re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?", "DATE", text)


def test_undo_shows_what_comes_back_and_says_what_need_not(run: Run, repo: Path) -> None:
    cleaned(repo)
    status, out, err = run("undo", "--yes")

    assert (0, "") == (status, err)
    assert (
        plain(out, repo)
        == """\
kempt clean in ROOT, DATE

kempt undo ID will:

  bring back  dist    1 file, 4.1 kB
  bring back  .venv   1 file, 4.1 kB

8.2 kB in 2 places to bring back; no file is deleted from disk.
not brought back: 1 thing removed for good; the tools that made it do so again by themselves

brought back dist (1 file, 4.1 kB)
brought back .venv (1 file, 4.1 kB)

Take it back with `kempt undo ID`.
"""
    )


def test_an_undo_can_be_taken_back_too(run: Run, repo: Path) -> None:
    cleaned(repo)
    after = {path for path in tree(repo) if ".kempt-" not in path}
    [identity] = re.findall(r"Take it back with `kempt undo (\S+)`", run("undo", "--yes").out)

    assert 0 == run("undo", identity, "--yes").status
    assert after == {path for path in tree(repo) if ".kempt-" not in path}


def test_the_list_shows_cleans_and_where_they_were(run: Run, repo: Path) -> None:
    cleaned(repo)
    grow(repo, "a/dist/x")
    apply(clean(repo / "a", trash(repo / "a", "dist")))

    first, second = plain(run("undo", "--list").out, repo).splitlines()
    assert ["ID", "DATE", "kempt clean", "1 to the trash", "ROOT/a"] == re.split(r" {3,}", first)
    assert ["ID", "DATE", "kempt clean", "1 removed, 2 to the trash (8.2 kB)", "ROOT"] == re.split(r" {3,}", second)


def test_what_only_removed_needs_no_undo(run: Run, repo: Path) -> None:
    apply(clean(repo, delete(repo, "a/__pycache__")))

    assert (2, "") == run("undo")[:2]


def test_purge_shows_first_and_then_removes(run: Run, repo: Path) -> None:
    cleaned(repo)
    before = tree(repo)
    shown = run("clean", "--purge")
    assert (0, before) == (shown.status, tree(repo))
    assert (
        plain(shown.out, repo)
        == """\
  8.2 kB  2 files  until DATE  ROOT/.kempt-trash-ID: .venv, dist

8.2 kB in 2 files in the trash.
Nothing is removed yet: `kempt clean --purge --yes` does it.
"""
    )

    status, out, _ = run("clean", "--purge", "--yes")
    assert (0, {"a", "a/m.py"}) == (status, set(tree(repo)))
    assert "Freed" in out
    assert "in 3 files of the trash." in out
    assert (0, "Nothing is in the trash here.\n", "") == run("clean", "--purge")


def test_every_run_purges_what_was_held_long_enough(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned(repo)
    later = time.time() + 8 * 24 * 3600
    monkeypatch.setattr("time.time", lambda: later)

    out = run("clean").out
    assert "8.2 kB in 2 files in the trash, held there long enough, goes with it.\n" in out
    assert (repo / "a/m.py").exists()
    assert [True] == [place.is_dir() for place in repo.glob(".kempt-trash-*")]

    assert "in 3 files of the trash.\n" in run("clean", "--yes").out
    assert [] == list(repo.glob(".kempt-*"))


def test_a_trash_is_not_cleaned_as_if_it_were_a_project(run: Run, repo: Path) -> None:
    cleaned(repo)
    before = tree(repo)

    assert (0, before) == (run("clean", "--all", "--without-lock", "--yes").status, tree(repo))
