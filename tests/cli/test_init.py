from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from support.managers import Managers
from support.projects import Projects

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


UV_PROJECT = (
    '[project]\nname = "shop"\nversion = "1"\nrequires-python = "==3.12.*"\ndependencies = ["idna"]\n\n[tool.uv]\n'
)
READY = {".gitignore": ".venv\n__pycache__/\n*.py[co]\n", "pyproject.toml": f'{UV_PROJECT}required-version = ">=0.1"\n'}


def test_what_is_left_to_do_comes_last(run: Run, git_repo: MakeRepository) -> None:
    git_repo({**READY, "a.py": ""})
    expected = """\
Nothing to do: this project has every line that `kempt init` writes.
next: uv lock && git add uv.lock
      the project has no lock; `kempt init --lock` writes it
"""

    assert (0, expected, "") == run("init")


def test_a_dry_run_names_the_managers_that_would_be_run(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(READY)
    expected = "kempt init runs, from the top of the repository:\n\n  uv lock\n\n"

    assert (0, expected, "") == run("init", "--lock", "--dry-run")
    assert (0, f"{expected}Nothing is written yet: `kempt init --lock --yes` does it.\n", "") == run("init", "--lock")
    assert not (repository.root / "uv.lock").exists()


def test_lock_runs_the_manager(
    run: Run, git_repo: MakeRepository, managers: Managers, projects: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = projects.uv("alpha")
    locked = files.pop("uv.lock")
    repository = git_repo({f"api/{name}": text for name, text in files.items()})
    monkeypatch.setenv("PATH", managers.variables["PATH"])
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    status, out, err = run("init", "--lock", "--yes")

    assert (0, "") == (status, err)
    assert out.endswith("ran cd api && uv lock\nnext: git add api/uv.lock\n")
    assert locked == (repository.root / "api" / "uv.lock").read_text(encoding="utf-8")


def test_a_manager_that_is_missing_is_said_and_the_rest_is_done(
    run: Run, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git")
    assert git
    repository = git_repo({**READY, ".gitignore": ""})
    (repository.root.parent / "bin").mkdir()
    (repository.root.parent / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(repository.root.parent / "bin"))
    status, _, err = run("init", "--lock", "--yes")

    assert (1, "kempt: uv is not installed, or not on PATH\n") == (status, err)
    assert (repository.root / ".gitignore").read_text(encoding="utf-8")


def test_a_manager_that_fails_says_why(
    run: Run, git_repo: MakeRepository, managers: Managers, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_repo({**READY, "pyproject.toml": f'{UV_PROJECT}required-version = ">=9000"\n'})
    monkeypatch.setenv("PATH", managers.variables["PATH"])
    status, _, err = run("init", "--lock", "--yes")

    assert 1 == status
    assert err.startswith("kempt: `uv lock` ended with exit code 2 in .\n    error: Required uv version")
