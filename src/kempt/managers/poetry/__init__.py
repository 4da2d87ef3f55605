"""Poetry: its lock, the hash of the manifest in it, and the commands that install what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from kempt.formats import lock_blocks, requirement, toml
from kempt.managers import activated, archives, asked, conditions
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockedPackage, LockState, Origin, Target, Wanted
from kempt.model.manager import Command, Manager, Setup
from kempt.model.repo import Service

LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
WITHOUT_GROUPS = "2.3.0"
"""The first Poetry that hashes `[dependency-groups]`; a lock of an older one is held to the older hash too."""
METADATA = b"\n[metadata]"
WRITTEN_BY = re.compile(rb"Poetry ([^ \n]++)")
FILES = re.compile(rb"^\"?([\w.-]++)\"? = \[\r?\n(.*?)^\]", re.MULTILINE | re.DOTALL)
"""The files of one package where locks before version 2.0 keep all of them, below the packages."""


def freshness(service: Service, documents: Documents) -> LockState:
    """Whether poetry.lock holds the hash of what pyproject.toml says now, as `poetry check --lock` compares it.

    Read in poetry/packages/locker.py of Poetry 2.5. A hash says that the manifest is the one that was locked, not that
    the lock is right.
    """
    manifest = _manifest(service)
    if state := asked.obstacle(service, manifest, documents):
        return state
    lock, pyproject = asked.lock_of(service, documents) or b"", documents.toml(manifest)
    metadata = _metadata(lock)
    if metadata is None or not str(metadata.get("lock-version", "1")).startswith(("1", "2")):
        return LockState(Freshness.UNKNOWN, "poetry.lock has a form that kempt does not know", service.lock)
    try:
        if any(metadata.get("content-hash") == each for each in _accepted_hashes(pyproject, lock)):
            return LockState(Freshness.FRESH)
    except TypeError:  # a date: Poetry cannot hash it either
        return LockState(Freshness.UNKNOWN, f"{manifest.name} holds what Poetry cannot hash", manifest)
    return _stale(manifest, documents.read(manifest) or b"", pyproject, lock, metadata)


def packages(lock: bytes) -> tuple[LockedPackage, ...]:
    """All packages of poetry.lock."""
    oldest = {match[1].decode(): match[2] for match in FILES.finditer(lock)} if b"\n[metadata.files]" in lock else {}
    return tuple(_package(block, oldest) for block in lock_blocks.blocks(lock))


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """What `poetry sync` installs: the main group and all that are not optional, without extras, and the project.

    None for locks older than version 2.1 (Poetry 2.0), which name no groups: Poetry resolves them again.
    """
    lock = asked.lock_of(service, documents)
    pyproject = documents.toml(_manifest(service))
    metadata = _metadata(lock) if lock is not None else None
    if lock is None or metadata is None or not re.match(r"2\.[1-9]", str(metadata.get("lock-version"))):
        return None
    left_out = {
        requirement.normalised_name(name)
        for name, group in asked.table(_poetry(pyproject), "group").items()
        if isinstance(group, dict) and group.get("optional") is True
    }
    found, optional = dict[str, str](), dict[str, str]()
    for block in lock_blocks.blocks(lock):
        package = _package(block)
        version = "" if package.origin is Origin.FOLDER else package.version
        groups = _groups(block)
        if not groups:
            return None
        if any(conditions.holds(marker, target) for group, marker in groups.items() if group not in left_out):
            found[package.name] = version
        elif left_out & groups.keys() or any("extra" in marker for marker in groups.values()):
            optional[package.name] = version
    if name := _own_name(pyproject):
        found[name] = ""
    return Wanted(found, {name: version for name, version in optional.items() if name not in found})


def install(_service: Service, setup: Setup) -> tuple[Command, ...]:
    """Make the environment and install what the lock says; what it does not say is removed.

    `package-mode = false` needs no `--no-root`: Poetry knows it since 1.8.
    """
    argv = ("poetry", "sync", "--no-interaction", "--no-ansi")
    return (*activated.make(setup), Command(argv, "install what poetry.lock says", _variables(setup)))


def reinstall(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Take distributions out, so that Poetry misses them. A distribution without RECORD cannot be taken out."""
    return (*remove(service, setup, names), *install(service, setup))


