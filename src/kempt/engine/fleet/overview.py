"""Where a fleet stands now: what the database holds, under the waivers of today, all of it or a part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.engine.fleet.inventory import is_chosen
from kempt.engine.fleet.waiving import covering, expired, idle, words
from kempt.host.clock import day, now
from kempt.host.store.fleet import FleetStore
from kempt.model.finding import Level
from kempt.model.fleet import Noted, Outcome, Promised, Waiver
from kempt.model.fleet_overview import Coverage, InForce, Overview, RuleTrend, Standing

RUNS = 30
"""How many runs are looked back on if nothing is said."""
_PROMISES = range(1, 5)


class Asked(NamedTuple):
    """What of a fleet is wanted: its title, how many runs, which repositories (globs of names), whose findings.

    `policy` is a file with waivers; without one, those of the last run count.
    """

    title: str
    runs: int = RUNS
    only: tuple[str, ...] = ()
    owner: str = ""
    policy: str | None = None


def read_overview(database: str, asked: Asked) -> Overview:
    """The overview of a database as of now. A scan may go on writing meanwhile.

    Raises KemptError for what FleetStore.open refuses and for a policy that is wrong.
    """
    made = now()
    waivers = None
    if asked.policy is not None:
        from kempt.engine.fleet.policy import load_policy

        waivers = load_policy(asked.policy).waivers
    with FleetStore.open(database, read_only=True) as store:
        return overview(store, waivers, day(made), made, asked)


def overview(store: FleetStore, waivers: tuple[Waiver, ...] | None, today: str, made: float, asked: Asked) -> Overview:
    """The overview under these waivers, those of the last run for None, on a day that is YYYY-MM-DD."""
    found = store.overview(asked.title, made, last=asked.runs)
    part = narrowed(found, asked.only, asked.owner)
    return settled(waived(part, store.waivers() if waivers is None else waivers, today))


def waived(found: Overview, waivers: tuple[Waiver, ...], today: str) -> Overview:
    """The overview in which each finding that a waiver covers says so, and each waiver how it stands.

    In a part of a fleet only the waivers are told of that cover something there, or did.
    """
    used: Counter[Waiver] = Counter()
    places: Counter[Waiver] = Counter()
    rows = []
    for standing in found.repositories:
        covered = [covering(waivers, standing.name, each.noted.code, each.noted.path, today) if waivers else None
                   for each in standing.findings]  # fmt: skip
        mine = Counter(waiver for waiver in covered if waiver is not None)
        used.update(mine)
        places.update(mine.keys())
        findings = tuple(
            each._replace(waiver=words(waiver)) if waiver else each
            for each, waiver in zip(standing.findings, covered, strict=True)
        )
        rows.append(standing._replace(findings=findings))
    over, lazy = expired(waivers, today), idle(waivers, _places(found), today)
    if found.part:
        once = idle(over, _places(found), "")  # on the first of all days none had expired
        over, lazy = tuple(each for each in over if each not in once), ()
    force = tuple(InForce(each, used[each], places[each]) for each in dict.fromkeys(waivers) if used[each])
    return found._replace(repositories=tuple(rows), expired=over, idle=lazy, in_force=force)


def narrowed(found: Overview, only: Sequence[str], owner: str) -> Overview:
    """The part with names like one of the globs, and of it what is an owner's; the whole if neither is named.

    What is gone is not known by owner, and neither is how a part stood before: it has the last run only.
    """
    if not (only or owner):
        return found
    rows: Sequence[Standing] = found.repositories
    if only:
        rows = [each for each in rows if is_chosen(each.name, only)]
    if owner:
        began = found.runs[-1].started if found.runs else 0.0
        rows = [part for each in rows if (part := _owned(each, owner, began)) is not None]
    said = [f"only {', '.join(only)}"] if only else []
    said += [f"what is {owner}'s"] if owner else []
    return found._replace(
        repositories=tuple(rows), runs=found.runs[-1:], part=", ".join(said),
        rules=tuple(each._replace(counts=each.counts[-1:]) for each in found.rules),
    )  # fmt: skip


def settled(found: Overview) -> Overview:
    """The overview whose last run, and whose rules, agree with its repositories and with today's waivers."""
    if not found.runs:
        return found
    held = [each for standing in found.repositories for each in standing.findings if not each.waiver]
    levels = Counter(each.noted.level for each in held)
    codes = Counter(each.noted.code for each in held)
    places = Counter(
        code for one in found.repositories for code in {each.noted.code for each in one.findings if not each.waiver}
    )
    outcomes = Counter(each.outcome for each in found.repositories)
    last = found.runs[-1]._replace(
        repositories=len(found.repositories), checked=outcomes[Outcome.CHECKED],
        unchanged=outcomes[Outcome.UNCHANGED], failed=outcomes[Outcome.FAILED], errors=levels[Level.ERROR],
        warnings=levels[Level.WARNING], infos=levels[Level.INFO],
        waived=sum(len(each.findings) for each in found.repositories) - len(held),
        promises=_coverages(found.repositories),
    )  # fmt: skip
    if found.part:
        new = sum(each.new for each in found.repositories)
        last = last._replace(new=new, gone=sum(each.gone for each in found.repositories))
    rules = (_now(each, codes[each.code], places[each.code]) for each in found.rules)
    return found._replace(runs=(*found.runs[:-1], last), rules=tuple(rules))


def _now(rule: RuleTrend, count: int, repositories: int) -> RuleTrend:
    return rule._replace(counts=(*rule.counts[:-1], count), repositories=repositories)


def _coverages(rows: Sequence[Standing]) -> tuple[Coverage, ...]:
    """How the four promises stand, by what each repository says: what failed is unknown."""
    found = []
    for promise in _PROMISES:
        states = Counter(
            each.promises[promise - 1] if len(each.promises) >= promise else Promised.UNKNOWN for each in rows
        )
        found.append(Coverage(promise, *(states[state] for state in Promised)))
    return tuple(found)


def _owned(standing: Standing, owner: str, began: float) -> Standing | None:
    """What of a repository is an owner's: their findings, or all of it where the repository is theirs; else None."""
    findings = tuple(each for each in standing.findings if owner in _owners(each.noted, standing))
    if not findings and owner not in standing.owners.split():
        return None
    new = sum(each.first_seen >= began for each in findings) if began else 0
    return standing._replace(findings=findings, new=new, gone=0)


def _owners(noted: Noted, standing: Standing) -> list[str]:
    return (noted.owners or standing.owners).split()


def _places(found: Overview) -> Iterator[tuple[str, str, str]]:
    for standing in found.repositories:
        for each in standing.findings:
            yield standing.name, each.noted.code, each.noted.path
