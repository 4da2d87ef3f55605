"""What the tasks for caches and artifacts store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kempt.model.listing import Listing
from kempt.model.pipeline import UNPLACED, CacheUse, Text
from kempt.providers.azure.keys import Names, key, segments
from kempt.providers.azure.template import Held, Source, resolved, text
from kempt.providers.azure.texts import located, place, span
from kempt.providers.azure.variables import expanded, in_repository

GLOBS = "*?["
LIMITS = "Azure Pipelines stores one folder, without wildcards"
WHOLE = frozenset({".", "$(pipeline.workspace)", "$(agent.builddirectory)", "$(agent.workfolder)"})
"""Places that hold the repository."""

EVERYTHING = "**/*"
IGNORES = ".artifactignore"


def cache(step: Held, inputs: Mapping[str, Held], names: Names, own: Source) -> CacheUse | None:
    """The cache of a task `Cache@2`."""
    if "key" not in inputs or "path" not in inputs:
        return None
    stored = located(inputs["path"], own)
    places = tuple(_places(stored, names))
    written = located(inputs["key"], own)
    several = "\n" in stored.value
    unstored = tuple(each for each in places if several or any(mark in each.value for mark in GLOBS))
    return CacheUse(
        place(step),
        paths=places,
        key=key(written, names),
        restore_keys=tuple(_lines(inputs.get("restoreKeys"), own)),
        block=span(step, own),
        limits=LIMITS if unstored or several else "",
        unstored=unstored,
        name=text(inputs.get("cacheHitVar")),
    )


def _places(stored: Text, names: Names) -> Iterator[Text]:
    """The folders: one, though the agent takes more between `|`. Only a single one can be put in another's place."""
    parts = segments(stored.value.strip())
    for part in parts:
        alone = part == stored.value.strip()
        value = in_repository(expanded(part, names.told))
        yield stored._replace(value=value) if alone else Text(value, stored.location)


def _lines(held: Held | None, own: Source) -> Iterator[Text]:
    found = resolved(held)
    if found is None:
        return
    whole = located(found, own)
    lines = [line.strip() for line in whole.value.split("\n") if line.strip()]
    for line in lines:
        yield whole._replace(value=line) if len(lines) == 1 else Text(line, whole.location)


def handed_on(step: Held, stored: Held | None, default: str, names: Names, own: Source) -> Text:
    """What a task hands on: all files for a place that holds the repository, else the place."""
    found = resolved(stored)
    whole = located(found, own) if found is not None else Text(default, place(step))
    path = in_repository(expanded(whole.value.strip(), names.told))
    if path.lower().rstrip("/\\") in WHOLE:
        return whole._replace(value=EVERYTHING, start=UNPLACED, end=UNPLACED)
    return whole._replace(value=path)


def has_exclusions(path: str, listing: Listing) -> bool:
    """Whether a list of what is left out lies beside what is handed on."""
    return (IGNORES if path == EVERYTHING else f"{path.rstrip('/')}/{IGNORES}") in listing
