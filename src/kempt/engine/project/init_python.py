"""What `init` pins: the Python that an application is used with, else the one that its neighbours are pinned to.

Where there is neither, the newest that is here and allowed. Nothing is run: the environment says which Python it has,
and the names on PATH say which ones are installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.errors import UnreadableError
from kempt.formats import pyvenv, toml
from kempt.host.environments import configuration
from kempt.host.programs import programs
from kempt.model.repo import Repo, Service
from kempt.rules import locking, unpinned_python

PIN = ".python-version"
OLDEST, NEWEST_RELEASED = 9, 15
"""Minor versions that are looked for by name. A name does not tell a preview: what came later is left to people."""
MICROS = 40
_MINOR = re.compile(r"(\d+)\.(\d+)")
_FULL = re.compile(r"\d+\.\d+(?:\.\d+)?")


class Pins:
    """The pins of a project: `contents` are the files to track, by path; `open` are services that are left to people.

    `open` maps a service's folder to the Pythons that its manifest allows, as written.
    """

    def __init__(self, repo: Repo) -> None:
        self.contents: dict[str, bytes] = {}
        self.open: dict[PurePosixPath, str] = {}
        self._repo = repo
        self._written: dict[PurePosixPath, str] = {}
        self._kept: set[PurePosixPath] = set()
        self._tracked = {PurePosixPath(path).parent for name in unpinned_python.PINS for path in _named(repo, name)}
        self._others = [found[0] for path in _named(repo, PIN) if (found := _MINOR.match(_text(repo, path)))]

    def add(self, service: Service) -> None:
        """Pin a service, unless a file at or above it does, or its manifest allows one Python only.

        A pin that lies there untracked is taken as it is. What is built as a package and has no Dockerfile may be
        installed by others too, on Pythons of their choice. To be called for outer services first.
        """
        if not service.application or not self._is_deployed(service):
            return
        lineage = (service.root, *service.root.parents)
        if not self._tracked.isdisjoint(lineage) or self._takes_untracked(lineage):
            return
        ranges = tuple(allowed_pythons(self._repo, service))
        if any(unpinned_python.CLOSED.search(each.replace(" ", "")) for each in ranges):
            return
        outer = next((self._written[folder] for folder in lineage if folder in self._written), "")
        if outer and allows(ranges, outer):
            return
        chosen = self._used(service, ranges) or self._usual(ranges) or _newest(ranges)
        if chosen:
            self._written[service.root] = chosen
            self.contents[str(service.root / PIN)] = f"{chosen}\n".encode()
        else:
            self.open[service.root] = ", ".join(ranges)

    def _is_deployed(self, service: Service) -> bool:
        image = str(service.root / "Dockerfile") in self._repo.tree.listing
        return image or "build-system" not in self._repo.documents.toml(service.root / locking.PYPROJECT)

    def _takes_untracked(self, lineage: Iterable[PurePosixPath]) -> bool:
        """Whether somebody has written a pin and not added it to git yet; one that kempt reads is tracked then."""
        for path in (folder / name for folder in lineage for name in unpinned_python.PINS):
            if path in self._kept:
                return True
            if self._repo.tree.is_untracked(str(path)) and (content := _read(self._repo, path)).strip():
                self._kept.add(path)
                self.contents |= {str(path): content} if path.name == PIN else {}
                return True
        return False

    def _used(self, service: Service, ranges: tuple[str, ...]) -> str:
        """X.Y of the environment that the service has, where it is still allowed."""
        content = configuration(f"{self._repo.tree.root}/{service.root / service.env_dir}")
        found = pyvenv.parse(content) if content else None
        full = _FULL.match(found.version) if found else None
        minor = _MINOR.match(full[0]) if full else None
        return minor[0] if full and minor and allows(ranges, full[0]) else ""

    def _usual(self, ranges: tuple[str, ...]) -> str:
        """X.Y that most pins of the repository name, of those that are allowed; the newest of several such."""
        fitting = [each for each in self._others if allows(ranges, each)]
        return max(fitting, key=lambda each: (fitting.count(each), int(each.partition(".")[2])), default="")


def _named(repo: Repo, name: str) -> Iterator[str]:
    return (path for path in repo.tree.listing.named(name) if path.rpartition("/")[2] == name)


def _text(repo: Repo, path: str) -> str:
    return _read(repo, PurePosixPath(path)).decode("ascii", "replace").strip()


def _read(repo: Repo, path: PurePosixPath) -> bytes:
    try:
        return repo.tree.read(str(path))
    except UnreadableError:
        return b""


def allowed_pythons(repo: Repo, service: Service) -> Iterator[str]:
    """The Pythons that a service, and what shares its environment, may run on, each as written."""
    for path in dict.fromkeys((service.root / locking.PYPROJECT, *service.members)):
        document = repo.documents.toml(path) if path.name == locking.PYPROJECT else {}
        wanted = toml.table(document, "project").get("requires-python")
        if wanted is None:
            wanted = toml.table(document, "tool", "poetry", "dependencies").get("python")
        if isinstance(wanted, str) and wanted.strip() not in {"", "*"}:
            yield wanted.strip()
    if service.manifest is not None and service.manifest.name == "Pipfile":
        requires = toml.table(repo.documents.toml(service.manifest), "requires")
        found = {key: f"=={version}" for key, version in requires.items() if key.startswith("python_")}
        yield from (f"{each}.*" if key == "python_version" else each for key, each in found.items())


def _newest(ranges: tuple[str, ...]) -> str:
    """The newest Python on PATH, or the one that kempt runs on, that is allowed and no preview; empty for none."""
    names = (f"python3.{minor}" for minor in range(NEWEST_RELEASED, OLDEST, -1))
    found = {int(match[2]) for path in programs(names) if (match := _MINOR.search(re.split(r"[/\\]", path)[-1]))}
    if sys.version_info.releaselevel == "final":
        found.add(sys.version_info.minor)
    fitting = (f"3.{minor}" for minor in sorted(found, reverse=True) if allows(ranges, f"3.{minor}"))
    return next(fitting, "")


def allows(ranges: Iterable[str], version: str) -> bool:
    """Whether X.Y.Z, or some release of X.Y, is within all of these."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    releases = [version] if version.count(".") > 1 else [f"{version}.{micro}" for micro in range(MICROS)]
    try:
        # Poetry's `^3.11` ends where Python 4 begins, which nobody has.
        allowed = [SpecifierSet(each.replace("^", ">=")) for each in ranges]
    except InvalidSpecifier:
        return False
    return any(all(each.contains(release) for each in allowed) for release in releases)
