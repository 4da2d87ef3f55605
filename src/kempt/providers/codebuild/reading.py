"""From files to pipelines: buildspecs told by their names, those that templates name or hold, and those of batches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import providers
from kempt.formats import yaml
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Files, Read
from kempt.model.repo import Fault
from kempt.providers.codebuild import cloudformation, environment
from kempt.providers.codebuild.buildspec import pipeline
from kempt.providers.codebuild.files import is_buildspec, templates
from kempt.providers.codebuild.spans import lines_of, window


class Found(NamedTuple):
    """A template as a document, with what it defines."""

    path: str
    document: yaml.Document
    template: cloudformation.Template


def read(files: Files, paths: Iterable[str]) -> Read:
    """The pipelines of a repository. All that may be templates are looked at, whatever paths are given."""
    found = tuple(_templates(files))
    handed = dict[str, bool | None]()
    for name, clone in (pair for each in found for pair in each.template.handed):
        handed[name] = cloudformation.worst((handed[name], clone)) if name in handed else clone
    named = dict[str, list[bool | None]]()
    for project in (project for each in found for project in each.template.projects):
        if project.path:
            named.setdefault(project.path, []).append(cloudformation.has_git(project, handed))
    faults = list[Fault]()
    waiting = [(path, cloudformation.worst(named.get(path, ()))) for path in (*filter(is_buildspec, paths), *named)]
    made = [*_files(files, waiting, faults)]
    made += [each for one in found for each in _inline(one, handed)]
    return Read(tuple(made), tuple(faults))


def _templates(files: Files) -> Iterator[Found]:
    for path in templates(files.listing):
        content = files.read(path)
        if content is not None and any(mark in content for mark in cloudformation.MARKS):
            document = yaml.parse(content)  # what does not parse may be a template of templates, and is nobody's fault
            if isinstance(document, yaml.Document):
                yield Found(path, document, cloudformation.template(document))


def _files(files: Files, waiting: list[tuple[str, bool | None]], faults: list[Fault]) -> Iterator[Pipeline]:
    """The pipelines of files, and of those that their batch builds name; each file once."""
    seen = set[str]()
    while waiting:
        name, git = waiting.pop(0)
        path = PurePosixPath(name)
        content = None if name in seen else files.read(name)
        seen.add(name)
        if content is None or not any(word in content for word in providers.CONCERNED):
            continue
        document = yaml.parse(content)
        if isinstance(document, yaml.Unparsable):
            faults.append(Fault("KPT002", path, document.message, document.line))
            continue
        made = pipeline(document, path, has_git=git)
        if made is not None:
            yield made
            waiting += [(each, git) for each in _of_batch(document)]


def _of_batch(document: yaml.Document) -> Iterator[str]:
    for name in environment.buildspecs(document.roots[0]):
        path = posixpath.normpath(name) if name and name.isprintable() else ""
        if path.lower().endswith((".yml", ".yaml")) and not path.startswith(("/", "..")):
            yield path


def _inline(found: Found, handed: dict[str, bool | None]) -> Iterator[Pipeline]:
    """The buildspecs that stand in a template as text."""
    for project in found.template.projects:
        span = lines_of(found.document.text, project.inline) if project.inline else None
        document = window(found.document.text, span) if span else None
        if isinstance(document, yaml.Document):
            made = pipeline(
                document, PurePosixPath(found.path), name=project.names[0], span=span, text=found.document.text,
                has_git=cloudformation.has_git(project, handed),
            )  # fmt: skip
            if made is not None:
                yield made
