r"""Repository data on its way out: names and messages that may hold anything a file name can.

One spelling is used in every format. `\xNN` is a byte that is no UTF-8 or a control character of ASCII, `\n`, `\r` and
`\t` are themselves, `\uNNNN` and `\UNNNNNNNN` any other character that does not print (C1 controls, bidirectional
overrides, zero-width characters, lone surrogates). It is not reversible: a name that holds these letters looks alike.
"""

from __future__ import annotations

import re

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ASCII_END, _WIDE = 0x80, 0x10000
_BYTES = range(0xDC80, 0xDD00)  # surrogateescape: the bytes of a file name that are no UTF-8
_SURROGATE = "[\ud800-\udfff]"
# What CI logs take for commands: GitHub reads `::` at the start of a line, after blanks too, and `##[` anywhere in it;
# Azure Pipelines reads `##vso[`. A line may be wrapped at any blank, so `::` is defused at the start of every word.
_COMMAND = r"(?i)(?<!\S):(?=:)|#(?=#(?:vso)?\[)"

_GITHUB_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#|~!$"} | {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;",
})  # fmt: skip


def visible(text: str, keep: str = "") -> str:
    """One line that a terminal and a CI log show and do not obey; characters of `keep` are left as they are."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in keep else _escaped(c) for c in text)
    if "::" in text or "##" in text:
        text = re.sub(_COMMAND, lambda match: _escaped(match[0]), text)
    return text


def well_formed(text: str) -> str:
    """The same text, encodable: lone surrogates are spelled out, every other character stays."""
    return text if text.isascii() else re.sub(_SURROGATE, lambda match: _escaped(match[0]), text)


def github_data(*lines: str) -> str:
    """The message of a GitHub workflow command, of one or more lines."""
    return "\n".join(visible(line) for line in lines).translate(_GITHUB_DATA)


def github_property(text: str) -> str:
    """A property of a GitHub workflow command. Line ends keep their meaning, so that a path stays the path it is."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\r\n" else _escaped(c) for c in text)
    return text.translate(_GITHUB_PROPERTY)


def xml(text: str) -> str:
    """Character data or an attribute's value in double quotes; characters that XML cannot hold are spelled out."""
    return visible(text, keep="\n").translate(_XML)


def markdown(text: str) -> str:
    """Text in Markdown, also in a cell of a table. What stands between backticks is shown as code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner
        parts[-2:] = ["`".join(parts[-2:])]
    cells = [_without_markup(part) for part in parts]
    cells[1::2] = [f"<code>{cell}</code>" for cell in cells[1::2]]
    return "".join(cells)


def markdown_code(text: str) -> str:
    """The whole text as code in Markdown."""
    return f"<code>{_without_markup(visible(text))}</code>"


def _without_markup(text: str) -> str:
    """No emphasis, no HTML, no mention, and no link either: GitHub makes links of bare addresses."""
    return text.translate(_MARKDOWN).replace("://", "&#58;//").replace("www.", "www&#46;")


def _escaped(character: str) -> str:
    point = ord(character)
    if point in _BYTES:
        return f"\\x{point - _BYTES.start + _ASCII_END:02x}"
    if point < _ASCII_END:
        return _SHORT.get(character) or f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < _WIDE else f"\\U{point:08x}"
