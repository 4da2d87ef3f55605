"""Where a fleet stands now: what the database holds, under the waivers of today, all of it or a part of it.

Sums come from sums that the database keeps. Findings are read where a waiver may be about them, and to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from kempt.engine.fleet.excused import Excused, plus
from kempt.engine.fleet.inventory import is_chosen
from kempt.engine.fleet.waiving import covering, expired, words
from kempt.host.clock import day, now
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Outcome, Promised, Waiver
from kempt.model.fleet_overview import (
    Amount,
    Coverage,
    Open,
    Overview,
    Owned,
    Part,
    RunSummary,
    Share,
    Standing,
)  # fmt: skip

RUNS = 30
"""How many runs are looked back on if nothing is said."""
_PROMISES = range(1, 5)


class Shown(NamedTuple):
    """For how many repositories findings are told, the worst first: how many in all, and how many of one."""

    repositories: int = 0
    findings: int = 0
    of_one: int = 0


class Asked(NamedTuple):
    """What of a fleet is wanted: its title, how many runs, which repositories (globs of names), whose findings.

    `policy` is a file with waivers; without one, those of the last run count.
    """

    title: str
    runs: int = RUNS
    only: tuple[str, ...] = ()
    owner: str = ""
    policy: str | None = None
    shown: Shown = Shown()


class Reading(NamedTuple):
    """A database while it is read: how the fleet stands, and what else somebody may want to know of it then."""

    overview: Overview
    store: FleetStore
    part: Part
    numbers: dict[str, int]
    waivers: tuple[Waiver, ...]
    today: str

    def findings(self, standing: Standing, limit: int | None = None) -> tuple[Open, ...]:
        """The worst findings of a repository of the overview; what a waiver covers says so."""
        found = self.store.findings(self.part, self.numbers[standing.name], limit)
        return tuple(self._judged(standing.name, each) for each in found) if self.waivers else found

    def _judged(self, name: str, each: Open) -> Open:
        waiver = covering(self.waivers, name, each.noted.code, each.noted.path, self.today)
        return each._replace(waiver=words(waiver)) if waiver else each


@contextmanager
def reading(database: str, asked: Asked) -> Iterator[Reading]:
    """A database as of now; a scan may go on writing meanwhile.

    Raises KemptError for what FleetStore.open refuses and for a policy that is wrong.
    """
    made = now()
    waivers = None
    if asked.policy is not None:
        from kempt.engine.fleet.policy import load_policy

        waivers = load_policy(asked.policy).waivers
    with FleetStore.open(database, read_only=True) as store, store.moment():
        yield read(store, waivers, day(made), made, asked)


def read(
    store: FleetStore, waivers: tuple[Waiver, ...] | None, today: str, made: float, asked: Asked
) -> Reading:  # fmt: skip
    """A database under these waivers, those of the last run for None, on a day that is YYYY-MM-DD."""
    runs, trends = store.runs(asked.runs), store.trends(asked.runs)
    standings, part, shares = _chosen(store, asked, runs[-1].started if runs and runs[-1].compared else 0.0)
    said = [f"only {', '.join(asked.only)}"] * bool(asked.only) + [f"what is {asked.owner}'s"] * bool(asked.owner)
    if said:  # how a part stood before is not known
        runs, trends = runs[-1:], tuple(each._replace(counts=each.counts[-1:]) for each in trends)
    waivers = store.waivers() if waivers is None else waivers
    sums = store.by_rule(part, whole=not said)
    over = expired(waivers, today)
    excused = Excused(waivers if said else [each for each in waivers if each not in over], today)
    for group, numbers, codes in excused.groups(standings, sums):
        excused.add(group, store.candidates(part._replace(repositories=numbers), codes))
    counting = tuple(map(excused.without, shares))
    standings = _counted(standings, shares, counting)
    found = Overview(
        asked.title, made, runs, tuple(sorted(standings.values(), key=lambda each: each.rank)),
        tuple(each._replace(
            counts=(*each.counts[:-1], sums.get(each.code, (0, 0))[0] - excused.rules[each.code]),
            repositories=sums.get(each.code, (0, 0))[1] - excused.pairs[each.code],
        ) for each in trends),
        tuple(each for each in over if not said or each in excused.touched),
        () if said else tuple(each for each in waivers if each not in over and each not in excused.touched),
        excused.in_force(), ", ".join(said), _owners(standings, counting), store.not_asked(),
    )  # fmt: skip
    numbers_of = {each.name: number for number, each in standings.items()}
    read = Reading(_settled(found), store, part, numbers_of, waivers, today)
    return read._replace(overview=_with_findings(read, excused, asked.shown))


def _chosen(store: FleetStore, asked: Asked, began: float) -> tuple[dict[int, Standing], Part, tuple[Share, ...]]:
    """The repositories with names like one of the globs, and of them what is an owner's; all if neither is named.

    What is gone is not known by owner.
    """
    standings = store.standings()
    if asked.only:
        standings = {number: each for number, each in standings.items() if is_chosen(each.name, asked.only)}
    shares = tuple(each for each in store.shares() if each.repository in standings)
    if not asked.owner:
        return standings, Part(tuple(standings)), shares
    shares = tuple(
        each for each in shares if asked.owner in (each.owners or standings[each.repository].owners).split()
    )  # fmt: skip
    own = tuple(number for number, each in standings.items() if asked.owner in each.owners.split())
    places = {each.repository for each in shares}.union(own)
    part = Part(tuple(sorted(places)), tuple({each.owners for each in shares if each.owners}), own)
    fresh = store.fresh(part, began) if began else {}
    theirs = {number: each for number, each in standings.items() if number in places}
    return {n: each._replace(new=fresh.get(n, 0), gone=0) for n, each in theirs.items()}, part, shares


def _counted(standings: dict[int, Standing], shares: Iterable[Share], counting: Iterable[Share]) -> dict[int, Standing]:
    """The repositories with what counts in them, and what does not."""
    amounts, every, safe = dict[int, Amount](), Counter[int](), Counter[int]()
    for share, left in zip(shares, counting, strict=True):
        number = share.repository
        amounts[number] = plus(amounts[number], left.amount) if number in amounts else left.amount
        every[number] += share.amount.findings
        safe[number] += left.safe
    found = {}
    for number, each in standings.items():
        amount = amounts.get(number, Amount())
        waived = every[number] - amount.findings
        found[number] = each._replace(amount=amount, waived=waived, is_mendable=safe[number] > 0)
    return found


def _owners(standings: dict[int, Standing], counting: Iterable[Share]) -> tuple[Owned, ...]:
    """What counts by owner, the most first and what is nobody's last. What has several owners counts for each."""
    amounts, places = dict[str, Amount](), dict[str, set[int]]()
    for share in counting:
        if not share.amount.findings:
            continue
        for owner in dict.fromkeys((share.owners or standings[share.repository].owners).split()) or ("",):
            amounts[owner] = plus(amounts.get(owner, Amount()), share.amount)
            places.setdefault(owner, set()).add(share.repository)
    rows = [Owned(owner, amount, len(places[owner])) for owner, amount in amounts.items()]
    return tuple(sorted(rows, key=lambda row: (not row.owner, -row.amount.findings, row.owner)))


