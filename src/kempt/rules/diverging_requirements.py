"""KPT305 diverging-requirements: requirements that were exported from a lock file hold other versions than it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kempt import managers
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

if TYPE_CHECKING:
    from kempt.formats.compiled import Made
    from kempt.formats.requirements import Requirements
    from kempt.model.locks import LockedPackage

APART = frozenset({
    "--package", "--project", "--directory", "--resolution", "--python-version", "--python-platform", "--exclude-newer",
    "--constraint", "-c", "--override", "--upgrade", "-U", "--upgrade-package", "-P", "--prerelease", "--pre",
})  # fmt: skip
"""Options that export something else, or that resolve apart on purpose."""
PYLOCK = "pylock.toml"
SIGNED = rb'(?m)^created-by[ \t]*=[ \t]*["\'](?:uv|pdm|poetry-plugin-export)["\']'
HEAD = 4096


def check(repo: Repo) -> Iterator[Finding]:
    """An export may hold fewer packages than its lock, never others: groups can be left out."""
    services = {each.root: each for each in repo.services if each.lock is not None and each.lock.suffix == ".lock"}
    for path in map(PurePosixPath, repo.documents.paths) if services else ():
        if path.suffix == ".txt" or path.name == PYLOCK:
            root = path.parent.parent if path.parent.name == "requirements" else path.parent
            service = services.get(path.parent) or services.get(root)
            if service is not None and not service.demoted:
                yield from _compared(repo, service, path, _exported(repo, service, path))


def _exported(repo: Repo, service: Service, path: PurePosixPath) -> tuple[LockedPackage, ...]:
    """What an export holds; nothing for a file that is none."""
    content = repo.documents.read(path) or b""
    if path.name == PYLOCK:
        return managers.manager("pylock").packages(content) if re.search(SIGNED, content[:HEAD]) else ()
    from kempt.formats import compiled, requirements

    parsed = requirements.parse(content)
    made = compiled.header(parsed.text)
    if not (_is_export(made) if made else service.manager == "poetry" and _is_poetrys(parsed)):
        return ()
    return managers.manager("pip").packages(content)


def _is_export(made: Made) -> bool:
    of_manifest = any(PurePosixPath(word).name == locking.PYPROJECT for word in made.arguments)
    return (made.is_export or of_manifest) and APART.isdisjoint(word.partition("=")[0] for word in made.arguments)


def _is_poetrys(parsed: Requirements) -> bool:
    """`poetry export` writes no header, but a pin and a marker on every line."""
    return bool(parsed.requirements) and all(each.pin and each.marker for each in parsed.requirements)


def _compared(
    repo: Repo, service: Service, path: PurePosixPath, exported: tuple[LockedPackage, ...]
) -> Iterator[Finding]:
    if not exported:
        return
    from kempt.managers.exports import differences

    manager, lock = locking.known(service), service.lock
    content = None if lock is None else repo.documents.read(lock)
    locked = () if manager is None or content is None else manager.packages(content)
    if lock is None or not locked or not differences(exported, locked):
        return
    first, found = next((each, found) for each in exported if (found := differences((each,), locked, lock.name)))
    message = f"`{path}` is out of step with `{lock}`: {found[0]}"
    yield RULE.finding(Location(path, first.line), message, about=path, service=service.root)


RULE = Rule(
    "KPT305", "diverging-requirements", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="requirements that were exported from a lock file hold other versions than it",
    help="export them again from the lock file, with the command that they name at their head",
)  # fmt: skip
