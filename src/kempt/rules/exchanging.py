"""What is to be done about a path that CI should not cache: the right one in its place, or nothing in its place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kempt.model.finding import Replace
from kempt.model.pipeline import UNPLACED, CacheUse, Job, Pipeline, Text
from kempt.model.provider import Edits
from kempt.model.repo import Repo
from kempt.model.same import Same
from kempt.rules import caching, installing
from kempt.rules.caching import Stored
from kempt.rules.installing import Work
from kempt.rules.places import Holds


class Way(NamedTuple):
    """What a fix does, in words and edits; there are none where it cannot be made."""

    title: str
    edits: Edits


def covered(repo: Repo, job: Job, *, but: Stored | None = None) -> frozenset[str]:
    """The managers whose downloads a job caches, `but` for what one path stores."""
    return frozenset(name for each in _counted(Same(repo), Same(job)) if each != but for name in each.managers)


@lru_cache(maxsize=4)
def _counted(repo: Same[Repo], job: Same[Job]) -> tuple[Stored, ...]:
    """The downloads that a job caches, path by path; each of its paths is held against all of them."""
    return tuple(
        each
        for step, cache in caching.caches(job.it)
        for each in caching.stored(repo.it, job.it, step, cache)
        if counts(cache, each)
    )


def counts(cache: CacheUse, found: Stored) -> bool:
    """Whether downloads are really stored; Poetry's whole cache holds them beside its environments."""
    is_stored = found.text is None or found.text not in cache.unstored
    with_environments = found.holds is Holds.ENVIRONMENT and found.text is not None and bool(found.managers)
    return (found.holds is Holds.DOWNLOADS and not found.elsewhere and is_stored) or with_environments


def instead(repo: Repo, work: Work, cache: CacheUse, found: Stored, manager: str = "") -> Way:
    """The downloads of a manager in the place of a path: the first that installs and has none of its own cached yet.

    Where all have, the path goes, and with it a cache that holds nothing else.
    """
    used = (manager,) if manager else installing.managers(work.acts)
    cached = covered(repo, work.job, but=found)
    lacking = [name for name in used if name not in cached]
    if used and not lacking:
        others = sharing(work.pipeline, work.job, cache)
        everywhere = all(covered(repo, other, but=found).issuperset(used) for other in others)
        edits = without(work.pipeline, work.job, cache, found) if everywhere else ()
        return Way(f"take `{found.where}` out", edits)
    return Way("cache downloads instead", written(repo, work, cache, found, lacking[0] if lacking else ""))


def written(repo: Repo, work: Work, cache: CacheUse, found: Stored, manager: str) -> Edits:
    """The place of a manager's downloads in the place of a path. Two of one job are never written in one round."""
    pipeline, job = work.pipeline, work.job
    wanted = caching.wanted(repo, work, manager, locked=found.text is None)
    if wanted is None:
        return ()
    text = found.text or Text(cache.manager, cache.location)
    return alone(pipeline, job, text, caching.provider_of(pipeline).with_path(pipeline, job, cache, text, wanted))


def without(pipeline: Pipeline, job: Job, cache: CacheUse, found: Stored) -> Edits:
    """A path taken out of those that are stored, or the cache where it is the only one."""
    from kempt.providers.paths import without_path  # here: most runs mend nothing

    if len(cache.paths) > 1 and found.text is not None and cache.built is None:
        return without_path(pipeline, found.text)
    return caching.provider_of(pipeline).without_cache(pipeline, job, cache)


def sharing(pipeline: Pipeline, job: Job, cache: CacheUse) -> tuple[Job, ...]:
    """The other jobs that have the same cache, as an anchor or a default gives it."""
    others = (other for other in pipeline.jobs if other is not job)
    return tuple(each for each in others if any(one.location == cache.location for one in each.all_caches))


def alone(pipeline: Pipeline, job: Job, text: Text, edits: Edits) -> Edits:
    """Edits that no others of the job's caches are made together with: they would write the same path twice.

    They take hold of the beginning of the job, each of a stretch of another length, and leave it as it is.
    """
    if not edits or job.block[0] == UNPLACED:
        return edits
    start = job.block[0]
    end = min(start + 1 + _number(job, text), len(pipeline.text))
    if any(edit.path != pipeline.path or (edit.start <= end and start <= edit.end) for edit in edits):
        return edits
    return (*edits, Replace(pipeline.path, start, end, pipeline.text[start:end]))


def _number(job: Job, text: Text) -> int:
    return next((number for number, each in enumerate(_texts(job)) if each == text), 0)


def _texts(job: Job) -> Iterator[Text]:
    for cache in job.all_caches:
        yield from cache.paths or (Text(cache.manager, cache.location),)
