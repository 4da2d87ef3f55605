"""KPT502 cache-removed-later: a download cache is removed in another layer than the one it lies in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.finding import Finding, Fix, Level, Safety
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, image_edits, removing
from kempt.rules.building import Filled
from kempt.rules.removing import Removal


def check(repo: Repo) -> Iterator[Finding]:
    """A layer is never changed by a later one: what it holds is hidden there, and shipped all the same."""
    for file in building.files(repo):
        late = dict[int, tuple[Removal, list[Filled]]]()
        for each in building.filled(file, file.shipped):
            found = removing.removal(each, file.shipped) if removing.is_left(each) else None
            if found is not None:
                late.setdefault(id(found.command), (found, []))[1].append(each)
        for removal, filled in late.values():
            yield _finding(repo, removal, filled)


def _finding(repo: Repo, found: Removal, filled: Sequence[Filled]) -> Finding:
    """`filled` are the commands whose caches the removal finds, in other layers."""
    from kempt.rules import merging  # here: few repositories have it to do

    text, first = " ".join(found.command.argv), filled[0]
    return RULE.finding(
        found.command.location, f"`{text[:60]}` comes too late: {first.where} is in the layer of line {first.run.line}",
        key=f"{first.text} {text}", help="remove it in the RUN that fills it, or turn the cache off there",
        fix=merging.merged(found, filled) or _fix(repo, found, filled),
    )  # fmt: skip


def _fix(repo: Repo, found: Removal, filled: Sequence[Filled]) -> Fix | None:
    """Keep the caches out where they are filled, and take away a RUN that does nothing else than to remove them."""
    from kempt.rules import merging  # here: few repositories have it to do

    fixes = [image_edits.keeping_out(repo, each) for each in filled]
    every = [edit for fix in fixes if fix is not None for edit in fix.edits]
    if not every:
        return None
    is_alone = len(found.run.commands) == 1 and found.command.start != UNPLACED
    if all(fixes) and is_alone and merging.is_only(found, filled) and not merging.is_needed(found, filled):
        every.append(image_edits.without(filled[0].file, found.run))
    title = next(fix.title for fix in fixes if fix is not None)
    return Fix(f"{title} where the cache is filled", Safety.SAFE, tuple(dict.fromkeys(every)))


RULE = Rule(
    "KPT502", "cache-removed-later", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="a download cache is removed in a later layer, and shipped all the same",
    help="remove it in the RUN that fills it",
)  # fmt: skip
