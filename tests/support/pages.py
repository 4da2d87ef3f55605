"""The pages of the rules, read as the tests execute them: file trees with marked findings, and examples to run.

The notation is explained to readers at the end of `docs/rules/index.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

PAGES = Path(__file__).parents[2] / "docs" / "rules"
_SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n?)*)", re.MULTILINE)
_FILE = re.compile(
    r"^- `(?P<path>[^`]+)`(?P<empty> \((?:empty|not shown)\))?(?P<untracked> \(untracked\))?(?: → `(?P<target>[^`]+)`)?"
    r"(?: ← (?P<code>KPT\d{3})(?:, (?:line (?P<line>\d+)|(?P<whole>the whole file)))?)?\n",
    re.MULTILINE,
)
_BLOCK = re.compile(r"\n  ```\w*\n(?P<content>(?:(?:  .*)?\n)*?)  ```\n")
_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


class Marked(NamedTuple):
    """Where a page says that a finding points: line 0 is the whole file."""

    code: str
    path: str
    line: int


class FileTree(NamedTuple):
    """The tracked files of an example, and the empty ones that lie beside them untracked."""

    files: dict[str, str]
    links: dict[str, str]
    findings: tuple[Marked, ...]
    untracked: tuple[str, ...] = ()


class Page(NamedTuple):
    """One page: its title, the facts of its table, and its sections by heading, in order."""

    path: Path
    title: str
    facts: dict[str, str]
    sections: dict[str, str]

    @property
    def code(self) -> str:
        return self.path.stem


def pages() -> list[Page]:
    """All pages of rules, by code."""
    return [read(path) for path in sorted(PAGES.glob("KPT*.md"))]


def read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    facts = dict(re.findall(r"^\| (\w+) \| (.+) \|$", text, re.MULTILINE))
    return Page(path, text.partition("\n")[0].removeprefix("# "), facts, dict(_SECTION.findall(text)))


def tree(section: str) -> FileTree:
    """The file tree that a section describes."""
    files: dict[str, str] = {}
    links, findings, untracked = {}, [], []
    for match in _FILE.finditer(section):
        path = match["path"]
        if match["target"]:
            links[path] = match["target"]
        elif match["untracked"]:
            untracked.append(path)
        elif match["empty"]:
            files |= dict.fromkeys(_expanded(path), _lock(path) if "not shown" in match["empty"] else "")
        else:
            block = _BLOCK.match(section, match.end())
            assert block is not None, f"{path}: is it (empty), (not shown), (untracked), a link? Else a block follows"
            files[path] = dedent(block["content"])
        if match["code"]:
            findings.append(Marked(match["code"], path, 0 if match["whole"] else int(match["line"] or 1)))
    return FileTree(files, links, tuple(findings), tuple(untracked))


def fences(section: str, language: str) -> list[str]:
    """The contents of a section's blocks in one language."""
    return [match["content"] for match in _FENCE.finditer(section) if match["language"] == language]


def _lock(path: str) -> str:
    """A lock that parses and says nothing."""
    return "{}\n" if path.endswith("Pipfile.lock") else "version = 0\n"


def _expanded(path: str) -> Iterator[str]:
    match = _RANGE.search(path)
    if match is None:
        yield path
        return
    for number in range(int(match[1]), int(match[2]) + 1):
        yield path[: match.start()] + str(number) + path[match.end() :]
