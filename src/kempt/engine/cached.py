"""Promise 3 where no rule objects: which CI jobs install, and which of them cache downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt import catalog
from kempt.model.finding import Finding
from kempt.model.repo import Repo
from kempt.model.status import Promise, State
from kempt.rules import caching, installing, locking
from kempt.rules.installing import Work
from kempt.rules.places import Holds

UNCACHED = "KPT412"


class Cached(NamedTuple):
    """A job that caches downloads: the file, whose downloads, and the lock that the key follows."""

    path: str
    manager: str
    lock: str


def caches(repo: Repo, findings: Sequence[Finding]) -> Promise:
    """Kept where jobs that install cache what they download, broken where none of them does."""
    if not repo.automation.pipelines:
        command = "kempt init --ci github" if locking.own_services(repo) else ""
        return Promise(3, State.UNCHECKED, "no CI file for Python found", command, absent=True)
    works = [work for work in installing.jobs(repo) if installing.managers(work.acts)]
    first = repo.automation.pipelines[0].path
    if not works:
        return Promise(3, State.UNCHECKED, f"`{first}`: no install in it that kempt can read")
    found = [each for work in works for each in _cached(repo, work)]
    bare = [each for each in findings if each.code == UNCACHED]
    if not found:
        command = "kempt check --fix --unsafe-fixes" if any(each.fix for each in bare) else "kempt check"
        if bare:
            return Promise(3, State.BROKEN, "", command, tuple(bare))
        return Promise(3, State.UNCHECKED, f"`{works[0].pipeline.path}`: what it caches is not known")
    more = len({each.path for each in found}) - 1
    said = f"{found[0].path.rpartition('/')[2]}: {found[0].manager} cache"
    said += f" keyed on {found[0].lock}" if found[0].lock else ""
    said += f"; {more:,} more file{'s' * (more > 1)}" if more else ""
    said += f"; {len(bare):,} job{'s' * (len(bare) > 1)} without" if bare else ""
    return Promise(3, State.KEPT, said, "kempt check" if bare else "")


def _cached(repo: Repo, work: Work) -> Iterator[Cached]:
    used = installing.managers(work.acts)
    for step, cache in caching.caches(work.job):
        for each in caching.stored(repo, work.job, step, cache):
            if each.holds is Holds.DOWNLOADS and each.manager in used:
                locks = [path for path in caching.hashed(repo, cache) if catalog.is_lock(path)]
                yield Cached(str(work.pipeline.path), each.manager, locks[0] if locks else "")
