"""What the screen shows, as data: the tree of groups, owners and things, its order, the marks, the filter. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from kempt.model.by_hand import Holding

_NEVER_KNOWN = 2**63  # nanoseconds: what has no known last use comes after what has one


class Sort(StrEnum):
    """What the tree is ordered by; the value is the heading of the column."""

    SIZE = "size"
    NAME = "name"
    AGE = "last used"


class Mark(StrEnum):
    """Whether a row is marked; of several things all, some or none; or that it cannot be."""

    ALL = "●"
    SOME = "◐"
    NONE = "○"
    STAYS = "·"


class Row(NamedTuple):
    """One line of the tree.

    `key` tells it from all others, `depth` is 0 for groups. `things` are all that are below it, or itself. `opened` is
    None where nothing can be opened. `share` is its part of what its parent weighs, between 0 and 1.
    """

    key: str
    depth: int
    label: str
    things: tuple[Holding, ...]
    opened: bool | None = None
    share: float = 0.0
    parent: str = ""

    @property
    def bytes(self) -> int:
        """What it would free."""
        return sum(each.bytes for each in self.things if each.goes)

    @property
    def files(self) -> int:
        """How many files that are."""
        return sum(each.files for each in self.things if each.goes)

    @property
    def used_ns(self) -> int:
        """When any of it was last used; 0 where nothing tells."""
        return max(each.used_ns for each in self.things)

    @property
    def goes(self) -> bool:
        """Whether anything of it may be marked."""
        return any(each.goes for each in self.things)

    @property
    def thing(self) -> Holding | None:
        """The thing, where the row is one and not a group of several."""
        return self.things[0] if self.opened is None else None


class Total(NamedTuple):
    """How much several things are together."""

    number: int = 0
    bytes: int = 0
    files: int = 0


class View(NamedTuple):
    """The screen as it is. `marked` are keys of things, `opened` keys of rows; `words` is the filter, as typed.

    `backward` turns the order of `sort` round. `home` is written as `~`.
    """

    holdings: tuple[Holding, ...] = ()
    marked: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    sort: Sort = Sort.SIZE
    backward: bool = False
    words: str = ""
    home: str = ""

    def sorted_by(self, sort: Sort) -> View:
        """In this order; the other way round, where it is in this order already."""
        return self._replace(sort=sort, backward=sort is self.sort and not self.backward)

    def with_holdings(self, holdings: tuple[Holding, ...]) -> View:
        """The same view of other things: marks stay where the thing is still there and may go."""
        keys = {each.key for each in holdings if each.goes}
        return self._replace(holdings=holdings, marked=self.marked & keys)

    def without(self, gone: frozenset[str]) -> View:
        """The same without these."""
        return self.with_holdings(tuple(each for each in self.holdings if each.key not in gone))

    def toggled(self, row: Row) -> View:
        """With all of a row marked; with none of it, where all of it was."""
        keys = {each.key for each in row.things if each.goes}
        return self._replace(marked=self.marked - keys if keys <= self.marked else self.marked | keys)

    def opened_or_closed(self, row: Row, *, opened: bool) -> View:
        """With a row opened, or closed."""
        return self._replace(opened=self.opened | {row.key} if opened else self.opened - {row.key})

    def all_opened(self, *, opened: bool) -> View:
        """With everything opened, or nothing."""
        return self._replace(opened=frozenset(each.key for each in _branches(self)) if opened else frozenset())

    def mark_of(self, row: Row) -> Mark:
        """How a row is marked."""
        keys = {each.key for each in row.things if each.goes}
        if not keys:
            return Mark.STAYS
        number = len(keys & self.marked)
        return Mark.NONE if not number else Mark.ALL if number == len(keys) else Mark.SOME

    def chosen(self, row: Row | None) -> frozenset[str]:
        """What an act is about: all that is marked or, where nothing is, the row that the cursor is on."""
        if self.marked or row is None:
            return self.marked
        return frozenset(each.key for each in row.things if each.goes)


def rows(view: View) -> tuple[Row, ...]:
    """The lines of the tree, from above. With a filter, all that fits it is open."""
    words = view.words.lower().split()
    shown = tuple(each for each in view.holdings if _fits(each, words))
    whole = sum(each.bytes for each in shown if each.goes)
    return tuple(row for group in _ordered(_groups(shown, whole), view) for row in _with_inner(group, view))


def total(holdings: Iterable[Holding]) -> Total:
    """How many things can go, and what that frees."""
    going = [each for each in holdings if each.goes]
    return Total(len(going), sum(each.bytes for each in going), sum(each.files for each in going))


def marked(view: View) -> Total:
    """What is marked, whether the filter shows it or not."""
    return total(each for each in view.holdings if each.key in view.marked)


def position(lines: tuple[Row, ...], key: str, before: int) -> int:
    """Where the cursor goes in other lines: to the row that it was on, else it stays as near as can be."""
    found = next((number for number, row in enumerate(lines) if row.key == key), None)
    return found if found is not None else max(min(before, len(lines) - 1), 0)


def short(path: str, home: str) -> str:
    """A path as people write it."""
    if home and (path == home or path.startswith(f"{home}/")):
        return f"~{path.removeprefix(home)}"
    return path


def _fits(thing: Holding, words: list[str]) -> bool:
    """Whether a thing has all of the words in its names, in whatever case."""
    text = f"{thing.group} {thing.owner} {thing.name} {thing.tool} {thing.path}".lower()
    return all(word in text for word in words)


def _branches(view: View) -> Iterator[Row]:
    """The rows that can be opened."""
    for group in _groups(view.holdings, 1):
        yield group
        yield from (each for each in _owners(group, view) if each.opened is not None)


def _groups(shown: Iterable[Holding], whole: int) -> list[Row]:
    found: dict[str, list[Holding]] = {}
    for each in shown:
        found.setdefault(each.group, []).append(each)
    return [_branch(Row(name, 0, name, tuple(things)), whole) for name, things in found.items()]


def _with_inner(group: Row, view: View) -> Iterator[Row]:
    opened = bool(view.words) or group.key in view.opened
    yield group._replace(opened=opened)
    for owner in _ordered(_owners(group, view), view) if opened else ():
        inner = bool(view.words) or owner.key in view.opened
        yield owner if owner.opened is None else owner._replace(opened=inner)
        if owner.opened is not None and inner:
            yield from _ordered(_things(owner), view)


def _owners(group: Row, view: View) -> list[Row]:
    """The second level: what has one thing only is that thing."""
    whole = group.bytes
    found: dict[str, list[Holding]] = {}
    for each in group.things:
        found.setdefault(each.owner, []).append(each)
    lines = []
    for owner, things in found.items():
        name = short(owner, view.home)
        if len(things) > 1:
            row = Row(f"{group.key}\0{owner}", 1, name, tuple(things), parent=group.key)
            lines.append(_branch(row, whole))
        else:
            leaf = Row(things[0].key, 1, _joined(name, things[0]), (things[0],), parent=group.key)
            lines.append(_leaf(leaf, whole))
    return lines


def _joined(owner: str, thing: Holding) -> str:
    """Owner and thing in one: as a path where the thing lies in its owner, once where it is its owner."""
    if thing.path == thing.owner:
        return owner
    return f"{owner}/{thing.name}" if thing.path == f"{thing.owner}/{thing.name}" else f"{owner}  {thing.name}"


def _things(owner: Row) -> list[Row]:
    whole = owner.bytes
    return [_leaf(Row(each.key, 2, each.name, (each,), parent=owner.key), whole) for each in owner.things]


def _leaf(row: Row, whole: int) -> Row:
    """A row of one thing, with its share of what weighs so much."""
    return row._replace(share=row.bytes / whole if whole else 0.0)


def _branch(row: Row, whole: int) -> Row:
    """A row that can be opened, with its share of what weighs so much."""
    return row._replace(opened=False, share=row.bytes / whole if whole else 0.0)


def _ordered(lines: list[Row], view: View) -> list[Row]:
    """In the order of the view; what cannot go comes last."""
    if view.sort is Sort.NAME:
        ordered = sorted(lines, key=lambda row: row.label.lower(), reverse=view.backward)
    elif view.sort is Sort.AGE:
        ordered = sorted(lines, key=lambda row: (row.used_ns or _NEVER_KNOWN, row.label), reverse=view.backward)
    else:
        ordered = sorted(lines, key=lambda row: (-row.bytes, row.label), reverse=view.backward)
    return sorted(ordered, key=lambda row: not row.goes)
