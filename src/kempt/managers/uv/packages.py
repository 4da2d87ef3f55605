"""What uv.lock locks: its packages, and which of them belong into an environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.formats import lock_blocks
from kempt.formats.lock_blocks import Block, Value
from kempt.formats.requirement import normalised_name
from kempt.managers.uv.workspace import discover, strings, table
from kempt.model.documents import Documents
from kempt.model.locks import LockedPackage, Origin, Target, Wanted
from kempt.model.repo import Service

ORIGINS = {
    "registry": Origin.INDEX, "url": Origin.URL, "git": Origin.VCS, "path": Origin.FILE, "editable": Origin.FOLDER,
    "virtual": Origin.FOLDER, "directory": Origin.FOLDER,
}  # fmt: skip
FILE = re.compile(rb'\{ (?:url|path|filename) = "([^"\n]*+)"(?:, hash = "([^"\n]*+)")?')
ACTIVATED = re.compile(r"extra (==|!=) '((?:extra|group|project)-\d+-[^']*)'")
"""How the marker of a dependency says which extra or group of which project must be asked for, where some conflict."""
ALWAYS, NEVER = "python_version >= '0'", "python_version < '0'"


def packages(content: bytes) -> tuple[LockedPackage, ...]:
    """All packages of a lock, in its order. The marker of a fork is that under which it was resolved."""
    return tuple(map(_package, lock_blocks.blocks(content)))


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """What `uv sync` puts into the environment: all members, and the groups that are the default.

    None where there is no lock that can be read.
    """
    content = None if service.lock is None else documents.read(service.lock)
    if content is None:
        return None
    graph = _Graph(content, target)
    workspace = discover(str(service.root), documents)
    own = workspace.root.table("tool", "uv").get("default-groups", ["dev"])
    groups = None if own == "all" else frozenset(map(normalised_name, strings(own)))
    members = [graph.nodes[name][0] for name in workspace.projects if name in graph.nodes]
    graph.activate(members, groups)
    roots = [edge for member in members for edge in member.edges(groups, extras=False)]
    if not workspace.root.name:
        asked = table(lock_blocks.parsed_outside(content), "manifest", "dependency-groups")
        roots += [_edge(each) for name, rows in asked.items() if groups is None or name in groups for each in rows]
    required = graph.reached(members, roots)
    everything = graph.reached(members, [edge for each in members for edge in each.edges(None, extras=True)])
    return Wanted(required, {name: version for name, version in everything.items() if name not in required})


class _Edge(NamedTuple):
    """A dependency. `version` is given where the lock holds several of that name."""

    name: str
    version: str
    extras: tuple[str, ...]
    marker: str


class _Node(NamedTuple):
    """A package, with what it brings along: for all, by its extras, and by its dependency groups."""

    name: str
    version: str
    is_installed: bool
    always: tuple[_Edge, ...]
    by_extra: Mapping[str, tuple[_Edge, ...]]
    by_group: Mapping[str, tuple[_Edge, ...]]

    def edges(self, groups: frozenset[str] | None, *, extras: bool) -> Iterator[_Edge]:
        """Its dependencies, those of these groups (None for all), and of its extras if they are asked for."""
        yield from self.always
        for name, found in self.by_group.items():
            if groups is None or name in groups:
                yield from found
        if extras:
            for found in self.by_extra.values():
                yield from found


class _Graph:
    """The packages of a lock, and the way from one to those that it brings along, for one target."""

    def __init__(self, content: bytes, target: Target) -> None:
        self.nodes: dict[str, list[_Node]] = {}
        self._environment = {**target.markers, "extra": ""}
        self._held: dict[str, bool] = {"": True}
        self._active: set[str] = set()
        for block in lock_blocks.blocks(content):
            node = _node(block)
            self.nodes.setdefault(node.name, []).append(node)

    def activate(self, members: Iterable[_Node], groups: frozenset[str] | None) -> None:
        """Say which groups of which projects are asked for, for the markers of dependencies that depend on it."""
        for member in members:
            self._active.add(f"project-{len(member.name)}-{member.name}")
            for group in member.by_group:
                if groups is None or group in groups:
                    self._active.add(f"group-{len(member.name)}-{member.name}-{group}")

    def reached(self, members: Iterable[_Node], edges: Iterable[_Edge]) -> dict[str, str]:
        """Names and versions of the members that are installed themselves, and of all that the edges lead to."""
        found = {member.name: member.version for member in members if member.is_installed}
        queue = list(edges)
        seen: set[tuple[str, str, str]] = set()
        while queue:
            edge = queue.pop()
            if not self._holds(edge.marker):
                continue
            for node in self.nodes.get(edge.name, ()):
                if edge.version and node.version != edge.version:
                    continue
                if node.is_installed:
                    found.setdefault(node.name, node.version)
                for extra in ("", *edge.extras):
                    if (node.name, node.version, extra) not in seen:
                        seen.add((node.name, node.version, extra))
                        queue += node.by_extra.get(extra, ()) if extra else node.always
        return found

    def _holds(self, marker: str) -> bool:
        if marker not in self._held:
            from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

            plain = ACTIVATED.sub(
                lambda match: ALWAYS if (match[1] == "==") == (match[2] in self._active) else NEVER, marker
            )
            try:
                self._held[marker] = Marker(plain).evaluate(dict(self._environment))
            except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
                self._held[marker] = True
        return self._held[marker]


def _package(block: Block) -> LockedPackage:
    fields = block.fields
    source = lock_blocks.inline(lock_blocks.value(fields, "source")) or {}
    kind = next((each for each in source if each in ORIGINS), "")
    files = FILE.findall(lock_blocks.value(fields, "wheels"))
    sdist = lock_blocks.value(fields, "sdist")
    hashes = [digest for _, digest in (*files, *FILE.findall(sdist)) if digest]
    forks = lock_blocks.strings(lock_blocks.value(fields, "resolution-markers"))
    return LockedPackage(
        normalised_name(lock_blocks.text(fields, "name")), lock_blocks.text(fields, "version"),
        ORIGINS.get(kind, Origin.INDEX), str(source.get(kind, "")), " or ".join(f"({each})" for each in forks),
        tuple(place.rpartition(b"/")[2].decode("utf-8", "replace") for place, _ in files), bool(sdist),
        tuple(digest.decode("ascii", "replace") for digest in hashes), kind == "editable", block.line,
    )  # fmt: skip


def _node(block: Block) -> _Node:
    fields = block.fields
    source = lock_blocks.value(fields, "source")
    return _Node(
        normalised_name(lock_blocks.text(fields, "name")), lock_blocks.text(fields, "version"),
        not source.startswith(b"{ virtual = "), _edges(lock_blocks.value(fields, "dependencies")),
        _tables(block, "optional-dependencies"), _tables(block, "dev-dependencies"),
    )  # fmt: skip


def _tables(block: Block, name: str) -> dict[str, tuple[_Edge, ...]]:
    part = block.table(name)
    return {normalised_name(key): _edges(array) for key, array in lock_blocks.arrays(part).items()} if part else {}


def _edges(array: bytes) -> tuple[_Edge, ...]:
    return tuple(map(_edge, lock_blocks.items(array) or ())) if array else ()


def _edge(entry: Mapping[str, Value]) -> _Edge:
    extras = entry.get("extra", entry.get("extras", ()))
    named = tuple(map(str, extras)) if isinstance(extras, tuple | list) else ()
    return _Edge(str(entry.get("name", "")), str(entry.get("version", "")), named, str(entry.get("marker", "")))
