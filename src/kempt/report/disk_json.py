"""What on a disk can be made again as JSON: one object, or one thing a line."""

from __future__ import annotations

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Thing, Volume
from kempt.report.disk_groups import Group, grouped, sections, targets, total, ways
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, array, encode


def to_json(overview: DiskOverview) -> str:
    """One object; each thing is one of `things`, the heaviest first. Sizes in bytes, times in nanoseconds."""
    parts = {key: encode(value) for key, value in _head(overview).items()}
    parts["things"] = array([encode(record(each)) for each in overview.things], "    ")
    parts |= {key: encode(value) for key, value in _tail(overview).items()}
    return "{\n" + ",\n".join(f'  "{key}": {value}' for key, value in parts.items()) + "\n}\n"


def to_jsonl(overview: DiskOverview) -> str:
    """One thing a line; the last line is the summary."""
    last = {**_head(overview), **_tail(overview)}
    return "".join(f"{encode(row)}\n" for row in (*map(record, overview.things), last))


def record(each: Thing) -> dict[str, object]:
    """One thing. `going` is what of it can go now; null is what is not known."""
    return {
        "section": each.section.value,
        "path": well_formed(each.path),
        "tool": well_formed(each.tool),
        "project": well_formed(each.project) or None,
        "state": each.state or None,
        "reason": well_formed(each.reason) or None,
        "last_used": each.used_ns or None,
        **_weight(each.weight),
        "going": _weight(each.going),
    }


def _head(overview: DiskOverview) -> dict[str, object]:
    return {"version": VERSION, "command": "disk", "roots": [well_formed(root) for root in overview.roots]}


def _tail(overview: DiskOverview) -> dict[str, object]:
    whole = total(overview)
    return {
        "sections": [_group(each) for each in sections(overview)],
        "tools": [_group(each) for each in grouped(overview.things, lambda thing: thing.tool)],
        "projects": [_group(each) for each in grouped(overview.things, lambda thing: thing.project)],
        "volumes": [_volume(each) for each in overview.volumes],
        "unread": [{"path": well_formed(e.path), "reason": well_formed(e.reason)} for e in overview.unread],
        "next": [
            {"command": well_formed(way.command), **_weight(way.going)} for way in ways(overview, targets(overview))
        ],
        "summary": {"things": len(whole.things), **_weight(whole.weight), "going": _weight(whole.going)},
        "seconds": round(overview.seconds, 3),
    }


def _group(group: Group) -> dict[str, object]:
    return {
        "name": well_formed(group.name),
        "things": len(group.things),
        **_weight(group.weight),
        "going": _weight(group.going),
    }


def _weight(weight: Weight) -> dict[str, int]:
    return {"bytes": weight.bytes, "shared": weight.shared, "files": weight.files}


def _volume(each: Volume) -> dict[str, object]:
    return {
        "path": well_formed(each.path),
        "total": each.total,
        "used": each.used,
        "free": each.free,
        "files": each.files or None,
        "files_free": each.files_free if each.files else None,
    }