def _settled(found: Overview) -> Overview:
    """The overview whose last run agrees with its repositories."""
    if not found.runs:
        return found
    rows = found.repositories
    outcomes = Counter(each.outcome for each in rows)
    errors, warnings, infos, _ = (sum(column) for column in zip(Amount(), *(each.amount for each in rows), strict=True))
    last: RunSummary = found.runs[-1]._replace(
        repositories=len(rows), checked=outcomes[Outcome.CHECKED], unchanged=outcomes[Outcome.UNCHANGED],
        failed=outcomes[Outcome.FAILED], errors=errors, warnings=warnings, infos=infos,
        waived=sum(each.waived for each in rows), promises=_coverages(rows),
    )  # fmt: skip
    if found.part:
        last = last._replace(new=sum(each.new for each in rows), gone=sum(each.gone for each in rows))
    return found._replace(runs=(*found.runs[:-1], last))


def _coverages(rows: Sequence[Standing]) -> tuple[Coverage, ...]:
    """How the four promises stand, by what each repository says: what failed is unknown."""
    found = []
    for promise in _PROMISES:
        states = Counter(
            each.promises[promise - 1] if len(each.promises) >= promise else Promised.UNKNOWN for each in rows
        )
        found.append(Coverage(promise, *(states[state] for state in Promised)))
    return tuple(found)


def _with_findings(read: Reading, excused: Excused, shown: Shown) -> Overview:
    """The overview with the findings that are shown, and all those of the same repositories by kind."""
    rows = read.overview.repositories
    places = [place for place, each in enumerate(rows) if each.held or each.outcome is Outcome.FAILED]
    places = places[: shown.repositories]
    part = read.part._replace(repositories=tuple(read.numbers[rows[place].name] for place in places))
    kinds = read.store.kinds(part) if places else {}
    filled, left = list(rows), shown.findings
    for place, number in zip(places, part.repositories, strict=True):
        found = read.findings(rows[place], min(left, shown.of_one)) if rows[place].held and left else ()
        left -= len(found)
        split = tuple(excused.split(number, kind) for kind in kinds.get(number, ()))
        filled[place] = rows[place]._replace(findings=found, kinds=split)
    return read.overview._replace(repositories=tuple(filled))
