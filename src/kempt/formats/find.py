"""What `find` does to a path: its expression, parsed once, is asked about paths that need not exist.

A test that cannot be answered without the file (`-mtime`, `-size`) is taken to hold, and so is its negation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

DEEPEST = 20
"""Brackets in brackets that are followed."""
MOST_REPEATS = 2
LONGEST_PATH = 512
"""A regular expression with more repeats, or a longer path, is not tried: it might take for ever."""
OPTIONS = frozenset({"-H", "-L", "-P"})
NAMES = frozenset({"-name", "-iname"})
PATHS = frozenset({"-path", "-ipath", "-wholename", "-iwholename"})
PATTERNS = frozenset({"-regex", "-iregex"})
VALUED = frozenset({
    "-amin", "-anewer", "-atime", "-cmin", "-cnewer", "-context", "-ctime", "-fstype", "-gid", "-group", "-ilname",
    "-inum", "-links", "-lname", "-mmin", "-mtime", "-newer", "-perm", "-printf", "-regextype", "-samefile", "-size",
    "-uid", "-used", "-user", "-xtype", "-files0-from", "-fls", "-fprint", "-fprint0", "-newermt", "-D",
})  # fmt: skip
"""Tests and actions with a value that say nothing about a path."""
RUNS = frozenset({"-exec", "-execdir"})
ASKS = frozenset({"-ok", "-okdir"})
PRINTS = frozenset({"-print", "-print0", "-ls", "-printf"})
VALUES = NAMES | PATHS | PATTERNS | VALUED | {"-type", "-maxdepth", "-mindepth"}
REMOVES = re.compile(r"(?:^|[/\s;&|])(rm|rmdir|unlink|shred)(?:\s|$)")
EMPTY_ONLY = "-delete"
"""Takes files, and folders that are empty by then; `rmdir` counts as it."""
REMOVED = "-remove"
"""No word of find's: what stands for `-exec rm …`."""


class Act(Enum):
    """What becomes of a path."""

    DELETED = "deleted"
    PRUNED = "pruned"
    PRINTED = "printed"


ACTS = {"-prune": Act.PRUNED, EMPTY_ONLY: Act.DELETED, REMOVED: Act.DELETED} | dict.fromkeys(PRINTS, Act.PRINTED)
ANSWERS = dict.fromkeys(("-true", "-maxdepth", "-mindepth", "-depth", "-d", "-xdev", "-mount"), True)
ANSWERS |= dict.fromkeys(("-false", "-quit"), False)
"""What a test or an option comes to for every path; of the others nothing is known."""
BARE = frozenset({
    "-empty", "-executable", "-readable", "-writable", "-nouser", "-nogroup", "-daystart", "-follow", "-noleaf",
    "-warn", "-nowarn", "-ignore_readdir_race", "-noignore_readdir_race",
})  # fmt: skip
"""The others without a value."""

Expression: TypeAlias = tuple[str, tuple["Expression", ...]] | tuple[str, str]
"""("or", parts), ("and", parts), ("not", (part,)), or a test: (its name, its value)."""


class Find(NamedTuple):
    """One `find`: where it starts, as written, how deep it goes, and what it does to what it meets.

    `acts`: it does something else than printing.
    """

    starts: tuple[str, ...]
    expression: Expression
    deepest: int | None = None
    acts: bool = False

    def on(self, path: str, kind: str, depth: int) -> frozenset[Act]:
        """What is done to a path (as `find` spells it, its start first), of kind "d" or "f", so far below its start."""
        if self.deepest is not None and depth > self.deepest:
            return frozenset()
        done = set[Act]()
        if _holds(self.expression, path, kind, done) is not False and not self.acts:
            done.add(Act.PRINTED)
        return frozenset(done)


def parse(words: Sequence[str]) -> Find | None:
    """A `find` from its words, the program's name included; None where it is not understood."""
    at = 1
    while at < len(words) and (words[at] in OPTIONS or words[at].startswith("-O")):
        at += 1
    begin = at
    while at < len(words) and not words[at].startswith("-") and words[at] not in {"(", ")", "!"}:
        at += 1
    reader = _Reader(words[at:])
    expression = reader.either(0)
    if expression is None or reader.rest:
        return None
    return Find(tuple(words[begin:at]) or (".",), expression, reader.deepest, reader.acts)


