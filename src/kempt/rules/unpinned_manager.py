"""KPT316 unpinned-manager: a project does not say which version of its package manager it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking, versioning
from kempt.rules.versioning import VERSION

if TYPE_CHECKING:
    from kempt.model.manager import Manager

NAMED = (
    rb"(?<![\w.-])%(name)s(?:\[[\w,-]*\])?[ \t]*(?:==|@)[ \t]*" + VERSION,
    rb"(?<![\w-])%(name)s-version['\"]?[ \t]*[:=][ \t]*" + VERSION,
    rb"(?<![\w-])%(upper)s_VERSION['\"]?[ \t]*[:=][ \t]*" + VERSION,
    rb"/%(name)s:" + VERSION,
    rb"/setup-%(name)s@[^\n]*\n(?:(?![ \t]*-)[^\n]*\n){0,6}?[ \t]+version:[ \t]*" + VERSION,
)
"""How CI files, build scripts and images name the version of a manager that they install."""
COMMENT = re.compile(rb"^[ \t]*#.*", re.MULTILINE)


def check(repo: Repo) -> Iterator[Finding]:
    """Each version writes its lock and reads its settings a little differently. Two versions in use are a warning."""
    named: dict[str, dict[str, str]] = {}
    for service in locking.own_services(repo):
        manager = None if service.lock is None else locking.known(service)
        if manager is None or not manager.pin or is_pinned(repo, service, manager):
            continue
        if manager.name not in named:
            named[manager.name] = _named_versions(repo, manager)
        yield _finding(service, manager, named[manager.name] | _writer(repo, service))


def is_pinned(repo: Repo, service: Service, manager: Manager) -> bool:
    """Whether the manifest says it, or the settings file that uv reads instead of the manifest's table."""
    *keys, last = manager.pin.split(".")
    own = repo.documents.toml(service.root / f"{manager.name}.toml")
    return last in own or last in locking.table(repo.documents.toml(service.root / locking.PYPROJECT), *keys)


def _named_versions(repo: Repo, manager: Manager) -> dict[str, str]:
    """The versions of the manager that scripts name, each with the first file that does."""
    names = {b"name": manager.program.encode(), b"upper": manager.program.upper().encode()}
    patterns = [re.compile(pattern % names) for pattern in NAMED]
    found: dict[str, str] = {}
    for path, content in locking.scripts(repo):
        if names[b"name"] in content.lower():
            text = COMMENT.sub(b"", content)
            for version in (match for pattern in patterns for match in pattern.findall(text)):
                found.setdefault(version.decode("ascii"), path)
    return found


def versions(repo: Repo, service: Service, manager: Manager) -> tuple[str, ...]:
    """All versions of the manager that the repository names, in scripts and in the lock of a service."""
    return tuple(_named_versions(repo, manager) | _writer(repo, service))


def _writer(repo: Repo, service: Service) -> dict[str, str]:
    """The version that wrote the lock, where the lock says so."""
    version = versioning.writer(repo, service)
    return {version: str(service.lock)} if version else {}


def _finding(service: Service, manager: Manager, named: dict[str, str]) -> Finding:
    location = Location(service.manifest or service.root / locking.PYPROJECT, 0)
    wanted = f"`{location.path}` does not say which {manager.title} it needs"
    *table, key = manager.pin.split(".")
    finding = partial(RULE.finding, location, service=service.root, help=f"set {key} in [{'.'.join(table)}]")
    if not _differ(list(named)):
        return finding(wanted)
    several = ", ".join(f"{version} in `{path}`" for version, path in sorted(named.items()))
    return finding(f"{wanted}, and several are in use: {several}", level=Level.WARNING)


def _differ(versions: list[str]) -> bool:
    """Whether two versions cannot be one: 0.9 and 0.9.13 can."""
    return any(
        not f"{long}.".startswith(f"{short}.") for short in versions for long in versions if len(long) >= len(short)
    )


RULE = Rule(
    "KPT316", "unpinned-manager", promise=1, level=Level.INFO, since="0.1", check=check,
    summary="a project does not say which version of its package manager it needs",
    help="set required-version in [tool.uv], or requires-poetry in [tool.poetry]",
)  # fmt: skip
