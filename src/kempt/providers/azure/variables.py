"""Variables of a pipeline, and what Azure's own stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import PartKind
from kempt.providers.azure.template import Budget, Held, entries, items, resolved, text

if TYPE_CHECKING:
    from kempt.providers.azure.files import Library

MACRO = re.compile(r"\$\(([^()\s]{1,200})\)")
PYTHON_NAME = re.compile(r"(?:\w+\.)?(?:use_?)?py(?:thon)?[._-]?(?:ver(?:sion)?)?(?:spec)?s?", re.IGNORECASE)
"""A variable that says which Python."""
PYTHON_VALUE = re.compile(r"\d+(?:\.\d+){0,2}[a-z0-9.*-]*")
ROOTS = re.compile(
    r"\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory|Build\.Repository\.LocalPath)\)(?=[/\\]|\Z)"
    r"|\$\((?:Pipeline\.Workspace|Agent\.BuildDirectory)\)[/\\]s(?=[/\\]|\Z)",
    re.IGNORECASE,
)
"""The names of the folder that holds the repository."""

KINDS = {
    "agent.os": PartKind.SYSTEM,
    "agent.jobname": PartKind.WORD,
    "agent.osarchitecture": PartKind.MACHINE,
    "imageos": PartKind.SYSTEM,
    "vmimage": PartKind.SYSTEM,
    "build.buildid": PartKind.RUN,
    "build.buildnumber": PartKind.RUN,
    "build.sourceversion": PartKind.RUN,
    "system.jobid": PartKind.RUN,
    "build.sourcebranch": PartKind.BRANCH,
    "build.sourcebranchname": PartKind.BRANCH,
    "system.pullrequest.sourcebranch": PartKind.BRANCH,
    "system.pullrequest.pullrequestid": PartKind.BRANCH,
    "system.pullrequest.pullrequestnumber": PartKind.BRANCH,
    "build.repository.name": PartKind.WORD,
    "build.definitionname": PartKind.WORD,
    "system.jobname": PartKind.WORD,
    "system.stagename": PartKind.WORD,
    "system.teamproject": PartKind.WORD,
    "system.pullrequest.targetbranch": PartKind.WORD,
}
"""What Azure's own variables stand for in a key."""

LONGEST, LONGEST_VALUE, STEPS = 4096, 512, 5
"""Characters of a text and of a value, and steps, after which variables stay as they are: hostile ones double."""


class Set(NamedTuple):
    """A variable that is set: its name as written, its value, and the scope."""

    name: str
    value: Held
    scope: str


def written(held: Held | None, scope: str, library: Library, budget: Budget) -> Iterator[Set]:
    """The variables of a map, or of a list of names and values, of which some may come from a template.

    Of a group, which Azure keeps, nothing is known.
    """
    for name, said_value in entries(held, budget).items():
        found = resolved(said_value)
        if found is not None and isinstance(found.node, yaml.Scalar):
            yield Set(name, found, scope)
    for item in items(held, budget):
        said = entries(item, budget)
        value = resolved(said.get("value"))
        if "name" in said and value is not None and isinstance(value.node, yaml.Scalar):
            yield Set(text(said["name"]), value, scope)
        elif "template" in said:
            root = library.opened(text(said["template"]), said.get("parameters"), item.frame, budget)
            yield from written(entries(root, budget).get("variables"), scope, library, budget)


def environment_name(name: str) -> str:
    """The name under which a script finds a variable."""
    return name.upper().replace(".", "_").replace(" ", "_")


def expanded(value: str, variables: Mapping[str, str]) -> str:
    """A text with the variables that are known put in (their names in lower case); those that are not stay."""

    def given(match: re.Match[str]) -> str:
        found = variables.get(match[1].lower(), match[0])
        return found if len(found) <= LONGEST_VALUE else match[0]

    for _ in range(STEPS):
        if len(value) > LONGEST:
            break
        value, before = MACRO.sub(given, value), value
        if value == before:
            break
    return value


def in_repository(path: str) -> str:
    """A path with the repository's folder, by whichever name, taken off it."""
    match = ROOTS.match(path)
    return path if match is None else path[match.end() :].lstrip("/\\") or "."
