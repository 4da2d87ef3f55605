"""A fleet added up the plain way: every finding is read, and every number counted from them."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase

from kempt.engine.fleet.overview import Asked
from kempt.engine.fleet.waiving import covering, words
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Outcome, Promised, Waiver
from kempt.model.fleet_overview import Amount, Coverage, InForce, Kind, Open, Overview, Owned, RunSummary, Standing

LEVELS = ("error", "warning", "info")


def amount(findings: list[Open]) -> Amount:
    """What findings come to."""
    levels = [each.noted.level for each in findings]
    return Amount._make((*map(levels.count, LEVELS), sum(each.noted.bytes or 0 for each in findings)))


def counted(standing: Standing) -> Standing:
    """A repository whose numbers are those of its findings."""
    held = [each for each in standing.findings if not each.waiver]
    kinds = Counter((each.noted.code, each.noted.fix, bool(each.waiver)) for each in standing.findings)
    return standing._replace(
        amount=amount(held), waived=len(standing.findings) - len(held),
        is_mendable=any(each.noted.fix == "safe" for each in held),
        kinds=tuple(Kind(code, fix, kinds[code, fix, False], kinds[code, fix, True])
                    for code, fix in sorted({(code, fix) for code, fix, _ in kinds})),
    )  # fmt: skip


def owners(rows: tuple[Standing, ...]) -> tuple[Owned, ...]:
    """What counts by owner."""
    found: dict[str, list[tuple[str, Open]]] = {}
    for standing in rows:
        for each in standing.findings:
            if not each.waiver:
                for owner in set((each.noted.owners or standing.owners).split()) or {""}:
                    found.setdefault(owner, []).append((standing.name, each))
    owned = [
        Owned(owner, amount([each for _, each in held]), len({name for name, _ in held}))
        for owner, held in found.items()
    ]
    return tuple(sorted(owned, key=lambda each: (not each.owner, -each.amount.findings, each.owner)))


def read_plainly(
    store: FleetStore, waivers: tuple[Waiver, ...], today: str, made: float, asked: Asked
) -> Overview:  # fmt: skip
    """A database with all of its findings in memory."""
    runs, rules = store.runs(asked.runs), store.trends(asked.runs)
    began = runs[-1].started if runs and runs[-1].compared else 0.0
    rows = tuple(part for each in _whole(store) if (part := _part(each, asked, began)) is not None)
    found = [(each, finding) for each in rows for finding in each.findings]
    fitting = {waiver: [one for one in found if _fits(waiver, *one)] for waiver in waivers}
    judged = {
        (each.name, one.noted.fingerprint): covering(waivers, each.name, one.noted.code, one.noted.path, today)
        for each, one in found
    }
    rows = tuple(counted(_waived(each, judged)) for each in rows)
    is_part = bool(asked.only or asked.owner)
    said = [f"only {', '.join(asked.only)}"] if asked.only else []
    said += [f"what is {asked.owner}'s"] if asked.owner else []
    if is_part:
        runs, rules = runs[-1:], tuple(each._replace(counts=each.counts[-1:]) for each in rules)
    held = [(each.name, one.noted.code) for each in rows for one in each.findings if not one.waiver]
    return Overview(
        asked.title, made, (*runs[:-1], *(_last(each, rows, is_part=is_part) for each in runs[-1:])),
        tuple(sorted(rows, key=lambda each: each.rank)),
        tuple(each._replace(counts=(*each.counts[:-1], sum(code == each.code for _, code in held)),
                            repositories=len({name for name, code in held if code == each.code})) for each in rules),
        tuple(each for each in waivers if each.expires < today and (fitting[each] or not is_part)),
        tuple(each for each in waivers if each.expires >= today and not fitting[each] and not is_part),
        tuple(InForce(each, len(names), len(set(names))) for each in dict.fromkeys(waivers)
              if (names := [name for (name, _), waiver in judged.items() if waiver == each])),
        ", ".join(said), owners(rows), store.not_asked(),
    )  # fmt: skip


def _whole(store: FleetStore) -> list[Standing]:
    held: dict[str, list[Open]] = {}
    for each in store.exported():
        held.setdefault(each.repository, []).append(each.found)
    return [each._replace(findings=tuple(sorted(held.get(each.name, []), key=_worst_first)))
            for each in store.standings().values()]  # fmt: skip


def _worst_first(each: Open) -> tuple[object, ...]:
    noted = each.noted
    return (LEVELS.index(noted.level), noted.path, noted.line, noted.code, noted.fingerprint)


def _part(standing: Standing, asked: Asked, began: float) -> Standing | None:
    short = standing.name.rpartition("/")[2]
    if asked.only and not any(fnmatchcase(short, each) for each in asked.only):
        return None
    if not asked.owner:
        return standing
    held = tuple(
        each for each in standing.findings if asked.owner in (each.noted.owners or standing.owners).split()
    )  # fmt: skip
    if not held and asked.owner not in standing.owners.split():
        return None
    return standing._replace(findings=held, new=sum(each.first_seen >= began > 0 for each in held), gone=0)


def _fits(waiver: Waiver, standing: Standing, each: Open) -> bool:
    return covering((waiver,), standing.name, each.noted.code, each.noted.path, "") is not None


def _waived(standing: Standing, judged: dict[tuple[str, str], Waiver | None]) -> Standing:
    return standing._replace(findings=tuple(
        each._replace(waiver=words(waiver)) if (waiver := judged[standing.name, each.noted.fingerprint]) else each
        for each in standing.findings
    ))  # fmt: skip


def _last(run: RunSummary, rows: tuple[Standing, ...], *, is_part: bool) -> RunSummary:
    outcomes = Counter(each.outcome for each in rows)
    levels = Counter(one.noted.level for each in rows for one in each.findings if not one.waiver)
    states = [[each.promises[place] if each.promises else Promised.UNKNOWN for each in rows] for place in range(4)]
    run = run._replace(
        repositories=len(rows), checked=outcomes[Outcome.CHECKED], unchanged=outcomes[Outcome.UNCHANGED],
        failed=outcomes[Outcome.FAILED], errors=levels["error"], warnings=levels["warning"], infos=levels["info"],
        waived=sum(bool(one.waiver) for each in rows for one in each.findings),
        promises=tuple(Coverage(place + 1, *map(states[place].count, Promised)) for place in range(4)),
    )  # fmt: skip
    new, gone = sum(each.new for each in rows), sum(each.gone for each in rows)
    return run._replace(new=new, gone=gone) if is_part else run
