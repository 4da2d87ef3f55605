"""The numbers of a fleet that its reports share: what counts, whose it is, what is worst, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kempt.model.finding import Level
from kempt.model.fleet import Outcome, Promised
from kempt.model.fleet_overview import Coverage, Open, Overview, Standing
from kempt.report.quantity import count

NOBODY = "(no owner)"
LEVELS = tuple(level.value for level in Level)
_HUNDRED = 100
_NOUNS = {"error": "errors", "warning": "warnings", "info": "info"}


class Amount(NamedTuple):
    """What some findings come to: how many of each level, and the bytes that they are about, as far as known."""

    errors: int = 0
    warnings: int = 0
    infos: int = 0
    bytes: int = 0

    @property
    def findings(self) -> int:
        """All of them."""
        return self.errors + self.warnings + self.infos


class Owned(NamedTuple):
    """What one owner has to look after. `repositories` have findings of theirs."""

    owner: str
    amount: Amount
    repositories: int


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


def counting(standing: Standing) -> list[Open]:
    """The findings of a repository that count: those that no waiver covers."""
    return [each for each in standing.findings if not each.waiver]


def amount(findings: Iterable[Open]) -> Amount:
    """What these findings come to."""
    numbers = Counter[str]()
    size = 0
    for each in findings:
        numbers[each.noted.level] += 1
        size += each.noted.bytes or 0
    return Amount._make((*(numbers[level] for level in LEVELS), size))


def whole(overview: Overview) -> Whole:
    """The fleet in numbers."""
    amounts = [amount(counting(each)) for each in overview.repositories]
    summed = Amount(*map(sum, zip(*amounts, strict=True))) if amounts else Amount()
    waived = sum(bool(found.waiver) for each in overview.repositories for found in each.findings)
    clean = sum(
        not of.findings and each.outcome is not Outcome.FAILED
        for each, of in zip(overview.repositories, amounts, strict=True)
    )
    return Whole(Counter(each.outcome for each in overview.repositories), summed, waived, clean)


def tally(of: Amount) -> str:
    """Findings by level: "2 findings (1 error, 1 info)"."""
    numbers = zip((of.errors, of.warnings, of.infos), LEVELS, strict=True)
    parts = [count(number, level, _NOUNS[level]) for number, level in numbers if number]
    return f"{count(of.findings, 'finding')} ({', '.join(parts)})" if parts else "no findings"


def owners_of(found: Open, standing: Standing) -> tuple[str, ...]:
    """Whose a finding is: as CODEOWNERS says of its path, else whose the repository is."""
    return tuple(dict.fromkeys((found.noted.owners or standing.owners).split())) or (NOBODY,)


def by_owner(overview: Overview) -> tuple[Owned, ...]:
    """The findings by owner, the most first. One that has several owners counts for each of them."""
    found: dict[str, list[Open]] = {}
    places: dict[str, set[str]] = {}
    for standing in overview.repositories:
        for each in counting(standing):
            for owner in owners_of(each, standing):
                found.setdefault(owner, []).append(each)
                places.setdefault(owner, set()).add(standing.name)
    rows = [Owned(owner, amount(held), len(places[owner])) for owner, held in found.items()]
    return tuple(sorted(rows, key=lambda row: (row.owner == NOBODY, -row.amount.findings, row.owner)))


def failed(overview: Overview) -> list[Standing]:
    """The repositories that could not be looked at, by reason."""
    found = [each for each in overview.repositories if each.outcome is Outcome.FAILED]
    return sorted(found, key=lambda each: (each.error, each.name))


def worst(overview: Overview) -> list[tuple[Standing, Amount]]:
    """The repositories with findings that count: those with most errors first, then most of all."""
    rows = [(each, amount(counting(each))) for each in overview.repositories]
    held = [row for row in rows if row[1].findings]
    return sorted(held, key=lambda row: (-row[1].errors, -row[1].findings, row[0].name))


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
    if len(overview.runs) <= 1:
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
    """Whether there was a run before, so that something can be new or gone."""
    return bool(overview.runs) and overview.runs[-1].number > 1


def mendable(overview: Overview) -> int:
    """In how many repositories kempt could mend something safely."""
    return sum(any(each.noted.fix == "safe" for each in counting(standing)) for standing in overview.repositories)
