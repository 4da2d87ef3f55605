"""What `kempt clean` is going to do, or did, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from kempt.model.cleaning import Cleaning
from kempt.model.disk import Disposable
from kempt.model.plan import MoveToTrash, Outcome, Receipt, RemoveTree, Result, TreeStep
from kempt.report.clean import until
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, array, encode, named
from kempt.report.receipt import can_go_back


def to_json(cleaning: Cleaning, receipts: Sequence[Receipt] | None = None) -> str:
    """One object. `items` are what goes; `result` is null for a dry run, else what was freed, is held, was not done."""
    items = [encode(_item(thing, step)) for thing, step in zip(cleaning.taken, cleaning.steps, strict=True)]
    parts: dict[str, str] = {
        "version": encode(VERSION),
        "command": encode("clean"),
        "roots": encode([well_formed(root) for root in cleaning.roots]),
        "items": array(items, "    "),
        "spared": array([encode(named(e.path) | {"reason": well_formed(e.reason)}) for e in cleaning.spared], "    "),
        "errors": array(
            [encode(named(e.path) | {"message": well_formed(e.reason)}) for e in cleaning.unlisted], "    "
        ),
        "others": encode(dict(cleaning.others)),
        "total": encode(_total(cleaning.steps)),
        "result": "null" if receipts is None else encode(_result(cleaning, receipts)),
    }
    return "{\n" + ",\n".join(f'  "{key}": {value}' for key, value in parts.items()) + "\n}\n"


def _item(thing: Disposable, step: TreeStep) -> dict[str, object]:
    weight = thing.weight
    return named(thing.path) | {
        "kind": thing.kind,
        "tool": thing.tool,
        "project": well_formed(thing.project) or None,
        "action": "trash" if isinstance(step, MoveToTrash) else "remove",
        "bytes": weight and weight.bytes,
        "shared": weight and weight.shared,
        "files": weight and weight.files,
        "last_used": f"{datetime.fromtimestamp(thing.used_ns / 10**9, UTC):%Y-%m-%dT%H:%M:%SZ}"
        if thing.used_ns
        else None,
        "evidence": thing.evidence,
    }


def _moment(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 10**9, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _total(steps: Sequence[TreeStep]) -> dict[str, int]:
    return {"bytes": sum(each.bytes for each in steps), "files": sum(each.files for each in steps)}


def _result(cleaning: Cleaning, receipts: Sequence[Receipt]) -> dict[str, object]:
    outcomes = [outcome for receipt in receipts for outcome in receipt.outcomes]
    return {
        "freed": _sum(each for each in outcomes if isinstance(each.step, RemoveTree)),
        "trash": _sum(each for each in outcomes if isinstance(each.step, MoveToTrash) and each.result is Result.DONE)
        | {"until": until(cleaning.now)},
        "failed": [
            named(getattr(each.step, "path", ""))
            | {
                "result": each.result,
                "reason": well_formed(each.detail),
            }
            for each in outcomes
            if each.result is not Result.DONE
        ],
        "undo": [each.journal for each in receipts if each.journal and can_go_back(each)],
    }


def _sum(outcomes: Iterable[Outcome]) -> dict[str, object]:
    listed = tuple(outcomes)
    return {"bytes": sum(each.bytes for each in listed), "files": sum(each.files for each in listed)}
