"""The numbers of a fleet that its reports share: what counts, whose it is, what is worst, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kempt.model.finding import Level
from kempt.model.fleet import Outcome, Promised
from kempt.model.fleet_overview import Amount, Coverage, Open, Overview, RunSummary, Standing
from kempt.report.quantity import count

NOBODY = "(no owner)"
LEVELS = tuple(level.value for level in Level)
_HUNDRED = 100
_NOUNS = {"error": "errors", "warning": "warnings", "info": "info"}


class Whole(NamedTuple):
    """A fleet in numbers. `repositories` are by outcome; `clean` were looked at and have no finding that counts."""

    repositories: Counter[Outcome]
    amount: Amount
    waived: int
    clean: int

    @property
    def all(self) -> int:
        """How many repositories there are."""
        return self.repositories.total()


def whole(overview: Overview) -> Whole:
    """The fleet in numbers."""
    rows = overview.repositories
    return Whole(
        Counter(each.outcome for each in rows),
        Amount(*map(sum, zip(Amount(), *(each.amount for each in rows), strict=True))),
        sum(each.waived for each in rows),
        sum(not each.amount.findings and each.outcome is not Outcome.FAILED for each in rows),
    )


def tally(of: Amount) -> str:
    """Findings by level: "2 findings (1 error, 1 info)"."""
    numbers = zip((of.errors, of.warnings, of.infos), LEVELS, strict=True)
    parts = [count(number, level, _NOUNS[level]) for number, level in numbers if number]
    return f"{count(of.findings, 'finding')} ({', '.join(parts)})" if parts else "no findings"


def owners_of(found: Open, standing: Standing) -> tuple[str, ...]:
    """Whose a finding is: as CODEOWNERS says of its path, else whose the repository is."""
    return tuple(dict.fromkeys((found.noted.owners or standing.owners).split())) or (NOBODY,)


def failed(overview: Overview) -> list[Standing]:
    """The repositories that could not be looked at, by reason."""
    found = [each for each in overview.repositories if each.outcome is Outcome.FAILED]
    return sorted(found, key=lambda each: (each.error, each.name))


def worst(overview: Overview) -> list[Standing]:
    """The repositories with findings that count, the worst first."""
    return [each for each in overview.repositories if each.amount.findings]


def judged(coverage: Coverage) -> int:
    """In how many repositories the promise could be judged."""
    return coverage.kept + coverage.broken


def percent(coverage: Coverage) -> int | None:
    """How many of a hundred repositories keep the promise, of those where it could be judged; None where none could.

    100 only where all do, 0 only where none does.
    """
    total = judged(coverage)
    if not total:
        return None
    share = _HUNDRED * coverage.kept / total
    if coverage.kept and coverage.broken:
        return min(max(round(share), 1), _HUNDRED - 1)
    return round(share)


def coverages(overview: Overview) -> tuple[Coverage, ...]:
    """How the four promises stand at the end of the last run, by what each repository says."""
    rows = []
    for number in range(1, 5):
        states = Counter(
            each.promises[number - 1] if len(each.promises) >= number else Promised.UNKNOWN
            for each in overview.repositories
        )
        rows.append(Coverage(number, *(states[state] for state in Promised)))
    return tuple(rows)


def change(coverage: Coverage, overview: Overview) -> int | None:
    """By how many percent points a promise moved against the run before; None where there is nothing to compare."""
    if len(overview.runs) <= 1 or not overview.runs[-1].compared:
        return None
    before = next((percent(c) for c in overview.runs[-2].promises if c.promise == coverage.promise), None)
    now = percent(coverage)
    return None if before is None or now is None else now - before


def beginning(names: Sequence[str]) -> str:
    """What all names of repositories begin with, up to a slash; empty where one name would be left with nothing."""
    if len(names) <= 1:
        return ""
    first, last = min(names), max(names)
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    start = first[: first.rfind("/", 0, same) + 1]
    return "" if start in names or start.endswith("://") else start


def has_before(overview: Overview) -> bool:
    """Whether a run of the same rules was finished before, so that something can be new or gone."""
    return bool(overview.runs) and overview.runs[-1].before > 0 and overview.runs[-1].compared


def moved(runs: Sequence[RunSummary]) -> str:
    """What the last of these runs changed against the one before it; empty where there is none."""
    if not runs or not runs[-1].before:
        return ""
    last = runs[-1]
    if not last.compared:
        return f"other rules than run {last.before:,}: not compared"
    return f"{last.new:,} new and {last.gone:,} gone since run {last.before:,}"


def unknowns(overview: Overview, promise: int) -> list[tuple[str, int]]:
    """Why a promise is unknown, and in how many repositories, the most frequent reason first; but for failed ones."""
    found = Counter(
        (each.unknown[promise - 1] if each.unknown else "") or "the reason is not known"
        for each in overview.repositories
        if each.promises[promise - 1 : promise] == (Promised.UNKNOWN,)
    )
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def mendable(overview: Overview) -> int:
    """In how many repositories kempt could mend something safely."""
    return sum(each.is_mendable for each in overview.repositories)
