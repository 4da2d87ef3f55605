"""Commands of shell text that stands in a file other than YAML, as the rules know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from kempt.model.finding import Location
from kempt.model.pipeline import UNPLACED, Branch, Command, Word

if TYPE_CHECKING:
    from kempt.formats import shell

Span: TypeAlias = tuple[int, int]
NOWHERE: Span = (UNPLACED, UNPLACED)


def nowhere(_span: Span) -> Span:
    """The place in the file of what is not written there as it is run."""
    return NOWHERE


def command(
    each: shell.Parsed, location: Location, *, place: Callable[[Span], Span] = nowhere, folder: str | None = ""
) -> Command:
    """One command. `place` leads from a span of the script to that of the file, `folder` is where the script starts."""
    start, end = place((each.start, each.end))
    swallowed = each.swallowed if each.swallowed != NOWHERE else each.followed_by_exit_zero
    hidden = swallowed != NOWHERE
    return Command(
        words(each.words, place), location, start, end,
        statement=place(each.statement),
        assignments=each.assignments,
        swallowed=place(swallowed) if hidden else NOWHERE,
        otherwise=each.otherwise or (("exit", "0") if hidden else ()),
        piped_into=each.piped_into,
        is_test=each.is_test,
        branches=tuple(Branch(branch.test, branch.holds) for branch in each.branches),
        folder=joined(folder, each.folder),
        redirects=tuple((one.operator, one.target) for one in each.redirects),
    )  # fmt: skip


def words(given: tuple[shell.Word, ...], place: Callable[[Span], Span] = nowhere) -> tuple[Word, ...]:
    """Words with their places in the file; `python -m pip` is `pip`."""
    from kempt.formats import shell

    return tuple(Word(each.text, *place((each.start, each.end))) for each in shell.normalised(given))


def joined(start: str | None, folder: str | None) -> str | None:
    """A folder from where the script starts, as one from the root; None where it is not known, or not inside."""
    if start is None or folder is None or folder.startswith("/"):
        return None
    parts: list[str] = []
    for part in f"{start}/{folder}".split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
