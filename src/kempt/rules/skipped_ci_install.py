"""KPT407 skipped-ci-install: CI does not install where a cache was found, so nothing holds it to the lock."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.installing import Work


def check(repo: Repo) -> Iterator[Finding]:
    """Once for each step: from a warm cache an install takes seconds, and leaves nothing behind that is not locked."""
    return installing.once(finding for work in installing.jobs(repo) for finding in _of_job(repo, work))


def _of_job(repo: Repo, work: Work) -> Iterator[Finding]:
    told = set[int]()
    if not any(caching.is_pythonic(caching.stored(repo, work.job, *each)) for each in caching.caches(work.job)):
        return  # what was found in the cache is something else: a report, a browser, node's packages
    for act in work.acts:
        if act.step.skipped_on_hit and act.installs and id(act.step) not in told:
            told.add(id(act.step))
            yield RULE.finding(
                act.command.location, f"`{act.text}` does not run where a cache was found",
                key=f"{work.job.name} {act.text}", service=act.root,
            )  # fmt: skip


RULE = Rule(
    "KPT407", "skipped-ci-install", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="an install is skipped in CI where a cache was found, so nothing holds it to the lock",
    help="install in every run, and cache the downloads only",
)  # fmt: skip
