"""uv.lock as far as freshness needs it: its head, and the blocks of the projects that lie on this disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from kempt.formats import lock_blocks
from kempt.formats.lock_blocks import Block
from kempt.formats.requirement import normalised_name
from kempt.managers.uv import rows
from kempt.managers.uv.rows import Row
from kempt.managers.uv.verdicts import CannotTellError
from kempt.managers.uv.workspace import table

LOCAL = ("editable", "virtual", "directory")
REGISTRY = b'\nsource = { registry = "'


class Lock:
    """One uv.lock in the folder `root`."""

    def __init__(self, root: str, content: bytes) -> None:
        """`content` is the whole file; what is not asked for is not read."""
        self.root = root
        self.content = lock_blocks.normal(content)

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """What stands above the packages."""
        return lock_blocks.parsed_outside(self.content)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the workspace's root declared when the lock was made."""
        return table(self.head, "manifest")

    @property
    def revision(self) -> int:
        """The revision of the format."""
        revision = self.head.get("revision", 0)
        return revision if isinstance(revision, int) else -1

    @property
    def python(self) -> str:
        """The `requires-python` that it was made for."""
        return str(self.head.get("requires-python", ""))

    @cached_property
    def projects(self) -> tuple[LockedProject, ...]:
        """The projects that are installed from folders: members, and others that they name by path."""
        parts = [f"\nsource = {{ {kind} = ".encode() for kind in LOCAL]
        return tuple(LockedProject(block, self) for block in lock_blocks.holding(self.content, *parts))

    @property
    def has_files(self) -> bool:
        """Whether packages are installed from wheels or archives on the disk."""
        return b"\nsource = { path = " in self.content

    def holds(self, name: str) -> bool:
        """Whether a package of this name is locked."""
        return f'\nname = "{name}"\n'.encode() in self.content

    def indexes(self) -> set[str]:
        """The indexes that packages were locked from."""
        found: set[str] = set()
        position = 0
        while (position := self.content.find(REGISTRY, position)) >= 0:
            position += len(REGISTRY)
            found.add(self.content[position : self.content.find(b'"', position)].decode("utf-8", "replace"))
        return found

    def indexes_of(self, names: set[str]) -> set[str]:
        """The indexes that these packages were locked from."""
        parts = [f'\nname = "{name}"\n'.encode() for name in names]
        blocks = lock_blocks.holding(self.content, *parts)
        registries = ((lock_blocks.inline(block.value("source")) or {}).get("registry") for block in blocks)
        return {each for each in registries if isinstance(each, str)}

    def rows(self, entries: object) -> list[Row]:
        """Requirements of the head, as rows."""
        tables = entries if isinstance(entries, list) else []
        return [rows.locked_row(each, self.root) for each in tables if isinstance(each, Mapping)]


class LockedProject:
    """The block of one project. `kind` is one of LOCAL, `folder` relative to the repository's root."""

    def __init__(self, block: Block, lock: Lock) -> None:
        source = lock_blocks.inline(block.value("source")) or {}
        self._block = block
        self._root = lock.root
        self.name = normalised_name(block.text("name"))
        self.version = block.text("version")
        self.kind = next((kind for kind in LOCAL if kind in source), "")
        self.folder = rows.placed(str(source.get(self.kind, "")), lock.root)

    @cached_property
    def _metadata(self) -> bytes:
        return self._block.table("metadata")

    def requires(self) -> list[Row]:
        """The dependencies that it was locked with, those of its extras among them."""
        return self._rows(lock_blocks.value(self._metadata, "requires-dist"))

    def extras(self) -> frozenset[str]:
        """The extras that it was locked with."""
        return frozenset(lock_blocks.strings(lock_blocks.value(self._metadata, "provides-extras")))

    def groups(self) -> dict[str, list[Row]]:
        """The dependency groups that it was locked with."""
        arrays = lock_blocks.arrays(self._block.table("metadata.requires-dev"))
        return {name: self._rows(array) for name, array in arrays.items()}

    def dependencies(self) -> Iterator[str]:
        """The names of all packages that it asks for by itself."""
        parts = (self._block.fields, self._block.table("optional-dependencies"), self._block.table("dev-dependencies"))
        for part in parts:
            for key, array in lock_blocks.arrays(part).items():
                if key != "resolution-markers":
                    yield from (str(each.get("name")) for each in lock_blocks.items(array) or ())

    def _rows(self, array: bytes) -> list[Row]:
        entries = lock_blocks.items(array)
        if entries is None:
            raise CannotTellError(f"the block of {self.name} in uv.lock is not laid out as uv does it")
        return [rows.locked_row(each, self._root) for each in entries]
