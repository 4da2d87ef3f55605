"""What `kempt dedupe` is going to share and how, and what it shared, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kempt.model.dedupe import Advice, Dedupe, Deduped, Loaded, Way
from kempt.model.plan import Means, Outcome, Receipt, Result, RewriteBytecode, ShareFile
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode, named
from kempt.report.look import Look
from kempt.report.quantity import count, size

_MOST_ROWS = 20
_MOST_FAILURES = 10
_ANSWERS = len(" [y/N] ")
_HOW = {
    Means.EXTENTS: "one copy on the disk, each file its own: the kernel compares them byte by byte",
    Means.CLONE: "one copy on the disk, each file its own: both are read and compared first",
    Means.LINK: "names of one file: both are read and compared first",
    None: "its file system cannot share blocks",
}
_UNTOLD = "Whether it can share blocks is told to those alone who may write to a file there."
BYTECODE = (
    "The path of the source in it becomes one that is the same everywhere; Python puts the real one there on each "
    "import."
)
DATED = "No source gets other content, and an edit takes effect as ever."
LINKS = (
    "With --hardlink an edit of a file in one environment reaches every other one that shares it: edit nothing in "
    "site-packages then. Installing and removing packages is safe, `kempt verify` finds such an edit, and `kempt undo` "
    "gives every environment its own files again."
)


def to_text(dedupe: Dedupe, look: Look) -> str:
    """What is shared in each environment and how, what stays and why, and the sum."""
    lines = [*_table(dedupe), ""] if dedupe.steps and not look.quiet else []
    if not look.quiet:
        for way in dedupe.ways:
            amount = f"{size(way.bytes)} in {count(way.files, 'file')}" if way.files else "nothing to share"
            lines += wrap(f"On the file system of {visible(way.folder)}: {amount}. {_sentence(way)}", look.width)
        lines += _stays(dedupe, look)
        lines += _of_bytecode(dedupe, look)
        if any(step.means is Means.LINK for step in dedupe.steps):
            lines += ["", *wrap(LINKS, look.width), ""]
        lines += [line for note in dedupe.notes for line in wrap(visible(note), look.width)]
    lines += wrap(_sum(dedupe), look.width)
    if _is_empty(dedupe) and not look.quiet:
        target = f" {look.target}" if look.target else ""
        hint = f"`{visible(f'kempt dedupe{target} --any')}` shares all files, whatever they belong to."
        lines += ["", *wrap(hint, look.width)]
    return "".join(f"{line}\n" for line in lines)


def done(dedupe: Dedupe, deduped: Deduped, look: Look) -> str:
    """What was shared, what is really free now, what was not done and why, and how to take it back."""
    receipt = deduped.receipt
    good = [each for each in receipt.outcomes if each.result is Result.DONE]
    lines = []
    if good:
        amount = size(sum(each.bytes for each in good))
        told = f"Shared {count(len(shared(good)), 'file')}: {amount} freed of {size(dedupe.bytes)} that were planned."
        lines += wrap(told, look.width)
    if deduped.freed is not None and good:
        lines += wrap(_observed(deduped.freed), look.width)
    if deduped.loaded is not None and good:
        lines += wrap(_loaded(deduped.loaded), look.width)
    failures = [each for each in receipt.outcomes if each.result in {Result.REFUSED, Result.FAILED}]
    shown = failures if look.verbose else failures[:_MOST_FAILURES]
    lines += [_not_done(each, look) for each in shown]
    if len(failures) > len(shown):
        lines.append(f"and {count(len(failures) - len(shown), 'more file')} that stay as they are; -v lists all")
    if receipt.journal:
        lines.append(f"Take it back with `kempt undo {visible(receipt.journal)}`.")
    return "".join(f"{line}\n" for line in lines or ["Nothing was shared."])


def shared(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those by which a file came to share another one's blocks; the others wrote the bytecode that is kept."""
    return [each for each in outcomes if getattr(each.step, "keep", "")]


def how_to_go_on(look: Look, words: str) -> str:
    """The command that does what was shown."""
    target = f" {look.target}" if look.target else ""
    text = f"Nothing is changed yet: `{visible(f'kempt dedupe{words}{target} --yes')}` does it."
    return "".join(f"{line}\n" for line in wrap(text, look.width))


