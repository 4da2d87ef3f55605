"""KPT403 unkeyed-ci-cache: the key of a download cache in CI does not follow the lock file."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing, keying
from kempt.rules.keying import Case, Verdict
from kempt.rules.places import Holds

LOCAL = "a cache of type LOCAL, which the project's settings choose and no file here, has no key"


def check(repo: Repo) -> Iterator[Finding]:
    """A key must change when the lock does, and no more often. Globs are held against the tracked files.

    A cache of a manager that installs nothing here is KPT402's.
    """
    return installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        told = set[tuple[str, str]]()
        for step, cache in caching.caches(work.job):
            found = caching.stored(repo, work.job, step, cache)
            if not caching.is_pythonic(found):
                continue
            manager = caching.manager_of(work, found)
            case = Case(work, cache, manager or "")
            verdict = keying.verdict_of(repo, case) if manager is not None else None
            if verdict is not None and not keying.is_told(told, cache, verdict.message):
                environment = cache.built is None and any(each.holds is Holds.ENVIRONMENT for each in found)
                yield _finding(repo, case, verdict, environment=environment)


def _finding(repo: Repo, case: Case, verdict: Verdict, *, environment: bool) -> Finding:
    """The finding. An environment is not given a key with a prefix to restore by: that is KPT405's to mend first."""
    work, cache = case.work, case.cache
    wanted = caching.wanted(repo, work, case.manager) if verdict.level is not Level.INFO else None
    provider = caching.provider_of(work.pipeline)
    can = wanted is not None and not environment
    edits = provider.with_key(work.pipeline, work.job, keying.alive(repo, case), wanted) if wanted and can else ()
    text = cache.key.text if cache.key is not None else None
    return RULE.finding(
        text.location if text is not None else cache.location, verdict.message,
        key=f"{work.job.name} {text.value if text is not None else ''} {case.manager}", level=verdict.level,
        help=f"hash {keying.named_files(wanted.locks)} into the key" if wanted is not None else None,
        notes=(LOCAL,) if work.pipeline.provider == "codebuild" and cache.key is None else (),
        fix=installing.fix("make the key follow the lock", Safety.SAFE, edits),
    )  # fmt: skip


RULE = Rule(
    "KPT403", "unkeyed-ci-cache", promise=3, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="the key of a download cache in CI does not follow the lock file",
    help="hash the lock file into the key",
)  # fmt: skip
