"""KPT409 overbroad-cache: CI caches a whole home or cache folder."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, exchanging, installing
from kempt.rules.places import Holds


def check(repo: Repo) -> Iterator[Finding]:
    """`~/.cache` holds what every tool of the job puts there, and grows from run to run."""
    return installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        job = work.job
        if not installing.managers(work.acts):
            continue  # what other languages keep there is not for kempt to say
        for step, cache in caching.caches(job):
            for each in caching.stored(repo, job, step, cache):
                if each.holds is not Holds.EVERYTHING or each.text is None:
                    continue
                way = exchanging.instead(repo, work, cache, each)
                yield RULE.finding(
                    each.text.location, f"`{each.text.value}` is more than one download cache",
                    key=f"{job.name} {each.text.value}",
                    fix=installing.fix(way.title, Safety.SAFE, way.edits),
                )  # fmt: skip


RULE = Rule(
    "KPT409", "overbroad-cache", promise=3, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="CI caches a whole home or cache folder",
    help="name the download cache of the manager that installs",
)  # fmt: skip
