"""The environments on a disk as JSON: one object, or one environment a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kempt.model.disk import Spared
from kempt.model.envs import Environment, Removal
from kempt.model.plan import Receipt
from kempt.report.envs import Listing
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, array, encode


def to_json(listing: Listing, removal: Removal | None = None, receipts: Sequence[Receipt] | None = None) -> str:
    """One object; each environment is one of `environments`. With a removal, `removal` tells what goes or went."""
    rows = [encode(record(each)) for each in listing.shown]
    parts = [f'  "{key}": {encode(value)}' for key, value in _head(listing).items()]
    parts.append(f'  "environments": {array(rows, "    ")}')
    parts += [f'  "{key}": {encode(value)}' for key, value in _tail(listing, removal, receipts).items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def to_jsonl(listing: Listing, removal: Removal | None = None, receipts: Sequence[Receipt] | None = None) -> str:
    """One environment a line; the last line is the summary."""
    last = {**_head(listing), **_tail(listing, removal, receipts)}
    return "".join(f"{encode(row)}\n" for row in (*map(record, listing.shown), last))


def record(each: Environment) -> dict[str, object]:
    """One environment. Times are in nanoseconds since the epoch, sizes in bytes; null is what is not known."""
    project, used, weight = each.project, each.used, each.weight
    return {
        "path": well_formed(each.path),
        "manager": each.manager,
        "python": well_formed(each.python) or None,
        "place": well_formed(each.place) or None,
        "project": project and {
            "name": well_formed(project.name),
            "root": well_formed(project.root) or None,
            "evidence": project.evidence,
        },
        "packages": each.packages,
        "state": each.state,
        "reason": well_formed(each.reason),
        "last_used": used and {"ns": used.ns, "evidence": well_formed(used.evidence), "sure": used.sure},
        "files": weight and weight.files,
        "bytes": weight and weight.bytes,
        "shared": weight and weight.shared,
        "processes": [{"pid": p.pid, "name": well_formed(p.name), "how": p.how} for p in each.processes],
        "kept": well_formed(each.kept) or None,
        "removal": well_formed(each.removal) or None,
    }  # fmt: skip


def _head(listing: Listing) -> dict[str, object]:
    return {"version": VERSION, "command": "envs", "roots": [well_formed(root) for root in listing.listed.roots]}


def _tail(listing: Listing, removal: Removal | None, receipts: Sequence[Receipt] | None) -> dict[str, object]:
    total = listing.listed.total
    states = Counter(each.state.value for each in listing.shown)
    said: dict[str, object] = {"unread": list(map(_spared, listing.listed.unread))}
    if removal is not None:
        said["removal"] = {
            "environments": [well_formed(each.path) for each in removal.environments],
            "spared": list(map(_spared, removal.spared)),
            "done": None if receipts is None else [_outcome(each) for each in receipts],
        }
    said["summary"] = {
        "environments": len(listing.shown),
        "states": dict(sorted(states.items())),
        "files": total and total.files,
        "bytes": total and total.bytes,
        "shared": total and total.shared,
    }
    said["seconds"] = round(listing.listed.seconds, 3)
    return said


def _spared(each: Spared) -> dict[str, str]:
    return {"path": well_formed(each.path), "reason": well_formed(each.reason)}


def _outcome(receipt: Receipt) -> dict[str, object]:
    rows = [
        {
            "path": well_formed(str(getattr(each.step, "path", ""))),
            "result": each.result,
            "bytes": each.bytes,
            "files": each.files,
            "detail": well_formed(each.detail),
        }
        for each in receipt.outcomes
    ]
    return {"undo": receipt.journal or None, "outcomes": rows}
