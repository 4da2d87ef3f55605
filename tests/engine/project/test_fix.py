"""From findings to one plan: everything that will be done is in it, and nothing else."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

import kempt
from conftest import MakeRepository
from kempt.engine.project.fix import prepare
from kempt.engine.project.settling import edited
from kempt.model.finding import Create, Edit, Ignore, Replace
from kempt.model.plan import Plan, UpdateIndex, WriteFile
from support.repositories import Repository

GOOD = "__pycache__/\n.venv\n"
PYC = {"pkg/__pycache__/a.cpython-312.pyc": b"\0"}
FILE = PurePosixPath(".gitignore")


def written(plan: Plan) -> dict[str, str]:
    """What the plan writes to disk."""
    return {step.path: step.content.decode() for step in plan.steps if isinstance(step, WriteFile)}


def index_changes(plan: Plan) -> tuple[list[str], list[str]]:
    """(paths that leave the index, paths whose content enters it)."""
    steps = [step for step in plan.steps if isinstance(step, UpdateIndex)]
    return [each.path for step in steps for each in step.remove], [path for step in steps for path, _ in step.add]


def staged(repo: Repository) -> str:
    """What the next commit would change."""
    return repo.git("diff", "--cached", "--name-status", "--no-renames")


def test_nothing_to_mend_is_an_empty_plan(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": GOOD})

    assert () == kempt.plan_fix(str(repo.root)).steps


def test_a_plan_changes_nothing(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", **PYC})

    kempt.plan_fix(str(repo.root), unsafe=True)

    assert ("", False) == (repo.git("status", "--porcelain"), (repo.root / ".gitignore").exists())


def test_what_is_done_is_what_was_planned_and_a_second_plan_is_empty(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", **PYC})
    plan = kempt.plan_fix(str(repo.root))

    assert kempt.apply(plan).ok

    assert written(plan) == {".gitignore": (repo.root / ".gitignore").read_text(encoding="utf-8")}
    assert "A\t.gitignore\nD\tpkg/__pycache__/a.cpython-312.pyc\n" == staged(repo)
    assert (repo.root / "pkg/__pycache__/a.cpython-312.pyc").exists()
    assert () == kempt.plan_fix(str(repo.root), unsafe=True).steps


def test_unsafe_fixes_wait_to_be_asked_for(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": GOOD, "env/pyvenv.cfg": "home = /usr\n", "env/bin/python": "x"})

    assert () == kempt.plan_fix(str(repo.root)).steps
    assert ["env/bin/python", "env/pyvenv.cfg"] == index_changes(kempt.plan_fix(str(repo.root), unsafe=True))[0]


def test_the_reports_say_what_goes_and_what_stays(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": GOOD, "env/pyvenv.cfg": "home = /usr\n", **PYC})

    prepared = prepare(str(repo.root))

    assert ["KPT101", "KPT102"] == sorted(finding.code for finding in prepared.before.findings)
    assert ["KPT101"] == [finding.code for finding in prepared.after.findings]


def test_a_mended_ignore_file_is_staged_with_what_it_keeps_out(git_repo: MakeRepository) -> None:
    """Otherwise the next commit would hold one half of the fix."""
    repo = git_repo({"a.py": "", ".gitignore": ".venv\n", **PYC})

    assert [".gitignore"] == index_changes(kempt.plan_fix(str(repo.root)))[1]


def test_an_ignore_file_with_unstaged_changes_is_mended_and_not_staged(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": ".venv\n", **PYC})
    repo.write({".gitignore": ".venv\n# mine\n"})

    plan = kempt.plan_fix(str(repo.root))

    assert [] == index_changes(plan)[1]
    assert written(plan)[".gitignore"].startswith(".venv\n# mine\n")


def test_where_only_the_ignore_file_changes_the_index_is_left_alone(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": "/data/\n"})

    assert ([], []) == index_changes(kempt.plan_fix(str(repo.root)))


def test_under_staged_a_clean_ignore_file_is_staged(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": "", ".gitignore": ""})

    assert ([], [".gitignore"]) == index_changes(kempt.plan_fix(str(repo.root), staged=True))


def test_under_staged_edits_that_are_not_staged_are_kept(git_repo: MakeRepository) -> None:
    """The staged text is not what lies on disk: the pattern is appended there, and staging is left to its owner."""
    repo = git_repo({"a.py": "", ".gitignore": "/data/\n"})
    repo.write({".gitignore": "/data/\n/mine/\n"})

    receipt = kempt.apply(kempt.plan_fix(str(repo.root), staged=True))

    assert (True, "") == (receipt.ok, staged(repo))
    assert (repo.root / ".gitignore").read_text(encoding="utf-8").startswith("/data/\n/mine/\n")
    assert ".venv\n" in (repo.root / ".gitignore").read_text(encoding="utf-8")


def test_a_repository_of_nothing_but_bytecode_ends_empty(git_repo: MakeRepository) -> None:
    repo = git_repo(PYC)

    prepared = prepare(str(repo.root))

    assert () == prepared.after.findings
    assert kempt.apply(prepared.plan).ok


@pytest.mark.parametrize("rev", ["bare", "folder"])
def test_only_a_work_tree_can_be_mended(rev: str, git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": ""})
    repo.git("clone", "--quiet", "--bare", ".", "../bare")
    (repo.root.parent / "folder").mkdir()

    with pytest.raises(kempt.KemptError, match=r"bare repository|not a git repository"):
        kempt.plan_fix(str(repo.root.parent / rev))


@pytest.mark.parametrize(
    "old, edits, new",
    [
        pytest.param(b"abc\n", [Replace(FILE, 1, 2, "X")], b"aXc\n", id="one"),
        pytest.param(b"abc", [Replace(FILE, 0, 1, ""), Replace(FILE, 2, 3, "Z")], b"bZ", id="two"),
        pytest.param(b"abc", [Replace(FILE, 0, 2, "X"), Replace(FILE, 1, 3, "Y")], b"aY", id="overlap-waits"),
        pytest.param(b"\xff\n", [Replace(FILE, 2, 2, "x\n")], b"\xff\nx\n", id="not-utf-8"),
        pytest.param(None, [Create(FILE, "new\n")], b"new\n", id="create"),
        pytest.param(b"old\n", [Create(FILE, "new\n")], b"old\n", id="create-never-overwrites"),
        pytest.param(b"a\r\n", [Replace(FILE, 0, 1, "b"), Replace(FILE, 3, 3, "")], b"b\r\n", id="crlf"),
    ],
)
def test_edits_change_what_they_name(old: bytes | None, edits: list[Edit], new: bytes) -> None:
    assert new == edited(old, edits)


def test_patterns_are_appended_in_the_order_of_the_findings() -> None:
    text = edited(b"a\n", [Ignore(FILE, "x"), Ignore(FILE, "y")]).decode()

    assert text.startswith("a\n")
    assert text.endswith("x\ny\n")
