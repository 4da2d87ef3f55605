"""Pipenv: its lock, the hash of the Pipfile in it, and the commands that install what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt.formats import requirement
from kempt.managers import activated, asked, conditions
from kempt.managers.asked import table
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockedPackage, LockState, Origin, Target, Wanted
from kempt.model.manager import Command, Manager, Setup
from kempt.model.repo import Service

SECTIONS = {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"}
"""The sections of a Pipfile that are no categories of the user's own."""
DEFAULT_SOURCE = "5a06749b2297be54ac5699f6f2761716adc5001a2d5f8b915ab2172922dd5706"
"""The SHA-256 of the address of the source that Pipenv takes where a Pipfile names none."""
META, DEFAULT, DEVELOP = "_meta", "default", "develop"
META_KEY = re.compile(rb'"_meta"\s*+:\s*+(?=\{)')
META_LIMIT = 256 * 1024
"""Bytes of `_meta` above which it is not read: it holds a hash and a few addresses."""
KEY = re.compile(r'^( {4}| {8})"((?:[^"\\]|\\.)+)": \{', re.MULTILINE)


def freshness(service: Service, documents: Documents) -> LockState:
    """Whether Pipfile.lock holds the hash of what the Pipfile says now, as `pipenv verify` compares it.

    Read in pipenv/utils/pipfile.py and plette of Pipenv 2026.10. A hash says that the Pipfile is the one that was
    locked, not that the lock is right.
    """
    manifest = _manifest(service)
    if state := asked.obstacle(service, manifest, documents):
        return state
    lock, pipfile = asked.lock_of(service, documents) or b"", documents.toml(manifest)
    meta = _meta(lock)
    sources = _sources(pipfile, meta)
    if sources is None:
        return LockState(Freshness.UNKNOWN, "the Pipfile names no source, and its lock is for another one", manifest)
    try:
        verdict = _compared(table(meta, "hash").get("sha256"), pipfile, sources)
    except (TypeError, AttributeError):  # a date, a category that is no table: Pipenv fails there too
        return LockState(Freshness.UNKNOWN, "the Pipfile holds what Pipenv cannot hash", manifest)
    if verdict is Freshness.UNKNOWN:
        reason = "Pipfile.lock is of an older Pipenv, which hashed names as they are spelled"
        return LockState(verdict, reason, service.lock)
    if verdict is Freshness.FRESH:
        return LockState(verdict)
    return _stale(manifest, documents.read(manifest) or b"", pipfile, lock, meta)


def packages(lock: bytes) -> tuple[LockedPackage, ...]:
    """All packages of Pipfile.lock, one entry for each category that holds it. File names are not in there."""
    lines = _lines(lock)
    return tuple(
        _package(name, entry, lines.get((category, name), 1))
        for category, entries in _document(lock).items()
        if category != META and isinstance(entries, dict)
        for name, entry in entries.items()
        if isinstance(entry, dict)
    )


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """What `pipenv sync` installs: the default category. The project itself is not installed."""
    lock = asked.lock_of(service, documents)
    document = _document(lock) if lock is not None else {}
    if META not in document:
        return None
    found, optional = dict[str, str](), dict[str, str]()
    for category, entries in document.items():
        for name, entry in entries.items() if category != META and isinstance(entries, dict) else ():
            package = _package(name, entry, 1) if isinstance(entry, dict) else None
            if package is not None and conditions.holds(package.marker, target):
                chosen = found if category == DEFAULT else optional
                chosen[package.name] = "" if package.origin is Origin.FOLDER else package.version
    return Wanted(found, {name: version for name, version in optional.items() if name not in found})


def install(_service: Service, setup: Setup) -> tuple[Command, ...]:
    """Make the environment and install what the lock says; what it does not say stays."""
    return (*activated.make(setup), Command(("pipenv", "sync"), "install what Pipfile.lock says", _variables(setup)))


