"""Bitbucket's caches: predefined ones without a key, and those of `definitions`, which can have one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Built, CacheUse, Key, KeyPart, PartKind, Text
from kempt.providers import scripts

PREDEFINED = {
    "pip": "~/.cache/pip",
    "node": "node_modules",
    "composer": "~/.composer/cache",
    "dotnetcore": "~/.nuget/packages",
    "gradle": "~/.gradle/caches",
    "ivy2": "~/.ivy2/cache",
    "maven": "~/.m2/repository",
    "sbt": "~/.sbt",
}
"""Names that need no definition, with the folder of each; a definition of the same name takes its place.

They live for a week, whatever happens to the lock.
"""
PYTHON = re.compile(r"(?:^|[^a-z])(?:py|python)[-_]?3", re.IGNORECASE)
PYTHON_FILE = re.compile(r"(?:.*/)?\.?python[-_]version")


class Definition(NamedTuple):
    """A cache of `definitions`: a folder, or one with the files that its key is the hash of."""

    key: yaml.Scalar
    value: yaml.Node

    @property
    def path(self) -> yaml.Scalar | None:
        """The folder; None where none is written."""
        found = self.value if isinstance(self.value, yaml.Scalar) else yaml.get(self.value, "path")
        return found if isinstance(found, yaml.Scalar) and yaml.text_of(found) else None

    @property
    def files(self) -> yaml.Node | None:
        """The files of the key; None where it has no key."""
        return yaml.get(self.value, "key", "files")


def definitions(root: yaml.Node | None) -> dict[str, Definition]:
    """All caches that the file defines."""
    found = yaml.entries(yaml.get(root, "definitions", "caches"))
    return {key.value: Definition(key, value) for key, value in found}


def use(
    scalar: yaml.Scalar, defined: Mapping[str, Definition], path: PurePosixPath, *, one_platform: bool
) -> CacheUse:  # fmt: skip
    """What a name in a step's `caches` stores. `one_platform`: all steps of the file run on Linux on x86-64."""
    name = scalar.value
    made = CacheUse(scripts.place(scalar, path), name=name, block=(scalar.start, scalar.end))
    definition = defined.get(name)
    if definition is not None:
        folder = definition.path
        paths = (scripts.text(folder, path),) if folder else ()
        return made._replace(paths=paths, key=_key(definition, path, one_platform=one_platform))
    if name not in PREDEFINED:
        return made
    paths = (Text(PREDEFINED[name], made.location),)
    if name != "pip":
        return made._replace(paths=paths)
    return made._replace(paths=paths, manager="pip", built=Built.DOWNLOADS, written=name)


def _key(definition: Definition, path: PurePosixPath, *, one_platform: bool) -> Key | None:
    """The hash of files, and the name; where all machines are alike, the key needs to say nothing of them."""
    files = yaml.scalars(definition.files)
    if not files:
        return None
    name = definition.key.value
    kind = PartKind.PYTHON if PYTHON.search(name) else PartKind.WORD
    parts = [KeyPart(kind, name)]
    for file in files:
        if PYTHON_FILE.fullmatch(file.value):
            parts.append(KeyPart(PartKind.PYTHON, file.value))
        parts.append(KeyPart(PartKind.FILES, file.value, (file.value.removeprefix("./"),)))
    if one_platform:
        parts += [KeyPart(PartKind.SYSTEM, "linux"), KeyPart(PartKind.MACHINE, "x86-64")]
    return Key(scripts.text(files[0], path), tuple(parts))
