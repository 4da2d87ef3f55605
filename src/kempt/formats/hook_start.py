"""The first repositories of a pre-commit configuration that has none: `repos: []`, or nothing but comments."""

from __future__ import annotations

from kempt.formats import yaml

KEY = "repos:"


def with_first(content: bytes, other: str) -> str:
    """A configuration with the repositories of another one; empty where it has some already, or has another form.

    `other` holds them in block style below `repos:`, and nothing after them.
    """
    document = yaml.parse(content)
    if isinstance(document, yaml.Unparsable) or len(document.roots) > 1:
        return ""
    text, root = document.text, document.roots[0] if document.roots else None
    added = other[other.index(KEY) :]
    if "\r\n" in text:
        added = added.replace("\n", "\r\n")
    found = yaml.get(root, "repos")
    if root is None or yaml.is_null(root) or (isinstance(root, yaml.Mapping) and not root.flow and found is None):
        return f"{_whole_lines(text)}{added}"
    is_empty = isinstance(found, yaml.Sequence) and not found.items
    if found is None or not (is_empty or yaml.is_null(found)):
        return ""
    end = text.find("\n", found.end)
    end = len(text) if end < 0 else end + 1
    comment = text[found.end : end].strip()
    if comment and not comment.startswith("#"):  # more of a mapping that is written on one line
        return ""
    items = added.removeprefix(KEY)
    return f"{text[: found.start].rstrip(' ')}{comment and f' {comment}'}{items}{text[end:]}"


def _whole_lines(text: str) -> str:
    """The text with an end to its last line."""
    return text if not text or text.endswith("\n") else f"{text}\n"
