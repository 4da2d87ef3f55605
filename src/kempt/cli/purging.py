"""`kempt clean --purge`, and the trash that every run empties of what was held long enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kempt.cli import output
from kempt.engine.disk import trash
from kempt.report import trash as shown
from kempt.report.look import Look


def purge(paths: Sequence[str], look: Look, *, agreed: bool, asks: bool) -> int:
    """Show what is in the trash below these folders and remove it, after asking if `asks`. 1 where that failed."""
    from kempt.engine.disk.scan import root_of, scan

    roots = tuple(map(root_of, paths or (".",)))
    held = trash.trashes(roots, (path for root in roots for path in scan(root).own))
    output.emit(shown.to_text(held, look))
    if not held:
        return 0
    if not (agreed or (asks and output.can_ask() and output.ask("\nRemove it for good?"))):
        if not asks or not output.can_ask():
            output.emit("Nothing is removed yet: `kempt clean --purge --yes` does it.\n")
        return 0
    receipts = trash.purge(held)
    output.emit("\n" + shown.emptied(receipts, look))
    return int(not receipts or any(not each.ok for each in receipts))


def expire(look: Look, *, agreed: bool, found: Iterable[str] = ()) -> tuple[str, int]:
    """Remove what was held for its 7 days, wherever it is; where nobody agreed to anything yet, say that it goes.

    A line for people, empty where there is nothing to say, and the exit code.
    """
    held = trash.expired(found)
    if not held or not agreed:
        return shown.going(held) if held else "", 0
    receipts = trash.purge(held)
    return shown.emptied(receipts, look), int(any(not each.ok for each in receipts))
