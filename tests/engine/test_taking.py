from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.undo import history, plan_undo, undo
from kempt.errors import KemptError, UsageError
from kempt.model.journal import TreeChange
from kempt.model.plan import Expect, Left, Result, WriteFile
from support.taking import clean, delete, grow, trash, tree

DONE, REFUSED, FAILED = Result.DONE, Result.REFUSED, Result.FAILED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    grow(root, "a/__pycache__/m.pyc", "a/m.py", ".venv/pyvenv.cfg", ".venv/lib/x.py", "dist/a.whl", "dist.txt")
    return root


def test_a_folder_is_deleted_and_one_is_moved_to_the_trash(root: Path) -> None:
    before = tree(root)

    receipt = apply(clean(root, delete(root, "a/__pycache__"), trash(root, ".venv"), trash(root, "dist")))

    left = {path for path in tree(root) if "kempt-trash" not in path}
    [place] = root.glob(".kempt-trash-*")
    assert [DONE] * 3 == [each.result for each in receipt.outcomes]
    assert {"a", "a/m.py", "dist.txt"} == left
    assert {".gitignore", ".venv", "dist"} == {each.name for each in place.iterdir()}
    assert {path: before[path] for path in before if path.startswith((".venv/", "dist/"))} == {
        path: found for path, found in tree(place).items() if path not in {".gitignore", ".venv", "dist"}
    }


def test_undo_brings_back_what_is_in_the_trash(root: Path) -> None:
    apply(clean(root, delete(root, "a/__pycache__")))
    before = tree(root)
    receipt = apply(clean(root, trash(root, ".venv"), trash(root, "dist"), trash(root, "dist.txt")))

    shown = plan_undo(str(root))
    back = undo(shown)

    assert (receipt.journal, True, (), before) == (shown.journal.header.id, back.ok, back.left, tree(root))
    with pytest.raises(UsageError, match="nothing to undo"):
        plan_undo(str(root))


def test_what_is_there_by_now_stays_and_so_does_the_trash(root: Path) -> None:
    apply(clean(root, trash(root, "dist"), trash(root, ".venv")))
    grow(root, "dist/new.whl")
    [place] = root.glob(".kempt-trash-*")

    back = undo(plan_undo(str(root)))

    reason = f"something is there by now; it stays in the trash, at {place.name}/dist"
    assert (Left("dist", reason),) == back.left
    assert (True, True) == ((root / ".venv/lib/x.py").exists(), (place / "dist/a.whl").exists())


def test_one_step_that_is_refused_stops_no_other(root: Path) -> None:
    plan = clean(root, trash(root, "dist"), delete(root, "a/__pycache__"), trash(root, ".venv"))
    (root / "a/__pycache__").rename(root / "a/old")
    grow(root, "a/__pycache__/new")

    receipt = apply(plan)

    assert [DONE, REFUSED, DONE] == [each.result for each in receipt.outcomes]
    assert "a/__pycache__: something else is there than when the plan was made" == receipt.outcomes[1].detail
    assert (True, True) == ((root / "a/__pycache__/new").exists(), (root / "a/old/m.pyc").exists())


def test_a_file_that_changed_since_the_plan_keeps_everything(root: Path) -> None:
    """Steps that write files keep their rule: all are looked at before the first is done."""
    stale = WriteFile("a/m.py", b"new", Expect(1, 1, 1, 1, 1))
    before = tree(root)

    receipt = apply(clean(root, delete(root, "a/__pycache__"), stale, trash(root, "dist")))

    assert [Result.SKIPPED, REFUSED, Result.SKIPPED] == [each.result for each in receipt.outcomes]
    assert before == tree(root)


def test_a_step_that_fails_among_files_keeps_what_comes_after_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KemptError("the disk is broken")

    monkeypatch.setattr("kempt.engine.steps.write_atomic", broken)
    steps = (delete(root, "a/__pycache__"), WriteFile("new", b"", None), trash(root, "dist"))
    receipt = apply(clean(root, *steps))

    assert [DONE, FAILED, Result.SKIPPED] == [each.result for each in receipt.outcomes]
    assert (False, True) == ((root / "a/__pycache__").exists(), (root / "dist").exists())


def test_more_steps_than_are_announced_at_a_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.engine.apply.GROUP", 3)
    grow(root, *(f"many/{number}/dist/x" for number in range(8)))
    before = tree(root)

    receipt = apply(clean(root, *(trash(root, f"many/{number}/dist") for number in range(8))))

    assert ([DONE] * 8, 8) == ([each.result for each in receipt.outcomes], len(history(str(root))[0].intents))
    assert undo(plan_undo(str(root))).ok
    assert before == tree(root)


