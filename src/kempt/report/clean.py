"""What `kempt clean` is going to do, as a calm table, and what it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt.model.artefact import Kind
from kempt.model.cleaning import Cleaning
from kempt.model.disk import TRASH_DAYS, Disposable
from kempt.model.plan import MoveToTrash, Receipt, RemoveTree, Result, TreeStep
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import age, count, size
from kempt.report.receipt import can_go_back, weights

_MOST_ROWS = 40
_GAP, _INDENT = "  ", 6
_LEAST_ROOM = 20
_HEADINGS = ("size", "files", "last used", "kind", "project", "what")
_RIGHT = 2  # so many columns hold numbers
_JOINED = frozenset({Kind.BYTECODE, Kind.TOOL_CACHE})
_DAY_SECONDS = 24 * 3600
_PLURALS = {
    Kind.BYTECODE: "bytecode", Kind.TOOL_CACHE: "tool caches", Kind.ENVIRONMENT: "environments",
    Kind.BUILD_OUTPUT: "build output", Kind.PACKAGE_METADATA: "package metadata", Kind.TEST_OUTPUT: "test output",
    Kind.OS_JUNK: "OS junk",
}  # fmt: skip
_GROUPS = {
    "bytecode": ("folder of bytecode", "folders of bytecode"), "caches": ("tool cache", "tool caches"),
    "envs": ("environment", "environments"), "build": ("thing that was built", "things that were built"),
}  # fmt: skip


class _Row(NamedTuple):
    """One line of the table: one thing, or the bytecode or the tool caches of one project."""

    things: tuple[Disposable, ...]

    @property
    def bytes(self) -> int:
        """What all of it weighs."""
        return sum(each.weight.bytes for each in self.things if each.weight)

    @property
    def files(self) -> int:
        """How many files all of it has."""
        return sum(each.weight.files for each in self.things if each.weight)

    @property
    def used_ns(self) -> int:
        """When any of it was last used."""
        return max(each.used_ns for each in self.things)


def to_text(cleaning: Cleaning, look: Look) -> str:
    """The things that go, what that frees and how; what stays, and what could not be read."""
    lines = [*_table(cleaning, look), ""] if cleaning.taken and not look.quiet else []
    if cleaning.taken:
        lines += [*_totals(cleaning, look), ""]
    lines += _stays(cleaning, look)
    lines += [line for note in cleaning.notes for line in wrap(note, look.width)]
    lines += _unread(cleaning, look)
    lines += [line for text in _closing(cleaning, look) for line in wrap(text, look.width)]
    return "".join(f"{line}\n" for line in lines)


def unread(cleaning: Cleaning, look: Look) -> str:
    """What a quiet run that is agreed to says before it does it: only what could not be looked at."""
    return "".join(f"{line}\n" for line in _unread(cleaning, look))


def _unread(cleaning: Cleaning, look: Look) -> list[str]:
    return [_warned("not read", f"{visible(each.path)}: {visible(each.reason)}", look) for each in cleaning.unlisted]


def done(cleaning: Cleaning, receipts: Sequence[Receipt], look: Look) -> str:
    """What was freed, what is held in the trash and until when, what was not done and why, and how to undo it.

    Quietly, only what was not done.
    """
    outcomes = tuple(outcome for receipt in receipts for outcome in receipt.outcomes)
    moved = any(isinstance(each.step, MoveToTrash) and each.result is Result.DONE for each in outcomes)
    undo = tuple(each.journal for each in receipts if each.journal and can_go_back(each))
    lines = weights(Receipt(outcomes, undo[0] if undo else ""), look)
    failed = [
        _warned(each.result.value, not_done(getattr(each.step, "path", ""), each.detail), look)
        for each in outcomes
        if each.result is not Result.DONE
    ]
    if look.quiet:
        return "".join(f"{line}\n" for line in failed)
    lines += failed
    if moved and undo:
        commands = " and ".join(f"`kempt undo {visible(each)}`" for each in undo)
        lines += wrap(f"Take back what is in the trash with {commands}.", look.width)
    return "".join(f"{line}\n" for line in lines or ["Nothing was removed."])


def not_done(path: str, detail: str) -> str:
    """What was not done and why: the path once, which an error may name itself."""
    return f"{visible(path)}: {visible(detail.removeprefix(f'{path}: '))}"


def until(now: float) -> str:
    """The day on which the trash is emptied of what is moved there now (UTC)."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(now + TRASH_DAYS * _DAY_SECONDS, UTC):%Y-%m-%d}"


