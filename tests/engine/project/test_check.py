"""What is never green: a check that looked at less than it was thought to."""

from __future__ import annotations

import pytest

import kempt
from conftest import MakeRepository, RunKempt

DIRTY: dict[str, str | bytes] = {
    "src/a.py": "", ".gitignore": "__pycache__/\n.venv\n", "env/pyvenv.cfg": "home = /usr\n", "env/bin/python": "",
}  # fmt: skip


def codes(path: object) -> list[str]:
    return [finding.code for finding in kempt.check(str(path)).findings]


def test_a_folder_that_was_asked_for_is_named_and_only_its_files_are_counted(
    git_repo: MakeRepository, kempt: RunKempt
) -> None:
    repo = git_repo(DIRTY)

    ended = kempt("check", cwd=repo.root / "src")

    assert (0, "Clean: 1 tracked file in `src`, the only folder that was looked at.\n") == (ended.status, ended.out)


def test_with_every_rule_off_nothing_is_clean(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY | {"kempt.toml": 'ignore = ["KPT"]\n'})

    with pytest.raises(kempt.KemptError, match="nothing would be checked: every rule is off"):
        kempt.check(str(repo.root))


def test_settings_that_cannot_be_read_are_not_passed_over(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY)
    (repo.root / "kempt.toml").mkdir()

    with pytest.raises(kempt.KemptError, match=r"kempt\.toml: cannot be read: a folder"):
        kempt.check(str(repo.root))


def test_an_ignore_file_in_a_merge_conflict_decides_nothing(git_repo: MakeRepository) -> None:
    text = "<<<<<<< main\n__pycache__/\n=======\n.venv\n>>>>>>> other\n"
    repo = git_repo({"a.py": "", ".gitignore": text})

    kempt.apply(kempt.plan_fix(str(repo.root)))

    assert "KPT002" in codes(repo.root)
    assert text == (repo.root / ".gitignore").read_text(encoding="utf-8")


def test_an_exception_below_is_answered_where_it_stands(git_repo: MakeRepository) -> None:
    """The line goes into the file whose `!` lets the artefact in: above it, it would change nothing."""
    files = {"a.py": "", ".gitignore": "__pycache__/\n.venv\n", "sub/.gitignore": "!__pycache__/\n!*.pyc\n"}
    repo = git_repo(files | {"sub/__pycache__/a.cpython-312.pyc": "x"})

    kempt.apply(kempt.plan_fix(str(repo.root)))

    assert "" == repo.git("ls-files", "--others", "--exclude-standard")


@pytest.mark.parametrize("staged", [False, True], ids=["work-tree", "staged"])
def test_windows_line_ends_of_a_checkout_are_no_edit(staged: bool, git_repo: MakeRepository) -> None:  # noqa: FBT001
    """The mended file is staged with git's line ends and keeps its own on disk."""
    repo = git_repo({"a.py": "", ".gitignore": ".venv\n", "__pycache__/a.cpython-312.pyc": b"x"})
    repo.git("config", "core.autocrlf", "true")
    (repo.root / ".gitignore").write_bytes(b".venv\r\n")
    repo.git("add", ".gitignore")

    kempt.apply(kempt.plan_fix(str(repo.root), staged=staged))

    assert "A" not in repo.git("diff", "--cached", "--name-status")[:1]
    assert "\r" not in repo.git("show", ":.gitignore")
    assert "__pycache__/\n" in repo.git("show", ":.gitignore")
    assert b"__pycache__/\r\n" in (repo.root / ".gitignore").read_bytes()
    assert [] == codes(repo.root)


def test_mending_again_what_cannot_be_staged_changes_nothing(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": "/data/\n"})
    repo.write({".gitignore": "/data/\n/mine/\n"})
    kempt.apply(kempt.plan_fix(str(repo.root), staged=True))

    assert () == kempt.plan_fix(str(repo.root), staged=True).steps
