"""The duplicates as JSON: one object, or one group a line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kempt.model.dupes import Amount, DupeGroup, Duplicates
from kempt.report.dupes import grades
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, array, encode, named


def to_json(found: Duplicates, top: int | None = None) -> str:
    """One object; each group is one of `groups`, the one that frees most first, at most `top` of them."""
    rows = [encode(record(each)) for each in islice(found.groups, top)]
    parts = [f'  "{key}": {encode(value)}' for key, value in _head(found).items()]
    parts.append(f'  "groups": {array(rows, "    ")}')
    parts += [f'  "{key}": {encode(value)}' for key, value in _tail(found).items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def to_jsonl(found: Duplicates, top: int | None = None) -> str:
    """One group a line; the last line is the summary."""
    return "".join(f"{encode(row)}\n" for row in _lines(found, top))


def _lines(found: Duplicates, top: int | None) -> Iterator[dict[str, object]]:
    yield from map(record, islice(found.groups, top))
    yield {**_head(found), **_tail(found)}


def record(group: DupeGroup) -> dict[str, object]:
    """One group. Sizes are in bytes, times in nanoseconds since the epoch; the first file is the one to keep."""
    return {
        "digest": group.digest,
        "size": group.size,
        "bytes": group.bytes,
        "inodes": group.inodes,
        "grade": group.grade,
        "device": group.dev,
        "files": [
            {
                **named(each.path),
                "inode": each.inode,
                "grade": each.grade,
                "digest_from": each.origin,
                "mtime_ns": each.mtime_ns,
                "ctime_ns": each.ctime_ns,
                "mode": each.mode,
                "uid": each.uid,
                "gid": each.gid,
                "links": each.links,
                "allocated": each.allocated,
                "distribution": well_formed(each.distribution) or None,
                "environment": well_formed(each.environment) or None,
                "cached": each.cached,
            }
            for each in group.files
        ],
    }


def _head(found: Duplicates) -> dict[str, object]:
    return {
        "version": VERSION,
        "command": "dupes",
        "roots": list(map(well_formed, found.roots)),
        "environments": list(map(well_formed, found.environments)),
        "any": found.any,
    }


def _tail(found: Duplicates) -> dict[str, object]:
    against = found.against
    return {
        "by_grade": _amounts(found.by_grade),
        "by_package": _amounts(found.by_package),
        "by_environment": _amounts(found.by_environment),
        "by_kind": _amounts(found.by_kind),
        "against": against and {
            "cache": well_formed(against.cache),
            "linked": _amount(against.linked),
            "could": _amount(against.could),
            "apart": _amount(against.apart),
        },
        "unread": [named(each.path) | {"reason": well_formed(each.reason)} for each in found.unread],
        "notes": list(found.notes),
        "summary": {
            "groups": len(found.groups),
            "listed": found.listed,
            "files": found.files,
            "copies": found.redundant,
            "bytes": found.bytes,
            "allocated": found.allocated,
            "shared": _amount(found.shared),
            "grade": grades(found) or None,
            "reflinked": found.reflinked and _amount(found.reflinked),
            "inline": _amount(found.inline),
            "held": _amount(found.held),
            "extents": "unknown" if found.reflinked is None else "known",
        },
        "seconds": round(found.seconds, 3),
    }  # fmt: skip


def _amount(each: Amount) -> dict[str, object]:
    return {"files": each.files, "bytes": each.bytes}


def _amounts(amounts: tuple[Amount, ...]) -> list[dict[str, object]]:
    return [{"name": well_formed(each.name), "files": each.files, "bytes": each.bytes} for each in amounts]
