"""Where a fleet stands, on one screen: numbers, the four promises, what is worst, what failed, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kempt.model.fleet import Outcome, Waiver
from kempt.model.fleet_overview import Overview, RuleTrend, Standing
from kempt.model.rule import PROMISES
from kempt.report.columns import paint, wrap
from kempt.report.disk import middle_cut
from kempt.report.escape import visible
from kempt.report.fleet_figures import (
    beginning,
    change,
    coverages,
    failed,
    has_before,
    mendable,
    moved,
    unknowns,
    whole,
    worst,
)  # fmt: skip
from kempt.report.fleet_lines import left_out, promises, sentence
from kempt.report.look import Look
from kempt.report.quantity import count
from kempt.report.redaction import redacted

TOP = 10
"""How many of the worst repositories, of the most frequent rules and of failures are listed; all with `verbose`."""
_LEAST_NAME = 14
_REASONS, _REASON = 2, 90  # reasons why a promise is unknown, and letters of one
_ONE = {Outcome.CHECKED: "looked at", Outcome.UNCHANGED: "unchanged", Outcome.FAILED: "failed"}


def summary(overview: Overview, look: Look, *, blocks: bool = True) -> str:
    """The screen. `blocks` says whether the terminal has the characters that bars are drawn with.

    `look.target` is what commands to type next repeat (`--db nightly.db`), `look.command` is the command that prints
    this. Quietly, only what failed and the count of findings.
    """
    parts = [list(_failures(overview, look)), list(wrap(_found(overview), look.width))]
    if not look.quiet:
        parts = [
            list(_heading(overview, look)), list(_numbers(overview, look)),
            list(_promises(overview, look, blocks=blocks)), list(_worst(overview, look)), list(_rules(overview, look)),
            list(_failures(overview, look)), list(_waivers(overview, look)), list(_next(overview, look)),
        ]  # fmt: skip
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def moment(seconds: float) -> str:
    """A time as people write it: "2026-11-28 02:00 UTC"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def day(seconds: float) -> str:
    """A day: "2026-11-28"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def name_of(standing: Standing, start: str) -> str:
    """What a repository is called where all names begin with `start`."""
    return visible(redacted(standing.name.removeprefix(start)))


def waiver_line(waiver: Waiver) -> str:
    """A waiver in a line: what it covers, until when, and why."""
    where = f"{waiver.code or 'everything'} at {waiver.path or '*'} in {waiver.repository or '*'}"
    return visible(f"{where} until {waiver.expires}: {waiver.reason}")


def _heading(overview: Overview, look: Look) -> Iterator[str]:
    title = paint(visible(overview.title), "bold", on=look.color)
    said = [overview.part] if overview.part else []
    if overview.runs:
        last = overview.runs[-1]
        said += [f"run {last.number:,}", moment(last.finished or last.started), f"kempt {last.version}"]
    lines = wrap("  ·  ".join([overview.title, *said]), look.width)
    yield title + visible(lines[0].removeprefix(overview.title))
    yield from map(visible, lines[1:])


def _numbers(overview: Overview, look: Look) -> Iterator[str]:
    """Repositories by what came of them, findings, and what is new and gone."""
    if not overview.repositories:
        yield from wrap("No run has been finished yet. `kempt fleet scan` looks at the repositories.", look.width)
        return
    found = whole(overview)
    parts = [f"{found.repositories[outcome]:,} {words}" for outcome, words in _ONE.items()
             if found.repositories[outcome]]  # fmt: skip
    repositories = count(found.all, "repository", "repositories")
    yield from _indented(f"{repositories}: {', '.join(parts)}; {found.clean:,} without findings", look)
    yield from _indented(_found(overview), look)
    if left := left_out(overview.not_asked):
        yield from _indented(left, look)


def _found(overview: Overview) -> str:
    found, runs = whole(overview), overview.runs
    said = moved(runs) if len(runs) > 1 else ""
    return sentence(found.amount, found.waived, said, failed=found.repositories[Outcome.FAILED])


def _indented(text: str, look: Look, indent: int = 2, hang: int = 2) -> Iterator[str]:
    lines = wrap(text, look.width - indent - hang)
    yield " " * indent + lines[0]
    yield from (" " * (indent + hang) + line for line in lines[1:])


def _promises(overview: Overview, look: Look, *, blocks: bool) -> Iterator[str]:
    if overview.repositories:
        yield from promises([(each, change(each, overview)) for each in coverages(overview)], look, blocks=blocks)
        for number, title in PROMISES.items():
            if found := unknowns(overview, number):
                shown = found if look.verbose else found[:_REASONS]
                said = [f"{many:,} {visible(middle_cut(words, _REASON))}" for words, many in shown]
                said += [f"and {count(len(found) - len(shown), 'other reason')}"] * (len(found) > len(shown))
                yield from _indented(f"unknown, {title}: {'; '.join(said)}", look, indent=4)


def _worst(overview: Overview, look: Look) -> Iterator[str]:
    """The repositories with most errors: numbers, then the name, cut in its middle where it is too long."""
    found = worst(overview)
    shown = found if look.verbose else found[:TOP]
    start = beginning([each.name for each in overview.repositories])
    head = ("errors", "findings", "new", "gone")[: 4 if has_before(overview) else 2]
    rows = [
        (
            (f"{each.amount.errors:,}", f"{each.amount.findings:,}", _some(each.new), _some(each.gone))[: len(head)],
            name_of(each, start),
        )
        for each in shown
    ]
    below = f"most errors, below {visible(redacted(start))}" if start else "most errors"
    yield from _table(head, below, rows, look)
    if len(found) > len(shown):
        yield f"  and {len(found) - len(shown):,} more"


def _rules(overview: Overview, look: Look) -> Iterator[str]:
    """The most frequent rules: how many findings, how that moved, in how many repositories."""
    found = sorted((each for each in overview.rules if _now(each)), key=lambda each: (-_now(each), each.code))
    head = ("findings", "repositories", "change")[: 3 if len(overview.runs) > 1 and overview.runs[-1].compared else 2]
    rows = [
        (
            (f"{_now(each):,}", f"{each.repositories:,}", _against(each))[: len(head)],
            visible(f"{each.code} {each.name}".rstrip()),
        )
        for each in (found if look.verbose else found[: TOP // 2])
    ]
    yield from _table(head, "most frequent", rows, look)


def _table(head: Sequence[str], title: str, rows: Sequence[tuple[Sequence[str], str]], look: Look) -> Iterator[str]:
    """Numbers below their heads, and beside them a name; on a narrow terminal only as many numbers as leave it room."""
    if not rows:
        return
    columns = [max(map(len, column)) for column in zip(head, *(cells for cells, _ in rows), strict=True)]
    while len(columns) > 1 and look.width - sum(columns) - 2 * len(columns) - 2 < _LEAST_NAME:
        columns.pop()
    room = max(look.width - sum(columns) - 2 * len(columns) - 2, _LEAST_NAME)
    yield paint(f"  {_right(head, columns)}  {middle_cut(title, room)}", "dim", on=look.color)
    yield from (f"  {_right(cells, columns)}  {middle_cut(name, room)}" for cells, name in rows)


def _right(cells: Sequence[str], columns: Sequence[int]) -> str:
    return "  ".join(f"{cell:>{room}}" for cell, room in zip(cells, columns, strict=False))


def _some(number: int) -> str:
    return f"{number:,}" if number else ""


def _now(rule: RuleTrend) -> int:
    return rule.counts[-1] if rule.counts else 0


def _against(rule: RuleTrend) -> str:
    if len(rule.counts) <= 1:
        return ""
    moved = rule.counts[-1] - rule.counts[-2]
    return f"{moved:+,}" if moved else "="


def _failures(overview: Overview, look: Look) -> Iterator[str]:
    """Each repository that could not be looked at, with its reason; many of them are counted by reason first."""
    found = failed(overview)
    if not found:
        return
    start = beginning([each.name for each in overview.repositories])
    title = f"{count(len(found), 'repository', 'repositories')} could not be looked at"
    kinds = Counter(each.error or "unknown" for each in found)
    if len(found) > TOP:
        title += f": {', '.join(f'{visible(kind)} {number:,}' for kind, number in kinds.most_common())}"
    lines = wrap(title, look.width - 2)
    yield from (f"  {paint(line, 'red', on=look.color)}" for line in lines)
    shown = found if look.verbose else found[:TOP]
    for each in shown:
        reason = visible(redacted(each.reason or each.error or "the reason is not known"))
        yield from _indented(f"{name_of(each, start)}: {reason}", look, indent=4)
    if len(found) > len(shown):
        yield from _indented(f"and {len(found) - len(shown):,} more; {_command('report --verbose', look)} lists all.",
                             look, indent=4)  # fmt: skip


def _waivers(overview: Overview, look: Look) -> Iterator[str]:
    """Waivers that ran out or cover nothing; those in force only with `verbose`."""
    kinds = [("expired, and no longer counts", overview.expired), ("covers nothing", overview.idle)]
    if look.verbose:
        kinds.append(("in force", tuple(each.waiver for each in overview.in_force)))
    for words, waivers in kinds:
        for each in waivers if look.verbose else waivers[:TOP]:
            yield from _indented(f"waiver {words}: {waiver_line(each)}", look)
        if len(waivers) > TOP and not look.verbose:
            yield from _indented(f"and {len(waivers) - TOP:,} more of these", look)


def _next(overview: Overview, look: Look) -> Iterator[str]:
    """What to type next."""
    if not overview.repositories:
        return
    said = []
    if number := mendable(overview):
        repositories = count(number, "repository", "repositories")
        said.append(f"{_command('fix', look)} prepares patches for {repositories}.")
    said.append(f"{_command('report --html fleet.html', look)} shows all of it on a page.")
    for each in said:
        yield from wrap(each, look.width)


def _command(words: str, look: Look) -> str:
    return f"`kempt fleet {words} {visible(look.target)}`".replace(" `", "`")
