"""How a string is spelled in YAML so that it reads back as this string, by YAML 1.1 and by 1.2."""

from __future__ import annotations

import re

from kempt.formats.yaml.nodes import Change, Document, Scalar

PLAIN = re.compile(
    r"(?:[^\W_]|[_./$()^+~<=;\\]|-(?=[\w./-]))(?:[\w./$()^+~<=>;\\\-@%*&!'\"`|]|:(?! |\Z)| (?! |#|\Z)|(?<! )#)*+"
)
"""Safe without quotes in any place: what begins, then no `: `, no ` #`, and nothing of the brackets' own."""
LOOK_ALIKE = re.compile(
    r"y|n|yes|no|true|false|on|off|null|~|=|<<|[-+]?\.(?:inf|nan)"
    r"|[-+]?(?:[0-9][0-9_]*+)?(?:\.[0-9_]*+)?(?:e[-+]?[0-9]++)?"
    r"|[-+]?0[xob][0-9a-f_]++"
    r"|[-+]?[0-9][0-9_]*+(?::[0-5]?[0-9])++(?:\.[0-9_]*+)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t \t].*)?"
    r"|(?:---|\.\.\.)(?:[ \t].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""What YAML 1.1 or 1.2 reads as a boolean, null, number, date or the edge of a document."""
SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}


def quoted(value: str) -> str:
    """The shortest spelling of a string, for any place: without quotes if it can be, or else with double ones."""
    if _is_plain(value) and not LOOK_ALIKE.fullmatch(value):
        return value
    if ('"' in value or "\\" in value) and "'" not in value and value.isprintable():
        return f"'{value}'"
    return _double(value)


def with_value(scalar: Scalar, value: str, document: Document | None = None) -> Change:
    """Put a value in the place of a scalar, in the scalar's own style where this can carry it.

    A block scalar stays one only if its document is at hand, which tells the indentation. A plain number, boolean or
    date stays without quotes if it becomes another.
    """
    return Change(scalar.start, scalar.end, _styled(scalar, value, document))


def _styled(scalar: Scalar, value: str, document: Document | None) -> str:
    if scalar.style == "" and _is_plain(value) and LOOK_ALIKE.fullmatch(scalar.value):
        return value
    if scalar.style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if scalar.style == '"':
        return _double(value)
    block = _block(document, scalar, value) if document and scalar.style in {"|", ">"} else ""
    return block or quoted(value)


def _is_plain(value: str) -> bool:
    return PLAIN.fullmatch(value) is not None and value.isprintable()


def _double(value: str) -> str:
    return '"' + "".join(SHORT.get(character) or _escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - as far as two digits reach
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - as far as four do


def _block(document: Document, scalar: Scalar, value: str) -> str:
    """A literal scalar with the indentation of the one that stands there; "" if it cannot carry the value."""
    source = document.text[scalar.start : scalar.end]
    if value == scalar.value:
        return source
    said = value.rstrip("\n")
    lines = said.split("\n")
    first = re.search(r"\n([ ]+)[^ \r\n]", source)
    printable = all(line.replace("\t", "").isprintable() for line in lines)
    if first is None or not said or lines[0][:1] in {"", " ", "\t"} or not lines[-1].strip() or not printable:
        return ""
    ends = value[len(said) :]
    chomping = {0: "-", 1: ""}.get(len(ends), "+")
    kept = "\n" * (len(ends) - 1)
    end = "\r\n" if "\r\n" in source else "\n"
    text = f"|{chomping}\n" + "\n".join(first[1] + line if line else "" for line in lines) + kept
    return text.replace("\n", end)
