"""What is in the trash, and what emptying it freed, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.disk import Trash
from kempt.model.plan import Receipt, Result
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.trash import day


def to_json(held: Sequence[Trash], receipts: Sequence[Receipt] | None = None) -> str:
    """One object: what is in the trash and, unless nothing was removed yet, what that freed and what could not go."""
    outcomes = [outcome for receipt in receipts or () for outcome in receipt.outcomes]
    rows = [
        {
            "path": well_formed(each.path), "things": [well_formed(name) for name in each.things],
            "bytes": each.weight.bytes, "files": each.weight.files, "until": day(each.until) if each.made else None,
        }
        for each in held
    ]  # fmt: skip
    result = None if receipts is None else {
        "freed": {"bytes": sum(each.bytes for each in outcomes), "files": sum(each.files for each in outcomes)},
        "failed": [
            {"result": each.result, "reason": well_formed(each.detail)}
            for each in outcomes if each.result is not Result.DONE
        ],
    }  # fmt: skip
    parts = {
        "version": encode(VERSION), "command": encode("clean"), "trash": array([encode(row) for row in rows], "    "),
        "result": encode(result),
    }  # fmt: skip
    return "{\n" + ",\n".join(f'  "{key}": {value}' for key, value in parts.items()) + "\n}\n"
