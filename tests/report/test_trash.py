from __future__ import annotations

from kempt.model.disk import Trash, Weight
from kempt.model.plan import Identity, Outcome, Receipt, RemoveTree, Result
from kempt.report.look import Look
from kempt.report.trash import emptied, going, to_text

IDENTITY = Identity(1, 1, 0o040000)
HELD = Trash("/code/a/.kempt-trash-x", "/code", 1_796_000_000, IDENTITY, (".venv", "dist"), Weight(900, 5_000_000))
MANY = HELD._replace(path="/code/\x1b[2J", things=("a", "b", "c", "d", "e"), weight=Weight(1, 20))
REST = HELD._replace(made=0, things=(), weight=Weight(2, 4096))


def test_a_line_for_each_trash_and_the_sum() -> None:
    expected = """\
    5 MB  900 files  until 2026-12-07   /code/a/.kempt-trash-x: .venv, dist
    20 B     1 file  until 2026-12-07   /code/\\x1b[2J: a, b, c and 2 more
  4.1 kB    2 files  left of a removal  /code/a/.kempt-trash-x: what could not be removed
    5 MB  900 files  until 2026-12-07   /code/a/.kempt-trash-x: nothing

10 MB in 1,803 files in the trash.
"""

    assert expected == to_text((HELD, MANY, REST, HELD._replace(things=())), Look())


def test_an_empty_trash() -> None:
    assert "Nothing is in the trash here.\n" == to_text((), Look())


def test_what_goes_with_the_next_run() -> None:
    assert "5 MB in 900 files in the trash, held there long enough, goes with it.\n" == going((HELD,))


def test_what_was_freed_and_what_was_not() -> None:
    step = RemoveTree("a", IDENTITY)
    done, failed = Outcome(step, Result.DONE, 4096, files=2), Outcome(step, Result.FAILED, 0, "a: not permitted")

    assert "Freed 4.1 kB in 2 files of the trash.\nfailed: a: not permitted\n" == emptied(
        (Receipt((done,)), Receipt((failed,))), Look()
    )
    assert "Nothing was removed.\n" == emptied((), Look())