def test_many_removals_are_done_at_two_places_at_once(root: Path) -> None:
    """And told in the order of the plan, whichever ended first; what is refused among them is refused alone."""
    grow(root, *(f"many/{number}/__pycache__/{name}" for number in range(100) for name in "abc"))
    plan = clean(root, *(delete(root, f"many/{number}/__pycache__") for number in range(100)))
    (root / "many/7/__pycache__").rename(root / "many/7/old")
    grow(root, "many/7/__pycache__/new")

    receipt = apply(plan)

    assert [REFUSED if number == 7 else DONE for number in range(100)] == [each.result for each in receipt.outcomes]
    assert list(plan.steps) == [each.step for each in receipt.outcomes]
    assert [3] * 99 == [each.files for each in receipt.outcomes if each.result is DONE]
    assert ["7/__pycache__", "7/__pycache__/new"] == sorted(path for path in tree(root / "many") if "__py" in path)


def test_what_is_only_removed_is_passed_over_by_undo(root: Path) -> None:
    apply(clean(root, trash(root, "dist")))
    apply(clean(root, delete(root, "a/__pycache__")))

    assert 2 == len(history(str(root)))
    assert ["dist"] == [
        intent.path for intent in plan_undo(str(root)).journal.intents if isinstance(intent, TreeChange)
    ]
    undo(plan_undo(str(root)))
    with pytest.raises(UsageError, match="nothing to undo"):
        plan_undo(str(root))


def test_undo_counts_what_it_need_not_bring_back(root: Path) -> None:
    apply(clean(root, delete(root, "a/__pycache__"), delete(root, "dist.txt"), trash(root, "dist")))

    assert (2, ()) == (plan_undo(str(root)).needless, plan_undo(str(root)).left)


def test_a_thing_that_was_put_back_by_hand_needs_nothing(root: Path) -> None:
    apply(clean(root, trash(root, "dist")))
    [place] = root.glob(".kempt-trash-*")
    (place / "dist").rename(root / "dist")

    shown = plan_undo(str(root))

    assert ((), ()) == (shown.plan.steps, shown.left)


def test_what_was_taken_again_comes_back_by_any_of_the_ids_and_without_one(root: Path) -> None:
    """Doing it again moves it to another trash, which the first journal does not name."""
    before = tree(root)
    first = apply(clean(root, trash(root, "dist"), trash(root, ".venv"))).journal

    for way in ("", first, "last"):
        back = undo(plan_undo(str(root), first)).journal
        again = undo(plan_undo(str(root), back)).journal
        shown = plan_undo(str(root), {"last": again}.get(way, way))
        receipt = undo(shown)

        assert (True, (), before) == (receipt.ok, receipt.left, tree(root))
        with pytest.raises(UsageError, match="kempt changed nothing here"):
            plan_undo(str(root))
        redone = undo(plan_undo(str(root), receipt.journal))
        assert (True, (), False) == (redone.ok, redone.left, (root / "dist").exists())


def test_a_change_whose_trash_is_gone_does_not_hide_the_one_before(root: Path) -> None:
    first, second = (apply(clean(root, trash(root, path))).journal for path in ("dist", ".venv"))
    shutil.rmtree(next(place for place in root.glob(".kempt-trash-*") if (place / ".venv").exists()))

    shown = plan_undo(str(root))

    assert (first, [second]) == (shown.journal.header.id, [each.header.id for each in shown.passed])
    assert (Left(".venv", "not in the trash any more"),) == plan_undo(str(root), second).left
    undo(shown)
    with pytest.raises(UsageError, match="is not in it any more"):
        plan_undo(str(root))


def test_a_change_whose_folder_is_gone_does_not_hide_the_one_before(root: Path) -> None:
    first = apply(clean(root, trash(root, "dist"))).journal
    apply(clean(root / "a", trash(root / "a", "m.py")))
    (root / "a").rename(root / "moved")

    assert first == plan_undo(str(root)).journal.header.id


def test_an_environment_works_again_when_it_is_back(tmp_path: Path) -> None:
    """It holds its own path, in scripts and in pyvenv.cfg, so it has to be the very same."""
    root = tmp_path / "project"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    python = root / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    program = [str(python), "-c", "import sys; print(sys.prefix)"]
    assert apply(clean(root, trash(root, ".venv"))).ok
    assert not (root / ".venv").exists()

    assert undo(plan_undo(str(root))).ok

    assert f"{root / '.venv'}\n" == subprocess.run(program, capture_output=True, check=True, text=True).stdout
