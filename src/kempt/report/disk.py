"""What on a disk can be made again, on one screen: sums with bars, the largest things, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing, Volume
from kempt.report.caches import bar
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.disk_groups import Group, grouped, sections, short, states, total, ways
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import age, count, size

TOP = 10
"""How many of the largest things are listed if nothing is said."""
_BARS = ((110, 32), (92, 22), (0, 12))
_GAP, _DOTS = "  ", "..."
_LEAST_PATH = 24
ONE = {
    Section.ENVIRONMENTS: "environment", Section.DOWNLOADS: "downloads", Section.CACHES: "tool cache",
    Section.BYTECODE: "bytecode", Section.BUILDS: "output", Section.TRASH: "trash",
}  # fmt: skip
"""One thing of each section, in a word or two."""
_SHARE = 100
_WHOLE = (19, 20)
"""So much of something is all of it: the folders of a cache stay."""


def to_text(overview: DiskOverview, look: Look, *, top: int = TOP, blocks: bool = True) -> str:
    """How full the disk is, what can be made again by section, the largest things, and what to type next.

    `blocks` says whether the terminal has the characters that bars are drawn with. Quietly, only what can go.
    """
    whole = total(overview)
    lines = [] if look.quiet else [*_volumes(overview, look), *_sections(overview, whole, look, blocks=blocks)]
    if overview.things and top and not look.quiet:
        lines += ["", *_largest(overview.things[:top], overview, look)]
    lines += [""] * bool(lines and not look.quiet)
    lines += [
        f"{paint('not read:', 'yellow', on=look.color)} {_short(each.path, overview)}: {visible(each.reason)}"
        for each in overview.unread
    ]
    lines += _next(overview, whole, look)
    return "".join(f"{line}\n" for line in lines)


def _volumes(overview: DiskOverview, look: Look) -> Iterator[str]:
    """A line for each file system: how full it is, in bytes and, where it has a limit, in files."""
    names = [_short(root, overview) for root in overview.roots] or [_short(overview.home, overview)]
    for line in wrap(", ".join(names), look.width):
        yield paint(line, "bold", on=look.color)
    for each in overview.volumes:
        text = "  ·  ".join(_fill(each))
        if len(overview.volumes) > 1:
            text = f"{_short(each.path, overview)}: {text}"
        yield from wrap(text, look.width)
    yield ""


def _fill(volume: Volume) -> Iterator[str]:
    full = _percent(volume.used, volume.used + volume.free)  # what is kept for the system is neither
    yield f"{size(volume.used)} used, {size(volume.free)} free: {full} full"
    if volume.files:
        used = volume.files - volume.files_free
        yield f"{used:,} of {count(volume.files, 'file')} ({_percent(used, volume.files)})"


def _percent(part: int, whole: int) -> str:
    return f"{round(part * _SHARE / whole) if whole else 0}%"


def _sections(overview: DiskOverview, whole: Group, look: Look, *, blocks: bool) -> Iterator[str]:
    """A line for each section, with a bar; below download caches one for each tool, and how environments stand."""
    rows: list[tuple[str, Group]] = []
    for group in sections(overview):
        rows.append((group.name, group))
        if group.name == Section.DOWNLOADS:
            rows += [(f"  {visible(each.name)}", each) for each in grouped(group.things, lambda thing: thing.tool)]
    if not rows:
        yield "Nothing here can be made again."
        return
    rows.append(("together", whole))
    cells = [(name, size(group.weight.bytes), count(group.weight.files, "file ", "files"), _going(group.going))
             for name, group in rows]  # fmt: skip
    columns = [max(map(width, column)) for column in zip(*cells, strict=True)]
    room = next(bars for least, bars in _BARS if look.width >= least)
    most = max(group.weight.bytes for name, group in rows[:-1])
    for (name, group), row in zip(rows, cells, strict=True):
        drawn = " " * room
        if group is not whole:
            first, second = bar(group.weight.bytes, group.going.bytes, most, room, blocks=blocks)
            drawn = paint(first, "cyan", on=look.color) + paint(second, "yellow", on=look.color)
            drawn += " " * (room - len(first) - len(second))
        yield _row(name, drawn, row, columns, look)
        if group.name == Section.ENVIRONMENTS:
            yield from _standing(group, columns[0], look)


def _row(name: str, drawn: str, row: Sequence[str], columns: Sequence[int], look: Look) -> str:
    title = pad(name, columns[0])
    if not name.startswith(" "):
        title = paint(name, "bold", on=look.color) + title[len(name) :]
    numbers = _GAP.join(" " * (columns[place] - width(row[place])) + row[place] for place in (1, 2))
    return f"  {title}{_GAP}{drawn}{_GAP}{numbers}{_GAP}{paint(row[3], 'yellow', on=look.color)}".rstrip()


def _standing(group: Group, indent: int, look: Look) -> Iterator[str]:
    """How many environments there are and how they stand, and what they have in common with caches."""
    said = [count(len(group.things), "environment"), states(group.things)]
    text = ": ".join(filter(None, said))
    if group.weight.shared:
        text += f"; {size(group.weight.shared)} more is shared with a cache"
    for line in wrap(text, look.width - indent - 4):
        yield " " * (indent + 4) + paint(line, "dim", on=look.color)


def _going(weight: Weight) -> str:
    return f"{size(weight.bytes)} can go" if any(weight) else ""


def _largest(things: Sequence[Thing], overview: DiskOverview, look: Look) -> Iterator[str]:
    """The largest things: size, files, last use, kind, whether it can go, and where it is."""
    head = ("size", "files", "last used", "kind", "")
    cells = [(size(each.weight.bytes), f"{each.weight.files:,}", _ago(each, overview), ONE[each.section], _mark(each))
             for each in things]  # fmt: skip
    columns = [max(map(width, column)) for column in zip(head, *cells, strict=True)]
    room = max(look.width - sum(columns) - len(_GAP) * (len(columns) + 1), _LEAST_PATH)
    yield paint(f"  {_laid(head, columns)}{_GAP}the largest".rstrip(), "dim", on=look.color)
    for each, row in zip(things, cells, strict=True):
        path = _short(each.path, overview)
        shown = path if look.verbose else middle_cut(path, room)
        plain, mark = _laid(row, columns), row[-1]
        if mark and look.color:
            plain = plain[: -columns[-1]] + paint(mark, "yellow", on=True) + " " * (columns[-1] - width(mark))
        yield f"  {plain}{_GAP}{shown}".rstrip()


def _laid(cells: Sequence[str], columns: Sequence[int]) -> str:
    numbers = (" " * (room - width(cell)) + cell for cell, room in zip(cells[:2], columns[:2], strict=True))
    return _GAP.join((*numbers, *(pad(cell, room) for cell, room in zip(cells[2:], columns[2:], strict=True))))


def _ago(each: Thing, overview: DiskOverview) -> str:
    if each.state == "in use":
        return "in use"
    return age((overview.now_ns - each.used_ns) / 10**9) if each.used_ns else "unknown"


def _mark(each: Thing) -> str:
    """Whether it can go, in a word or two."""
    if not any(each.going):
        return ""
    return "can go" if each.going.bytes * _WHOLE[1] >= each.weight.bytes * _WHOLE[0] else "in part"


def middle_cut(text: str, room: int) -> str:
    """The text in so many columns, dots for what lies in its middle: both ends of a path say most."""
    if width(text) <= room or room <= len(_DOTS):
        return text
    half = (room - len(_DOTS)) // 2
    return f"{_begin(text, half)}{_DOTS}{_begin(text[::-1], room - len(_DOTS) - half)[::-1]}"


def _begin(text: str, columns: int) -> str:
    """As many characters as fit."""
    while width(text) > columns:
        text = text[: columns if len(text) > columns else -1]
    return text


def _next(overview: DiskOverview, whole: Group, look: Look) -> Iterator[str]:
    """What can go in all, and a command a line: what it frees, of what, what to type."""
    found = ways(overview, look.target)
    if not overview.roots and not look.quiet:
        yield from wrap("Name the folders that hold your projects to see them too: `kempt disk ~/code`.", look.width)
    if not found:
        yield from () if look.quiet else ("Nothing has to go.",)
        return
    if not look.quiet:
        going = whole.going
        yield f"{size(going.bytes)} in {count(going.files, 'file')} can go; each command shows what, before it does it:"
    amounts = [size(way.going.bytes) for way in found]
    commands = [visible(way.command) for way in found]
    left, right = max(map(len, amounts)), max(map(width, commands))
    room = look.width - left - right - 3 * len(_GAP)
    for way, amount, command in zip(found, amounts, commands, strict=True):
        typed = paint(command, "cyan", on=look.color) + " " * (right - width(command))
        start = f"  {amount:>{left}}{_GAP}{typed}"
        if width(way.what) <= room:
            yield f"{start}{_GAP}{way.what}"
        else:
            yield start.rstrip()
            yield from (f"{' ' * (left + 4)}{paint(line, 'dim', on=look.color)}"
                        for line in wrap(way.what, look.width - left - 4))  # fmt: skip


def _short(path: str, overview: DiskOverview) -> str:
    return visible(short(path, overview.home))
