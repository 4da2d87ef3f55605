from __future__ import annotations

from kempt.model.plan import Expect, Left, Outcome, Receipt, Result, UpdateIndex, WriteFile
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
