"""Tiny wheels and source archives, and projects that are built without a download; the same bytes each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from support import backend

Text = str | bytes


@dataclass(frozen=True, kw_only=True)
class _Release:
    """What wheels and source archives have in common."""

    name: str = field(kw_only=False)
    version: str = field(kw_only=False)
    files: Mapping[str, Text] = field(default_factory=dict)  # none: a package that holds its version
    requires: Sequence[str] = ()
    extras: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)  # name -> "module:attribute"
    requires_python: str = ">=3.8"

    @property
    def project(self) -> dict[str, Any]:
        """The `[project]` table."""
        return {
            "name": self.name,
            "version": self.version,
            "requires-python": self.requires_python,
            "dependencies": list(self.requires),
            "optional-dependencies": {extra: list(requires) for extra, requires in self.extras.items()},
            "scripts": dict(self.scripts),
        }

    @property
    def stem(self) -> str:
        """The file name up to the version."""
        return f"{backend.normalised(self.name)}-{self.version}"

    @property
    def metadata(self) -> bytes:
        """METADATA or PKG-INFO."""
        return backend.metadata(self.project).encode()

    @cached_property
    def content(self) -> bytes:
        """The file."""
        raise NotImplementedError

    @property
    def sha256(self) -> str:
        """The file's digest, as lock files have it."""
        return hashlib.sha256(self.content).hexdigest()

    def _sources(self) -> dict[str, bytes]:
        return {path: _bytes(text) for path, text in (self.files or package(self.name, self.version)).items()}


@dataclass(frozen=True, kw_only=True)
class Wheel(_Release):
    """A wheel: `Wheel("gamma", "1.0", scripts={"gamma": "gamma:main"})`."""

    data: Mapping[str, Text] = field(default_factory=dict)  # "data/share/x", "headers/x.h" ... -> content
    shebang_scripts: Mapping[str, str] = field(default_factory=dict)  # name -> text below `#!python`
    tag: str = "py3-none-any"

    @property
    def filename(self) -> str:
        """The name in the index."""
        return f"{self.stem}-{self.tag}.whl"

    @cached_property
    def content(self) -> bytes:
        """The file."""
        scripts = {f"scripts/{name}": f"#!python\n{text}" for name, text in self.shebang_scripts.items()}
        beside = {f"{self.stem}.data/{path}": _bytes(text) for path, text in {**scripts, **self.data}.items()}
        files = self._sources() | beside
        return backend.pack_wheel(self.project, files, self.tag)


@dataclass(frozen=True, kw_only=True)
class Sdist(_Release):
    """A source archive that builds itself: `Sdist("epsilon", "1.0")`."""

    @property
    def filename(self) -> str:
        """The name in the index."""
        return f"{self.stem}.tar.gz"

    @cached_property
    def content(self) -> bytes:
        """The file."""
        own = {"pyproject.toml": pyproject(self.project, packaged=True), "backend.py": _BACKEND}
        return backend.pack_sdist(self.project, self._sources() | {path: text.encode() for path, text in own.items()})


def package(name: str, version: str = "1.0", root: str = "") -> dict[str, str]:
    """The files of a package that can be imported, and run by a console script `name:main`."""
    text = f'VERSION = "{version}"\n\n\ndef main() -> None:\n    print("{name}", VERSION)\n'
    return {f"{root}{backend.normalised(name)}/__init__.py": text}


def packaged_project(
    name: str, version: str = "1.0", *, requires: Sequence[str] = (), tail: str = "", **table: Any
) -> dict[str, str]:
    """The files of a project that is installed itself, with the backend beside it.

    `tail` is put below `[project]`, and `table` into it: `packaged_project("shop", scripts={"shop": "shop:main"})`.
    """
    project = {"name": name, "version": version, "requires-python": ">=3.11", "dependencies": list(requires), **table}
    return {
        "pyproject.toml": pyproject(project, packaged=True) + tail,
        "backend.py": _BACKEND,
        **package(name, version, "src/"),
    }


def pyproject(project: Mapping[str, Any], *, packaged: bool) -> str:
    """A pyproject.toml with this `[project]` table."""
    tables = {name: value for name, value in project.items() if isinstance(value, dict) and value}
    plain = {name: value for name, value in project.items() if not isinstance(value, dict)}
    text = "[project]\n" + _rows(plain)
    text += "".join(f"\n[project.{name}]\n{_rows(table)}" for name, table in tables.items())
    build = {"requires": [], "build-backend": "backend", "backend-path": ["."]}
    return text + (f"\n[build-system]\n{_rows(build)}" if packaged else "")


_BACKEND = Path(backend.__file__).read_text(encoding="utf-8")


def _rows(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())  # strings and lists: as in JSON


def _bytes(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
