"""The section of one repository on the page of a fleet: how it stands, what to type, and its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.model.fleet import Outcome
from kempt.model.fleet_overview import Open, Overview, Standing
from kempt.model.rule import PROMISES
from kempt.report.fleet import day, moment, name_of
from kempt.report.fleet_figures import LEVELS, NOBODY, owners_of, tally
from kempt.report.fleet_page_rows import SIGNS, STATES, WORDS, cut
from kempt.report.quantity import count, size
from kempt.report.shell import pattern, quoted, word

DETAILED = 500
"""How many repositories have a section of their own: those with findings, the worst first, and those that failed."""
FINDINGS, OF_ONE = 2000, 40
"""How many findings are listed on the page, and of one repository; the others are counted by rule."""
_PATH, _MESSAGE, _OWNERS, _RULES = 160, 240, 80, 12
_TYPED = 600
"""Letters of a command: a longer one is not shown, for half a command is none."""


class Finding(NamedTuple):
    """A finding as the page lists it."""

    level: str
    code: str
    where: str
    message: str
    size: str
    first: str
    last: str
    owners: str
    waiver: str


class Detail(NamedTuple):
    """The section of one repository. `more` says what is counted and not listed, `command` shows all of it.

    Commands print, whatever names they hold, and are given as they are: what is cut or spelled out is no command.
    """

    place: int
    name: str
    full: str
    said: str
    facts: str
    promises: tuple[tuple[str, str, str, str, str], ...]
    reason: str
    commands: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    more: str
    command: str


def places(overview: Overview) -> dict[str, int]:
    """The number of each repository that has a section, from 1: those with findings or without an outcome."""
    held = (each.name for each in overview.repositories if each.held or each.outcome is Outcome.FAILED)
    return {name: place for place, name in zip(range(1, DETAILED + 1), held, strict=False)}


def details(overview: Overview, numbers: Mapping[str, int], start: str, target: str) -> Iterator[Detail]:
    """The sections. `target` is what commands repeat: where the database is."""
    left = FINDINGS
    names = {rule.code: rule.name for rule in overview.rules}
    for standing in overview.repositories:
        if standing.name not in numbers:
            continue
        shown = standing.findings[: min(left, OF_ONE)]
        left -= len(shown)
        rest = Counter[str]()
        for kind in standing.kinds:
            rest[kind.code] += kind.counting + kind.waived
        rest.subtract(each.noted.code for each in shown)
        rest = +rest
        where = f"fleet report --only {pattern(standing.name)}"
        yield Detail(
            numbers[standing.name], cut(name_of(standing, start), _PATH), cut(standing.name, _PATH),
            _said(standing), _facts(standing), _promises(standing),
            cut(standing.reason or standing.error or "the reason is not known")
            if standing.outcome is Outcome.FAILED else "",
            tuple(each for each in _commands(standing, target) if len(each[0]) <= _TYPED),
            tuple(_finding(each, standing) for each in shown), _counted(rest, names, len(shown)),
            _typed(f"{where} --html one.html", target) if rest else "",
        )  # fmt: skip


def _said(standing: Standing) -> str:
    """What its line says."""
    said = tally(standing.amount)
    if not standing.held:
        return "failed" if standing.outcome is Outcome.FAILED else said
    said += f", {standing.waived:,} waived" if standing.waived else ""
    return f"failed; last known: {said}" if standing.outcome is Outcome.FAILED else said


def _facts(standing: Standing) -> str:
    """Which commit of which branch, how large, when and whose."""
    parts = [f"commit {cut(standing.head, 80)[:12]}"] if standing.head else []
    parts += [f"branch {cut(standing.branch, 60)}"] if standing.branch else []
    parts += [count(standing.files, "file")] if standing.files else []
    parts += [f"{WORDS[standing.outcome]} {moment(standing.looked_at)}"] if standing.looked_at else []
    parts += [f"owned by {cut(standing.owners, _OWNERS)}"] if standing.owners else []
    return ", ".join(parts)


def _promises(standing: Standing) -> tuple[tuple[str, str, str, str, str], ...]:
    """Class, sign and word of each promise, its name, and why it is unknown."""
    letters = [STATES[state] for state in standing.promises]
    why = map(cut, standing.unknown or ("",) * len(letters))
    return tuple(
        (letter, *SIGNS[letter], name, words)
        for letter, name, words in zip(letters, PROMISES.values(), why, strict=False)
    )


def _commands(standing: Standing, target: str) -> Iterator[tuple[str, str]]:
    """What to type, and what it does."""
    only = f"--only {pattern(standing.name)}"
    if standing.outcome is Outcome.FAILED:
        yield _typed(f"fleet report {only}", target), "shows what is known of it; the next scan tries it again"
    held = [each for each in standing.kinds if each.counting]
    kinds = {each.fix for each in held}
    if "safe" in kinds:
        yield (
            _typed(f"fleet fix {only} -o patches", target),
            "writes a patch of what is safe to mend; nothing is pushed",
        )
    here = f" {quoted(standing.name)}" if "://" not in standing.name else ""
    inside = "" if here else " in a clone"
    if "safe" in kinds:
        yield f"kempt check --fix{here}", f"mends what is safe{inside}"
    if "unsafe" in kinds:
        yield f"kempt check --fix --unsafe-fixes{here}", f"mends more{inside}, after a look at what changes"
    by_hand = sorted({each.code for each in held if each.fix not in {"safe", "unsafe"}})
    if by_hand:
        codes = f"; so do {', '.join(by_hand[1:5])}" if by_hand[1:] else ""
        yield f"kempt rule {word(by_hand[0])}", f"explains what is mended by hand{cut(codes, 60)}"


def _typed(words: str, target: str) -> str:
    return f"kempt {words} {target}".rstrip()


def _finding(each: Open, standing: Standing) -> Finding:
    noted = each.noted
    owners = owners_of(each, standing)
    return Finding(
        noted.level if noted.level in LEVELS else "info", cut(noted.code, 20),
        cut(f"{noted.path}:{max(noted.line, 1)}", _PATH), cut(noted.message, _MESSAGE),
        size(noted.bytes) if noted.bytes else "", day(each.first_seen), day(each.last_seen),
        "" if owners == (NOBODY,) else cut(" ".join(owners), _OWNERS), cut(each.waiver, _MESSAGE),
    )  # fmt: skip


def _counted(rest: Counter[str], names: Mapping[str, str], listed: int) -> str:
    """The findings that are not listed, by rule."""
    if not rest:
        return ""
    rules = sorted(rest.items(), key=lambda row: (-row[1], row[0]))
    said = ", ".join(f"{number:,} {cut(_named(code, names), 50)}" for code, number in rules[:_RULES])
    said += f" and {len(rules) - _RULES:,} more rules" if rules[_RULES:] else ""
    return f"{rest.total():,} {'more' if listed else 'findings'}, not listed here: {said}."


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".strip()
