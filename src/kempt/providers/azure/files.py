"""The files of Azure Pipelines: which are pipelines, which are templates of others, and where a template lies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.provider import Files
from kempt.model.repo import Fault
from kempt.providers.azure.template import DEPTH, Budget, Frame, Held, Source, entries, items

FOLDERS = (".azure-pipelines", ".azuredevops")
NAME = re.compile(r"azure-pipelines[^/]*\.ya?ml", re.IGNORECASE)
ENDINGS = (".yml", ".yaml")
TEMPLATE = re.compile(rb"^[ \t]*+(?:-[ \t]++)?template[ \t]*+:[ \t]*+([^\r\n]{1,1000})", re.MULTILINE)
"""A line that names a template: good enough to see which files are used by others."""

STARTED = re.compile(rb"^(?:trigger|pr|schedules)[ \t]*+:", re.MULTILINE)
"""What makes a file a pipeline, even if another one names it."""

MOST_FILES = 100
"""How many files Azure puts together for one pipeline."""


def paths(listing: Listing) -> tuple[str, ...]:
    """Files by the usual name in any folder, and all of the usual folders."""
    found = {path for ending in ENDINGS for path in listing.ending(ending) if NAME.fullmatch(posixpath.basename(path))}
    for folder in FOLDERS:
        found |= {path for path in listing.paths(*listing.span(folder)) if path.endswith(ENDINGS)}
    return tuple(sorted(found))


def template_path(written: str, beside: PurePosixPath) -> str:
    """Where a template lies: from the root if it begins with a slash, else from the file that names it.

    Empty where it lies in another repository, or is not written down literally.
    """
    name, at, repository = written.partition("@")
    if (at and repository != "self") or not name or "${{" in name or "$(" in name:
        return ""
    joined = name.lstrip("/") if name.startswith("/") else posixpath.join(beside.parent.as_posix(), name)
    found = posixpath.normpath(joined.replace("\\", "/"))
    return "" if found.startswith("..") else found


def used(files: Files, paths: Iterable[str]) -> frozenset[str]:
    """The templates that some of these files name: they are read there, and are no pipelines of their own."""
    contents = {path: files.read(path) or b"" for path in paths}
    found = set[str]()
    for path, content in contents.items():
        for match in TEMPLATE.finditer(content):
            written = match[1].decode("utf-8", "replace").partition(" #")[0].strip(" \t\"'")
            found |= {template_path(written, PurePosixPath(path))} - {path}
    return frozenset(path for path in found if not STARTED.search(contents.get(path, b"")))


class Library:
    """The files of one pipeline, each parsed once."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.sources: dict[str, Source | None] = {}

    def source(self, path: str) -> Source | None:
        """A file with its nodes; None where there is none that can be read."""
        if path not in self.sources:
            self.sources[path] = self._read(path) if path and len(self.sources) < MOST_FILES else None
        return self.sources[path]

    def _read(self, path: str) -> Source | None:
        content = self.files.read(path)
        if content is None:
            return None
        document = yaml.parse(content)
        if isinstance(document, yaml.Document):
            return Source(PurePosixPath(path), document)
        self.faults.append(Fault("KPT002", PurePosixPath(path), document.message, document.line))
        return None

    def opened(self, written: str, given: Held | None, user: Frame, budget: Budget) -> Held | None:
        """The root of a template with its parameters: those given to it, and the defaults of the others."""
        source = self.source(template_path(written, user.source.path)) if user.depth < DEPTH else None
        if source is None or not source.document.roots:
            return None
        bare = Held(source.document.roots[0], Frame(source, {}, user.depth + 1))
        parameters = dict(_defaults(entries(bare, budget).get("parameters"), budget))
        parameters |= entries(given, budget)
        return bare._replace(frame=bare.frame._replace(parameters=parameters))


def _defaults(declared: Held | None, budget: Budget) -> Iterator[tuple[str, Held]]:
    """Names and default values: a list of maps, or in the old way one map."""
    yield from entries(declared, budget).items()
    for item in items(declared, budget):
        said = entries(item, budget)
        name = said.get("name")
        if name is not None and isinstance(name.node, yaml.Scalar) and "default" in said:
            yield name.node.value, said["default"]
