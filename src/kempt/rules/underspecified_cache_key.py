"""KPT404 underspecified-cache-key: builds of one system, machine or Python are handed to another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import CacheUse, Key, PartKind
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.installing import Work
from kempt.rules.places import Holds

NEEDED = {
    PartKind.SYSTEM: "the operating system",
    PartKind.MACHINE: "the architecture",
    PartKind.PYTHON: "the Python version",
}
WRITTEN = {
    PartKind.SYSTEM: re.compile(
        r"(?<![a-z])(?:linux|windows|macos|ubuntu|debian|alpine|amazonlinux|al2(?:023)?)(?![a-z])", re.IGNORECASE
    ),
    PartKind.MACHINE: re.compile(r"(?<![a-z0-9])(?:x86[-_]64|amd64|x64|arm64|aarch64)(?![a-z0-9])", re.IGNORECASE),
    PartKind.PYTHON: re.compile(
        r"(?<![a-z])(?:python|py|cp)[-_]?[0-9]\.?[0-9]{1,2}(?![0-9])|(?<![0-9.])3\.[0-9]{1,2}(?![0-9.])", re.IGNORECASE
    ),
}
"""How each is written out in words: one that stays the same needs no variable."""
WITHOUT_TEXT = frozenset({"bitbucket"})
"""Providers whose keys are files and nothing else."""


class Case(NamedTuple):
    """A cache, its key, and the manager whose lock that follows; whether it holds an environment.

    A whole key comes with a prefix to restore by, which would bring packages of another lock into an environment.
    """

    cache: CacheUse
    key: Key
    manager: str
    environment: bool


def check(repo: Repo) -> Iterator[Finding]:
    """Wheels that uv and pip build from source are for one of each; a download cache holds them too."""
    return caching.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        if work.pipeline.provider in WITHOUT_TEXT:
            continue
        for step, cache in caching.caches(work.job):
            key = cache.key
            if key is None or cache.full_key or key.broken or not key.has(PartKind.FILES):
                continue  # a key that follows nothing is KPT403's
            if key.has(PartKind.UNKNOWN):
                continue  # the output of a step may say all of it
            found = caching.stored(repo, work.job, step, cache)
            lacking = _lacking(key)
            manager = caching.manager_of(work, found)
            if lacking and manager is not None and caching.is_pythonic(found):
                environment = any(each.holds is Holds.ENVIRONMENT for each in found)
                yield _finding(repo, work, Case(cache, key, manager, environment), lacking)


def _finding(repo: Repo, work: Work, case: Case, lacking: tuple[PartKind, ...]) -> Finding:
    wanted = caching.wanted(repo, work, case.manager)
    can = wanted is not None and (wanted.python or PartKind.PYTHON not in lacking) and not case.environment
    provider = caching.provider_of(work.pipeline)
    edits = provider.with_key(work.pipeline, work.job, case.cache, wanted) if wanted is not None and can else ()
    words = [NEEDED[kind] for kind in lacking]
    shown = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    written = case.key.text
    return RULE.finding(
        written.location, f"the key `{written.value}` lacks {shown}", key=f"{work.job.name} {written.value}",
        fix=installing.fix("write a whole key", Safety.SAFE, edits),
    )  # fmt: skip


def _lacking(key: Key) -> tuple[PartKind, ...]:
    words = [part.text for part in key.parts if part.kind is PartKind.WORD]
    return tuple(kind for kind in NEEDED if not key.has(kind) and not any(map(WRITTEN[kind].search, words)))


RULE = Rule(
    "KPT404", "underspecified-cache-key", promise=3, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="the key of a download cache lacks the system, the machine or the Python version",
    help="add them to the key: what is built from source fits one of each only",
)  # fmt: skip