def reinstall(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Take distributions out, so that Pipenv misses them. A distribution without RECORD cannot be taken out."""
    return (activated.uninstall(setup, names), *install(service, setup))


def remove(_service: Service, setup: Setup, _names: tuple[str, ...]) -> tuple[Command, ...]:
    """Remove what no category of the lock holds: Pipenv's install leaves it."""
    return (Command(("pipenv", "clean"), "remove what Pipfile.lock does not hold", _variables(setup)),)


def check(_service: Service, _setup: Setup) -> Command:
    """Ask Pipenv whether the lock is fresh."""
    return Command(("pipenv", "verify"), "compare Pipfile.lock with its Pipfile")


def _variables(setup: Setup) -> tuple[tuple[str, str], ...]:
    return activated.variables(setup, "PIPENV_CACHE_DIR")


def _manifest(service: Service) -> PurePosixPath:
    return service.manifest or service.root / "Pipfile"


def _meta(lock: bytes) -> Mapping[str, Any]:
    """`_meta`, without reading what follows it; empty where there is none."""
    match = META_KEY.search(lock)
    try:
        text = lock[match.end() : match.end() + META_LIMIT].decode("utf-8", "replace") if match else "{}"
        found = json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _document(lock: bytes) -> Mapping[str, Any]:
    """The whole lock; empty where it is no JSON object."""
    try:
        found = json.loads(lock)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sources(pipfile: Mapping[str, Any], meta: Mapping[str, Any]) -> object:
    """The sources that are hashed: the Pipfile's, or the one that Pipenv takes for it, as the lock has it.

    None where the Pipfile names none, and the lock another than that one.
    """
    from hashlib import sha256

    if "source" in pipfile:
        return pipfile["source"]
    locked = meta.get("sources")
    first = locked[0] if isinstance(locked, list) and locked else None
    url = table({"first": first}, "first").get("url")
    if not isinstance(url, str) or sha256(url.encode()).hexdigest() != DEFAULT_SOURCE:
        return None
    return [{"name": "pypi", "url": url, "verify_ssl": True}]


def _compared(locked_hash: object, pipfile: Mapping[str, Any], sources: object) -> Freshness:
    """Whether a hash is that of the Pipfile. Unknown where only an older Pipenv makes it of the Pipfile."""
    if locked_hash == _hash(pipfile, sources, requirement.normalised_name):
        return Freshness.FRESH
    return Freshness.UNKNOWN if locked_hash == _hash(pipfile, sources, str) else Freshness.STALE


def _hash(pipfile: Mapping[str, Any], sources: object, spelled: Callable[[str], str]) -> str:
    """The SHA-256 of a Pipfile, with names as `spelled` returns them. Raises TypeError or AttributeError."""
    from hashlib import sha256

    def section(name: str) -> dict[str, Any]:
        return {spelled(key): value for key, value in pipfile.get(name, {}).items()}

    content: dict[str, Any] = {
        META: {"sources": sources, "requires": pipfile.get("requires", {})},
        DEFAULT: section("packages"),
        DEVELOP: section("dev-packages"),
        **{category: section(category) for category in pipfile if category not in SECTIONS},
    }
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _stale(
    manifest: PurePosixPath, content: bytes, pipfile: Mapping[str, Any], lock: bytes, meta: Mapping[str, Any]
) -> LockState:
    locked: dict[str, list[str]] = {}
    for package in packages(lock):
        locked.setdefault(package.name, []).append(package.version)
    for key in ("python_version", "python_full_version"):
        one, other = table(pipfile, "requires").get(key), table(meta, "requires").get(key)
        if isinstance(one, str) and isinstance(other, str) and one != other:
            reason = f"the Pipfile is for Python {one}, its lock was made for {other}"
            return LockState(Freshness.STALE, reason, manifest, asked.line_of(content, one))
    return asked.stale(_wishes(pipfile), locked, manifest, content, "Pipfile.lock")


def _wishes(pipfile: Mapping[str, Any]) -> Iterator[asked.Asked]:
    for category, entries in pipfile.items():
        if category not in SECTIONS or category in {"packages", "dev-packages"}:
            yield from asked.in_table(entries)


def _package(name: str, entry: Mapping[str, Any], line: int) -> LockedPackage:
    text = {key: value for key, value in entry.items() if isinstance(value, str)}
    origin, place = _origin(text)
    return LockedPackage(
        requirement.normalised_name(name),
        text.get("version", "").removeprefix("=").removeprefix("=").strip(),
        origin,
        place,
        text.get("markers", ""),
        hashes=asked.texts(entry.get("hashes")),
        editable=entry.get("editable") is True,
        line=line,
    )


def _origin(entry: Mapping[str, str]) -> tuple[Origin, str]:
    for key in ("git", "hg", "svn", "bzr"):
        if key in entry:
            return Origin.VCS, entry[key]
    place = entry.get("path") or entry.get("file") or ""
    if place and re.match(r"[a-z+]+://", place) and not place.startswith("file:"):
        return Origin.URL, place
    if place:
        return (Origin.FILE if place.endswith((".whl", ".gz", ".zip", ".bz2", ".xz")) else Origin.FOLDER), place
    return Origin.INDEX, entry.get("index", "")


def _lines(lock: bytes) -> dict[tuple[str, str], int]:
    """The line of each entry, by category and name, where the lock is laid out as Pipenv does it."""
    text = lock.decode("utf-8", "replace")
    found, category, line, counted = dict[tuple[str, str], int](), "", 1, 0
    for match in KEY.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if len(match[1]) > len("    "):
            found[category, match[2]] = line
        else:
            category = match[2]
    return found


MANAGER = Manager(
    name="pipenv",
    title="Pipenv",
    program="pipenv",
    locks=("Pipfile.lock",),
    table="",
    lock_command="pipenv lock",
    check_command="pipenv verify",
    install_command="pipenv sync",
    exact=False,
    prefixes=("PIPENV_", "PIP_"),
    harmless=frozenset({
        "PIPENV_CACHE_DIR", "PIPENV_COLORBLIND", "PIPENV_HIDE_EMOJIS", "PIPENV_INSTALL_TIMEOUT",
        "PIPENV_KEYRING_PROVIDER", "PIPENV_MAX_RETRIES", "PIPENV_NOSPIN", "PIPENV_QUIET", "PIPENV_REQUESTS_TIMEOUT",
        "PIPENV_PYPI_MIRROR",  # whoever serves a file, its hash is in the lock
        "PIPENV_RESOLVER_TIMEOUT_S", "PIPENV_SPINNER", "PIPENV_TIMEOUT", "PIPENV_VERBOSE", "PIPENV_VERBOSITY",
        "PIPENV_YES", *activated.PIP_HARMLESS,
    }),
    freshness=freshness,
    packages=packages,
    wanted=wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
    variables=(
        ("PIPENV_VENV_IN_PROJECT", "1"),
        ("PIPENV_NOSPIN", "1"),
        ("PIPENV_YES", "1"),
        ("PIPENV_DONT_LOAD_ENV", "1"),
        ("PIPENV_VERBOSITY", "-1"),  # no advice about the active environment
    ),
)  # fmt: skip