def how_to_go_on(look: Look, words: str) -> str:
    """The command that does what was shown."""
    target = f" {look.target}" if look.target else ""
    return f"Nothing is removed yet: `{visible(f'kempt clean{words}{target} --yes')}` does it.\n"


def question(cleaning: Cleaning) -> str:
    """What a person is asked."""
    steps = cleaning.steps
    gone, kept = _extent(each for each in steps if isinstance(each, RemoveTree)), _extent(
        each for each in steps if isinstance(each, MoveToTrash)
    )  # fmt: skip
    parts = [f"Remove {gone}" if gone else "", f"{'move' if gone else 'Move'} {kept} to the trash" if kept else ""]
    return " and ".join(filter(None, parts)) + "?"


def _extent(steps: Iterable[TreeStep]) -> str:
    listed = tuple(steps)
    return size(sum(each.bytes for each in listed)) if listed else ""


def _table(cleaning: Cleaning, look: Look) -> Iterator[str]:
    rows = _rows(cleaning.taken, each=look.verbose)
    shown = rows if look.verbose else rows[:_MOST_ROWS]
    cells = [_cells(row, cleaning) for row in shown]
    columns = [max(map(width, column)) for column in zip(_HEADINGS, *cells, strict=True)]
    columns[-1] = 0
    yield paint(_laid(_HEADINGS, columns), "dim", on=look.color)
    for each in cells:
        yield from _lines(each, columns, look.width)
    if rest := rows[len(shown) :]:
        amount = size(sum(row.bytes for row in rest))
        yield f"  ... and {len(rest):,} smaller ones, {amount} together; -v lists them"


def _lines(cells: Sequence[str], columns: Sequence[int], columns_of_screen: int) -> Iterator[str]:
    """One row: what there is goes on below itself, or where there is little room, on lines of its own."""
    indent = sum(columns) + len(_GAP) * len(columns)
    what = cells[-1]
    if width(what) <= columns_of_screen - indent:
        yield _laid(cells, columns)
        return
    beside = columns_of_screen - indent >= _LEAST_ROOM
    indent = indent if beside else _INDENT
    first, *others = wrap(what, columns_of_screen - indent)
    yield _laid((*cells[:-1], first if beside else ""), columns)
    yield from (" " * indent + line for line in (others if beside else (first, *others)))


def _rows(taken: Sequence[Disposable], *, each: bool) -> list[_Row]:
    """A row for each thing, the largest first; a project's bytecode in one, its caches in one, but where `each` is."""
    groups: dict[tuple[str, str], list[Disposable]] = {}
    for thing in taken:
        joined = thing.kind in _JOINED and not each
        groups.setdefault((thing.kind, thing.project if joined else thing.path), []).append(thing)
    rows = [_Row(tuple(things)) for things in groups.values()]
    return sorted(rows, key=lambda row: (-row.bytes, row.things[0].path))


def _cells(row: _Row, cleaning: Cleaning) -> tuple[str, ...]:
    first = row.things[0]
    root = max((each for each in cleaning.roots if _is_below(first.path, each)), key=len, default="")
    project = first.project or root
    what = _names(row)
    if len(row.things) == 1:
        what = _relative(first.path, project) if _is_below(first.path, project) else _relative(first.path, root)
    shown = _relative(project, root) if len(cleaning.roots) == 1 and _is_below(project, root) else project
    ago = age(cleaning.now - row.used_ns / 10**9) if row.used_ns else "unknown"
    return size(row.bytes), f"{row.files:,}", ago, str(first.kind), visible(shown), visible(what)


