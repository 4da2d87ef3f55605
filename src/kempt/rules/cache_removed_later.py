"""KPT502 cache-removed-later: a download cache is removed in another layer than the one it lies in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
        late = dict[int, tuple[Removal, list[Filled]]]()
        for each in building.filled(file, file.shipped):
            found = removing.removal(each) if removing.is_left(each) else None
            if found is not None:
                late.setdefault(id(found.command), (found, []))[1].append(each)
        for removal, filled in late.values():
            yield _finding(removal, filled)


def _finding(found: Removal, filled: Sequence[Filled]) -> Finding:
    """`filled` are the commands whose caches the removal finds, in other layers."""
    text, first = " ".join(found.command.argv), filled[0]
    return RULE.finding(
        found.command.location, f"`{text[:60]}` comes too late: {first.where} is in the layer of line {first.run.line}",
        key=f"{first.text} {text}", help="remove it in the RUN that fills it, or turn the cache off there",
        fix=_fix(found, filled),
    )  # fmt: skip


def _fix(found: Removal, filled: Sequence[Filled]) -> Fix | None:
    """Turn the caches off where they are filled, and take away a RUN that does nothing else than to remove them."""
    flags = [building.NO_CACHE.get(each.manager, "") for each in filled]
    edits = [building.with_flag(each, flag) if flag else () for each, flag in zip(filled, flags, strict=True)]
    every = [edit for each in edits for edit in each]
    if not every:
        return None
    if all(edits) and len(found.run.commands) == 1 and found.command.start != UNPLACED and _is_only(found, filled):
        file = filled[0].file
        end = file.text.find("\n", found.run.end)
        every.append(Replace(file.path, found.run.start, len(file.text) if end < 0 else end + 1, ""))
    flag = next(flag for flag, each in zip(flags, edits, strict=True) if each)
    return Fix(f"add `{flag}` where the cache is filled", Safety.SAFE, tuple(every))


def _is_only(found: Removal, filled: Sequence[Filled]) -> bool:
    """Whether all that the command removes are these caches."""
    folders = removing.removals(found.run, found.command)
    return all(any(building.covers(folder, each) for each in filled) for folder in folders)


RULE = Rule(
    "KPT502", "cache-removed-later", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="a download cache is removed in a later layer, and shipped all the same",
    help="remove it in the RUN that fills it",
)  # fmt: skip
