"""Providers whose pipelines are one file each: read, parsed, and a fault where one is no YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Files, Read
from kempt.model.repo import Fault
from kempt.providers import CONCERNED


def read(files: Files, paths: Iterable[str], pipeline: Callable[[yaml.Document, PurePosixPath], Pipeline]) -> Read:
    """A pipeline of each of these files that has a word of Python packages in it."""
    pipelines, faults = list[Pipeline](), list[Fault]()
    for name in paths:
        content = files.read(name)
        if content is None or not any(word in content for word in CONCERNED):
            continue
        document = yaml.parse(content)
        if isinstance(document, yaml.Unparsable):
            faults.append(Fault("KPT002", PurePosixPath(name), document.message, document.line))
        else:
            pipelines.append(pipeline(document, PurePosixPath(name)))
    return Read(tuple(pipelines), tuple(faults))
