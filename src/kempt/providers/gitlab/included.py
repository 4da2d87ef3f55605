"""The files of one configuration: `.gitlab-ci.yml` and what it includes from the repository itself.

What comes from elsewhere (`remote`, `project`, `template`, `component`) is not fetched, and nothing is known of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.provider import Files
from kempt.model.repo import Fault
from kempt.providers.gitlab.values import Held, Source, Value, children, items, merged, text_of

ROOT = ".gitlab-ci.yml"
"""The file that GitLab reads, unless the project's settings name another one."""

INCLUDES_LIMIT = 150
"""GitLab takes 150 files in all."""

STARS_LIMIT = 8
"""How many stars of a pattern are stars: matching takes longer with each, and nobody writes as many."""


def source_of(path: str, content: bytes) -> Source | Fault:
    """A file with its nodes, or why it has none."""
    document = yaml.parse(content)
    if isinstance(document, yaml.Unparsable):
        return Fault("KPT002", PurePosixPath(path), document.message, document.line)
    return Source(PurePosixPath(path), document)


def body_of(source: Source) -> Value:
    """The configuration in a file: the last document, because one before it only declares inputs (`spec:`)."""
    roots = source.document.roots
    return Held(roots[-1], source) if roots else {}


def keys_of(body: Value) -> dict[str, Held]:
    """The keys of a map as they are written."""
    if not isinstance(body, Held):
        return {}
    return {entry.key.value: Held(entry.key, body.source) for entry in yaml.entries(body.node)}


class Reading:
    """Reads the included files in the order in which GitLab merges them; each file once, a cycle ends.

    `keys` are the keys of the top level, each where it has the last word.
    """

    def __init__(self, files: Files) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.seen: set[str] = set()
        self.keys: dict[str, Held] = {}

    def configuration(self, source: Source) -> Value:
        """What a file includes, merged in order, and under that the file itself, which has the last word."""
        body = body_of(source)
        whole: Value = {}
        for path in self._paths(body):
            if path in self.seen or len(self.seen) >= INCLUDES_LIMIT:
                continue
            self.seen.add(path)
            included = self._source(path)
            if included is not None:
                whole = merged(whole, self.configuration(included))
        self.keys |= keys_of(body)
        return merged(whole, body)

    def _source(self, path: str) -> Source | None:
        content = self.files.read(path)
        if content is None:
            return None
        source = source_of(path, content)
        if isinstance(source, Fault):
            self.faults.append(source)
            return None
        return source

    def _paths(self, body: Value) -> Iterator[str]:
        """The local files that an `include` names. Paths begin at the root of the repository, slash or none."""
        for item in items(children(body).get("include")):
            named = text_of(item) or text_of(children(item).get("local"))
            if named and "://" not in named:
                yield from _matching(self.files.listing, named.lstrip("/"))


def _matching(listing: Listing, pattern: str) -> Iterator[str]:
    """The tracked files that a path with `*` and `**` names; the path itself where it has neither."""
    if "*" not in pattern:
        yield pattern
        return
    folder = pattern[: pattern.index("*")].rpartition("/")[0]
    expression = compiled(pattern)
    for path in listing.paths(*listing.span(folder)):
        if path.endswith((".yml", ".yaml")) and expression.fullmatch(path):
            yield path


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of GitLab: `*` stays in its folder, `**` does not."""
    pieces = re.split(r"(\*\*/?|\*)", pattern[:1000], maxsplit=STARS_LIMIT)
    meaning = {"**": ".*", "**/": "(?:[^/]+/)*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(piece, re.escape(piece)) for piece in pieces))
