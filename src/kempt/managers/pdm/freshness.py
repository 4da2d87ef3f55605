"""Whether pdm.lock still answers its manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from pathlib import PurePosixPath
from typing import Any

from kempt.formats import requirement
from kempt.managers import asked
from kempt.managers.asked import table
from kempt.managers.pdm import project
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Service

MAJOR, NEWEST_MINOR = 4, 5
"""The form of pdm.lock: PDM reads no other major number, and none with a higher minor one (PDM 2.29: 4.5.1)."""
OTHER_FORMATS = ("poetry", "flit")


def freshness(service: Service, documents: Documents) -> LockState:
    """Whether pdm.lock holds the hash of what pyproject.toml says now, as `pdm lock --check` compares it.

    Read in pdm/project/project_file.py and workspace.py of PDM 2.29. A hash says that the manifest is the one that was
    locked, not that the lock is right.
    """
    manifest = project.manifest_of(service)
    if state := asked.obstacle(service, manifest, documents):
        return state
    lock, pyproject = asked.lock_of(service, documents) or b"", documents.toml(manifest)
    metadata = project.metadata_of(lock)
    if reason := _beyond(metadata, pyproject):
        return LockState(Freshness.UNKNOWN, reason, service.lock)
    try:
        verdict = _compared(str(metadata.get("content_hash", "")), manifest, documents)
    except (TypeError, ValueError):  # a date, an unknown algorithm, a group named twice: PDM fails there too
        return LockState(Freshness.UNKNOWN, f"{manifest.name} holds what PDM cannot hash", manifest)
    if verdict is Freshness.UNKNOWN:
        return LockState(verdict, "pdm.lock is of an older PDM, which hashed less of pyproject.toml", service.lock)
    if verdict is Freshness.FRESH:
        return LockState(verdict)
    return _stale(manifest, documents.read(manifest) or b"", pyproject, lock)


def _compared(content_hash: str, manifest: PurePosixPath, documents: Documents) -> Freshness:
    """Whether a hash is that of the manifest. Unknown where it is what an older PDM made of it: a newer one differs."""
    algorithm, _, digest = content_hash.partition(":")
    pyproject = documents.toml(manifest)
    if not digest or project.resolution(pyproject).get("lock_inputs") is True:  # then PDM wants more than a hash
        return Freshness.STALE
    if digest == _hash(algorithm, manifest, documents):
        return Freshness.FRESH
    return Freshness.UNKNOWN if digest in _older_hashes(algorithm, pyproject) else Freshness.STALE


def _beyond(metadata: Mapping[str, Any], pyproject: Mapping[str, Any]) -> str:
    """Why only PDM can say whether this lock is fresh; empty where kempt can."""
    version = re.match(r"(\d+)\.(\d+)", str(metadata.get("lock_version", "")))
    if version is None or int(version[1]) != MAJOR or int(version[2]) > NEWEST_MINOR:
        return f"pdm.lock has the form {metadata.get('lock_version', 'of no version')}, which kempt does not know"
    if "lock_inputs" in metadata:
        return "pdm.lock holds lock_inputs, which only PDM compares"
    if "project" not in pyproject and any(each in table(pyproject, "tool") for each in OTHER_FORMATS):
        return "pyproject.toml has no [project], PDM reads another tool's table"
    return ""


def _hash(algorithm: str, manifest: PurePosixPath, documents: Documents) -> str:
    """The hash of a manifest, and of its workspace's members. Raises TypeError or ValueError where there is none."""
    from hashlib import new

    pyproject = documents.toml(manifest)
    own = _digest(algorithm, _content(pyproject))
    workspace = table(project.settings(pyproject), "workspace")
    if not workspace:
        return own
    hasher = new(algorithm, own.encode())
    for member in sorted(_members(workspace, manifest.parent, documents)):
        digest = _digest(algorithm, _content(documents.toml(manifest.parent / member / manifest.name)))
        hasher.update(b"\0" + member.encode("utf-8", "surrogateescape") + b"\0" + digest.encode())
    return hasher.hexdigest()


def _content(pyproject: Mapping[str, Any]) -> dict[str, Any]:
    """What of a manifest PDM hashes since version 2.20."""
    own = table(pyproject, "project")
    return {
        "sources": project.settings(pyproject).get("source", []),
        "dependencies": own.get("dependencies", []),
        "dev-dependencies": _dev_groups(pyproject),
        "optional-dependencies": own.get("optional-dependencies", {}),
        "requires-python": own.get("requires-python", ""),
        "resolution": project.settings(pyproject).get("resolution", {}),
    }


def _older_hashes(algorithm: str, pyproject: Mapping[str, Any]) -> Iterator[str]:
    """The hashes of PDM 2.16, which knew no `[dependency-groups]`, and of those before it."""
    content = _content(pyproject) | {"dev-dependencies": project.settings(pyproject).get("dev-dependencies", {})}
    yield _digest(algorithm, content)
    del content["resolution"]
    yield _digest(algorithm, content | {"overrides": project.resolution(pyproject).get("overrides", {})})


def _digest(algorithm: str, content: Mapping[str, Any]) -> str:
    from hashlib import new

    return new(algorithm, json.dumps(content, sort_keys=True).encode()).hexdigest()


def _dev_groups(pyproject: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`[dependency-groups]` and `[tool.pdm.dev-dependencies]` in one. Raises ValueError for a group named twice."""
    groups = dict[str, list[Any]]()
    for name, lines in table(pyproject, "dependency-groups").items():
        if project.plain(name) in groups:
            raise ValueError(name)
        groups[project.plain(name)] = list(lines)
    for name, lines in table(project.settings(pyproject), "dev-dependencies").items():
        groups.setdefault(project.plain(name), []).extend(lines)
    return groups


def _members(workspace: Mapping[str, Any], root: PurePosixPath, documents: Documents) -> set[str]:
    """The workspace's folders that have a manifest, relative to its root."""
    prefix = "" if root == PurePosixPath() else f"{root}/"
    folders = {
        path.removeprefix(prefix).removesuffix("/pyproject.toml")
        for path in documents.paths
        if path.startswith(prefix) and path.endswith("/pyproject.toml")
    }
    patterns = asked.texts(workspace.get("members"))
    return {each for each in folders if any(_matches(each.split("/"), pattern) for pattern in patterns)}


def _matches(folders: list[str], pattern: str) -> bool:
    """Whether a path is one that `pathlib` finds with a pattern. The ends of all paths so far are followed at once."""
    ends = {0}
    for part in pattern.split("/"):
        if part == "**":
            ends = {end for start in ends for end in range(start, len(folders) + 1)}
        elif part not in {"", "."}:
            name = re.compile(translate(part))
            ends = {end + 1 for end in ends if end < len(folders) and name.fullmatch(folders[end])}
    return len(folders) in ends


def _stale(manifest: PurePosixPath, content: bytes, pyproject: Mapping[str, Any], lock: bytes) -> LockState:
    own = table(pyproject, "project")
    lists = [own.get("dependencies"), *table(pyproject, "dependency-groups").values()]
    lists += table(project.settings(pyproject), "dev-dependencies").values()
    unwanted = {
        project.own_name(pyproject),
        *project.excluded(pyproject),
    }
    overridden = {requirement.normalised_name(each) for each in table(project.resolution(pyproject), "overrides")}
    wishes = [
        each._replace(specifiers=()) if each.name in overridden else each
        for lines in lists
        for each in asked.in_list(lines)
        if each.name not in unwanted
    ]
    return asked.stale(wishes, asked.locked_versions(lock), manifest, content, "pdm.lock")
