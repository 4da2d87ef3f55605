"""What a manifest asks for and its lock does not hold: the reason why a lock is stale, as far as it is easily told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt.formats import requirement
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Service

CONFLICT = b"\n<<<<<<< "
NAMED = re.compile(rb"^name = \"([^\"\n]*+)\"\nversion = \"([^\"\n]*+)\"", re.MULTILINE)


class Asked(NamedTuple):
    """A dependency that is wanted everywhere: its normalised name, and how the manifest spells it."""

    name: str
    text: str
    specifiers: tuple[str, ...] = ()


def table(parent: object, key: str) -> Mapping[str, Any]:
    """A table in a table, empty where there is none."""
    found = parent.get(key) if isinstance(parent, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def texts(found: object) -> tuple[str, ...]:
    """The strings of a list, none where it is no list."""
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def in_list(lines: object) -> Iterator[Asked]:
    """The requirements (PEP 508) of a list, but those with a marker: a lock need not hold these."""
    for line in texts(lines):
        found = requirement.parse(line)
        if found is not None and not found.marker:
            yield Asked(found.name, line, found.specifiers)


def in_table(wishes: object, *, but: Iterable[str] = ()) -> Iterator[Asked]:
    """The dependencies of a table `name = "version"` or `name = {...}`, but those that are not wanted everywhere."""
    limits = {"markers", "marker", "python", "platform", "sys_platform", "os_name", "platform_machine"}
    for name, wish in wishes.items() if isinstance(wishes, Mapping) else ():
        if name not in but and not (isinstance(wish, list) or (isinstance(wish, dict) and limits & wish.keys())):
            yield Asked(requirement.normalised_name(name), name)


def locked_versions(lock: bytes) -> dict[str, list[str]]:
    """The names and versions of a lock file of `[[package]]` blocks."""
    found = dict[str, list[str]]()
    for match in NAMED.finditer(lock.replace(b"\r\n", b"\n")):
        name, version = (part.decode("utf-8", "replace") for part in match.groups())
        found.setdefault(requirement.normalised_name(name), []).append(version)
    return found


def lock_of(service: Service, documents: Documents) -> bytes | None:
    """A service's lock file, None where there is none."""
    return None if service.lock is None else documents.read(service.lock)


def obstacle(service: Service, manifest: PurePosixPath, documents: Documents) -> LockState | None:
    """Why a manifest and its lock need not be compared, None where they must be."""
    lock = lock_of(service, documents)
    if lock is None or service.lock is None or not documents.toml(manifest):
        return LockState(Freshness.UNKNOWN, f"{manifest.name} or its lock cannot be read", manifest)
    position = (b"\n" + lock).find(CONFLICT)
    if position >= 0:
        line = lock.count(b"\n", 0, position) + 1
        return LockState(Freshness.STALE, f"{service.lock.name} holds the marks of a merge", service.lock, line)
    return None


def stale(
    asked: Iterable[Asked], locked: Mapping[str, list[str]], manifest: PurePosixPath, content: bytes, lock: str
) -> LockState:
    """The state of a lock whose hash is not its manifest's, with the first dependency that shows why."""
    for each in asked:
        versions = locked.get(each.name)
        if not versions:
            reason = f"{manifest.name} asks for {each.text}, {lock} does not hold it"
        elif not _fits(each.specifiers, versions):
            reason = f"{manifest.name} asks for {each.text}, {lock} holds {each.name} {versions[-1]}"
        else:
            continue
        return LockState(Freshness.STALE, reason, manifest, line_of(content, each.text))
    return LockState(Freshness.STALE, f"{manifest.name} changed since {lock} was written", manifest)


def line_of(content: bytes, text: str) -> int:
    """The first line where a text is a key or a string, 0 where it is neither."""
    wanted = re.escape(text).encode()
    match = re.search(rb"^[ \t]*+[\"']?%b[\"']?[ \t]*+=|[\"']%b[\"']" % (wanted, wanted), content, re.MULTILINE)
    return content.count(b"\n", 0, match.start()) + 1 if match else 0


def _fits(specifiers: tuple[str, ...], versions: Iterable[str]) -> bool:
    """Whether one of the versions is what was asked for; what cannot be compared is taken to be."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    if not specifiers:
        return True
    try:
        wanted = SpecifierSet(",".join(specifiers))
        return any(wanted.contains(each, prereleases=True) for each in versions)
    except (InvalidSpecifier, InvalidVersion):
        return True
