"""What `kempt fleet fix` prepares: the patches on the terminal, as JSON, and as the page that lies beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kempt.model.patches import Patch, Sending
from kempt.report.columns import paint
from kempt.report.escape import markdown, visible, well_formed
from kempt.report.json import VERSION, encode
from kempt.report.look import Look
from kempt.report.patch import subject
from kempt.report.quantity import count
from kempt.report.redaction import redacted
from kempt.report.shell import word

INDEX = "README.md"
INDEX_MARK = "<!-- made by kempt fleet fix -->"
LONGEST_NAME, DIGITS, FEW = 80, 8, 8


def file_name(patch: Patch) -> str:
    """The file of a repository's patch: what its name holds of plain letters, and a digest that tells names apart."""
    from hashlib import sha256

    digest = sha256(patch.name.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    plain = re.sub(r"[^A-Za-z0-9_.]+", "-", patch.name.partition("://")[2] or patch.name)
    return f"{plain.strip('-.')[-LONGEST_NAME:].strip('-.') or 'repository'}-{digest}.patch"


def commands(patch: Patch, sending: Sending) -> tuple[str, ...]:
    """What to type in the folder of the patches to have one as a branch of a fresh clone; pushing is left to people."""
    file = file_name(patch)
    clone = file.removesuffix(".patch")
    return (
        f"git clone -- {word(patch.url)} {clone}",
        f"git -C {clone} checkout -b {word(sending.branch)} {patch.head}",
        f'git -C {clone} am "$PWD"/{file}',
    )


def to_text(patches: Sequence[Patch], sending: Sending, folder: str | None, look: Look) -> str:
    """Each repository with what mends it, and where the patches are; without a `folder` they are not written yet."""
    lines: list[str] = []
    for patch in patches:
        if patch.error or patch.parts or patch.notes:
            lines += _lines(patch, look)
    ready = sum(bool(patch.parts) for patch in patches)
    failed = sum(bool(patch.error) for patch in patches)
    lines.append(f"{_tally(ready, failed, len(patches))}." if patches else "Nothing to mend.")
    if ready and folder is None:
        lines.append("Nothing is written. Write them: the same with -o FOLDER")
    elif ready and folder is not None:
        at = word(f"{folder.rstrip('/')}/{INDEX}")
        lines.append(f"What to type for each of them, for branch {visible(sending.branch)}: {at}")
    return "".join(f"{line}\n" for line in lines)


def _tally(ready: int, failed: int, total: int) -> str:
    left = total - ready - failed
    parts = [f"{count(ready, 'patch', 'patches')} for {count(total, 'repository', 'repositories')}"]
    parts += [f"{left:,} with nothing to mend"] if left else []
    parts += [f"{failed:,} failed"] if failed else []
    return ", ".join(parts)


def _lines(patch: Patch, look: Look) -> Iterator[str]:
    yield paint(visible(patch.name), "bold", on=look.color)
    if patch.error:
        yield f"  failed: {visible(redacted(patch.error))}"
    yield from (f"  {text}" for text in _contents(patch))
    if look.verbose:
        yield from (f"    {each.code} {visible(each.path)}: {visible(each.message)}" for each in patch.mended)
    yield from (f"  {visible(note)}" for note in patch.notes)
    yield ""


def _contents(patch: Patch) -> Iterator[str]:
    """What is in a patch, in two lines."""
    if not patch.parts:
        return
    leaving = [part for part in patch.parts if part.leaves]
    edited = [part.path for part in patch.parts if not part.leaves]
    yield f"{subject(patch)}: {count(len(patch.mended), 'finding')}, {patch.left:,} left"
    words = [", ".join(map(visible, edited[:FEW])) + (f" and {len(edited) - FEW:,} more" if len(edited) > FEW else "")]
    words += [f"{count(len(leaving), 'file leaves', 'files leave')} git"] if leaving else []
    yield "; ".join(each for each in words if each)


def to_json(patches: Sequence[Patch], sending: Sending, folder: str | None) -> str:
    """One object: what would be sent, or was written to a folder, repository by repository."""
    rows = ",\n".join(f"    {encode(_row(patch, sending))}" for patch in patches)
    ready, failed = sum(bool(each.parts) for each in patches), sum(bool(each.error) for each in patches)
    head = {"version": VERSION, "command": "fleet fix", "branch": sending.branch, "folder": folder}
    top = ",\n".join(f"  {encode(key)}: {encode(value)}" for key, value in head.items())
    summary = encode({"repositories": len(patches), "patches": ready, "failed": failed})
    inside = f"[\n{rows}\n  ]" if rows else "[]"
    return f'{{\n{top},\n  "repositories": {inside},\n  "summary": {summary}\n}}\n'


def _row(patch: Patch, sending: Sending) -> dict[str, object]:
    return {
        "repository": well_formed(patch.name),
        "url": well_formed(patch.url),
        "head": patch.head,
        "patch": file_name(patch) if patch.parts else None,
        "commands": list(map(well_formed, commands(patch, sending))) if patch.parts else [],
        "edited": [well_formed(part.path) for part in patch.parts if not part.leaves],
        "leaving": sum(part.leaves for part in patch.parts),
        "mended": [{key: well_formed(value) for key, value in each._asdict().items()} for each in patch.mended],
        "left": patch.left,
        "notes": list(map(well_formed, patch.notes)),
        "error": well_formed(redacted(patch.error)) or None,
    }


def index(patches: Sequence[Patch], sending: Sending) -> str:
    """The page beside the patches, in Markdown: what to type for each, and what is in it."""
    ready = [patch for patch in patches if patch.parts]
    lines = [
        INDEX_MARK, "# Patches", "",
        f"Made by kempt {sending.version}. Nothing was pushed. To have one as a branch of a fresh clone, type in this",
        "folder what stands below it; look at the commit, then push it as you push others.", "",
    ]  # fmt: skip
    for patch in ready:
        lines += [f"## {markdown(patch.name)}", "", *(f"- {markdown(text)}" for text in _contents(patch))]
        lines += [*(f"- {markdown(note)}" for note in patch.notes), "", "```sh"]
        lines += [*commands(patch, sending), "```", ""]
    failed = [patch for patch in patches if patch.error]
    if failed:
        lines += ["## Failed", ""]
        lines += [f"- {markdown(each.name)}: {markdown(redacted(each.error))}" for each in failed]
    return "".join(f"{line}\n" for line in lines)
