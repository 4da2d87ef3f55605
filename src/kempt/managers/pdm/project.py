"""What PDM reads in pyproject.toml, and the head of pdm.lock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt.formats import lock_blocks, requirement, toml
from kempt.managers.asked import table, texts
from kempt.model.repo import Service


def manifest_of(service: Service) -> PurePosixPath:
    """Where a service's manifest is."""
    return service.manifest or service.root / "pyproject.toml"


def settings(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    """`[tool.pdm]`."""
    return table(table(pyproject, "tool"), "pdm")


def resolution(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    """`[tool.pdm.resolution]`."""
    return table(settings(pyproject), "resolution")


def excluded(pyproject: Mapping[str, Any]) -> set[str]:
    """The packages that are never to be installed, normalised."""
    return {plain(each) for each in texts(resolution(pyproject).get("excludes"))}


def metadata_of(lock: bytes) -> Mapping[str, Any]:
    """`[metadata]` of a lock, empty where there is none."""
    found = toml.parse(lock_blocks.outside(lock))
    return {} if isinstance(found, toml.Unparsable) else table(found, "metadata")


def groups(pyproject: Mapping[str, Any]) -> set[str]:
    """All groups but the default one, the extras among them."""
    own = (
        table(pyproject, "dependency-groups"),
        table(settings(pyproject), "dev-dependencies"),
        table(table(pyproject, "project"), "optional-dependencies"),
    )
    return {plain(name) for each in own for name in each}


def plain(name: str) -> str:
    """A name as PDM compares it."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).lower()


def own_name(pyproject: Mapping[str, Any]) -> str:
    """The project's normalised name, empty where it has none."""
    found = table(pyproject, "project").get("name")
    return requirement.normalised_name(found) if isinstance(found, str) else ""


def installed_name(pyproject: Mapping[str, Any]) -> str:
    """The project's name where it is installed itself, else empty."""
    own = settings(pyproject)
    if "package-type" in own:  # what PDM called it before 2.13
        return own_name(pyproject) if own["package-type"] == "library" else ""
    return "" if own.get("distribution") is False else own_name(pyproject)
