"""Whether the indexes that a lock takes packages from are still among those that the project declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kempt.managers.uv import rows
from kempt.managers.uv.locked import Lock
from kempt.managers.uv.verdicts import StaleError
from kempt.managers.uv.workspace import Workspace, strings

DEFAULT_INDEX = 0x0810F424
"""CRC-32 of the address that uv takes packages from where nothing else is said: no file here names an index's host."""


def compare(lock: Lock, workspace: Workspace, settings: Mapping[str, Any]) -> Iterator[str]:
    """What cannot be told. Raises StaleError where a direct dependency comes from an index that is gone.

    Where no index is declared at all, uv leaves a lock as it is.
    """
    declared = set(_addresses(settings))
    no_index = settings.get("no-index") is True
    if not declared and not no_index:
        return
    for project in workspace.projects.values():
        declared |= set(_addresses(project.table("tool", "uv")))
    default = "index-url" in settings or any(each.get("default") is True for each in _tables(settings))

    def is_known(address: str) -> bool:
        return _spelled(address) in declared or (not default and not no_index and _is_default(address))

    gone = {address for address in lock.indexes() if not is_known(address)}
    if gone:
        gone &= lock.indexes_of({name for project in lock.projects for name in project.dependencies()})
    for address in sorted(gone):
        if "://" in address:
            raise StaleError(f"uv.lock takes packages from {address}, which is no index of this project")
        yield f"the folder {address}, which uv.lock takes packages from, was not looked at"


def _is_default(address: str) -> bool:
    from zlib import crc32

    return crc32(address.encode()) == DEFAULT_INDEX


def _tables(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    indexes = found.get("index")
    yield from (each for each in indexes if isinstance(each, Mapping)) if isinstance(indexes, list) else ()


def _addresses(found: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of all indexes that settings name, as a lock spells them."""
    several = [*strings(found.get("extra-index-url")), *strings(found.get("find-links"))]
    urls = [*(each.get("url") for each in _tables(found)), found.get("index-url"), *several]
    return (_spelled(url) for url in urls if isinstance(url, str))


def _spelled(url: str) -> str:
    return rows.address(url) if "://" in url else url
