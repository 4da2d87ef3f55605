"""Keys and paths as they are written in a CircleCI configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from kempt.model.installs import Downloads
from kempt.model.pipeline import Job, PartKind
from kempt.model.provider import Wanted
from kempt.providers.circleci.keys import Known, Segment, segments

LITERAL = re.compile(r"[\w./~@:+ -]+")
"""A folder that can be written into `paths`: CircleCI expands no variable there."""
DROPPED = frozenset({PartKind.RUN, PartKind.BRANCH})
MANIFESTS = re.compile(
    r"(?:pyproject\.toml|setup\.(?:py|cfg)|[\w.-]*(?:requirements|constraints)[\w.-]*|Pipfile|pylock[\w.-]*\.toml"
    r"|(?:.*/)?requirements/.*|(?:uv|poetry|pdm|Pipfile)\.lock)"
)
"""Files of Python packages, which a key needs no longer where it has the lock."""


def keys(wanted: Wanted, working: str) -> tuple[str, str]:
    """A key for the wanted cache, and the prefix of it that any lock has."""
    prefix = f"{wanted.manager}-v1-{{{{ arch }}}}-{_python(wanted)}"
    files = wanted.locks if wanted.python else wanted.hashed
    return prefix + "-".join(checksums(files, working)), prefix


def checksums(locks: Iterable[str], working: str) -> tuple[str, ...]:
    """The hash of each lock. A path starts from the working directory of the job, itself seen from the root."""
    return tuple(f'{{{{ checksum "{posixpath.relpath(lock, working or ".")}" }}}}' for lock in locks)


def _python(wanted: Wanted) -> str:
    return f"py{wanted.python}-" if wanted.python else ""


def mended(text: str, known: Known, wanted: Wanted, working: str) -> tuple[str, str]:
    """A key that follows the lock and has all that it was, and the prefix of it that any lock has.

    What is new each run, and the hashes of manifests that the lock makes superfluous, go; what was there in words stays
    where it was, so that a version word that people count up by hand keeps its use.
    """
    found = tuple(segments(text, known))
    head = found[0].written.strip("-") if found and _is_word(found[0]) else wanted.manager
    rest = found[1:] if found and _is_word(found[0]) else found
    kinds = {part.kind for segment in found for part in segment.parts}
    pieces = [head or wanted.manager]
    if not {PartKind.SYSTEM, PartKind.MACHINE} <= kinds:
        pieces.append("{{ arch }}")
    if PartKind.PYTHON not in kinds and wanted.python:
        pieces.append(f"py{wanted.python}")
    middle = [each for each in _middle(rest) if each != "{{ arch }}" or each not in pieces]
    prefix = "-".join([*pieces, *middle, ""])
    others = [each.written for each in rest if _is_other_file(each)]
    files = wanted.locks if PartKind.PYTHON in kinds or wanted.python else wanted.hashed
    return prefix + "-".join([*others, *checksums(files, working)]), prefix


def _is_word(segment: Segment) -> bool:
    return not segment.written.startswith(("{{", "<<"))


def _middle(found: Iterable[Segment]) -> Iterator[str]:
    for segment in found:
        kinds = {part.kind for part in segment.parts}
        is_file = PartKind.FILES in kinds and PartKind.PYTHON not in kinds
        if kinds and not is_file and not kinds & DROPPED:
            yield segment.written.strip("-")


def _is_other_file(segment: Segment) -> bool:
    """A hash that other tools' caches under this key need."""
    kinds = {part.kind for part in segment.parts}
    names = [name.rpartition("/")[2] for part in segment.parts for name in part.files]
    return PartKind.FILES in kinds and PartKind.PYTHON not in kinds and not any(map(MANIFESTS.fullmatch, names))


def folders(job: Job, downloads: Downloads) -> tuple[str, ...]:
    """What to store of a download cache; empty where a variable puts it at a place that cannot be written down."""
    variables: Mapping[str, str] = next((step.variables for step in reversed(job.steps) if step.commands), {})
    moved, home = variables.get(downloads.variable), variables.get("XDG_CACHE_HOME")
    if moved is None:
        moved = {
            "linux": f"{home or '~/.cache'}/{downloads.linux}",
            "macos": downloads.macos,
            "windows": downloads.windows,
        }.get(job.system, "")
    if not moved or not LITERAL.fullmatch(moved):
        return ()
    return tuple(f"{moved}/{folder}" for folder in downloads.kept) or (moved,)
