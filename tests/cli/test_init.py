from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository

PLAN = """\
kempt init will:

  write  .gitignore   new file, 4 lines
  stage  .gitignore

1 file to write, 1 file to stage; no file is deleted from disk.

--- /dev/null
+++ b/.gitignore
@@ -0,0 +1,4 @@
+# What tools make again (kept out by kempt)
+.venv
+__pycache__/
+*.py[co]
# stage .gitignore

"""


def test_without_a_terminal_the_plan_is_shown_and_nothing_done(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})

    assert (0, PLAN + "Nothing is written yet: `kempt init --yes` does it.\n", "") == run("init")
    assert ["a.py"] == repository.tracked()


def test_yes_writes_it_and_a_second_run_finds_nothing_to_do(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})
    status, out, err = run("init", "--yes")

    assert (0, "", [".gitignore", "a.py"]) == (status, err, repository.tracked())
    assert out.startswith(f"{PLAN}wrote .gitignore (new file, 4 lines)\nstaged .gitignore\n\nTake it back with ")
    assert run("init", "--yes") == (
        0, "Nothing to do: this project has every line that `kempt init` writes.\n", ""
    )  # fmt: skip
    assert 0 == run("check").status


def test_a_dry_run_shows_the_plan_alone(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})

    assert (0, PLAN, "") == run("init", "--dry-run", "--yes")
    assert not (repository.root / ".gitignore").exists()


@pytest.mark.parametrize("answer", [True, False], ids=["yes", "no"])
def test_at_a_terminal_the_person_is_asked(
    run: Run, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, *, answer: bool
) -> None:
    repository = git_repo({"a.py": ""})
    monkeypatch.setattr("kempt.cli.output.can_ask", lambda: True)
    monkeypatch.setattr("kempt.cli.output.ask", lambda _: answer)

    assert 0 == run("init").status
    assert answer is (repository.root / ".gitignore").exists()


def test_outside_git_the_next_command_is_named(run: Run, tmp_path: Path) -> None:
    expected = "kempt: not a git repository: . (KPT003)\n       git init makes it one\n"

    assert (2, "", expected) == run("init", cwd=tmp_path)


def test_a_folder_may_be_named(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo({"src/a.py": ""})

    assert 0 == run("init", "--yes", "repo/src", cwd=tmp_path).status
    assert (repository.root / ".gitignore").exists()
