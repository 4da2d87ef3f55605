"""The trash as a person sees it: what `kempt undo`, `--list` and `kempt clean --purge` say."""

from __future__ import annotations

import json
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


def test_the_list_shows_cleans_and_where_they_were(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned(repo)
    grow(repo, "a/dist/x")
    apply(clean(repo / "a", trash(repo / "a", "dist")))

    monkeypatch.setenv("COLUMNS", "300")

    first, second = plain(run("undo", "--list").out, repo).splitlines()
    assert ["ID", "DATE", "kempt clean", "1 to the trash", "ROOT/a"] == re.split(r" {3,}", first)
    assert ["ID", "DATE", "kempt clean", "1 removed, 2 to the trash (8.2 kB)", "ROOT"] == re.split(r" {3,}", second)


def test_what_only_removed_needs_no_undo(run: Run, repo: Path) -> None:
    apply(clean(repo, delete(repo, "a/__pycache__")))

    assert (2, "") == run("undo")[:2]


def test_what_only_removed_has_no_id_in_json(run: Run, repo: Path) -> None:
    grow(repo, "b/__pycache__/m.cpython-311.pyc", "b/m.py", "pyproject.toml")
    removed = json.loads(run("clean", "b", "--yes", "--output-format", "json").out)["result"]
    kept = json.loads(run("clean", "--build", "--yes", "--output-format", "json").out)["result"]

    assert (1, [], 1) == (removed["freed"]["files"], removed["undo"], len(kept["undo"]))


def test_purge_shows_first_and_then_removes_as_much(run: Run, repo: Path) -> None:
    cleaned(repo)
    before = tree(repo)
    shown = run("clean", "--purge")
    [weight] = re.findall(r"^ +(.+?)  3 files", shown.out)
    assert (0, before) == (shown.status, tree(repo))
    assert (
        plain(shown.out, repo)
        == f"""\
  {weight}  3 files  until DATE  ROOT/.kempt-trash-ID: .venv, dist

{weight} in 3 files in the trash.
Nothing is removed yet: `kempt clean --purge --yes` does it.
"""
    )

    status, out, _ = run("clean", "--purge", "--yes")
    assert (0, {"a", "a/m.py"}) == (status, set(tree(repo)))
    assert out.endswith(f"\nFreed {weight} in 3 files of the trash.\n")
    assert (0, "Nothing is in the trash here.\n", "") == run("clean", "--purge")


def test_the_command_that_purges_names_the_folders_that_were_shown(run: Run, repo: Path) -> None:
    grow(repo, "b c/dist/x")
    cleaned(repo)
    apply(clean(repo / "b c", trash(repo / "b c", "dist")))

    said = run("clean", "--purge", "b c").out.splitlines()[-1]

    assert "Nothing is removed yet: `kempt clean --purge 'b c' --yes` does it." == said


@pytest.mark.parametrize("option", ["--all", "--build", "--keep=x", "--without-lock", "--no-trash"])
def test_purge_refuses_what_says_nothing_about_the_trash(run: Run, repo: Path, option: str) -> None:
    cleaned(repo)
    before = tree(repo)
    status, out, err = run("clean", "--purge", option, "--yes")

    assert (2, "", before) == (status, out, tree(repo))
    assert f"{option.partition('=')[0]} says nothing about that" in err


def test_purge_takes_only_what_was_there_for_so_long(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned(repo)
    assert (0, "Nothing is in the trash here.\n", "") == run("clean", "--purge", "--older-than", "3d", "--yes")

    later = time.time() + 4 * 24 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    said = run("clean", "--purge", "--older-than", "3d").out.splitlines()[-1]

    assert "Nothing is removed yet: `kempt clean --purge --older-than 3d --yes` does it." == said


def test_purge_in_json_and_into_a_file(run: Run, repo: Path) -> None:
    cleaned(repo)
    file = repo.parent / "out.json"
    shown, done = (
        json.loads(run("clean", "--purge", *more, "--output-format", "json").out) for more in ((), ("--yes",))
    )
    run("clean", "--purge", "--output-format", "json", "-o", file)

    [held] = shown["trash"]
    assert ([".venv", "dist"], 3, None) == (held["things"], held["files"], shown["result"])
    assert {"freed": {"bytes": held["bytes"], "files": 3}, "failed": []} == done["result"]
    assert [] == json.loads(file.read_text())["trash"]


def test_an_empty_id_is_no_id(run: Run, repo: Path) -> None:
    cleaned(repo)

    assert (2, "", "kempt: the id is empty\n       kempt undo --list shows the ids\n") == run("undo", "")


def test_what_is_left_as_it_is_is_said_once(run: Run, repo: Path) -> None:
    cleaned(repo)
    grow(repo, "dist/new")

    status, out, _ = run("undo", "--yes")

    assert (1, 1) == (status, out.count("left as it is"))


def test_what_was_purged_is_passed_over(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(repo, "b/dist/x")
    before = tree(repo)
    apply(clean(repo / "a", trash(repo / "a", "m.py")))
    apply(clean(repo / "b", trash(repo / "b", "dist")))
    run("clean", "--purge", "b", "--yes")

    monkeypatch.setenv("COLUMNS", "300")

    status, out, _ = run("undo", "--yes")

    assert (0, "passed over: kempt clean in ROOT/b, DATE: not in the trash any more") == (
        status, plain(out, repo).splitlines()[0],
    )  # fmt: skip
    assert {path for path in before if not path.startswith("b/dist")} == set(tree(repo))
    again = run("undo")
    assert (2, "kempt: nothing to undo: what kempt moved to the trash here is not in it any more") == (
        again.status, again.err.splitlines()[0],
    )  # fmt: skip


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
