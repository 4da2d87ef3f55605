"""KPT404 underspecified-cache-key: builds of one system, machine or Python are handed to another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location, Safety
from kempt.model.pipeline import Key, PartKind
from kempt.model.provider import Edits
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing, keying
from kempt.rules.keying import Case
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
        r"(?<![a-z])(?:python|py|cp)[-_]?[0-9]\.?(?:[0-9]{1,2}|x)(?![0-9])|(?<![0-9.])3\.(?:[0-9]{1,2}|x)(?![0-9.])",
        re.IGNORECASE,
    ),
}
"""How each is written out in words: one that stays the same needs no variable."""
WITHOUT_TEXT = frozenset({"bitbucket"})
"""Providers whose keys are files and nothing else."""


SAYS_PYTHON = re.compile(r"(?<![a-z])py[\d$<{]|python")
"""A Python in a key that kempt writes."""
FILES = frozenset({".python-version", ".tool-versions", "runtime.txt"})
"""Files that say which Python: who hashes one has it in the key."""


def check(repo: Repo) -> Iterator[Finding]:
    """Wheels that uv and pip build from source are for one of each; a download cache holds them too.

    A key that follows nothing, or the wrong thing, is KPT403's: who mends that writes a whole one.
    """
    shared = set[Location]()
    for work in installing.jobs(repo):
        told = set[tuple[str, str]]()
        for step, cache in caching.caches(work.job) if work.pipeline.provider not in WITHOUT_TEXT else ():
            key = cache.key
            if key is None or cache.full_key or key.broken or not key.has(PartKind.FILES):
                continue
            if key.has(PartKind.UNKNOWN):
                continue  # the output of a step may say all of it
            found = caching.stored(repo, work.job, step, cache)
            manager = caching.manager_of(work, found)
            lacking = _lacking(key)
            if not lacking or manager is None or not caching.is_pythonic(found):
                continue
            case = Case(work, cache, manager)
            environment = any(each.holds is Holds.ENVIRONMENT for each in found)
            finding = _finding(repo, case, key, lacking, environment=environment)
            if finding is None or keying.is_told(told, cache, finding.message) or finding.location in shared:
                continue
            shared.add(finding.location)
            yield finding


def _finding(
    repo: Repo, case: Case, key: Key, lacking: tuple[PartKind, ...], *, environment: bool
) -> Finding | None:  # fmt: skip
    """The finding, if something is lacking that the file can say.

    A whole key comes with a prefix to restore by, which would bring packages of another lock into an environment.
    """
    edits = _edits(repo, case)
    if not _can_name_python(repo, case, edits):
        lacking = tuple(kind for kind in lacking if kind is not PartKind.PYTHON)
    if not lacking or keying.verdict_of(repo, case) is not None:
        return None
    words = [NEEDED[kind] for kind in lacking]
    shown = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return RULE.finding(
        key.text.location, f"the key `{key.text.value}` lacks {shown}",
        key=f"{case.work.job.name} {key.text.value}",
        fix=installing.fix("write a whole key", Safety.SAFE, () if environment else edits),
    )  # fmt: skip


def _edits(repo: Repo, case: Case) -> Edits:
    wanted = caching.wanted(repo, case.work, case.manager)
    provider, cache = caching.provider_of(case.work.pipeline), keying.alive(repo, case)
    return () if wanted is None else provider.with_key(case.work.pipeline, case.work.job, cache, wanted)


def _can_name_python(repo: Repo, case: Case, edits: Edits) -> bool:
    """Whether the key can say which Python: one that the file does not name is in no key that kempt would write."""
    if edits:
        return any(SAYS_PYTHON.search(edit.text) for edit in edits)
    wanted = caching.wanted(repo, case.work, case.manager, locked=False)
    known = wanted is not None and (wanted.python or wanted.python_file)
    return bool(known or caching.pythons_of(case.work.pipeline, case.work.job))


def _lacking(key: Key) -> tuple[PartKind, ...]:
    words = [part.text for part in key.parts if part.kind is PartKind.WORD]
    has_python = any(name.rpartition("/")[2] in FILES for name in key.files)
    lacking = (kind for kind in NEEDED if not key.has(kind) and not any(map(WRITTEN[kind].search, words)))
    return tuple(kind for kind in lacking if kind is not PartKind.PYTHON or not has_python)


RULE = Rule(
    "KPT404", "underspecified-cache-key", promise=3, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="the key of a download cache lacks the system, the machine or the Python version",
    help="add them to the key: what is built from source fits one of each only",
)  # fmt: skip
