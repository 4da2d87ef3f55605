"""The key that a cache should have, and the step that makes one."""

from __future__ import annotations

import re

from kempt.formats import yaml
from kempt.model.pipeline import CacheUse, Job, PartKind, Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers.azure import known
from kempt.providers.azure.keys import segments
from kempt.providers.writing import at, counted, opened, own, replaces

VERSION = re.compile(r"[\w.]{1,20}|\$\([\w.]{1,60}\)")
"""A version, or the variable that holds it."""

MACHINE = ('"$(Agent.OS)"', '"$(Agent.OSArchitecture)"')
"""In quotes, because a dot in a segment makes it a path."""


def with_python(body: yaml.Node | None, wanted: Wanted) -> Wanted:
    """The same, with the Python that the job chooses for itself, by a variable of its matrix perhaps."""
    steps = yaml.get(body, "steps")
    if wanted.python or not isinstance(steps, yaml.Sequence):
        return wanted
    for step in steps.items:
        if known.name_of(yaml.text_of(yaml.get(step, "task"))) == "usepythonversion":
            version = yaml.text_of(yaml.get(step, "inputs", "versionSpec"))
            return wanted._replace(python=version if VERSION.fullmatch(version) else "")
    return wanted


def prefix(wanted: Wanted, name: str = "", old: str = "") -> list[str]:
    """The segments that stay when the locks change, behind the old key's version word."""
    word = f"{wanted.manager}-{name}" if name else wanted.manager
    return [
        *filter(None, [counted(old).strip("-")]),
        word,
        *MACHINE,
        *([f'"py{wanted.python}"'] if wanted.python else []),
    ]


def locks_of(wanted: Wanted) -> list[str]:
    """The segments of the locks: what has no dot or slash in it would be taken for a word."""
    files = wanted.locks if wanted.python else wanted.hashed
    return [file if "/" in file or "." in file else f"./{file}" for file in files]


def joined(parts: list[str]) -> str:
    """Segments as a key."""
    return " | ".join(parts)


def step(wanted: Wanted, place: str, name: str = "") -> str:
    """A step that restores and saves a folder, as YAML text."""
    stays = joined(prefix(wanted, name))
    return (
        "task: Cache@2\n"
        "inputs:\n"
        f"  key: {yaml.quoted(f'{stays} | {joined(locks_of(wanted))}')}\n"
        f"  restoreKeys: {yaml.quoted(stays)}\n"
        f"  path: {yaml.quoted(place)}"
    )


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """A key that follows the locks, and system, architecture and Python too; other files in it stay."""
    document = opened(pipeline)
    inputs = document and own(at(document, cache.block[0], yaml.Mapping), "inputs")
    key = own(inputs, "key")
    if document is None or not isinstance(key, yaml.Scalar) or cache.key is None or not wanted.locks:
        return ()
    if cache.location.path != pipeline.path or "${{" in key.value:
        return ()
    wanted = with_python(at(document, job.block[0], yaml.Mapping), wanted)
    stays = prefix(wanted, old=key.value.strip())
    kept = [part.text for part in cache.key.parts if part.kind is PartKind.FILES]
    files = [*locks_of(wanted), *(text for text in kept if text not in wanted.locks and text in segments(key.value))]
    changes: list[yaml.Change | None] = [yaml.with_value(key, joined([*stays, *files]), document)]
    restored = own(inputs, "restoreKeys")
    if isinstance(restored, yaml.Scalar):
        changes.append(yaml.with_value(restored, joined(stays), document))
    return replaces(pipeline, changes)
