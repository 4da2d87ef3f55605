"""KPT412 uncached-ci-install: a CI job downloads all its packages in every run."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.automation import Act
from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import Job, Pipeline
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.places import Holds


def check(repo: Repo) -> Iterator[Finding]:
    """Silent where an action that kempt does not know may cache, where the machine keeps its disk, and in releases.

    A setup action that is told not to cache was told so by someone; a job that runs by the clock is cold on purpose.
    """
    for work in installing.jobs(repo):
        pipeline, job, acts = work
        main = next((act for act in acts if _counts(act)), None)
        if main is None or _is_cold(pipeline, job, main.doing.manager) or _caches(repo, job):
            continue
        wanted = caching.wanted(repo, work, main.doing.manager)
        edits = () if wanted is None else caching.provider_of(pipeline).with_cache(pipeline, job, wanted)
        yield RULE.finding(
            main.command.location, f"`{main.text}` downloads its packages in every run", key=f"{job.name} {main.text}",
            service=main.root, fix=installing.fix("cache the downloads", Safety.UNSAFE, edits),
        )  # fmt: skip


def _is_cold(pipeline: Pipeline, job: Job, manager: str) -> bool:
    """Whether a job has no cache for a reason, or may have one that is not seen."""
    by_the_clock = bool(pipeline.triggers) and pipeline.triggers <= {"schedule", "workflow_dispatch"}
    told = any(tool.name == manager and tool.uncached for step in job.steps for tool in step.tools)
    return not job.hosted or job.updates or job.releases or by_the_clock or told or any(s.opaque for s in job.steps)


def _counts(act: Act) -> bool:
    """Whether an install is worth a cache: more than one package, and not told to leave the cache alone."""
    more = {installing.name_of(word.text) for word in act.doing.names} - installing.INSTALLERS
    alone = len(more) == 1 and not act.doing.files and not act.doing.folders
    return act.installs and act.doing.cached and not installing.is_for_tools(act) and not alone


def _caches(repo: Repo, job: Job) -> bool:
    """Whether anything of Python's is cached, or may be: whether it is the right thing is for other rules to say."""
    return any(
        each.holds is not Holds.OTHER
        for step, cache in caching.caches(job)
        for each in caching.stored(repo, job, step, cache)
    )


RULE = Rule(
    "KPT412", "uncached-ci-install", promise=3, level=Level.INFO, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="a CI job downloads all its packages in every run",
    help="cache the manager's download cache, keyed on the lock file",
)  # fmt: skip
