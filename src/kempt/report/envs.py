"""The environments on a disk as a table, and what can go as a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.model.disk import Spared, Weight
from kempt.model.envs import Environment, Environments, LastUse, State
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible
from kempt.report.home import short
from kempt.report.look import Look
from kempt.report.quantity import age, count, size

MARKS = {
    State.IN_USE: ("●", "cyan"), State.INCOMPLETE: ("!", "yellow"), State.BROKEN: ("✗", "red"),
    State.ORPHANED: ("!", "yellow"), State.STALE: ("!", "yellow"), State.OK: (" ", "dim"),
}  # fmt: skip
SIGNS = {
    "packages installed": "installed", "bytecode written": "bytecode", "made": "made", "Python started": "started",
    "its project changed": "project",
}  # fmt: skip
"""The evidence in one word, for a table; the JSON report has it whole."""
WIDE = 100
UNUSED_DAYS = 90
"""What is not used for so long is pointed out."""
_WELL = frozenset({State.OK, State.IN_USE})
_GAP, _INDENT = "  ", 4
_RIGHT = frozenset({"size", "shared", "packages"})


class Listing(NamedTuple):
    """What is to be shown: which of the environments, in which order, and the words that asked for them."""

    listed: Environments
    shown: tuple[Environment, ...]
    sort: str = "size"
    filters: str = ""
    stale_seconds: int | None = None


def to_text(listing: Listing, look: Look) -> str:
    """A table of the environments, one folder after the other, what is wrong with some, and what to type next.

    Quietly, only those that something is wrong with.
    """
    if look.quiet:
        listing = listing._replace(shown=tuple(each for each in listing.shown if each.state not in _WELL))
    lines = table(listing, look) if listing.shown else []
    lines += [""] * (bool(lines) and not look.quiet)
    lines += (_unread(each, listing, look) for each in listing.listed.unread)
    if not look.quiet:
        lines += (line for text in _closing(listing, look) for line in wrap(text, look.width))
    return "".join(f"{line}\n" for line in lines)


def _unread(each: Spared, listing: Listing, look: Look) -> str:
    return f"{paint('not read:', 'yellow', on=look.color)} {shown_path(each.path, listing)}: {visible(each.reason)}"


def table(listing: Listing, look: Look) -> list[str]:
    """The environments that are to be shown, under the folders that they lie in, each with what is wrong with it."""
    groups = _groups(listing)
    left_out = _left_out(listing, look)
    rows = {each.path: _cells(each, listing, left_out) for _, held in groups for each in held}
    names = [name for name in _HEADINGS if name not in left_out]
    columns = [max(map(width, cells)) for cells in zip(names, *rows.values(), strict=True)]
    shown = ["" if name == "sign" else name for name in names]
    lines = [paint(f"    {_laid(shown, names, columns)}{_GAP}environment", "dim", on=look.color)]
    for root, held in groups:
        if len(groups) > 1 or root not in listing.listed.roots:
            lines += ["", paint(shown_path(root, listing), "bold", on=look.color)]
        for each in held:
            lines += _row(each, root, _laid(rows[each.path], names, columns), listing, look)
            lines += _notes(each, listing, look)
    return lines


def _left_out(listing: Listing, look: Look) -> set[str]:
    """The columns that there is no need of, or no room for."""
    weights = [each.weight for each in listing.shown if each.weight is not None]
    wide = look.width >= WIDE
    wanted = {"size": bool(weights), "shared": wide and any(each.shared for each in weights), "packages": wide}
    return {name for name, is_wanted in wanted.items() if not is_wanted}


def _row(each: Environment, root: str, cells: str, listing: Listing, look: Look) -> Iterator[str]:
    """One environment; its name and its project are on lines of their own where they do not fit."""
    mark, style = MARKS[each.state]
    name = visible(each.path.removeprefix(f"{root.rstrip('/')}/") if each.path != root else ".")
    project = _belongs(each, listing)
    begin = f"  {paint(mark, style, on=look.color and mark != ' ')} {cells}"
    room = look.width - _INDENT - width(cells) - len(_GAP)
    if width(name) > room:
        yield begin.rstrip()
        begin, room = " " * (_INDENT + len(_GAP)), look.width - _INDENT - len(_GAP)
    else:
        begin += _GAP
    if project and width(name) + len(_GAP) + width(project) > room:
        yield f"{begin}{name}"
        begin, name = " " * (_INDENT + len(_GAP)), ""
    yield f"{begin}{name}{_GAP * bool(name and project)}{paint(project, 'dim', on=look.color)}"


_HEADINGS = ("size", "shared", "last used", "sign", "Python", "packages", "manager")


def _cells(each: Environment, listing: Listing, left_out: set[str]) -> tuple[str, ...]:
    weight, in_use = each.weight, each.state is State.IN_USE
    cells = {
        "size": size(weight.bytes) if weight else "",
        "shared": size(weight.shared) if weight and weight.shared else "",
        "last used": "now" if in_use else _ago(each.used, listing.listed.now_ns),
        "sign": "in use" if in_use else _sign(each.used),
        "Python": visible(each.python),
        "packages": "" if each.packages is None else f"{each.packages:,}",
        "manager": visible(each.manager),
    }
    return tuple(text for name, text in cells.items() if name not in left_out)


def _ago(used: LastUse | None, now_ns: int) -> str:
    return "unknown" if used is None else age((now_ns - used.ns) / 10**9)


def _sign(used: LastUse | None) -> str:
    return "" if used is None else SIGNS.get(used.evidence, "in use") + ("" if used.sure else "?")


def _laid(cells: Sequence[str], names: Sequence[str], columns: Sequence[int]) -> str:
    return _GAP.join(
        " " * (columns - width(cell)) + cell if name in _RIGHT else pad(cell, columns)
        for cell, name, columns in zip(cells, names, columns, strict=True)
    )


def _groups(listing: Listing) -> list[tuple[str, list[Environment]]]:
    """The folders asked for, then the central places, each with what lies in it, in the order that is wanted."""
    groups: dict[str, list[Environment]] = {root: [] for root in listing.listed.roots}
    for each in listing.shown:
        above = [root for root in listing.listed.roots if f"{each.path}/".startswith(f"{root.rstrip('/')}/")]
        groups.setdefault(each.place or max(above, key=len, default=""), []).append(each)
    keys = {
        "size": lambda each: (-(each.weight.bytes if each.weight else 0), each.path),
        "used": lambda each: (each.used.ns if each.used else 0, each.path),
        "path": lambda each: each.path,
    }
    return [(root, sorted(held, key=keys[listing.sort])) for root, held in groups.items() if held]


def shown_path(path: str, listing: Listing) -> str:
    """A path as people write it, with nothing that a terminal obeys."""
    return visible(short(path, listing.listed.home))


def _belongs(each: Environment, listing: Listing) -> str:
    """The project of an environment that does not lie in it."""
    if not each.place or each.project is None or not each.project.root:
        return ""
    return f"of {shown_path(each.project.root, listing)}"


def _notes(each: Environment, listing: Listing, look: Look) -> Iterator[str]:
    """What is wrong with it; with --verbose, all that is known."""
    wrong = f"{each.state.value}: {visible(each.reason)}" if each.state is not State.OK else ""
    for text, style in ((wrong, MARKS[each.state][1]), *((said, "dim") for said in _details(each, listing, look))):
        for line in wrap(text, look.width - _INDENT) if text else ():
            yield " " * _INDENT + paint(line, style, on=look.color)


def _details(each: Environment, listing: Listing, look: Look) -> Iterator[str]:
    if not look.verbose:
        return
    if each.used is not None and not each.processes:
        yield f"last used: {visible(each.used.evidence)}"
    if each.project is not None:
        yield f"project: {shown_path(each.project.root or each.project.name, listing)} ({each.project.evidence})"
    if each.kept and each.kept != each.reason:
        yield f"never removed: {visible(each.kept)}"
    if each.removal:
        yield f"removed by its manager: `{visible(each.removal)}`"


def _closing(listing: Listing, look: Look) -> Iterator[str]:
    """How much it is, and the command that removes what can go."""
    if not listing.shown:
        yield "No environment is like that." if listing.filters else "No environment."
        return
    weight = _weight(listing)
    number = count(len(listing.shown), "environment")
    holds = "holds" if len(listing.shown) == 1 else "hold"
    amount = f" {holds} {size(weight.bytes)}" if weight is not None else ""
    shared = f"; {size(weight.shared)} more are links to files of a cache" if weight and weight.shared else ""
    yield f"{number}{amount}{shared}."
    if any(each.used and not each.used.sure for each in listing.shown):
        yield "?: the disk keeps no access times, so it may have been used since."
    yield from _next(listing, look)


def _weight(listing: Listing) -> Weight | None:
    """What the shown ones weigh together; of a part, as if these shared nothing."""
    if len(listing.shown) == len(listing.listed.environments):
        return listing.listed.total
    weights = [each.weight for each in listing.shown if each.weight is not None]
    return Weight(*map(sum, zip(*weights, strict=True))) if weights else None


def _next(listing: Listing, look: Look) -> Iterator[str]:
    """What to type next: what was asked for, else what is of no use any more, else what was not used for long."""
    target = f" {visible(look.target)}" if look.target else ""
    if listing.filters:
        yield f"`kempt envs{target} {listing.filters} --remove` shows what would go to the trash."
        return
    free = [each for each in listing.shown if not each.kept and not each.removal]
    broken = [each for each in free if each.state in {State.BROKEN, State.INCOMPLETE}]
    orphaned = [each for each in free if each.state is State.ORPHANED]
    if broken or orphaned:
        said = [f"{len(held):,} {word}" for held, word in ((broken, "broken"), (orphaned, "orphaned")) if held]
        options = " --broken" * bool(broken) + " --orphaned" * bool(orphaned)
        yield f"{' and '.join(said)}: `kempt envs{target}{options} --remove` shows what would go to the trash."
    behind = [each for each in listing.shown if each.state is State.STALE and not each.place]
    if behind:
        theirs = "its project" if len(behind) == 1 else "their projects"
        yield f"{len(behind):,} stale: `kempt sync` in {theirs} installs what the lock says."
    limit = listing.listed.now_ns - UNUSED_DAYS * 24 * 3600 * 10**9
    unused = [each for each in free if each.used and each.used.ns <= limit and each not in (*broken, *orphaned)]
    if unused:
        command = f"kempt envs{target} --stale {UNUSED_DAYS}d --remove"
        yield f"{len(unused):,} not used for {UNUSED_DAYS} days: `{command}` shows what would go to the trash."