def remove(_service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Take distributions out, with the pip that Poetry brings along: the environment has none."""
    argv = ("poetry", "run", "pip", "uninstall", "--yes", *names)
    return (Command(argv, f"remove {', '.join(names)}", _variables(setup)),)


def check(_service: Service, _setup: Setup) -> Command:
    """Ask Poetry whether the lock is fresh. It fails for other faults of the manifest as well."""
    argv = ("poetry", "check", "--lock", "--no-interaction", "--no-ansi")
    return Command(argv, "compare poetry.lock with its manifest")


def _variables(setup: Setup) -> tuple[tuple[str, str], ...]:
    """Those of an active environment. Poetry prefers what `poetry env use` noted in the folder of its environments."""
    return (*activated.variables(setup, "POETRY_CACHE_DIR"), ("POETRY_VIRTUALENVS_PATH", setup.environment))


def _manifest(service: Service) -> PurePosixPath:
    return service.manifest or service.root / "pyproject.toml"


def _poetry(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    return asked.table(asked.table(pyproject, "tool"), "poetry")


def _accepted_hashes(pyproject: Mapping[str, Any], lock: bytes) -> Iterator[str]:
    """The hashes that Poetry takes for this manifest's, the usual one first. Raises TypeError where there is none."""
    yield _content_hash(pyproject, asked.table(pyproject, "dependency-groups"))
    writer = WRITTEN_BY.search(lock, 0, max(lock.find(b"\n"), 0))
    if writer and pyproject.get("dependency-groups") and _is_older(writer[1].decode("ascii", "replace")):
        yield _content_hash(pyproject, {})


def _content_hash(pyproject: Mapping[str, Any], groups: Mapping[str, Any]) -> str:
    """The SHA-256 of what matters in a manifest, in the shape that Poetry gives it."""
    from hashlib import sha256

    own, project = _poetry(pyproject), asked.table(pyproject, "project")
    relevant: dict[str, Any] = {}
    if chosen := {key: project[key] for key in PROJECT_KEYS if project.get(key) is not None}:
        relevant["project"] = chosen
    if groups:
        relevant["dependency-groups"] = groups
    # What Poetry 1 hashed is hashed as Poetry 1 did it: the table alone, with null for what is not there.
    legacy = {key: own.get(key) for key in LEGACY_KEYS if not relevant or own.get(key) is not None}
    if own.get("group") is not None:
        legacy["group"] = own["group"]
    relevant = {**relevant, "tool": {"poetry": legacy}} if relevant else legacy
    return sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def _is_older(version: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) < Version(WITHOUT_GROUPS)
    except InvalidVersion:
        return False


def _metadata(lock: bytes) -> Mapping[str, Any] | None:
    """`[metadata]` without its sub-tables, which may be long; None where it cannot be read."""
    content = b"\n" + lock
    start = content.rfind(METADATA)
    if start < 0:
        return None if b"content-hash" in lock else {}
    end = content.find(b"\n[", start + len(METADATA))
    found = toml.parse(content[start + len(METADATA) : None if end < 0 else end])
    return None if isinstance(found, toml.Unparsable) else found


def _stale(
    manifest: PurePosixPath, content: bytes, pyproject: Mapping[str, Any], lock: bytes, metadata: Mapping[str, Any]
) -> LockState:
    project, own = asked.table(pyproject, "project"), _poetry(pyproject)
    python = asked.table(own, "dependencies").get("python") or project.get("requires-python")
    locked_for = metadata.get("python-versions")
    if isinstance(python, str) and isinstance(locked_for, str) and python != locked_for:
        reason = f"{manifest.name} is for Python {python}, poetry.lock was made for {locked_for}"
        return LockState(Freshness.STALE, reason, manifest, asked.line_of(content, python))
    wishes = [*asked.in_list(project.get("dependencies"))]
    if "dependencies" not in project:  # else the table only adds to what the list says
        wishes += asked.in_table(own.get("dependencies"), but=("python",))
    wishes += asked.in_table(own.get("dev-dependencies"))
    for group in asked.table(own, "group").values():
        wishes += asked.in_table(asked.table(group, "dependencies"))
    for extra in asked.table(project, "optional-dependencies").values():
        wishes += asked.in_list(extra)
    for group in asked.table(pyproject, "dependency-groups").values():
        wishes += asked.in_list(group)
    others = [each for each in wishes if each.name != _name(pyproject)]
    return asked.stale(others, asked.locked_versions(lock), manifest, content, "poetry.lock")


def _name(pyproject: Mapping[str, Any]) -> str:
    name = asked.table(pyproject, "project").get("name") or _poetry(pyproject).get("name")
    return requirement.normalised_name(name) if isinstance(name, str) else ""


def _own_name(pyproject: Mapping[str, Any]) -> str:
    """The project's name where it is installed itself, else empty."""
    return "" if _poetry(pyproject).get("package-mode") is False else _name(pyproject)


def _package(block: lock_blocks.Block, oldest: Mapping[str, bytes] = MappingProxyType({})) -> LockedPackage:
    """A package; `oldest` are the files by name where they do not stand in the blocks."""
    name = block.text("name")
    source = block.table("source")
    files = archives.read(block.value("files") or oldest.get(name, b""))
    kind = lock_blocks.text(source, "type")
    origins = {"git": Origin.VCS, "url": Origin.URL, "file": Origin.FILE, "directory": Origin.FOLDER}
    return LockedPackage(
        requirement.normalised_name(name),
        block.text("version"),
        origins.get(kind, Origin.INDEX),
        lock_blocks.text(source, "url"),
        conditions.either(_groups(block).values()),
        *files,
        b"\ndevelop = true\n" in block.fields,
        block.line,
    )


def _groups(block: lock_blocks.Block) -> dict[str, str]:
    """The groups that want a package, each with its marker. Before lock version 2.1 there are none."""
    each = lock_blocks.inline(block.value("markers")) if block.value("markers") else None
    single = block.text("markers")
    names = lock_blocks.strings(block.value("groups") or b"[]")
    return {name: str(each.get(name, "")) if each else single for name in names}


MANAGER = Manager(
    name="poetry",
    title="Poetry",
    program="poetry",
    locks=("poetry.lock",),
    table="tool.poetry",
    lock_command="poetry lock",
    check_command="poetry check --lock",
    install_command="poetry sync",
    exact=True,
    prefixes=("POETRY_", "PIP_"),
    harmless=frozenset({
        "POETRY_CACHE_DIR", "POETRY_CERTIFICATES_*", "POETRY_CONFIG_DIR", "POETRY_DATA_DIR", "POETRY_HOME",
        "POETRY_HTTP_BASIC_*", "POETRY_INSTALLER_MAX_WORKERS", "POETRY_INSTALLER_PARALLEL", "POETRY_KEYRING_ENABLED",
        "POETRY_PYPI_TOKEN_*", "POETRY_REQUESTS_*", "POETRY_SOLVER_LAZY_WHEEL", "POETRY_SYSTEM_GIT_CLIENT",
        *activated.PIP_HARMLESS,
    }),
    freshness=freshness,
    packages=packages,
    wanted=wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
    pin="tool.poetry.requires-poetry",
    variables=(
        ("POETRY_VIRTUALENVS_IN_PROJECT", "true"),
        ("POETRY_VIRTUALENVS_CREATE", "true"),
        ("POETRY_VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES", "false"),
        ("POETRY_INSTALLER_RE_RESOLVE", "false"),
        ("POETRY_NO_INTERACTION", "1"),
    ),
)  # fmt: skip
