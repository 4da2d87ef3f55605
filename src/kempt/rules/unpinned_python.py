"""KPT308 unpinned-python: nothing says which Python an application is developed and installed with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.formats import toml
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

PINS = (".python-version", ".python-versions", ".tool-versions", "mise.toml", ".mise.toml", "runtime.txt", "pixi.toml")
"""Files that say which Python; of those that may say other things too, the presence is enough."""
CLOSED = re.compile(r"==|~=\d+\.\d+\.|~\d+\.\d|<=?3|(?:^|[,|])\d")
"""What ends a range of versions within Python 3: `<4` and `^3.11` do not."""


def check(repo: Repo) -> Iterator[Finding]:
    """A lock answers for every Python that the manifest allows; which one is installed is left to each machine."""
    services = [each for each in locking.own_services(repo) if each.application and each.lock is not None]
    if not services:
        return
    listing = repo.tree.listing
    pinned = {PurePosixPath(path).parent for name in PINS for path in listing.named(name)}
    for service in services:
        manifest = service.manifest
        if manifest is None or manifest.name != locking.PYPROJECT or not pinned.isdisjoint(_lineage(service)):
            continue
        asked = _asked(repo, manifest)
        if asked is not None and not CLOSED.search(asked.replace(" ", "")):
            yield RULE.finding(
                Location(manifest, _line(repo, manifest) if asked else 0),
                f"`{manifest}` allows {f'Python {asked}' if asked else 'any Python'}, and no `.python-version` says "
                "which one is meant", level=None if _is_deployed(repo, service) else Level.INFO, service=service.root,
            )  # fmt: skip


def _is_deployed(repo: Repo, service: Service) -> bool:
    """Whether it is no package that others may install too, on the Pythons of their choice."""
    image = str(service.root / "Dockerfile") in repo.tree.listing
    return image or "build-system" not in repo.documents.toml(service.root / locking.PYPROJECT)


def _lineage(service: Service) -> tuple[PurePosixPath, ...]:
    """The folders in which a pin is looked for: the service's own and those above."""
    return service.root, *service.root.parents


def _asked(repo: Repo, manifest: PurePosixPath) -> str | None:
    """The Pythons that a manifest allows, as written, empty where it does not say; None where it is no project's."""
    document = repo.documents.toml(manifest)
    project, poetry = locking.table(document, "project"), locking.table(document, "tool", "poetry")
    written = project.get("requires-python") or locking.table(poetry, "dependencies").get("python")
    if not project and not poetry:
        return None
    return written if isinstance(written, str) else ""


def _line(repo: Repo, manifest: PurePosixPath) -> int:
    content = repo.documents.read(manifest) or b""
    key = "requires-python" if b"requires-python" in content else "python"
    return toml.line_of(content, key)


RULE = Rule(
    "KPT308", "unpinned-python", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="nothing says which Python an application is developed and installed with",
    help="uv python pin 3.13 (or write the version into .python-version), then git add .python-version",
)  # fmt: skip
