"""What the screen says, as text: the details of a row, what is going to happen, what was done. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kempt.cli.tui.state import Row, View, marked, short, total
from kempt.model.artefact import Kind
from kempt.model.by_hand import CACHES, Carried, Choice, Holding, Way
from kempt.model.disk import TRASH_DAYS, Spared, Weight
from kempt.model.journal import Undo
from kempt.model.plan import MoveToTrash, Receipt, RemoveTree, RestoreFromTrash, Result, TreeStep
from kempt.report.escape import visible
from kempt.report.quantity import age, count, size

_PLURALS = {
    str(Kind.ENVIRONMENT): "environments", str(Kind.TOOL_CACHE): "tool caches",
}  # fmt: skip
_HOW = {
    Way.AT_ONCE: "Removed at once; its tool makes it again.",
    Way.TRASH: f"Goes to the trash for {TRASH_DAYS} days; u brings it back.",
    Way.EVICT: "Taken out of the cache at once.",
}
NOTHING_BACK = "Nothing is in the trash any more."
_SHOWN = 6
_SECOND = 10**9


class Line(NamedTuple):
    """A line of text and its style: plain, bold, dim or warning."""

    text: str
    style: str = ""


def label(row: Row) -> str:
    """What a row is called."""
    return visible(_PLURALS.get(row.label, row.label) if row.depth == 0 else row.label)


def used(row: Row, now_ns: int) -> str:
    """How long ago it was last used; empty where nothing tells."""
    return age((now_ns - row.used_ns) / _SECOND) if row.used_ns else ""


def headline(view: View, paths: str) -> tuple[str, str]:
    """Where, and how much can go, for the two ends of the first line."""
    whole = total(view.holdings)
    stay = len(view.holdings) - whole.number
    parts = [f"{size(whole.bytes)} can go" if whole.number else "", f"{stay:,} stay" if stay else ""]
    return paths, "  ·  ".join(filter(None, parts))


def summary(view: View) -> str:
    """What is marked."""
    chosen = marked(view)
    if not chosen.number:
        return ""
    return f"{chosen.number:,} marked: {size(chosen.bytes)} in {count(chosen.files, 'file')}"


def details(row: Row | None, view: View, now_ns: int) -> tuple[Line, ...]:
    """All that is known of a row."""
    if row is None:
        return ()
    if row.thing is None:
        return tuple(_of_several(row, view))
    return tuple(_of_one(row.thing, view, now_ns))


def question(choice: Choice, home: str) -> tuple[Line, ...]:
    """What is going to happen, by the way it goes: bytes, files, and what can be taken back."""
    steps = [step for plan in choice.plans for step in plan.steps if isinstance(step, TreeStep)]
    lines: list[Line] = []
    if removed := [step for step in steps if isinstance(step, RemoveTree)]:
        lines += _counted(_weighed(removed), len(removed), "removed at once and for good")
    if moved := [step for step in steps if isinstance(step, MoveToTrash)]:
        lines += _counted(_weighed(moved), len(moved), f"to the trash for {TRASH_DAYS} days; u brings it back")
    if choice.prune and choice.prune.plans:
        number = sum(len(each.chosen) for each in choice.prune.plans)
        tools = ", ".join(each.cache.facts.tool for each in choice.prune.plans)
        weight = _sum(each.weight for each in choice.prune.plans)
        lines += _counted(weight, number, f"out of the caches of {tools}, for good; they fill again when needed")
    lines += [Line("")] if lines else [Line("Nothing of it can go now.")]
    lines += _listed(f"{_called(each, home)}  {size(each.bytes)}" for each in _largest(choice.going))
    return (*lines, *_staying(choice.stays, home))


def done(carried: Carried) -> str:
    """What was done, in a line."""
    parts = [f"Freed {_amount(carried.freed)}." if carried.freed != Weight() else ""]
    if carried.held != Weight() or carried.journals:
        parts.append(f"{_amount(carried.held)} in the trash for {TRASH_DAYS} days; u brings it back.")
    if carried.problems:
        parts.append(f"{count(len(carried.problems), 'thing')} stayed.")
    return " ".join(filter(None, parts)) or "Nothing was removed."


def problems(carried: Carried) -> tuple[Line, ...]:
    """What was not done, and why."""
    return tuple(Line(visible(each), "warning") for each in carried.problems)


def undo_question(shown: Iterable[Undo], home: str) -> tuple[Line, ...]:
    """What taking back would bring back, and what it leaves."""
    listed = tuple(shown)
    found = [(one.plan.root, step) for one in listed for step in one.plan.steps if isinstance(step, RestoreFromTrash)]
    amount = _amount(_weighed(step for _, step in found))
    lines = [Line(f"{amount}, {count(len(found), 'thing')}", "bold"), Line("")] if found else [Line(NOTHING_BACK)]
    lines += _listed(f"{visible(short(f'{root}/{step.path}', home))}  {size(step.bytes)}" for root, step in found)
    left = (Spared(each.path, each.reason) for one in listed for each in one.left)
    needless = sum(each.needless for each in listed)
    if needless:
        lines.append(Line(f"{count(needless, 'other thing')} removed for good: their tools make them again.", "dim"))
    return (*lines, *_staying(tuple(left), home))


def undone(receipts: Iterable[Receipt]) -> str:
    """What was brought back, in a line."""
    listed = tuple(receipts)
    back = [each for one in listed for each in one.outcomes if each.result is Result.DONE]
    left = sum(len(each.left) for each in listed)
    amount = f"{size(sum(each.bytes for each in back))} in {count(sum(each.files for each in back), 'file')}"
    return f"Brought back {amount}." + (f" {count(left, 'thing')} could not be." if left else "")


def _of_several(row: Row, view: View) -> Iterator[Line]:
    going = [each for each in row.things if each.goes]
    yield Line(label(row), "bold")
    if going:
        yield Line(f"{count(len(going), 'thing')}, {size(row.bytes)} in {count(row.files, 'file')}")
    chosen = [each for each in going if each.key in view.marked]
    if chosen:
        yield Line(f"{len(chosen):,} of them marked: {size(sum(each.bytes for each in chosen))}")
    for way, text in _HOW.items():
        number = sum(each.way is way for each in going)
        if number:
            yield Line(text if number == len(going) else f"{number:,}: {text[0].lower()}{text[1:]}", "dim")
    if stay := len(row.things) - len(going):
        more = " more" if going else ""
        verb = "stays, for the reason shown with it" if stay == 1 else "stay, each for the reason shown with it"
        yield Line(f"{count(stay, 'thing')}{more} {verb}.", "dim")


def _of_one(thing: Holding, view: View, now_ns: int) -> Iterator[Line]:
    yield Line(visible(short(thing.path, view.home)), "bold")
    what = "entry of the cache" if thing.group == CACHES else thing.group
    yield Line(f"{what}{f' of {thing.tool}' if thing.tool else ''}{_weight(thing)}")
    if thing.used_ns:
        yield Line(f"last used {_ago(thing, now_ns)} ({thing.evidence or 'by its times'})")
    if thing.way is Way.STAYS:
        yield Line(f"Stays: {visible(_shortened(thing.why, view.home))}", "warning")
    else:
        yield Line(_HOW[thing.way], "dim")
    yield from (Line(visible(_shortened(each, view.home))) for each in thing.facts)


def _shortened(text: str, home: str) -> str:
    """A sentence with the paths in it as people write them."""
    return text.replace(f"{home}/", "~/") if home else text


def _ago(thing: Holding, now_ns: int) -> str:
    passed = age((now_ns - thing.used_ns) / _SECOND)
    return "just now" if passed == "now" else f"{passed} ago"


def _weight(thing: Holding) -> str:
    if thing.weight is None:
        return ""
    shared = f", {size(thing.weight.shared)} more shared with others" if thing.weight.shared else ""
    return f", {size(thing.bytes)} in {count(thing.files, 'file')}{shared}"


def _counted(weight: Weight, number: int, how: str) -> list[Line]:
    return [Line(f"{_amount(weight)}, {count(number, 'thing')}", "bold"), Line(f"  {how}", "dim")]


def _largest(going: Iterable[Holding]) -> list[Holding]:
    return sorted(going, key=lambda each: (-each.bytes, each.path))


def _listed(texts: Iterable[str]) -> list[Line]:
    listed = list(texts)
    rest = [Line(f"  and {len(listed) - _SHOWN:,} more", "dim")] if len(listed) > _SHOWN else []
    return [*(Line(f"  {each}") for each in listed[:_SHOWN]), *rest]


def _called(thing: Holding, home: str) -> str:
    """What a thing is called where it stands alone."""
    return visible(f"{thing.tool}: {thing.name}" if thing.group == CACHES else short(thing.path, home))


def _staying(stays: tuple[Spared, ...], home: str) -> list[Line]:
    lines = _listed(f"{visible(short(each.path, home))}: {visible(each.reason)}" for each in stays)
    return [Line(""), Line(f"{count(len(stays), 'thing')} marked and left alone:", "warning"), *lines] if lines else []


def _amount(weight: Weight) -> str:
    return f"{size(weight.bytes)} in {count(weight.files, 'file')}"


def _weighed(steps: Iterable[TreeStep]) -> Weight:
    return _sum(Weight(step.files, step.bytes) for step in steps)


def _sum(weights: Iterable[Weight]) -> Weight:
    whole = Weight()
    for each in weights:
        whole = whole.plus(each)
    return whole
