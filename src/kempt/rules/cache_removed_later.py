"""KPT502 cache-removed-later: a download cache is removed in another layer than the one it lies in."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, removing
from kempt.rules.building import Filled
from kempt.rules.removing import Removal


def check(repo: Repo) -> Iterator[Finding]:
    """A layer is never changed by a later one: what it holds is hidden there, and shipped all the same."""
    for file in building.files(repo):
        told = set[int]()
        for each in building.filled(file, file.shipped):
            found = removing.removal(each) if removing.is_left(each) else None
            if found is not None and id(found.command) not in told:
                told.add(id(found.command))
                yield _finding(each, found)


def _finding(each: Filled, found: Removal) -> Finding:
    text = " ".join(found.command.argv)
    return RULE.finding(
        found.command.location, f"`{text[:60]}` comes too late: {each.where} is in the layer of line {each.run.line}",
        key=f"{each.text} {text}", help="remove it in the RUN that fills it, or turn the cache off there",
        fix=_fix(each, found),
    )  # fmt: skip


def _fix(each: Filled, found: Removal) -> Fix | None:
    """Turn the cache off where it is filled, and take away a RUN that does nothing else than to remove it."""
    flag = building.NO_CACHE.get(each.manager, "")
    edits = building.with_flag(each, flag) if flag else ()
    if not edits:
        return None
    if len(found.run.commands) == 1 and found.command.start != UNPLACED and _is_only(each, found):
        text = each.file.text
        end = text.find("\n", found.run.end)
        edits = (*edits, Replace(each.file.path, found.run.start, len(text) if end < 0 else end + 1, ""))
    return Fix(f"add `{flag}` where the cache is filled", Safety.SAFE, edits)


def _is_only(each: Filled, found: Removal) -> bool:
    """Whether all that the command removes is this cache, and no other install of the image leaves it there."""
    others = [other for other in building.filled(each.file, each.file.shipped) if removing.is_left(other)]
    left = [other for other in others if removing.removal(other) is not None and other.command is not each.command]
    return not left and all(building.covers(folder, each) for folder in removing.removals(found.run, found.command))


RULE = Rule(
    "KPT502", "cache-removed-later", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="a download cache is removed in a later layer, and shipped all the same",
    help="remove it in the RUN that fills it",
)  # fmt: skip
