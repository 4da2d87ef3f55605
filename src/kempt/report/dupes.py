"""The duplicates of some environments as text: how much, how well it is known, of what, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from kempt.model.dupes import Amount, DupeGroup, Duplicates, Grade
from kempt.report.columns import paint, width, wrap
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.treemap import fitted

TOP = 8
MEANINGS = {
    Grade.CLAIMED: "RECORD says so and the size agrees; not read",
    Grade.UNTOUCHED: "RECORD says so and no file was changed since it was written; not read",
    Grade.VERIFIED: "the bytes were read",
}
"""What each grade means, for people."""
_GAP = "  "
_LEAST_BESIDE = 30
"""With less room than this, what a grade means stands below it."""


def to_text(found: Duplicates, look: Look, *, top: int = TOP) -> str:
    """The sums with their grades, the largest parts of them, and the command that goes on."""
    lines = [line for text in summary(found) for line in wrap(text, look.width)]
    if found.redundant:
        lines += _grades(found, look)
        if top and not look.quiet:
            lines += _tables(found, look, top)
    lines += _warnings(found, look)
    if not look.quiet:
        lines += [""] * bool(_next(found, look))
        lines += (line for text in _next(found, look) for line in wrap(text, look.width))
    return "".join(f"{line}\n" for line in lines)


def summary(found: Duplicates) -> Iterator[str]:
    """What was looked at and what could go, in a sentence or two."""
    if found.any:
        looked = f"{count(found.listed, 'file')}, read where another one has the same size"
    elif not found.environments:
        yield "No environment."
        return
    else:
        number = count(len(found.environments), "environment")
        lists = "lists" if len(found.environments) == 1 else "list"
        looked = f"{number} {lists} {count(found.listed, 'file')} (bytecode left out)"
    if found.redundant:
        copies = count(found.redundant, "copy", "copies")
        amount = f"{size(found.bytes)} ({size(found.allocated)} on the disk)"
        yield f"{looked}: {copies} could be shared, {amount}, {grades(found)}."
    else:
        yield f"{looked}: no content is there twice."
    if found.shared.files:
        names = count(found.shared.files, "name")
        saved = size(found.shared.bytes)
        yield f"Not counted: {names} more of the same files (hard links), which save {saved} already."
    yield from _together(found)


def _together(found: Duplicates) -> Iterator[str]:
    """What shares its blocks already, or has none, where that is known."""
    if found.reflinked is None:
        if found.redundant:
            yield "Whether some of them share their blocks already (reflinks) was not looked at; `kempt dedupe` does."
        return
    for amount, why in (
        (found.reflinked, "on the same blocks as another one, as after `kempt dedupe`"),
        (found.held, "on blocks that a snapshot, or a file elsewhere, holds"),
        (found.inline, "in their inodes, because they are so small, and have nothing to share"),
    ):
        if amount.files:
            copies = count(amount.files, "copy lies", "copies lie")
            yield f"Not counted: {copies} {why} ({size(amount.bytes)})."


def grades(found: Duplicates) -> str:
    """The grade of a number that is about all copies: the weakest of theirs, in words."""
    names = [each.name for each in found.by_grade]
    weakest = next((grade.value for grade in Grade if grade in names), "")
    return f"{weakest} or better" if len(names) > 1 else weakest


def _grades(found: Duplicates, look: Look) -> Iterator[str]:
    """A line for each grade: no number stands without the way it was come by."""
    rows = [(each.name, count(each.files, "copy", "copies"), size(each.bytes)) for each in found.by_grade]
    columns = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    yield ""
    for each, cells in zip(found.by_grade, rows, strict=True):
        name, files, amount = (cell.rjust(room) for cell, room in zip(cells, columns, strict=True))
        begin = f"  {paint(name, 'bold', on=look.color)}  {files}  {amount}"
        room = look.width - sum(columns) - 4 * len(_GAP)
        beside = room >= _LEAST_BESIDE
        said = wrap(MEANINGS[Grade(each.name)], room if beside else look.width - 2 * len(_GAP))
        said = [paint(line, "dim", on=look.color) for line in said]
        yield f"{begin}{_GAP}{said[0]}" if beside else begin
        indent = " " * (sum(columns) + 4 * len(_GAP) if beside else 2 * len(_GAP))
        yield from (f"{indent}{line}" for line in said[beside:])


def _tables(found: Duplicates, look: Look, top: int) -> Iterator[str]:
    for title, amounts in (
        ("package", found.by_package), ("environment", found.by_environment), ("kind", found.by_kind),
    ):  # fmt: skip
        if len(amounts) > 1 or (amounts and title != "environment"):
            yield ""
            yield from _table(f"{title} ({grades(found)})", [_shortened(each, found) for each in amounts], look, top)
    yield from _largest(found, look, top)


def _table(title: str, amounts: Sequence[Amount], look: Look, top: int) -> Iterator[str]:
    """The largest amounts, and the others in one line, so that they sum up."""
    shown, others = list(amounts[:top]), amounts[top:]
    if others:
        shown.append(together(others))
    rows = [(f"{each.files:,}", size(each.bytes), each.name) for each in shown]
    heads = ("copies", "size", title)
    columns = [max(width(cell) for cell in cells) for cells in zip(heads[:2], *(row[:2] for row in rows), strict=True)]
    for number, (files, amount, name) in enumerate((heads, *rows)):
        text = f"  {files:>{columns[0]}}{_GAP}{amount:>{columns[1]}}{_GAP}{name}"
        yield text if number else paint(text, "dim", on=look.color)


def together(others: Sequence[Amount]) -> Amount:
    """The amounts that are not shown, as one."""
    name = count(len(others), "other")
    return Amount(name, sum(each.files for each in others), sum(each.bytes for each in others))


def _largest(found: Duplicates, look: Look, top: int) -> Iterator[str]:
    groups = list(islice(found.groups, top))
    if not groups:
        return
    yield ""
    yield paint("  largest", "dim", on=look.color)
    for group in groups:
        begin = f"  {size(group.bytes):>7}{_GAP}{group.grade.value:<9}{_GAP}{group.inodes:>3,} copies{_GAP}"
        kept = group.files[0]
        if kept.distribution and not look.verbose:
            name = f"{kept.distribution}: {kept.path.rpartition('/')[2]}"
        else:
            name = short(kept.path, found.home)
        yield f"{begin}{fitted(visible(name), max(look.width - width(begin), 20))}"


def _warnings(found: Duplicates, look: Look) -> Iterator[str]:
    if found.against is not None:
        yield ""
        yield from wrap(_against(found), look.width)
    if found.unread or found.notes:
        yield ""
    for spared in found.unread:
        path = visible(short(spared.path, found.home))
        yield f"{paint('not read:', 'yellow', on=look.color)} {path}: {visible(spared.reason)}"
    if not look.quiet:
        yield from (f"left out: {note}" for note in found.notes)


def _against(found: Duplicates) -> str:
    against = found.against
    if against is None:
        return ""
    said = [
        f"{count(each.files, 'file is', 'files are')} {what} ({size(each.bytes)})"
        for each, what in (
            (against.linked, "linked to it already"),
            (against.could, "a copy on its file system" if against.could.files == 1 else "copies on its file system"),
            (against.apart, "on another file system than it, so always copied"),
        )
        if each.files
    ]
    cache = visible(short(against.cache, found.home))
    return f"Of what {cache} holds, {'; '.join(said)}." if said else f"They have nothing that {cache} holds."


def _next(found: Duplicates, look: Look) -> list[str]:
    """The commands that go on from here."""
    target = f" {visible(look.target)}" if look.target else ""
    if not found.any and not found.environments:
        return [f"`kempt dupes{target} --any` compares all files, whatever they belong to."]
    if not found.redundant or found.any:
        return []
    said = [f"`kempt dedupe{target}` shows how they would be shared; it reads or compares each file before it does."]
    if any(each.name != Grade.VERIFIED for each in found.by_grade):
        said.append(f"`kempt dupes{target} --verify` reads them now.")
    return said


def short(path: str, home: str) -> str:
    """A path as people write it, the home folder as `~`."""
    inside = home and (path == home or path.startswith(f"{home}/"))
    return f"~{path[len(home) :]}" if inside else path


def group_line(group: DupeGroup, found: Duplicates) -> str:
    """A group in one line."""
    path = visible(short(group.files[0].path, found.home))
    return f"{size(group.bytes)}, {group.grade.value}: {group.inodes:,} copies of {path}"


def _shortened(each: Amount, found: Duplicates) -> Amount:
    return each._replace(name=visible(short(each.name, found.home)))
