"""pylock.toml (PEP 751) as data: its packages, and which of them one interpreter wants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kempt.formats import lock_blocks, toml
from kempt.formats.lock_blocks import Block
from kempt.formats.requirement import normalised_name
from kempt.managers import conditions
from kempt.model.locks import LockedPackage, Origin, Target

SELECTING = re.compile(r"\b(?:extras|dependency_groups)\b")
ONE_LINE = ("sdist", "vcs", "directory", "archive")


def packages(content: bytes) -> tuple[LockedPackage, ...]:
    """All packages, in the order of the file. A file in no machine's layout is read by tomllib as a whole."""
    found = [(block.line, _fields(block)) for block in lock_blocks.blocks(content, "packages")]
    if not found or not all(isinstance(fields.get("name"), str) for _, fields in found):
        parsed = toml.parse(content)
        listed = parsed.get("packages") if isinstance(parsed, dict) else None
        found = [(1, each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tuple(_package(fields, line) for line, fields in found if isinstance(fields.get("name"), str))


def holds(marker: str, target: Target, groups: Iterable[str] = (), extras: Iterable[str] = ()) -> bool | None:
    """Whether a marker holds with these groups and extras; None where `packaging` is too old to say."""
    if not SELECTING.search(marker):
        return conditions.holds(marker, target)
    from packaging.markers import InvalidMarker, Marker

    selected = {"extras": frozenset(extras), "dependency_groups": frozenset(groups)}
    try:
        return Marker(marker).evaluate({**target.markers, **selected}, context="lock_file")
    except (InvalidMarker, TypeError):
        return None


def _fields(block: Block) -> Mapping[str, Any]:
    """One package. uv and PDM write each value on lines of its own; pip writes sub-tables, which tomllib reads."""
    if b"\n[" in block.content:
        return block.parsed()
    found: dict[str, Any] = {key: text for key in ("name", "version", "marker", "index") if (text := block.text(key))}
    wheels = block.value("wheels")
    tables = {key: value for key in ONE_LINE if (value := block.value(key))}
    read = {key: lock_blocks.inline(value) for key, value in tables.items()}
    listed = lock_blocks.items(wheels) if wheels else ()
    if listed is None or None in read.values():
        return block.parsed()
    return {**found, **read, "wheels": listed}


def _package(fields: Mapping[str, Any], line: int) -> LockedPackage:
    wheels = [each for each in fields.get("wheels") or () if isinstance(each, Mapping)]
    sdist, archive = _table(fields, "sdist"), _table(fields, "archive")
    origin, place = _origin(fields)
    hashes = [digest for each in (sdist, *wheels, archive) for digest in _hashes(each)]
    return LockedPackage(
        normalised_name(fields["name"]), _text(fields, "version"), origin, place, _text(fields, "marker"),
        tuple(_file_name(each) for each in wheels), bool(sdist), tuple(hashes),
        _table(fields, "directory").get("editable") is True, line,
    )  # fmt: skip


def _origin(fields: Mapping[str, Any]) -> tuple[Origin, str]:
    vcs, archive, folder = (_table(fields, key) for key in ("vcs", "archive", "directory"))
    if vcs:
        commit = _text(vcs, "commit-id")
        return Origin.VCS, f"{_text(vcs, 'type')}+{_place(vcs)}" + (f"@{commit}" if commit else "")
    if folder:
        return Origin.FOLDER, _text(folder, "path")
    if archive:
        return Origin.URL if _text(archive, "url") else Origin.FILE, _place(archive)
    return Origin.INDEX, _text(fields, "index")


def _hashes(file: Mapping[str, Any]) -> list[str]:
    return [f"{kind}:{digest}" for kind, digest in _table(file, "hashes").items()]


def _file_name(file: Mapping[str, Any]) -> str:
    return _text(file, "name") or re.split(r"[#?]", _place(file), maxsplit=1)[0].rpartition("/")[2]


def _place(table: Mapping[str, Any]) -> str:
    return _text(table, "url") or _text(table, "path")


def _text(table: Mapping[str, Any], key: str) -> str:
    found = table.get(key)
    return found if isinstance(found, str) else ""


def _table(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = parent.get(key)
    return found if isinstance(found, Mapping) else {}
