"""`kempt clean --purge`, and the trash that every run empties of what was held long enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kempt.cli import output
from kempt.cli.amounts import age
from kempt.cli.options import OutputArgs, deliver, format_of, quoted, report_look
from kempt.engine.disk import trash
from kempt.model.plan import Receipt
from kempt.report import trash as shown
from kempt.report.look import Look

FORMATS = ("text", "json")


def purge(paths: Sequence[str], args: OutputArgs, older: str | None, *, agreed: bool, asks: bool) -> int:
    """Show what is in the trash below these folders and remove it, after asking if `asks`. 1 where that failed.

    `older`: only what has been there for so long. With JSON nobody is asked.
    """
    from kempt.engine.disk.scan import root_of, scan

    roots = tuple(map(root_of, paths or (".",)))
    held = trash.trashes(roots, (path for root in roots for path in scan(root).own))
    held = trash.weighed(trash.held_for(held, 0 if older is None else age(older)))
    if format_of(args, FORMATS) == "json":
        from kempt.report.trash_json import to_json

        told = trash.purge(held) if agreed else None
        deliver(args, to_json(held, told), "json")
        return _code(told) if held and told is not None else 0
    look = report_look(args, "clean")
    silent = args.quiet and agreed
    deliver(args, shown.to_text(held, look) * (not silent))
    if not held:
        return 0
    if not (agreed or (asks and output.can_ask() and output.ask("\nRemove it for good?"))):
        if not asks or not output.can_ask():
            options = [] if older is None else [f"--older-than {quoted(older)}"]
            output.emit(shown.how_to_go_on(" ".join((*options, *map(quoted, paths)))))
        return 0
    receipts = trash.purge(held)
    code = _code(receipts)
    output.emit("" if silent and not code else "\n" + shown.emptied(receipts, look))
    return code


def expire(look: Look, *, agreed: bool, found: Iterable[str] = ()) -> tuple[str, int]:
    """Remove what was held for its 7 days, wherever it is; where nobody agreed to anything yet, say that it goes.

    A line for people, empty where there is nothing to say, and the exit code.
    """
    held = trash.expired(found)
    if not held or not agreed:
        return shown.going(held) if held else "", 0
    receipts = trash.purge(held)
    return shown.emptied(receipts, look), int(any(not each.ok for each in receipts))


def _code(receipts: Sequence[Receipt]) -> int:
    return int(not receipts or any(not each.ok for each in receipts))
