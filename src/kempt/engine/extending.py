"""Settings files that extend others: which files are read, and in which order they count.

A repository's own file extends files of its own tree only, read through the `Tree`, so that a commit and a bare
repository do as well and nothing outside of it is ever looked at. A file that was named on the command line is the
user's own, and extends what lies beside it on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from kempt.errors import ConfigError, UnreadableError
from kempt.formats import toml
from kempt.host import paths
from kempt.host.reading import read_regular
from kempt.model.config import table_of
from kempt.model.tree import Tree

MOST = 32
"""Files that one may extend, directly and by way of others; a hostile chain ends here."""


class Layer(NamedTuple):
    """What one file sets. `source` is its path as messages name it, `table` what holds its settings, "" for the top."""

    source: str
    settings: Mapping[str, object]
    content: bytes
    table: str


class Files(Protocol):
    """Where the files lie that a settings file may extend."""

    def beside(self, source: str, name: str) -> str:
        """The path that a file means by a name. Raises ConfigError where it may not mean that."""

    def read(self, path: str) -> bytes:
        """The content. Raises UnreadableError."""


class InTree(NamedTuple):
    """The files of a repository."""

    tree: Tree

    def beside(self, source: str, name: str) -> str:
        """A path of the tree, relative to the folder of the file that names it."""
        parts: list[str] = []
        for part in (*PurePosixPath(source).parent.parts, *PurePosixPath(name).parts):
            if part == ".." and parts:
                parts.pop()
            elif part == ".." or part.startswith("/"):
                raise ConfigError(f"`extend` leads out of the repository: {name}", path=source)
            else:
                parts.append(part)
        return "/".join(parts)

    def read(self, path: str) -> bytes:
        """The content, as the tree has it."""
        return self.tree.read(path)


class OnDisk(NamedTuple):
    """The files of this machine."""

    def beside(self, source: str, name: str) -> str:
        """A path, relative to the folder of the file that names it."""
        return paths.beside(source, name)

    def read(self, path: str) -> bytes:
        """The content of a regular file."""
        return read_regular(path, toml.SIZE_LIMIT)


def layer_of(content: bytes, source: str) -> Layer:
    """What a file sets. Raises ConfigError where it is no TOML."""
    document: object = toml.parse(content)
    if isinstance(document, toml.Unparsable):
        raise ConfigError(document.message, path=source, line=document.line)
    table = table_of(PurePosixPath(source).name)
    for part in table.split(".") if table else ():
        document = document.get(part, {}) if isinstance(document, dict) else {}
    if not isinstance(document, dict):
        raise ConfigError(f"[{table}] must be a table", path=source)
    return Layer(source, document, content, table)


def with_bases(layer: Layer, files: Files) -> tuple[Layer, ...]:
    """The files that a file extends, each once and before what extends it, and itself at the end.

    Raises ConfigError, with the line that says `extend`, where one is missing, leads out of the repository, comes back
    to a file that it was reached from, or where there are too many.
    """
    found: dict[str, Layer] = {}
    _add(layer, files, (), found)
    return tuple(found.values())


def _add(layer: Layer, files: Files, above: tuple[str, ...], found: dict[str, Layer]) -> None:
    way = (*above, layer.source)
    for name in extended(layer):
        try:
            path = files.beside(layer.source, name)
        except ConfigError as error:
            raise _wrong(layer, error.message) from error
        if path in way:
            raise _wrong(layer, f"`extend` comes back to {path}")
        if path in found:
            continue
        if len(found) + len(way) > MOST:
            raise _wrong(layer, f"`extend` leads to more than {MOST} files")
        try:
            content = files.read(path)
        except UnreadableError as error:
            raise _wrong(layer, f"`extend` names {path}, which cannot be read: {error.message}") from error
        _add(layer_of(content, path), files, way, found)
    found[layer.source] = layer


def _wrong(layer: Layer, message: str) -> ConfigError:
    return ConfigError(message, path=layer.source, line=toml.line_of(layer.content, "extend", layer.table))


def extended(layer: Layer) -> tuple[str, ...]:
    """The names that a file extends, as it spells them; what is of another type is for the check of types."""
    value = layer.settings.get("extend", ())
    names: Iterable[object] = (value,) if isinstance(value, str) else value if isinstance(value, list) else ()
    return tuple(name for name in names if isinstance(name, str))
