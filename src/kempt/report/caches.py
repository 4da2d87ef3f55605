"""The download caches of a user as a table with bars; and the same as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from kempt.model.caches import Cache, CacheList, PrunePlan, Remake, State
from kempt.model.disk import Weight
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.home import short
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import age, count, size

BAR, NARROW_BAR, NARROW = 24, 10, 90
SECOND = 10**9
_PARTS = " ▏▎▍▌▋▊▉"
_FULL, _LIGHT, _ASCII = "█", "░", "#-"


class Shown(NamedTuple):
    """What is to be shown: the caches and what a prune with its defaults would take of them.

    `home` is the user's home folder, which paths are shown without; `blocks` says whether the terminal has the
    characters that bars are drawn with.
    """

    found: CacheList
    plan: PrunePlan
    home: str = ""
    blocks: bool = True


def to_text(shown: Shown, look: Look) -> str:
    """A cache a line: its size as a bar, what can go of it, when it was used; below it where it is and what is odd."""
    present = [(each, _freed(shown, each)) for each in shown.found.caches if each.survey is not None]
    present.sort(key=lambda each: -each[0].weight.bytes)
    lines = [] if look.quiet else [_heading([each for each, _ in present], look)]
    if present:
        lines += ["", *_table(present, shown, look)]
    aside = [_aside(each, shown, look) for each in shown.found.caches if each.state is State.REFUSED]
    if look.verbose:
        aside += [_aside(each, shown, look) for each in shown.found.caches if each.state is State.MISSING]
    lines += [""] * bool(aside) + aside
    if not look.quiet:
        lines += ["", *wrap(_closing(present), look.width)]
    return "".join(f"{line}\n" for line in lines)


def to_json(shown: Shown, _look: Look | None = None) -> str:
    """One object; each cache is one of `caches`, also those that are not there."""
    rows = [encode(record(each, _freed(shown, each), shown.found.now_ns)) for each in shown.found.caches]
    total = _total(each for each in shown.found.caches if each.survey is not None)
    summary = {"files": total.files, "bytes": total.bytes, "shared": total.shared}
    lines = [f'  "version": {VERSION}', '  "command": "caches"', f'  "caches": {array(rows, "    ")}',
             f'  "summary": {encode(summary)}', f'  "seconds": {encode(round(shown.found.seconds, 3))}']  # fmt: skip
    return "{\n" + ",\n".join(lines) + "\n}\n"


RENDERERS: Mapping[str, Callable[[Shown, Look], str]] = {"text": to_text, "json": to_json}


def record(cache: Cache, freed: Weight, now_ns: int) -> dict[str, object]:
    """One cache, as the JSON report holds it. Sizes in bytes, ages in seconds."""
    used = sorted(each.used_ns for each in cache.entries)
    return {
        "tool": cache.facts.tool,
        "path": well_formed(cache.where.path),
        "said_by": well_formed(cache.where.said_by),
        "state": cache.state.value,
        "reason": well_formed(cache.reason),
        "files": cache.weight.files,
        "bytes": cache.weight.bytes,
        "shared": cache.weight.shared,
        "entries": len(cache.entries),
        "prunable": freed.bytes,
        "newest_use": max(now_ns - used[-1], 0) // SECOND if used else None,
        "oldest_use": max(now_ns - used[0], 0) // SECOND if used else None,
        "evidence": sorted({each.evidence for each in cache.entries}),
        "processes": [each.pid for each in cache.users],
        "remarks": [well_formed(each) for each in cache.remarks],
    }


def bar(value: int, part: int, whole: int, columns: int, *, blocks: bool) -> tuple[str, str]:
    """A bar of at most so many columns for a value out of a whole, in two pieces: the rest, and `part` of it.

    Anything that is not nothing has at least a sliver.
    """
    if not value or not whole:
        return "", ""
    eighths = max(round(value / whole * columns * 8), 1)
    light = min(round(part / value * eighths / 8), -(-eighths // 8))
    if not blocks:
        cells = -(-eighths // 8)
        return _ASCII[0] * (cells - light), _ASCII[1] * light
    if not light:
        return _drawn(eighths), ""
    return _FULL * max(round(eighths / 8) - light, 0), _LIGHT * light


def why_not(cache: Cache) -> str:
    """Why a cache cannot be pruned now: "in use: its lock is held (uv 4711)"."""
    who = ", ".join(f"{each.name} {each.pid}" for each in cache.users[:3])
    return f"in use: {cache.reason}{f' ({who})' if who else ''}"


def _drawn(eighths: int) -> str:
    full, rest = divmod(eighths, 8)
    return _FULL * full + (_PARTS[rest] if rest else "")


def _freed(shown: Shown, cache: Cache) -> Weight:
    return next((each.weight for each in shown.plan.plans if each.cache is cache), Weight())


def _total(caches: Iterator[Cache]) -> Weight:
    total = Weight()
    for each in caches:
        total = total.plus(each.weight)
    return total


def _heading(present: list[Cache], look: Look) -> str:
    total = _total(iter(present))
    title = paint(count(len(present), "cache"), "bold", on=look.color)
    shared = f", and {size(total.shared)} that environments share" if total.shared else ""
    return f"{title}  ·  {size(total.bytes)} in {count(total.files, 'file')}{shared}"


def _table(present: list[tuple[Cache, Weight]], shown: Shown, look: Look) -> list[str]:
    cells = [(each.facts.tool, size(each.weight.bytes), _going(freed), _entries(each), _used(each, shown.found.now_ns))
             for each, freed in present]  # fmt: skip
    columns = [max(map(width, column)) for column in zip(*cells, strict=True)]
    most = max(each.weight.bytes for each, _ in present)
    room = BAR if look.width >= NARROW else NARROW_BAR
    fits = 2 * (len(columns) + 1) + sum(columns) + room <= look.width
    lines = []
    for (cache, freed), (tool, amount, going, entries, used) in zip(present, cells, strict=True):
        first, second = bar(cache.weight.bytes, freed.bytes, most, room, blocks=shown.blocks)
        drawn = paint(first, "cyan", on=look.color) + paint(second, "yellow", on=look.color)
        drawn += " " * (room - len(first) - len(second))
        name = paint(tool, "bold", on=look.color) + " " * (columns[0] - len(tool))
        leaving = paint(going, "yellow", on=look.color) + " " * (columns[2] - width(going))
        sized = " " * (columns[1] - width(amount)) + amount
        line = f"  {name}  {drawn}  {sized}  {leaving}  {pad(entries, columns[3])}"
        lines += (
            [f"{line}  {used}".rstrip()] if fits else [line.rstrip(), *[" " * (columns[0] + 4) + used] * bool(used)]
        )
        lines += _below(cache, columns[0] + 4, shown, look)
    return lines


def _below(cache: Cache, indent: int, shown: Shown, look: Look) -> Iterator[str]:
    place = visible(short(cache.where.path, shown.home))
    said = f", says {visible(short(cache.where.said_by, shown.home))}" if cache.where.said_by else ""
    shared = f" · {size(cache.weight.shared)} more is shared with environments" if cache.weight.shared else ""
    for line in wrap(f"{place}{said}{shared}", look.width - indent):
        yield " " * indent + paint(line, "dim", on=look.color)
    if cache.state is State.IN_USE:
        yield " " * indent + paint(visible(why_not(cache)), "yellow", on=look.color)
    for remark in cache.remarks:
        if look.verbose or remark != cache.facts.remark:
            for line in wrap(visible(remark), look.width - indent):
                yield " " * indent + paint(line, "dim", on=look.color)


def _going(freed: Weight) -> str:
    return f"{size(freed.bytes)} can go" if freed.bytes else ""


def _entries(cache: Cache) -> str:
    return count(len(cache.entries), "entry", "entries")


def _used(cache: Cache, now_ns: int) -> str:
    """The range of last uses; "used 2 hours to 7 months ago"."""
    used = sorted(each.used_ns for each in cache.entries)
    if not used:
        return ""
    newest, oldest = (age(max(now_ns - each, 0) / SECOND) for each in (used[-1], used[0]))
    if newest == oldest:
        return "used now" if newest == "now" else f"used {newest} ago"
    return f"used {newest} to {oldest} ago"


def _aside(cache: Cache, shown: Shown, look: Look) -> str:
    """A cache that is not looked at, and why."""
    said = cache.where.said_by
    place = visible(short(cache.where.path, shown.home))
    if cache.state is State.MISSING:
        why = visible(cache.reason) or f"none at {place}"
        return paint(f"  {cache.facts.tool}: {why}", "dim", on=look.color)
    named = f"{visible(short(said, shown.home))} says {place}, which {visible(cache.reason)}"
    text = named if said else f"{place} {visible(cache.reason)}"
    return f"  {paint(f'{cache.facts.tool}: left alone:', 'yellow', on=look.color)} {text}"


def _closing(present: list[tuple[Cache, Weight]]) -> str:
    total = sum(freed.bytes for _, freed in present)
    if not present:
        return "No tool keeps a cache here."
    if not total:
        return "Nothing is unused for long enough to go. `kempt prune --max-size 5GB` keeps the newest."
    kinds = {each.remake for cache, _ in present for each in cache.entries}
    ages = (
        "unused for 90 days, or for 30 where no download is needed" if Remake.CREATE in kinds else "unused for 90 days"
    )
    return f"{size(total)} can go: {ages}. `kempt prune` shows what."