class _Reader:
    """Reads an expression, word by word. Each method returns None where it does not understand."""

    def __init__(self, words: Sequence[str]) -> None:
        self.rest = list(words)
        self.rest.reverse()
        self.deepest: int | None = None
        self.acts = False

    def either(self, depth: int) -> Expression | None:
        """Parts with `-o` or `,` between them."""
        parts = [self._all(depth)]
        while self.rest and self.rest[-1] in {"-o", "-or", ","}:
            self.rest.pop()
            parts.append(self._all(depth))
        found = tuple(part for part in parts if part is not None)
        if len(found) < len(parts):
            return None
        return found[0] if len(found) == 1 else ("or", found)

    def _all(self, depth: int) -> Expression | None:
        parts: list[Expression] = []
        while self.rest and self.rest[-1] not in {"-o", "-or", ",", ")"}:
            if self.rest[-1] in {"-a", "-and"}:
                self.rest.pop()
                continue
            part = self._part(depth)
            if part is None:
                return None
            parts.append(part)
        return ("and", tuple(parts))

    def _part(self, depth: int) -> Expression | None:
        word = self.rest.pop()
        if depth > DEEPEST:
            return None
        if word in {"!", "-not"}:
            part = self._part(depth + 1) if self.rest else None
            return None if part is None else ("not", (part,))
        if word != "(":
            return self._test(word)
        inner = self.either(depth + 1)
        if inner is None or not self.rest or self.rest.pop() != ")":
            return None
        return inner

    def _test(self, word: str) -> Expression | None:
        if word in RUNS or word in ASKS:
            return self._run(word)
        if word not in VALUES and word not in ACTS and word not in ANSWERS and word not in BARE:
            return None
        value = ""
        if word in VALUES:
            if not self.rest:
                return None
            value = self.rest.pop()
        if word == "-maxdepth" and value.isdecimal():
            self.deepest = int(value[:9])
        self.acts = self.acts or word in PRINTS or word == EMPTY_ONLY
        return (word, value)

    def _run(self, word: str) -> Expression | None:
        """`-exec … ;` or `-exec … +`."""
        run: list[str] = []
        while self.rest:
            each = self.rest.pop()
            if each == ";" or (each == "+" and run[-1:] == ["{}"]):
                break
            run.append(each)
        self.acts = True
        found = REMOVES.search(" ".join(run)) if word in RUNS else None
        if found is None:
            return (word, "")
        return (EMPTY_ONLY if found[1] == "rmdir" else REMOVED, "")


def _holds(expression: Expression, path: str, kind: str, done: set[Act]) -> bool | None:
    """Whether an expression holds, None for what is not known; `done` gets what it does to the path on the way."""
    name, value = expression
    if isinstance(value, str):
        return _test(name, value, path, kind, done)
    if name == "not":
        found = _holds(value[0], path, kind, done)
        return None if found is None else not found
    decides = name == "or"
    known = True
    for part in value:
        found = _holds(part, path, kind, done)
        if found is decides:
            return decides
        known = known and found is not None
    return (not decides) if known else None


def _test(name: str, value: str, path: str, kind: str, done: set[Act]) -> bool | None:
    if name in NAMES or name in PATHS:
        return _fits(path.rpartition("/")[2] if name in NAMES else path, value, folded=name.startswith("-i"))
    if name in PATTERNS:
        return matches(value.replace(r"\|", "|"), path, whole=True)
    if name == "-type":
        return kind in value
    if name in ACTS and not (name == EMPTY_ONLY and kind == "d"):
        done.add(ACTS[name])
    return True if name in ACTS else ANSWERS.get(name)


def _fits(text: str, pattern: str, *, folded: bool) -> bool | None:
    if len(text) > LONGEST_PATH or "$" in pattern:
        return None
    return fnmatchcase(text.lower(), pattern.lower()) if folded else fnmatchcase(text, pattern)


def matches(pattern: str, text: str, *, whole: bool = False) -> bool | None:
    """Whether a regular expression fits a text, or all of it; None for one that is not tried."""
    repeats = len(re.findall(r"[*+{]", pattern))
    if repeats > MOST_REPEATS or re.search(r"\)[*+{]", pattern) or max(len(text), len(pattern)) > LONGEST_PATH:
        return None
    try:
        return (re.fullmatch if whole else re.search)(pattern, text) is not None
    except (re.error, RecursionError, OverflowError):
        return None
