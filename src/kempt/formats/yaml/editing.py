"""Changes that add an item or an entry, or take one away, and leave every other byte as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kempt.formats.yaml import layout
from kempt.formats.yaml.nodes import Change, Document, Mapping, Sequence
from kempt.formats.yaml.quoting import quoted

Lines = str | list[str] | tuple[str, ...]
KEEPS = re.compile(r"[|>](?:\+|\d\+)\d?[ \t]*+(?:#[^\n]*+)?\r?$", re.MULTILINE)
"""The header of a block scalar that blank lines below it belong to."""
BLANK_LINES = re.compile(r"(?:[ \t]*+\r?\n)*+")


def applied(text: str, changes: Iterable[Change]) -> str:
    """The text after changes that do not overlap; those at one place follow each other as given."""
    done = 0
    pieces: list[str] = []
    for change in sorted(changes, key=lambda change: change[:2]):
        if change.start < done:
            raise ValueError(f"changes overlap at offset {change.start}")
        pieces += text[done : change.start], change.text
        done = change.end
    return "".join(pieces) + text[done:]


def with_entry(document: Document, mapping: Mapping, key: str, value: Lines, *, first: bool = False) -> Change:
    r"""Add an entry at a mapping's end, or its start. The value is YAML text.

    Further lines of it are relative to the entry's margin: "|\n  make" is a block scalar, "\n  a: 1" a mapping of its
    own. In `{...}` the value has one line.
    """
    value = _joined(value)
    entry = f"{quoted(key)}:{value if value[:1] in {'', chr(10)} else ' ' + value}"
    return _added(document, mapping, entry, 0 if first else None)


def with_item(document: Document, sequence: Sequence, item: Lines, *, index: int | None = None) -> Change:
    """Add an item before the one at an index, and before the comment above it, or at the end.

    The item is YAML text without its dash; further lines are relative to where its first line begins. In `[...]` it has
    one line.
    """
    item = _joined(item)
    if sequence.flow:
        return _added(document, sequence, item, index)
    lines = item.split("\n")
    text = "\n".join([f"- {lines[0]}", *(f"  {line}" if line else "" for line in lines[1:])])
    return _added(document, sequence, text, index)


def without_entry(document: Document, mapping: Mapping, key: str) -> Change | None:
    """Take an entry away, in whole lines; None if there is none. A mapping that loses its last entry becomes `{}`."""
    try:
        index = layout.index_of(mapping, key)
    except KeyError:
        return None
    return _removed(document, mapping, index, "{}")


def without_item(document: Document, sequence: Sequence, index: int) -> Change | None:
    """Take an item away, in whole lines; None if there is none. A sequence that loses its last item becomes `[]`."""
    if not -len(sequence.items) <= index < len(sequence.items):
        return None
    return _removed(document, sequence, index % len(sequence.items), "[]")


def _joined(lines: Lines) -> str:
    return (lines if isinstance(lines, str) else "\n".join(lines)).replace("\r\n", "\n").removesuffix("\n")


def _added(document: Document, node: Sequence | Mapping, text: str, index: int | None) -> Change:
    parts = layout.parts(document, node)
    if index is not None and not -len(parts) <= index < len(parts):
        index = None
    if node.flow:
        change = _in_flow(document, node, parts, text, index)
    elif index is None:
        change = _after_block(document, parts[-1], text, layout.indent_of(document, node))
    else:
        change = _before_block(document, parts[index], text, layout.indent_of(document, node), index)
    return change._replace(text=change.text.replace("\n", layout.line_break(document.text)))


def _after_block(document: Document, last: layout.Part, text: str, margin: str) -> Change:
    """On new lines after the last one, ahead of comments and blank lines that follow."""
    at = layout.line_end(document.text, last.end)
    return Change(at, at, "\n" + _indented(text, margin, whole=True))


def _before_block(document: Document, part: layout.Part, text: str, margin: str, index: int) -> Change:
    at = part.start
    if text.startswith("- ") and layout.is_first_on_line(document.text, at):
        at = _above_comments(document.text, at, margin, index)
    return Change(at, at, f"{_indented(text, margin)}\n{margin}")


def _above_comments(text: str, at: int, margin: str, index: int) -> int:
    """Where the comment directly above an item begins; what stands at the top of a file is the file's own."""
    place = at
    while (start := layout.line_start(text, place)) > 0:
        above = layout.line_start(text, start - 1)
        if not text.startswith(f"{margin}#", above):
            return place
        place = above + len(margin)
    return place if index else at


def _indented(text: str, margin: str, *, whole: bool = False) -> str:
    first, *rest = text.split("\n")
    lines = [margin + line if line else "" for line in rest]
    return "\n".join([margin + first if whole else first, *lines])


def _in_flow(document: Document, node: Sequence | Mapping, parts: tuple[layout.Part, ...], text: str,
             index: int | None) -> Change:  # fmt: skip
    source = document.text
    if not parts:
        return Change(node.start + 1, node.end - 1, text)
    if index is not None:
        at = parts[index].start
        own_line = layout.is_first_on_line(source, at)
        return Change(at, at, f"{text},\n{layout.indent_of(document, at)}" if own_line else f"{text}, ")
    last = parts[-1]
    comma = re.compile(r"\s*+,").match(source, last.end, node.end)
    if not layout.is_first_on_line(source, last.start):
        end = comma.end() if comma else last.end
        return Change(end, end, f" {text}" if comma else f", {text}")
    stop = layout.line_end(source, comma.end() if comma else last.end)
    stop = stop if stop < node.end else last.end
    kept = source[last.end : stop].replace("\r\n", "\n")
    line = f"\n{layout.indent_of(document, last.start)}{text}"
    return Change(last.end, stop, f"{kept}{line}," if comma else f",{kept}{line}")


def _removed(document: Document, node: Sequence | Mapping, index: int, empty: str) -> Change:
    parts = layout.parts(document, node)
    text = document.text
    if len(parts) == 1:
        deeper = "  " if layout.is_first_on_line(text, node.start) else ""
        return Change(node.start, node.end, empty if node.flow else deeper + empty)
    if node.flow:
        return _out_of_flow(document, parts, index)
    part = parts[index]
    start, end = layout.line_start(text, part.start), layout.line_after(text, part.end)
    if layout.is_first_on_line(text, part.start):
        if index and KEEPS.search(text, parts[index - 1].start, part.start):
            blank = BLANK_LINES.match(text, end)
            end = blank.end() if blank else end  # they would become the last lines of that text
        start += text.startswith("\ufeff", start)
        return Change(start if end < len(text) or text.endswith("\n") else _line_before(text, start), end, "")
    following = parts[index + 1].start
    if not text[layout.line_end(text, part.end) : following].strip():
        return Change(part.start, following, "")
    return Change(len(text[: part.start].rstrip(" ")), layout.line_end(text, part.end), "")


def _line_before(text: str, start: int) -> int:
    """The end of the line before, so that a text without a last line end keeps doing without."""
    return layout.line_end(text, layout.line_start(text, start - 1)) if start else start


def _out_of_flow(document: Document, parts: tuple[layout.Part, ...], index: int) -> Change:
    text, part = document.text, parts[index]
    rest = re.compile(r"[ \t]*+,?[ \t]*+(?:(?<=[ \t,])#[^\n]*+)?\r?\n").match(text, part.end)
    if rest and layout.is_first_on_line(text, part.start):
        return Change(layout.line_start(text, part.start), rest.end(), "")
    if index + 1 < len(parts):
        return Change(part.start, parts[index + 1].start, "")
    return Change(parts[index - 1].end, part.end, "")
