from __future__ import annotations

from kempt.model.plan import (
    Expect,
    Identity,
    Left,
    Means,
    MoveToTrash,
    Outcome,
    Receipt,
    RemoveTree,
    RestoreFromTrash,
    Result,
    UnshareFile,
    UpdateIndex,
    WriteFile,
)
from kempt.model.tree import REGULAR, Entry
from kempt.report import receipt
from kempt.report.look import Look

WRITE = WriteFile(".gitignore", b"env/\n", Expect(1, 1, 1, 1, 1))
UNTRACK = UpdateIndex((Entry(REGULAR, "0" * 40, "a/x"), Entry(REGULAR, "0" * 40, "b/x")), ((".gitignore", b""),), ("",))


def test_what_was_done_and_how_to_take_it_back() -> None:
    expected = """\
wrote .gitignore (1 line)
untracked a/x (1 file, kept on disk)
untracked b/x (1 file, kept on disk)
staged .gitignore

Take it back with `kempt undo 2026-11-22-1`.
"""
    done = Receipt((Outcome(WRITE, Result.DONE), Outcome(UNTRACK, Result.DONE)), "2026-11-22-1")

    assert expected == receipt.to_text(done, Look())


def test_what_was_not_done_and_why() -> None:
    expected = """\
refused: write .gitignore: it was changed since the plan was made
failed: untrack a/x and 2 more: the index is locked
left as it is: b/y: other content was staged since
"""
    outcomes = (
        Outcome(WRITE, Result.REFUSED, detail="it was changed since the plan was made"),
        Outcome(UNTRACK, Result.FAILED, detail="the index is locked"),
        Outcome(WRITE, Result.SKIPPED),
    )

    assert expected == receipt.to_text(Receipt(outcomes, left=(Left("b/y", "other content was staged since"),)), Look())


def test_nothing_was_done() -> None:
    assert "Nothing was changed.\n" == receipt.to_text(Receipt(()), Look())


IDENTITY = Identity(1, 1, 0o040000)


def test_what_was_freed_and_what_is_held_in_the_trash_until_when() -> None:
    expected = """\
removed a/__pycache__ (8.2 kB in 2 files)
moved to the trash: .venv (900 files, 5 MB)
failed: delete b: not all could be removed

Freed 12 kB in 3 files.
5 MB in 900 files held in the trash until 2026-12-06; `kempt clean --purge` frees that now.

Take it back with `kempt undo 20261129-195427-53a4`.
"""
    outcomes = (
        Outcome(RemoveTree("a/__pycache__", IDENTITY, 7, 7), Result.DONE, 8192, files=2),
        Outcome(MoveToTrash(".venv", IDENTITY, 900, 5_000_000), Result.DONE, 5_000_000, files=900),
        Outcome(RemoveTree("b", IDENTITY), Result.FAILED, 4096, "not all could be removed", 1),
    )

    assert expected == receipt.to_text(Receipt(outcomes, "20261129-195427-53a4"), Look())


def test_what_its_tools_make_again_is_not_offered_to_undo() -> None:
    done = Receipt((Outcome(RemoveTree("a", IDENTITY), Result.DONE, 1000, files=1),), "20261129-195427-53a4")

    assert "removed a (1 kB in 1 file)\n\nFreed 1 kB in 1 file.\n" == receipt.to_text(done, Look())


def test_what_came_back() -> None:
    step = RestoreFromTrash(".venv", ".kempt-trash-x/.venv", IDENTITY, 9, 1000)
    done = Receipt((Outcome(step, Result.DONE, 1000, files=9),), "x")

    assert "brought back .venv (9 files, 1 kB)\n\nTake it back with `kempt undo x`.\n" == receipt.to_text(done, Look())


def test_what_was_not_done_is_cut_short_where_it_is_long() -> None:
    step = UnshareFile("a", Means.LINK, Expect(1, 1, 1, 1, 1), 1, 1)
    outcomes = [Outcome(step, Result.FAILED, detail="no space left")] * 13
    left = [Left("b", "gone since")] * 11
    lines = receipt.to_text(Receipt(tuple(outcomes), left=tuple(left)), Look()).splitlines()

    assert ["and 3 more like these; -v lists all", "and 1 more like these; -v lists all"] == [lines[10], lines[-1]]
    assert 22 == len(lines)


def test_how_what_has_blocks_of_its_own_again_comes_to_share() -> None:
    step = UnshareFile("a", Means.LINK, Expect(1, 1, 1, 1, 1), 1, 1)
    done = Receipt((Outcome(step, Result.DONE, 1000, files=1),), "x")

    assert "Gave blocks of their own to 1 file (1 kB).\n\n`kempt dedupe` lets them share again.\n" == receipt.to_text(
        done, Look()
    )
