"""The tables on the page of a fleet, as rows of text: repositories, failures, rules, owners and waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import NamedTuple

from kempt.model.fleet import Outcome, Promised, Waiver
from kempt.model.fleet_overview import Amount, InForce, Overview, RunSummary
from kempt.model.rule import PROMISES
from kempt.report.disk import middle_cut
from kempt.report.escape import visible
from kempt.report.fleet import day, moment, name_of
from kempt.report.fleet_figures import NOBODY, beginning, failed, has_before, judged, percent
from kempt.report.fleet_page_charts import Measure, bar, heavy, spark
from kempt.report.quantity import count
from kempt.report.redaction import redacted

LISTED = 500
"""How many repositories the table shows at once; the others are found by sorting and filtering."""
WORST = 10
OWNERS, WAIVERS = 200, 200
FAILED = 200
"""How many failures are rows of a table; the others are lines below it."""
_NAME, _SAID, _OWNERS = 120, 240, 90
STATES = {Promised.KEPT: "k", Promised.BROKEN: "b", Promised.ABSENT: "n", Promised.UNKNOWN: "u"}
SIGNS = {"k": ("✓", "kept"), "b": ("✗", "broken"), "n": ("·", "nothing it is about"), "u": ("?", "unknown")}
"""The sign and the word for each state of a promise."""
WORDS = {Outcome.CHECKED: "looked at", Outcome.UNCHANGED: "unchanged", Outcome.FAILED: "failed"}
_HARMLESS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Line(NamedTuple):
    """A repository in the table of all. `place` is the number of its section, 0 where it has none.

    `promises` has a letter for each of the four, as in `SIGNS`.
    """

    name: str
    place: int
    state: str
    promises: str
    findings: int
    errors: int
    warnings: int
    new: int
    gone: int
    owners: str


class Heavy(NamedTuple):
    """One of the worst repositories by one measure."""

    name: str
    place: int
    said: str
    amount: str
    bar: str


class Failure(NamedTuple):
    """A repository that could not be looked at."""

    name: str
    place: int
    error: str
    reason: str
    owners: str
    when: str


class Ruled(NamedTuple):
    """A rule and how it went."""

    code: str
    name: str
    promise: str
    level: str
    spark: str
    counts: str
    now: int
    change: str
    repositories: int


class Owner(NamedTuple):
    """An owner and what is theirs."""

    owner: str
    amount: Amount
    repositories: int
    bar: str


class Excused(NamedTuple):
    """A waiver and how it stands."""

    state: str
    kind: str
    code: str
    repository: str
    path: str
    expires: str
    covers: str
    reason: str


def cut(text: str, most: int = _SAID) -> str:
    """A text that shows and does nothing, without credentials, in at most so many characters."""
    return middle_cut(visible(redacted(text[: 2 * most] + text[-2 * most :] if len(text) > 4 * most else text)), most)


def lines(overview: Overview, places: Mapping[str, int], start: str) -> Iterator[Line]:
    """The repositories, the worst first; `places` are the numbers of their sections."""
    compared = has_before(overview)
    for each in overview.repositories:
        letters = "".join(STATES[state] for state in each.promises[:4]).ljust(4, "u")
        yield Line(
            cut(name_of(each, start), _NAME), places.get(each.name, 0), WORDS[each.outcome], letters,
            each.amount.findings, each.amount.errors, each.amount.warnings, each.new if compared else 0,
            each.gone if compared else 0, cut(each.owners, _OWNERS),
        )  # fmt: skip


def as_data(rows: Sequence[Line]) -> str:
    """Rows as JSON that can stand in a page: no letter of it is markup, nor a line end of JavaScript."""
    return dumps([list(row) for row in rows], ensure_ascii=True, separators=(",", ":")).translate(_HARMLESS)


def heaviest(overview: Overview, places: Mapping[str, int], measure: Measure, start: str) -> Iterator[Heavy]:
    """The worst by one measure, with bars: errors in full colour, or by bytes the whole of it."""
    held = heavy(overview, measure)
    most = measure.of(held[0].amount) if held else 0
    for each in held[:WORST]:
        amount = each.amount
        part = amount.errors if measure.name == "findings" else 0
        levels = (
            (amount.errors, "error", "errors"),
            (amount.warnings, "warning", "warnings"),
            (amount.infos, "info", "info"),
        )
        said = ", ".join(count(number, one, more) for number, one, more in levels if number)
        yield Heavy(cut(name_of(each, start), _NAME), places.get(each.name, 0), said, _figure(amount, measure),
                    bar(part, measure.of(amount), most))  # fmt: skip


def _figure(amount: Amount, measure: Measure) -> str:
    return f"{amount.findings:,}" if measure.name == "findings" else measure.said(measure.of(amount))


def failures(overview: Overview, places: Mapping[str, int], start: str) -> Iterator[Failure]:
    """Those that could not be looked at, all of them."""
    for each in failed(overview):
        reason = each.reason or "the reason is not known"
        yield Failure(
            cut(name_of(each, start), _NAME), places.get(each.name, 0), cut(each.error, 40) or "unknown", cut(reason),
            cut(each.owners, _OWNERS), day(each.looked_at) if each.looked_at else "never",
        )  # fmt: skip


def rules(overview: Overview) -> Iterator[Ruled]:
    """Each rule that found something in one of the runs, the most frequent first."""
    held = [each for each in overview.rules if any(each.counts)]
    for each in sorted(held, key=lambda rule: (-rule.counts[-1], rule.code)):
        moved = each.counts[-1] - each.counts[-2] if len(each.counts) > 1 and overview.runs[-1].compared else 0
        yield Ruled(
            visible(each.code), cut(each.name, 60), PROMISES.get(each.promise or 0, ""),
            visible(each.level), spark(each.counts), " → ".join(f"{number:,}" for number in each.counts),
            each.counts[-1], f"{moved:+,}" if moved else "", each.repositories,
        )  # fmt: skip


def owners(overview: Overview) -> Iterator[Owner]:
    """The owners with most findings."""
    rows = overview.owners[:OWNERS]
    most = max((row.amount.findings for row in rows), default=0)
    for row in rows:
        yield Owner(
            cut(row.owner or NOBODY, _OWNERS),
            row.amount,
            row.repositories,
            bar(row.amount.errors, row.amount.findings, most),
        )


def waivers(overview: Overview) -> Iterator[Excused]:
    """Waivers: expired ones first, then those that cover nothing, then those in force."""
    yield from (_excused(each, "expired, counts no longer", "expired", "") for each in overview.expired[:WAIVERS])
    yield from (_excused(each, "covers nothing", "idle", "") for each in overview.idle[:WAIVERS])
    yield from (_excused(each.waiver, "in force", "force", _covers(each)) for each in overview.in_force[:WAIVERS])


def _covers(each: InForce) -> str:
    return f"{count(each.findings, 'finding')} in {count(each.repositories, 'repository', 'repositories')}"


def _excused(each: Waiver, state: str, kind: str, covers: str) -> Excused:
    return Excused(state, kind, cut(each.code, 20) or "all", cut(each.repository, _NAME) or "*",
                   cut(each.path, _NAME) or "*", cut(each.expires, 20), covers, cut(each.reason))  # fmt: skip


def runs(overview: Overview) -> Iterator[tuple[str, ...]]:
    """The runs as a table, the newest first: when, and each promise in words; then findings, new and gone."""
    for run in reversed(overview.runs):
        shares = (_share(run, promise) for promise in PROMISES)
        numbers = (run.failed, run.errors + run.warnings + run.infos)
        changes = (f"{run.new:,}", f"{run.gone:,}") if run.compared else ("-", "-")
        yield (
            f"{run.number:,}", moment(run.finished or run.started), *shares, *(f"{each:,}" for each in numbers),
            *changes,
        )  # fmt: skip


def _share(run: RunSummary, promise: int) -> str:
    each = next((row for row in run.promises if row.promise == promise), None)
    share = None if each is None else percent(each)
    return "-" if each is None or share is None else f"{share}% of {judged(each):,}"


def start_of(overview: Overview) -> str:
    """What the names of all repositories begin with."""
    return beginning([each.name for each in overview.repositories])