def question(dedupe: Dedupe, columns: int) -> str:
    """What a person is asked, with room for what stands behind a question."""
    linked = any(step.means is Means.LINK for step in dedupe.steps)
    files = count(len(dedupe.shares), "file")
    what = f"making {files} names of equal ones" if linked else f"letting {files} share the blocks of equal ones"
    return "\n".join(wrap(f"Free {size(dedupe.bytes)} by {what}?", columns - _ANSWERS))


def to_json(dedupe: Dedupe, deduped: Deduped | None = None) -> str:
    """One object; `result` is null for a dry run.

    `items` are the files that come to share, or are written for others to share. Paths that are no UTF-8 are there as
    bytes too.
    """
    root = dedupe.plan.root.rstrip("/")
    parts: dict[str, str] = {
        "version": encode(VERSION),
        "command": encode("dedupe"),
        "roots": encode([well_formed(each) for each in dedupe.roots]),
        "environments": encode([well_formed(each) for each in dedupe.environments]),
        "items": array([encode(_item(root, step)) for step in dedupe.steps], "    "),
        "spared": array(
            [encode({"reason": each.name, "files": each.files, "bytes": each.bytes}) for each in dedupe.spared], "    "
        ),
        "already": encode({"files": dedupe.already.files, "bytes": dedupe.already.bytes}),
        "looked": encode(dedupe.looked),
        "total": encode({"files": len(dedupe.shares), "bytes": dedupe.bytes}),
        "result": "null" if deduped is None else encode(_result(deduped)),
        "seconds": encode(round(dedupe.seconds + (deduped.seconds if deduped else 0), 3)),
    }
    return "{\n" + ",\n".join(f'  "{key}": {value}' for key, value in parts.items()) + "\n}\n"


def advice_text(advice: Sequence[Advice], look: Look) -> str:
    """How environments get their files, and what to type so that they are not copied again."""
    names = max((width(visible(each.about)) for each in advice if each.here), default=0)
    lines = []
    for each in advice:
        if not each.here:
            continue
        mark = paint("✓", "green", on=look.color) if each.ok else paint("✗", "yellow", on=look.color)
        room = max(look.width - names - 7, 30)
        first, *others = wrap(each.words, room)
        lines.append(f"  {mark} {pad(visible(each.about), names)}   {visible(first)}")
        lines += [" " * (names + 7) + visible(line) for line in others]
        lines += [" " * (names + 7) + visible(each.command)] if each.command else []
    if absent := [each.about for each in advice if not each.here]:
        lines += wrap(f"Not found here, and left out: {', '.join(dict.fromkeys(absent))}.", look.width)
    return "".join(f"{line}\n" for line in lines)


def advice_json(advice: Sequence[Advice]) -> str:
    """One object, with one of `advice` for each thing that was looked at."""
    rows = [
        encode(each._asdict() | {"about": well_formed(each.about), "words": well_formed(each.words)}) for each in advice
    ]
    head = f'  "version": {encode(VERSION)},\n  "command": "dedupe --prevent",\n'
    return f'{{\n{head}  "advice": {array(rows, "    ")}\n}}\n'


def _of_bytecode(dedupe: Dedupe, look: Look) -> Iterator[str]:
    """What becomes of bytecode, and of the times of its sources."""
    if not dedupe.bytecode:
        return
    dated = {step.source for step in dedupe.bytecode if step.mtime_ns != step.planned.mtime_ns}
    shares = sum(bool(step.keep) for step in dedupe.bytecode)
    amount = f"{size(sum(step.bytes for step in dedupe.bytecode))} in {count(shares, 'file')}"
    if kept := len(dedupe.bytecode) - shares:
        amount += f"; {count(kept, 'more is', 'more are')} rewritten for those to share"
    yield from wrap(f"Of that, bytecode: {amount}. {BYTECODE}", look.width)
    if dated:
        one = len(dated) == 1
        sources = "1 source gets" if one else f"{len(dated):,} sources get"
        words = f"{sources} the time of last change that {'its' if one else 'their'} copies elsewhere have. {DATED}"
        yield from wrap(words, look.width)


