"""CODEOWNERS: who answers for a path, as GitHub and GitLab read it.

Sources: "About code owners" of GitHub's documentation, "Code Owners syntax" of GitLab's. The last line that fits a path
counts, per section; a line without owners takes a path out. GitHub anchors a pattern with a slash inside and takes `[`
for itself; GitLab anchors only what begins with a slash, knows `[...]`, and names a folder only with a last slash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.formats import glob

SIZE_LIMIT = 3 * 1024**2
"""Bytes; GitHub reads no larger file."""
LINES_LIMIT, RARE_LIMIT, LENGTH_LIMIT = 50_000, 4096, 4096
"""Lines that count, those of them with `?` or `[`, and letters of a pattern: what is more is not read, and not slow."""
HEADING = re.compile(r"(\^?)\[([^\]\n]+)\](?:\[\d+\])?(?:\s(.*))?")
WORD = re.compile(r"(?:\\.|[^\s\\]|\\\Z)+")
SPECIAL = "*?["


class Line(NamedTuple):
    """A pattern and who owns what it names.

    `glob` is as `formats.glob` has it. `inside`: only what lies in folders that it names; `exact`: only what it names
    itself. Without either, both that and what lies inside.
    """

    glob: str
    owners: tuple[str, ...]
    inside: bool = False
    exact: bool = False

    def fits(self, path: str) -> bool:
        """Whether it names a file."""
        if self.inside:
            folder = path.rpartition("/")[0]
            return bool(folder) and glob.reaches(self.glob, folder, braces=False)
        named = glob.matches if self.exact else glob.reaches
        return named(self.glob, path, braces=False)


class Section(NamedTuple):
    """A part of the file that counts for itself. `defaults` own what its lines name without owners.

    `by_part`: which lines may fit only paths with a certain part, so that few of many lines are tried; `loose`: the
    others. Both in the order of the lines, as their numbers.
    """

    name: str
    optional: bool
    defaults: tuple[str, ...]
    lines: tuple[Line, ...]
    by_part: Mapping[str, tuple[int, ...]]
    loose: tuple[int, ...]

    def owners(self, path: str) -> tuple[str, ...]:
        """Those of the last line that fits; none where none does."""
        parts = dict.fromkeys(path.split("/"))
        numbers = {*self.loose, *(number for part in parts for number in self.by_part.get(part, ()))}
        last = next((self.lines[each] for each in sorted(numbers, reverse=True) if self.lines[each].fits(path)), None)
        return () if last is None else last.owners or self.defaults


class Codeowners(NamedTuple):
    """Who owns what. Without sections there is one, without a name."""

    sections: tuple[Section, ...] = ()

    def owners(self, path: str) -> tuple[str, ...]:
        """Who owns a path of the repository, as they are written there: `@user`, `@org/team` or an address."""
        return tuple(dict.fromkeys(owner for section in self.sections for owner in section.owners(path)))


def parse(text: str, *, gitlab: bool = False) -> Codeowners:
    """The owners that a file names; none where it is too large. Lines that make no sense are left out.

    `gitlab`: read as GitLab does; a file with sections is, wherever it lies.
    """
    if len(text) > SIZE_LIMIT or len(text.encode("utf-8", "surrogateescape")) > SIZE_LIMIT:
        return Codeowners()
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    gitlab = gitlab or any(map(_heading, lines))
    found = {"": _Gathered("", False, ())}
    name = ""
    for line in lines:
        heading = _heading(line)
        if heading is not None:
            name = heading.name.lower()
            found.setdefault(name, heading)
        elif line and not line.startswith("#"):
            for owned in _line(line, gitlab=gitlab):
                pattern = owned._replace(owners=())
                found[name].lines.pop(pattern, None)  # of the same pattern only the last line counts
                found[name].lines[pattern] = owned
    patterns = [line.glob for each in found.values() for line in each.lines]
    if len(patterns) > LINES_LIMIT or sum("?" in each or "[" in each for each in patterns) > RARE_LIMIT:
        return Codeowners()
    return Codeowners(tuple(_section(each) for each in found.values() if each.lines))


class _Gathered:
    """A section while the file is read."""

    def __init__(self, name: str, optional: bool, defaults: tuple[str, ...]) -> None:  # noqa: FBT001 - three of three
        self.name = name
        self.optional = optional
        self.defaults = defaults
        self.lines: dict[Line, Line] = {}


def _heading(line: str) -> _Gathered | None:
    match = HEADING.fullmatch(line)
    return match and _Gathered(match[2].strip(), bool(match[1]), tuple(_owners((match[3] or "").split())))


def _section(found: _Gathered) -> Section:
    lines = tuple(found.lines.values())
    fixed = [[part for part in line.glob.split("/") if not any(sign in part for sign in SPECIAL)] for line in lines]
    frequent = Counter(part for parts in fixed for part in parts)
    by_part: dict[str, list[int]] = {}
    loose = []
    for number, parts in enumerate(fixed):
        if parts:
            by_part.setdefault(min(parts, key=frequent.__getitem__), []).append(number)
        else:
            loose.append(number)
    index = {part: tuple(numbers) for part, numbers in by_part.items()}
    return Section(found.name, found.optional, found.defaults, lines, index, tuple(loose))


def _line(line: str, *, gitlab: bool) -> Iterator[Line]:
    """What a line says; nothing where GitHub would not take it."""
    pattern, *words = WORD.findall(line)
    owners = tuple(_owners(words))
    stated = [word for word in _before_comment(words) if word not in owners]
    if pattern.startswith("!") or len(pattern) > LENGTH_LIMIT or (stated and not gitlab):
        return
    parts = [part for part in pattern.split("/") if part]
    parts = [part for part, before in zip(parts, ["", *parts], strict=False) if not part == before == "**"]
    if not parts:
        return
    anchored = pattern.startswith("/") or (not gitlab and "/" in pattern.rstrip("/"))
    inside = pattern.endswith("/") or parts[-1] == "**"
    if parts[-1] == "**" and len(parts) > 1:
        parts.pop()
    elif parts == ["**"]:
        inside = False
    exact = (gitlab and not inside) or (parts[-1] == "*" and len(parts) + anchored > 1)
    text = "/".join(_translated(part, brackets=gitlab) for part in parts)
    yield Line(text if anchored else f"**/{text}", owners, inside, exact and not inside)


def _translated(part: str, *, brackets: bool) -> str:
    """A part of a pattern as `fnmatch` knows it, which escapes by `[x]` and not by a backslash."""
    found = []
    letters = iter(part)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "\\")
            found.append(f"[{escaped}]" if escaped in SPECIAL else escaped)
        else:
            found.append("[[]" if letter == "[" and not brackets else letter)
    return "".join(found)


def _before_comment(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word.startswith("#"):
            return
        yield word


def _owners(words: Iterable[str]) -> Iterator[str]:
    """The words that name somebody, up to a comment."""
    return (word for word in _before_comment(words) if "@" in word and len(word) > 1)
