"""Keys of Azure's caches: segments between `|`, of which those that look like a path are read and hashed.

What looks like a path was read in the agent's own source: no double quotes around it, a dot or a slash in it, no dot at
its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from kempt.model.pipeline import Key, KeyPart, PartKind, Text
from kempt.providers.azure.variables import KINDS, MACRO, PYTHON_NAME, expanded, in_repository

PYTHON_WORD = re.compile(r"(?:python|py|cpython|cp)[- ]?\d+(?:\.\d+)*t?|[23]\.\d+(?:\.\d+)?", re.IGNORECASE)
SYSTEM_WORD = re.compile(r"linux|macos|darwin|windows(?:_nt)?|ubuntu(?:-[\w.]+)?", re.IGNORECASE)
MACHINE_WORD = re.compile(r"amd64|x86_64|x64|arm64|aarch64", re.IGNORECASE)
FILE_NAME = re.compile(r"[\w./*-]*\.(?:lock|toml|txt|json|ya?ml|in|cfg|py|sum|xml)")
WORD = re.compile(r"[^\s|\":]+")
MOST_VALUES = 50
"""How many segments of a key, parts of a segment and values of a matrix are looked at."""
QUOTED = "the quotes make it a text: the file is not read"


class Names:
    """What the variables of a job are, for its keys. Names are in lower case."""

    def __init__(
        self, variables: Mapping[str, str], matrix: Mapping[str, tuple[str, ...]], pythons: frozenset[str]
    ) -> None:
        self.matrix = matrix
        self.pythons = pythons
        self.told = {name: value for name, value in variables.items() if not self.is_python(name)}

    def is_python(self, name: str) -> bool:
        """Whether a variable says which Python: by its name, or because an interpreter is chosen with it."""
        return name.lower() in self.pythons or PYTHON_NAME.fullmatch(name) is not None


def key(written: Text, names: Names) -> Key:
    """A key, cut up."""
    parts: list[KeyPart] = []
    broken = ""
    for segment in segments(written.value)[:MOST_VALUES]:
        found = list(islice(_segment(segment, names), MOST_VALUES))
        parts += found
        inner = segment.strip('"')
        if segment.startswith('"') and FILE_NAME.fullmatch(inner):
            broken = f"{segment}: {QUOTED}"
    if any(part.kind is PartKind.FILES for part in parts):
        broken = ""
    return Key(written, tuple(parts), broken)


def segments(value: str) -> list[str]:
    """The parts of a key. One of several lines is of the old kind, with a segment on each."""
    return [part.strip() for part in re.split(r"\n" if "\n" in value.strip() else r"\|", value) if part.strip()]


def _segment(segment: str, names: Names) -> Iterator[KeyPart]:
    text = expanded(segment, names.told)
    quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    path = in_repository(text)
    if not quoted and is_path(path):
        yield _files(segment, path, names)
        return
    inner, done = text.strip('"'), 0
    for match in MACRO.finditer(inner):
        yield from _words(inner[done : match.start()])
        done = match.end()
        yield KeyPart(_kind(match[1], names), match[0])
    yield from _words(inner[done:])


def _files(segment: str, path: str, names: Names) -> KeyPart:
    """The files of a segment, once for each value of the matrix; where one is not known, nothing is."""
    rules = [in_repository(rule.strip()) for rule in path.split(",") if rule.strip()]
    found = tuple(dict.fromkeys(each for rule in rules for each in _each(rule, names.matrix)))
    unknown = any("$(" in each for each in found)
    return KeyPart(PartKind.UNKNOWN, segment) if unknown else KeyPart(PartKind.FILES, segment, found)


def _each(rule: str, matrix: Mapping[str, tuple[str, ...]]) -> list[str]:
    found = [rule]
    for name in {match[1] for match in MACRO.finditer(rule)}:
        values = matrix.get(name.lower(), (f"$({name})",))[:MOST_VALUES]
        found = [each.replace(f"$({name})", value) for each in found for value in values][:MOST_VALUES]
    return found


def is_path(segment: str) -> bool:
    """Whether the agent takes a segment for the path of a file or a pattern: it sees the values of variables.

    A version of Python without quotes is one for the agent too, and fails there; what was meant counts here.
    """
    bare = MACRO.sub("", segment).strip()
    if not bare or PYTHON_WORD.fullmatch(bare):
        return False
    return any(mark in bare for mark in "./\\") and not bare.endswith(".")


def _kind(name: str, names: Names) -> PartKind:
    if names.is_python(name):
        return PartKind.PYTHON
    return KINDS.get(name.lower(), PartKind.UNKNOWN)


def _words(text: str) -> Iterator[KeyPart]:
    for match in WORD.finditer(text):
        word = match[0].strip("-_.,;")
        if not word:
            continue
        kind = PartKind.WORD
        if PYTHON_WORD.fullmatch(word):
            kind = PartKind.PYTHON
        elif SYSTEM_WORD.fullmatch(word):
            kind = PartKind.SYSTEM
        elif MACHINE_WORD.fullmatch(word):
            kind = PartKind.MACHINE
        yield KeyPart(kind, word)
