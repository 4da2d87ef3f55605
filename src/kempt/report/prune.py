"""What a prune of download caches will do, and what it did: as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.caches import CachePlan, Chosen, Pruned, PrunePlan, PruneReceipt, Spare, State
from kempt.model.disk import Weight
from kempt.report.caches import why_not
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, size

SHOWN_ENTRIES, SHOWN_NAMES = 5, 44
GONE = "It cannot be undone, and need not be: each tool downloads or builds again what it needs."


def to_text(plan: PrunePlan, look: Look) -> str:
    """A block for each cache: how much goes of it, then the largest entries, each with the reason."""
    lines: list[str] = []
    going = [each for each in plan.plans if each.chosen]
    for each in sorted(going, key=lambda each: -each.weight.bytes):
        lines += [*_block(each, look), ""]
    lines += _skipped(plan, look)
    if not going:
        return "".join(f"{line}\n" for line in [*lines, _nothing(plan)])
    total = together(each.weight for each in going)
    lines += wrap(f"{size(total.bytes)} in {count(total.files, 'file')}. {GONE}", look.width)
    if plan.missed:
        missed = f"{size(plan.missed)} more than the budget stay: in use, shared with environments, or not known."
        lines += wrap(missed, look.width)
    return "".join(f"{line}\n" for line in lines)


def receipt_to_text(receipt: PruneReceipt, look: Look) -> str:
    """A line for each cache: what the disk has back; then what stayed, and why."""
    tools = max((len(each.plan.cache.facts.tool) for each in receipt.pruned), default=0)
    lines = []
    for each in receipt.pruned:
        name = pad(each.plan.cache.facts.tool, tools)
        if each.skipped:
            lines.append(f"  {name}  {paint('skipped:', 'yellow', on=look.color)} {visible(each.skipped)}")
            continue
        done = f"{count(each.entries, 'entry', 'entries')}, {size(each.freed.bytes)} freed"
        lines.append(f"  {paint(name, 'bold', on=look.color)}  {done}")
        lines += _stayed(each, look)
    total = together(each.freed for each in receipt.pruned)
    lines += ["", f"{size(total.bytes)} freed, {count(total.files, 'file')}, in {receipt.seconds:.1f} seconds."]
    return "".join(f"{line}\n" for line in lines)


def to_json(plan: PrunePlan, receipt: PruneReceipt | None = None) -> str:
    """One object; each cache is one of `caches`. With a receipt, `freed` is what was done; else it is null."""
    done = {id(each.plan): each for each in receipt.pruned} if receipt else {}
    rows = [encode(_record(each, done.get(id(each)))) for each in plan.plans]
    total = together(each.weight for each in plan.plans)
    summary: dict[str, object] = {
        "files": total.files, "bytes": total.bytes, "missed": plan.missed,
        "freed": sum(each.freed.bytes for each in receipt.pruned) if receipt else None,
    }  # fmt: skip
    lines = [f'  "version": {VERSION}', '  "command": "prune"', f'  "caches": {array(rows, "    ")}',
             f'  "summary": {encode(summary)}']  # fmt: skip
    return "{\n" + ",\n".join(lines) + "\n}\n"


def together(weights: Iterator[Weight]) -> Weight:
    """The sum."""
    total = Weight()
    for each in weights:
        total = total.plus(each)
    return total


def _block(plan: CachePlan, look: Look) -> Iterator[str]:
    tool = paint(plan.cache.facts.tool, "bold", on=look.color)
    whole = count(len(plan.cache.entries), "entry", "entries")
    yield f"  {tool}  {size(plan.weight.bytes)}, {len(plan.chosen):,} of {whole}"
    rows = plan.chosen if look.verbose else plan.chosen[:SHOWN_ENTRIES]
    names = [_cut(visible(each.entry.name), whole=look.verbose) for each in rows]
    sizes = [size(each.entry.weight.bytes) for each in rows]
    columns, digits = max(map(width, names)), max(map(len, sizes))
    for each, name, amount in zip(rows, names, sizes, strict=True):
        yield f"    {' ' * (digits - len(amount))}{amount}  {pad(name, columns)}  {_why(each, look)}"
    if rest := len(plan.chosen) - len(rows):
        freed = plan.weight.bytes - sum(each.entry.weight.bytes for each in rows)
        yield paint(
            f"    {' ' * digits}  {rest:,} more, with the folders that are empty then {size(freed)}: `-v`",
            "dim",
            on=look.color,
        )


def _why(chosen: Chosen, look: Look) -> str:
    evidence = f" ({chosen.entry.evidence})" if look.verbose else ""
    return paint(f"{chosen.reason}{evidence}", "dim", on=look.color)


def _cut(name: str, *, whole: bool) -> str:
    return name if whole or width(name) <= SHOWN_NAMES else f"{name[: SHOWN_NAMES - 1]}…"


def _skipped(plan: PrunePlan, look: Look) -> list[str]:
    """Caches that are not touched although they are there."""
    lines = []
    for each in plan.plans:
        cache = each.cache
        why = why_not(cache) if cache.state is State.IN_USE else cache.reason
        if cache.state is State.REFUSED:
            why = f"{cache.where.path} {cache.reason}"
        if cache.state in {State.IN_USE, State.REFUSED} or (look.verbose and cache.state is State.MISSING):
            why = why or f"no cache at {cache.where.path}"
            lines.append(f"  {cache.facts.tool}  {paint('skipped:', 'yellow', on=look.color)} {visible(why)}")
    return [*lines, ""] if lines else []


def _nothing(plan: PrunePlan) -> str:
    if plan.wishes.max_size is not None and not plan.missed:
        return f"Nothing to prune: all of it is within {size(plan.wishes.max_size)}."
    return "Nothing to prune."


def _stayed(pruned: Pruned, look: Look) -> Iterator[str]:
    for each in pruned.failed:
        yield f"    {paint('failed:', 'red', on=look.color)} {_told(each)}"
    shown = pruned.spared if look.verbose else pruned.spared[:SHOWN_ENTRIES]
    for each in shown:
        yield f"    {paint('stays:', 'yellow', on=look.color)} {_told(each)}"
    if rest := len(pruned.spared) - len(shown):
        yield f"    {rest:,} more stay"


def _told(spare: Spare) -> str:
    return f"{visible(spare.name)} {visible(spare.reason)}"


def _record(plan: CachePlan, pruned: Pruned | None) -> dict[str, object]:
    return {
        "tool": plan.cache.facts.tool,
        "path": well_formed(plan.cache.where.path),
        "state": plan.cache.state.value,
        "reason": well_formed(plan.cache.reason),
        "files": plan.weight.files,
        "bytes": plan.weight.bytes,
        "entries": [_entry(each) for each in plan.chosen],
        "freed": pruned.freed.bytes if pruned else None,
        "skipped": well_formed(pruned.skipped) if pruned else "",
        "spared": _spares(pruned.spared if pruned else ()),
        "failed": _spares(pruned.failed if pruned else ()),
    }


def _entry(chosen: Chosen) -> dict[str, object]:
    entry = chosen.entry
    return {
        "name": well_formed(entry.name),
        "paths": [well_formed(path) for path in entry.paths],
        "bytes": entry.weight.bytes,
        "shared": entry.weight.shared,
        "used_ns": entry.used_ns,
        "evidence": entry.evidence,
        "remake": entry.remake.value,
        "reason": chosen.reason,
    }


def _spares(spares: Sequence[Spare]) -> list[dict[str, str]]:
    return [{"name": well_formed(each.name), "reason": well_formed(each.reason)} for each in spares]
