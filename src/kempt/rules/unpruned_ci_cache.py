"""KPT419 unpruned-ci-cache: CI saves a download cache with all that any install ever left in it."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.managers import commands
from kempt.model.finding import Finding, Level, Safety
from kempt.model.installs import Effect
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing, keying
from kempt.rules.places import Holds


def check(repo: Repo) -> Iterator[Finding]:
    """`uv cache prune --ci` leaves what uv built itself: 181.8 MB became 3.1 MB (measured). Others cannot do it.

    Where an action of uv's caches, pruning is that action's own option. A cache that begins anew with each lock does
    not grow.
    """
    return installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        pipeline, job, acts = work
        if any(act.doing.effect in {Effect.PRUNES, Effect.CLEARS} for act in acts):
            continue
        for step, cache in caching.caches(job):
            if not cache.saves or cache.pruned or cache.built is not None or keying.is_bounded(repo, work, cache):
                continue
            stored = caching.stored(repo, job, step, cache)
            found = next((each for each in stored if each.holds is Holds.DOWNLOADS and _prunes(each.manager)), None)
            if found is not None and found.manager in installing.managers(acts):
                prune = _prunes(found.manager)
                saving = None if cache.restores else step  # a step that only saves does it when its turn comes
                edits = caching.provider_of(pipeline).with_commands(pipeline, job, saving, (prune,))
                yield RULE.finding(
                    cache.location, f"the cache is saved without `{prune}`", key=job.name,
                    fix=installing.fix(f"run `{prune}` at the end", Safety.SAFE, edits),
                )  # fmt: skip


def _prunes(manager: str) -> str:
    return commands.downloads(manager).prune


RULE = Rule(
    "KPT419", "unpruned-ci-cache", promise=3, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="CI saves a download cache with all that any install ever left in it",
    help="uv cache prune --ci as the last command of the job",
)  # fmt: skip
