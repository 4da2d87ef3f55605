"""Which version of a manager CI installs: one version, never a range, and one that the project allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import managers
from kempt.formats import toml
from kempt.model.repo import Repo, Service
from kempt.rules import unpinned_manager

KNOWN = {"uv": "0.13.9", "poetry": "2.5.1", "pdm": "2.29.3", "pipenv": "2026.10.3"}
"""The newest of each that kempt has been tested with."""
PINS = {
    "checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup_python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "setup_uv": "20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1",
    "cache": "55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
}
"""Actions by commit, with the release that it is."""


class Versions:
    """The versions that a repository's services want; a manager that is installed here is asked once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._installed: dict[str, str] = {}

    def of(self, service: Service, tool: str) -> str:
        """The version of the tool, empty for pip, which comes with Python.

        The first that the project's own range allows: the one that wrote the lock, the one that is installed here, the
        newest that kempt knows, the oldest that the range names.
        """
        if tool not in KNOWN:
            return ""
        wanted = _wanted(self._repo, service, tool)
        candidates = self._candidates(service, tool, wanted)
        return next((each for each in candidates if each and _fits(each, wanted)), KNOWN[tool])

    def _candidates(self, service: Service, tool: str, wanted: str) -> Iterator[str]:
        from kempt.engine.project.init_rebuild import installed_version

        yield from _wrote(self._repo, service)
        if tool not in self._installed:
            self._installed[tool] = installed_version(managers.manager(tool))
        yield self._installed[tool]
        yield KNOWN[tool]
        yield from (each.strip(" =<>!~^") for each in wanted.split(","))


def _wanted(repo: Repo, service: Service, tool: str) -> str:
    """What the project says of the tool's version, as written."""
    table, _, key = managers.manager(tool).pin.rpartition(".")
    settings = str(service.root / "uv.toml")
    if tool == "uv" and settings in repo.tree.listing:
        found = repo.documents.toml(PurePosixPath(settings)).get(key)
    else:
        document = repo.documents.toml(service.root / "pyproject.toml")
        found = toml.table(document, *table.split(".")).get(key) if key else None
    return found if isinstance(found, str) else ""


def _wrote(repo: Repo, service: Service) -> Iterator[str]:
    content = None if service.lock is None else repo.documents.read(service.lock)
    if content and (match := unpinned_manager.WRITTEN_BY.search(content, 0, unpinned_manager.HEAD)):
        yield match[1].decode("ascii")


def _fits(version: str, wanted: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    bare = f"=={wanted}" if wanted[:1].isdigit() else wanted
    try:
        return version.count(".") > 1 and SpecifierSet(bare.replace("^", ">=")).contains(Version(version))
    except (InvalidSpecifier, InvalidVersion):
        return False
