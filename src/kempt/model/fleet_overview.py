"""Many repositories on one page: runs, where each repository stands, rules, owners, and what was waived."""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.fleet import Noted, Outcome, Promised, Waiver


class Coverage(NamedTuple):
    """How many repositories keep one promise, break it, have nothing that it is about, or could not be judged."""

    promise: int
    kept: int
    broken: int
    absent: int
    unknown: int


class RunSummary(NamedTuple):
    """One run of a fleet. `started` and `finished` are seconds since 1970, UTC; `finished` is None while it is not.

    `checked`, `unchanged`, `failed` count repositories; `errors`, `warnings`, `infos` open findings at its end, those
    that were waived left out; `new` and `gone` findings against the finished run before, whose number is `before`, 0
    where there was none. Where that one was of other rules, nothing was `compared`, and both are 0.
    """

    number: int
    started: float
    finished: float | None
    version: str
    repositories: int
    checked: int
    unchanged: int
    failed: int
    errors: int
    warnings: int
    infos: int
    waived: int
    new: int
    gone: int
    received: int
    promises: tuple[Coverage, ...]
    before: int = 0
    compared: bool = True


class NotAsked(NamedTuple):
    """How many repositories of the finished run before, which is `run`, the last one was not asked for.

    They are in no report, and what they have is counted nowhere. `run` is 0 where there is none before.
    """

    run: int = 0
    repositories: int = 0


class Open(NamedTuple):
    """A finding that was there at the last look. `first_seen` and `last_seen` are seconds since 1970, UTC.

    `waiver` says why it does not count and until when; empty where it counts.
    """

    noted: Noted
    first_seen: float
    last_seen: float
    waiver: str = ""


class Exported(NamedTuple):
    """An open finding with all that is known of where it is. `rule` is the rule's name, empty where it is not known."""

    repository: str
    head: str
    branch: str
    rule: str
    promise: int | None
    found: Open


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


class Kind(NamedTuple):
    """Findings of one rule in one repository that are mended in one way: how many count, and how many are waived."""

    code: str
    fix: str
    counting: int
    waived: int


class Share(NamedTuple):
    """What the findings of one repository with the same owners come to, waived ones too.

    `repository` is its number in the database. `owners` are as in `Noted`, and empty where the findings are the
    repository's. `safe` counts those that have a safe fix.
    """

    repository: int
    owners: str
    amount: Amount
    safe: int


class Standing(NamedTuple):
    """Where one repository stands. `new` and `gone` count against the run before.

    `amount` is of the findings that count, `waived` how many do not, and `is_mendable` whether one that counts has a
    safe fix. `unknown` is as in `Row`. `findings` are those that are shown, the worst first, and `kinds` all of them,
    by code and fix, if any are shown.
    """

    name: str
    outcome: Outcome
    head: str
    branch: str
    files: int
    promises: tuple[Promised, ...]
    error: str
    reason: str
    owners: str
    looked_at: float
    findings: tuple[Open, ...] = ()
    new: int = 0
    gone: int = 0
    amount: Amount = Amount()
    waived: int = 0
    is_mendable: bool = False
    kinds: tuple[Kind, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def held(self) -> int:
        """How many findings there are, waived ones too."""
        return self.amount.findings + self.waived

    @property
    def rank(self) -> tuple[object, ...]:
        """What repositories are sorted by: most errors, most findings, failed, nothing but waived ones, all others."""
        is_failed = self.outcome is Outcome.FAILED
        return (-self.amount.errors, -self.amount.findings, not is_failed, not self.waived, self.name)


class RuleTrend(NamedTuple):
    """One rule: how many findings it had at each run of the overview, and how many repositories have one now."""

    code: str
    name: str
    promise: int | None
    level: str
    counts: tuple[int, ...]
    repositories: int


class InForce(NamedTuple):
    """A waiver that covers something now: how many findings, in how many repositories."""

    waiver: Waiver
    findings: int
    repositories: int


class Owned(NamedTuple):
    """What one owner has to look after: what counts, in so many repositories. `owner` is empty for what is nobody's."""

    owner: str
    amount: Amount
    repositories: int


class Candidate(NamedTuple):
    """What waivers and sums ask of an open finding. `repository` is its number in the database, `bytes` 0 or more."""

    repository: int
    code: str
    level: str
    path: str
    bytes: int
    fix: str
    owners: str


class Part(NamedTuple):
    """Some of the open findings: those in repositories with these numbers.

    With `owned` only those that have one of these texts as owners, and of those without, the ones in repositories of
    `owners_own`.
    """

    repositories: tuple[int, ...]
    owned: tuple[str, ...] | None = None
    owners_own: tuple[int, ...] = ()


class Overview(NamedTuple):
    """A fleet on one page. `runs` are the finished ones, the oldest first; `repositories` are in the order of `rank`.

    `made` is in seconds since 1970, UTC; `part` says which part of the fleet this is, empty where it is all of it.
    `not_asked` is about the whole fleet.
    """

    title: str
    made: float
    runs: tuple[RunSummary, ...]
    repositories: tuple[Standing, ...]
    rules: tuple[RuleTrend, ...]
    expired: tuple[Waiver, ...] = ()
    idle: tuple[Waiver, ...] = ()
    in_force: tuple[InForce, ...] = ()
    part: str = ""
    owners: tuple[Owned, ...] = ()
    not_asked: NotAsked = NotAsked()
