"""An overview of a disk in sums: by section, by tool, by project, and the commands that give space back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from shlex import quote
from typing import NamedTuple

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing
from kempt.report.quantity import count

_AT_ONCE = frozenset({Section.BYTECODE, Section.CACHES})
_REMOVABLE = {"broken": "--broken", "incomplete": "--broken", "orphaned": "--orphaned", "unused": "--stale 90d"}
STALE = "--stale 90d"
_LONGEST = 400
"""Characters of paths in a command."""


class Group(NamedTuple):
    """Things that belong together, what they weigh together, and what of it can go now."""

    name: str
    things: tuple[Thing, ...]
    weight: Weight
    going: Weight


class Way(NamedTuple):
    """A command that gives space back, how much, and of what."""

    what: str
    going: Weight
    command: str


def sections(overview: DiskOverview) -> tuple[Group, ...]:
    """The sections that hold anything, the heaviest first."""
    found = []
    for group in grouped(overview.things, lambda thing: thing.section.value):
        whole = overview.environments if group.name == Section.ENVIRONMENTS else group.weight
        found.append(group._replace(weight=whole))
    return tuple(sorted(found, key=lambda group: (-group.weight.bytes, group.name)))


def grouped(things: Iterable[Thing], key: Callable[[Thing], str]) -> tuple[Group, ...]:
    """Things by a name, the heaviest group first; what has no name is left out."""
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        if name := key(thing):
            groups.setdefault(name, []).append(thing)
    found = (Group(name, tuple(held), *sums(held)) for name, held in groups.items())
    return tuple(sorted(found, key=lambda group: (-group.weight.bytes, group.name)))


def total(overview: DiskOverview) -> Group:
    """All of it. What environments share among themselves counts once."""
    groups = sections(overview)
    weight, going = (add(getattr(group, name) for group in groups) for name in ("weight", "going"))
    return Group("all", overview.things, weight, going)


def sums(things: Iterable[Thing]) -> tuple[Weight, Weight]:
    """What things weigh together, and what of it can go."""
    listed = tuple(things)
    return add(each.weight for each in listed), add(each.going for each in listed)


def add(weights: Iterable[Weight]) -> Weight:
    """The sum of weights that have nothing in common."""
    files = occupied = shared = 0
    for each in weights:
        files, occupied, shared = files + each.files, occupied + each.bytes, shared + each.shared
    return Weight(files, occupied, shared)


def ways(overview: DiskOverview, target: str) -> tuple[Way, ...]:
    """The commands to type next, the one that frees most first. `target` are the paths as a shell takes them."""
    by_section = {group.name: group for group in sections(overview)}
    at_once = [group for name, group in by_section.items() if name in _AT_ONCE]
    words = f" {target}" if target else ""
    found = [
        Way("bytecode and tool caches, at once", add(group.going for group in at_once), f"kempt clean{words}"),
        *(_of_section(group, words, overview.home) for name, group in by_section.items() if name not in _AT_ONCE),
    ]
    listed = [way for way in found if any(way.going) and way.command]
    return tuple(sorted(listed, key=lambda way: (-way.going.bytes, way.command)))


def targets(overview: DiskOverview) -> str:
    """The folders that were looked at, as a shell takes them from anywhere."""
    return _all_typed(overview.roots, overview.home)


def _all_typed(paths: Sequence[str], home: str) -> str:
    """The paths for a shell; what would be too long to read is left to who types it."""
    words = " ".join(typed(path, home) for path in paths)
    return words if len(words) <= _LONGEST else "PATH"


def typed(path: str, home: str) -> str:
    """A path as a shell takes it; it knows `~` only outside quotes."""
    shown = short(path, home)
    return f"~/{quote(shown[2:])}" if shown.startswith("~/") and shown != path else quote(path)


def short(path: str, home: str) -> str:
    """A path as people write it, the home folder as `~`."""
    inside = home and f"{path}/".startswith(f"{home.rstrip('/')}/")
    return f"~{path[len(home.rstrip('/')) :]}" if inside else path


def states(things: Sequence[Thing]) -> str:
    """How environments stand, in words: "2 broken, 1 unused for 90 days"; empty where nothing is to be said."""
    words = {"unused": "unused for 90 days"}
    numbers: dict[str, int] = {}
    for each in things:
        if each.state:
            numbers[each.state] = numbers.get(each.state, 0) + 1
    return ", ".join(f"{number:,} {words.get(state, state)}" for state, number in sorted(numbers.items()))


def _of_section(group: Group, words: str, home: str) -> Way:
    if group.name == Section.ENVIRONMENTS:
        going = [each for each in group.things if any(each.going)]
        options = sorted({_REMOVABLE.get(each.state, STALE) for each in going})
        what = f"{count(len(going), 'environment')}, to the trash: {states(going)}"
        return Way(what, group.going, f"kempt envs{words} {' '.join(options)} --remove")
    if group.name == Section.DOWNLOADS:
        return Way("downloads that were not used for long", group.going, "kempt prune")
    if group.name == Section.TRASH:
        roots = sorted({each.project for each in group.things if not f"{home}/".startswith(f"{each.project}/")})
        command = f"kempt clean --purge {_all_typed(roots, home)}" if roots else ""
        return Way("held in the trash for 7 days", group.going, command)
    return Way("build and test output, to the trash", group.going, f"kempt clean --build{words}")
