"""Lines that the end of a scan and the report of a fleet share: the four promises, and the findings in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.fleet_overview import Amount, Coverage, NotAsked
from kempt.model.rule import PROMISES
from kempt.report.caches import bar
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.fleet_figures import judged, percent, tally
from kempt.report.look import Look
from kempt.report.quantity import count

_BAR, _LEAST_FOR_BARS = 12, 80


def promises(rows: Sequence[tuple[Coverage, int | None]], look: Look, *, blocks: bool) -> Iterator[str]:
    """A line for each promise: how many of a hundred keep it, a bar, how it moved in points, and who does not."""
    names = max(map(len, PROMISES.values()))
    for each, moved in rows:
        share = percent(each)
        known = share is not None and not each.unknown
        mark, color = ("✗", "red") if each.broken else ("✓", "green") if known else ("·", "dim")
        drawn = ""
        if look.width >= _LEAST_FOR_BARS:
            drawn = bar(each.kept, 0, judged(each), _BAR, blocks=blocks)[0]
            drawn = f"{paint(drawn, 'cyan', on=look.color)}{' ' * (_BAR - width(drawn))}  "
        parts = [f"{each.broken:,} break it"] if each.broken else []
        parts += [f"{each.unknown:,} unknown"] if each.unknown else []
        parts += [f"{each.absent:,} without"] if each.absent else []
        said = "-" if share is None else f"{share}%"
        start = f"  {paint(mark, color, on=look.color)} {pad(PROMISES[each.promise], names)}  {said:>4}  {drawn}"
        rest = "  ".join(part for part in (_moved(moved), ", ".join(parts)) if part).rstrip()
        if len(f"  {mark} ") + names + 8 + (_BAR + 2) * bool(drawn) + width(rest) <= look.width:
            yield f"{start}{rest}".rstrip()
        else:
            yield start.rstrip()
            yield from (f"    {line}" for line in wrap(rest.strip(), look.width - 4))


def sentence(of: Amount, waived: int, moved: str, *, failed: int) -> str:
    """The findings: how many, waived ones, and how that moved, in words; where some failed, it says so."""
    text = tally(of)
    text = text[0].upper() + text[1:]
    text += " in what could be looked at" if failed and not of.findings else ""
    text += f", {waived:,} more waived" if waived else ""
    return f"{text}; {moved}." if moved else f"{text}."


def left_out(found: NotAsked) -> str:
    """What the last run was not asked for, in a sentence; empty where it was asked for all."""
    if not found.repositories:
        return ""
    were, are = ("was", "is") if found.repositories == 1 else ("were", "are")
    of = count(found.repositories, "repository", "repositories")
    return f"{of} of run {found.run:,} {were} not asked for and {are} not counted."


def _moved(points: int | None) -> str:
    """How a promise moved against the run before, in a column."""
    if points is None:
        return ""
    return f"{f'{points:+d} point' if abs(points) == 1 else f'{points:+d} points' if points else 'as before':<11}"