def _names(row: _Row) -> str:
    """What several things are called: each name once, with how many there are."""
    numbers: dict[str, int] = {}
    for each in row.things:
        name = each.path.rpartition("/")[2]
        name = name if name == "__pycache__" or each.kind is not Kind.BYTECODE else ".pyc files"
        numbers[name] = numbers.get(name, 0) + 1
    return ", ".join(name if number == 1 else f"{number:,} {name}" for name, number in sorted(numbers.items()))


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root.rstrip('/')}/")


def _relative(path: str, root: str) -> str:
    return "." if path == root else re.sub(r"\\", "/", path.removeprefix(f"{root.rstrip('/')}/"))


def _laid(cells: Sequence[str], columns: Sequence[int]) -> str:
    numbers = (" " * (size - width(cell)) + cell for cell, size in zip(cells[:_RIGHT], columns, strict=False))
    words = (pad(cell, size) for cell, size in zip(cells[_RIGHT:], columns[_RIGHT:], strict=True))
    return f"  {_GAP.join((*numbers, *words))}".rstrip()


def _totals(cleaning: Cleaning, look: Look) -> list[str]:
    """What each kind frees, and whether it comes back."""
    groups: dict[tuple[Kind, type[TreeStep]], list[TreeStep]] = {}
    for thing, step in zip(cleaning.taken, cleaning.steps, strict=True):
        groups.setdefault((thing.kind, type(step)), []).append(step)
    names = max(len(_PLURALS[kind]) for kind, _ in groups)
    amounts = {key: size(sum(each.bytes for each in steps)) for key, steps in groups.items()}
    widest = max(map(len, amounts.values()))
    lines = []
    for (kind, action), steps in groups.items():
        files = count(sum(each.files for each in steps), "file")
        amount = f"  {_PLURALS[kind]:<{names}}  {amounts[kind, action]:>{widest}} in {files}:"
        how = _how(kind, action)
        if width(amount) + 1 + width(how) <= look.width:
            lines.append(f"{amount} {how}")
        else:
            lines += [amount, *(" " * _INDENT + line for line in wrap(how, look.width - _INDENT))]
    return lines


def _how(kind: Kind, action: type[TreeStep]) -> str:
    if action is MoveToTrash:
        return f"to the trash for {TRASH_DAYS} days; `kempt undo` brings it back"
    if kind is Kind.BYTECODE:
        return "removed at once; Python writes it again"
    return "removed at once; its tools make it again" if kind is Kind.TOOL_CACHE else "removed at once, and for good"


def _stays(cleaning: Cleaning, look: Look) -> list[str]:
    if look.verbose:
        lines = [
            paint(f"stays: {visible(each.path)}{visible(_because(each.reason))}", "dim", on=look.color)
            for each in cleaning.spared
        ]
        return [*lines, ""] if lines else []
    return []


def _because(reason: str) -> str:
    """A reason behind "stays: PATH"; some are sentences of their own and say that it stays once more."""
    for said in ("stays: ", "stays, "):
        if reason.startswith(said):
            return f": {reason.removeprefix(said)}"
    return f" {reason}"


def _closing(cleaning: Cleaning, look: Look) -> Iterator[str]:
    steps = cleaning.steps
    if steps:
        files = count(sum(each.files for each in steps), "file")
        yield f"{size(sum(each.bytes for each in steps))} in {files} can go."
    elif not cleaning.unlisted or cleaning.others:
        yield "Nothing to clean here."
    if cleaning.spared and not look.verbose and not look.quiet:
        one = len(cleaning.spared) == 1
        verbs = "looks like it and stays" if one else "look like it and stay"
        yield f"{count(len(cleaning.spared), 'thing')} {verbs}; -v says why."
    if cleaning.others and not look.quiet:
        said = (f"{count(number, *_GROUPS[group])} (--{group})" for group, number in cleaning.others)
        yield f"Not asked for: {', '.join(said)}."


def _warned(word: str, text: str, look: Look) -> str:
    return f"{paint(f'{word}:', 'yellow', on=look.color)} {text}"
