from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from support.repositories import Repository

FILES = {
    "env/pyvenv.cfg": "home = /usr\nversion = 3.9.1\n",
    "env/lib/x.py": "x",
    "a.py": "",
    "a.pyc": "x",
    ".gitignore": "__pycache__/\n.venv\n",
}
MENDED = [".gitignore", "a.py"]


@pytest.fixture
def dirty(git_repo: MakeRepository) -> Repository:
    return git_repo(FILES)


def test_safe_fixes(run: Run, dirty: Repository) -> None:
    status, out, err = run("check", "--fix")

    assert (1, "", ["a.pyc"]) == (status, err, sorted({*FILES} - {*dirty.tracked()}))
    assert "1 finding mended; 1 finding left (1 error). Mend it with `kempt check --fix --unsafe-fixes`.\n" in out


def test_unsafe_fixes_leave_every_file_on_disk_and_can_be_taken_back(run: Run, dirty: Repository) -> None:
    before = dirty.git("ls-files", "--stage")
    status, out, err = run("check", "--fix", "--unsafe-fixes")

    assert (0, "", MENDED) == (status, err, dirty.tracked())
    assert all((dirty.root / name).exists() for name in FILES)
    assert "2 findings mended, nothing left.\n" in out
    assert 0 == run("undo").status
    assert before == dirty.git("ls-files", "--stage")


def test_a_second_run_changes_nothing(run: Run, dirty: Repository) -> None:
    run("check", "--fix", "--unsafe-fixes")
    index = (dirty.root / ".git" / "index").read_bytes()

    assert (0, "Clean: 2 tracked files.\n", "") == run("check", "--fix", "--unsafe-fixes")
    assert index == (dirty.root / ".git" / "index").read_bytes()


def test_what_was_mended_is_listed_where_that_is_asked_for(run: Run, dirty: Repository) -> None:
    assert "mended  a.pyc:1:1  KPT102  untrack `a.pyc`" in run("check", "--fix", "--show-fixes").out


def test_quiet_says_what_is_left_alone(run: Run, dirty: Repository) -> None:
    out = run("check", "--fix", "-q", "--output-format", "concise").out

    assert ["env/pyvenv.cfg:1:1:"] == [line.split()[0] for line in out.splitlines()]


def test_a_program_reads_the_result_and_nothing_else(run: Run, dirty: Repository) -> None:
    status, out, err = run("check", "--fix", "--output-format", "json")

    assert (1, ["KPT101"]) == (status, [each["code"] for each in json.loads(out)["findings"]])
    assert "Take it back with `kempt undo " in err


def test_only_chosen_rules_are_mended(run: Run, dirty: Repository) -> None:
    assert 0 == run("check", "--fix", "--unsafe-fixes", "--select", "KPT102").status
    assert ["a.pyc"] == sorted({*FILES} - {*dirty.tracked()})


def test_known_findings_are_not_mended(run: Run, dirty: Repository) -> None:
    run("check", "--write-baseline", "known.json")

    assert 0 == run("check", "--fix", "--unsafe-fixes", "--baseline", "known.json").status
    assert sorted(FILES) == dirty.tracked()


def test_folders_of_one_repository_are_mended_and_the_rest_is_not(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({f"{name}/x.pyc": "" for name in "abc"})

    assert 0 == run("check", "--fix", "--select", "KPT102", "a", "b").status
    assert ["c/x.pyc"] == [path for path in repository.tracked() if path.endswith("pyc")]


@pytest.mark.parametrize("words", [["--dry-run"], ["--dry-run", "--fix"], ["--diff"], ["--diff", "--fix"]])
def test_a_preview_changes_nothing(run: Run, dirty: Repository, words: list[str]) -> None:
    index = (dirty.root / ".git" / "index").read_bytes()

    assert int("--diff" in words) == run("check", "--unsafe-fixes", *words).status
    assert index == (dirty.root / ".git" / "index").read_bytes()
    assert FILES[".gitignore"] == (dirty.root / ".gitignore").read_text()


def test_a_dry_run_shows_the_plan(run: Run, dirty: Repository) -> None:
    assert run("check", "--dry-run", "--unsafe-fixes") == (
        0,
        """\
kempt check --fix will:

  write    .gitignore   6 lines
  untrack  a.pyc        1 file, kept on disk
  untrack  env/         2 files, kept on disk
  stage    .gitignore

1 file to write, 3 files to untrack, 1 file to stage; no file is deleted from disk.
Nothing would be left.
""",
        "",
    )


def test_a_diff(run: Run, dirty: Repository) -> None:
    assert run("check", "--diff", "--unsafe-fixes") == (
        1,
        """\
--- a/.gitignore
+++ b/.gitignore
@@ -1,2 +1,6 @@
 __pycache__/
 .venv
+
+# What tools make again (kept out by kempt)
+*.py[co]
+/env/
# untrack a.pyc  1 file, kept on disk
# untrack env/  2 files, kept on disk
# stage .gitignore
""",
        "",
    )


def test_no_difference(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a.txt": ""})

    assert (0, "", "") == run("check", "--diff")
    assert (0, "Nothing to do.\nNothing would be left.\n", "") == run("check", "--dry-run")


def test_a_step_that_is_refused_is_told(run: Run, dirty: Repository) -> None:
    (dirty.root / ".git" / "index.lock").touch()

    status, out, _ = run("check", "--fix", "--exit-zero")

    assert 1 == status
    assert out.startswith("refused: ")
    assert sorted(FILES) == dirty.tracked()


def test_a_preview_of_many_repositories(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.txt": ""}, name="code/clean")
    git_repo({"a.pyc": "", ".gitignore": "*.py[co]\n"}, name="code/dirty")
    git_repo(name="code/empty")

    status, out, err = run("check", "--diff", "code", cwd=tmp_path)

    assert (2, f"# {tmp_path}/code/dirty\n# untrack a.pyc  1 file, kept on disk\n") == (status, out)
    assert err.startswith(f"kempt: nothing to check: no file is tracked in {tmp_path}/code/empty")