def _loaded(loaded: Loaded) -> str:
    """What it means for imports."""
    before, after = (f"{seconds * 1000:.0f} ms" for seconds in (loaded.before, loaded.after))
    compared = "about the same as before" if loaded.is_same else f"before in {before}"
    anew = (
        f"{loaded.anew_after:,} of them stale, {loaded.anew_before:,} before" if loaded.anew_after else "none is stale"
    )
    return f"Python loads the bytecode of {count(loaded.modules, 'module')} in {after}, {compared}; {anew}."


def _table(dedupe: Dedupe) -> Iterator[str]:
    shown = dedupe.by_environment[:_MOST_ROWS]
    rows = [(size(each.bytes), f"{each.files:,}", visible(each.name) or "elsewhere") for each in shown]
    widths = [max(map(len, column)) for column in zip(("frees", "files"), *((a, b) for a, b, _ in rows), strict=True)]
    yield f"  {'frees':>{widths[0]}}  {'files':>{widths[1]}}  in"
    yield from (f"  {a:>{widths[0]}}  {b:>{widths[1]}}  {place}" for a, b, place in rows)
    if rest := dedupe.by_environment[_MOST_ROWS:]:
        yield f"  ... and {len(rest):,} more, {size(sum(each.bytes for each in rest))} together"


def _sentence(way: Way) -> str:
    if way.means is None and not way.told:
        return _UNTOLD
    text = _HOW[way.means]
    return f"{text[:1].upper()}{text[1:]}."


def _stays(dedupe: Dedupe, look: Look) -> Iterator[str]:
    if dedupe.already.files:
        amount = f"{size(dedupe.already.bytes)} in {count(dedupe.already.files, 'file')}"
        yield from wrap(f"Shared already: {amount}.", look.width)
    for each in dedupe.spared:
        amount = f"{size(each.bytes)} in {count(each.files, 'file')}"
        yield from wrap(f"{paint('stays:', 'dim', on=look.color)} {amount}: {each.name}", look.width)


def _is_empty(dedupe: Dedupe) -> bool:
    return not dedupe.environments and not dedupe.wishes.any


def _sum(dedupe: Dedupe) -> str:
    if not dedupe.steps:
        return f"{'No environment. ' * _is_empty(dedupe)}Nothing to share: 0 files, 0 bytes."
    files = count(len(dedupe.shares), "file")
    return f"{size(dedupe.bytes)} can be freed by sharing {files}; nothing is shared that is not the same byte by byte."


def _observed(freed: int) -> str:
    if freed < 0:
        return f"The file system has {size(-freed)} less free than before: other programs wrote meanwhile."
    return f"The file system has {size(freed)} more free than before ({freed:,} bytes)."


def _not_done(outcome: Outcome, look: Look) -> str:
    path = outcome.step.path if isinstance(outcome.step, ShareFile | RewriteBytecode) else ""
    text = f"{visible(path)}: {visible(outcome.detail.removeprefix(f'{path}: '))}"
    return f"{paint(f'{outcome.result.value}:', 'yellow', on=look.color)} {text}"


def _item(root: str, step: ShareFile | RewriteBytecode) -> dict[str, object]:
    source: dict[str, object] = {}
    if isinstance(step, RewriteBytecode):
        dated = step.mtime_ns if step.mtime_ns != step.planned.mtime_ns else None
        source = named(f"{root}/{step.source}", "source") | {"source_mtime_ns": dated}
    kept = named(f"{root}/{step.keep}", "with") if step.keep else {"with": None}
    return named(f"{root}/{step.path}") | kept | {
        "kind": "bytecode" if source else "file",
        "means": step.means,
        "bytes": step.bytes,
        "size": step.expect.size,
        "digest": step.digest or None,
        "environment": well_formed(step.environment) or None,
    } | source  # fmt: skip


def _result(deduped: Deduped) -> dict[str, object]:
    receipt: Receipt = deduped.receipt
    good = [each for each in receipt.outcomes if each.result is Result.DONE]
    return {
        "files": len(shared(good)),
        "bytes": sum(each.bytes for each in good),
        "freed": deduped.freed,
        "loaded": deduped.loaded and deduped.loaded._asdict(),
        "failed": [
            named(path := getattr(each.step, "path", ""))
            | {"result": each.result, "reason": well_formed(each.detail.removeprefix(f"{path}: "))}
            for each in receipt.outcomes
            if each.result is not Result.DONE
        ],
        "undo": receipt.journal or None,
    }
