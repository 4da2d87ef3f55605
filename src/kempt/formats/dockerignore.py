"""What a `.dockerignore` keeps from the builder: its own semantics, which are not git's.

Patterns are anchored at the context's root, `**` stands for any folders, the last line that fits decides, and what is
left out takes all below it along. Source: the Docker documentation of `.dockerignore`, and BuildKit's pattern matcher.
"""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import normpath

HEADING = "# What tools make again: no image needs it (kept out by kempt)"
_LONGEST = 1024
_MOST = 2_000
_NEVER = re.compile(r"(?!)")


def is_ignored(text: str, path: str) -> bool:
    """Whether a path, relative to the context, is left out by the patterns of a `.dockerignore`."""
    parts, found = path.split("/"), False
    for keeps, pattern in _patterns(text):
        if found is keeps and _fits(pattern, parts):
            found = not keeps
    return found


def _fits(pattern: tuple[re.Pattern[str] | None, ...], parts: list[str]) -> bool:
    """Whether a pattern fits a path or a folder above it. None in it stands for `**`: any folders, also none."""
    states = _past_stars({0}, pattern)
    for part in parts:
        after = set[int]()
        for state in states:
            own = pattern[state] if state < len(pattern) else _NEVER
            if own is None:
                after |= {state, state + 1} if state == len(pattern) - 1 else {state}
            elif own.fullmatch(part):
                after.add(state + 1)
        states = _past_stars(after, pattern)
        if len(pattern) in states:
            return True
    return False


def _past_stars(states: set[int], pattern: tuple[re.Pattern[str] | None, ...]) -> set[int]:
    """The states, and those behind a `**` that stands for nothing; at the end it stands for something."""
    found = set(states)
    for state in states:
        at = state
        while at < len(pattern) - 1 and pattern[at] is None:
            at += 1
            found.add(at)
    return found


def with_patterns(text: str, patterns: tuple[str, ...]) -> str:
    """The text with patterns at its end, under kempt's heading."""
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    gap = end if before.strip() else ""
    return before + gap + "".join(line + end for line in (HEADING, *patterns))


@lru_cache(maxsize=16)
def _patterns(text: str) -> tuple[tuple[bool, tuple[re.Pattern[str] | None, ...]], ...]:
    found: list[tuple[bool, tuple[re.Pattern[str] | None, ...]]] = []
    for line in text.removeprefix("\ufeff").split("\n")[:_MOST]:
        plain = line.strip()
        if not plain or line.startswith("#") or len(plain) > _LONGEST:
            continue
        keeps = plain.startswith("!")
        plain = plain.removeprefix("!").strip()
        if plain:
            parts = normpath(plain).lstrip("/").split("/")
            found.append((keeps, tuple(None if part == "**" else _compiled(part) for part in parts)))
    return tuple(found)


def _compiled(part: str) -> re.Pattern[str]:
    """One name of a pattern. A star takes the first place where what follows fits: no other has to be tried."""
    first, *others = _chunks(part)
    pieces = [first, *(f"(?>.*?{each})" for each in others[:-1]), *(f".*{each}" for each in others[-1:])]
    try:
        return re.compile("".join(pieces), re.DOTALL)
    except re.error:
        return re.compile(re.escape(part))


def _chunks(part: str) -> list[str]:
    """What stands between the stars, as regular expressions."""
    found, at = [""], 0
    while at < len(part):
        letter = part[at]
        end = part.find("]", at + 2) if letter == "[" else -1
        if letter == "*":
            found.append("")
        elif letter == "[" and end > 0:
            inside = part[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            found[-1] += f"[{inside}]"
            at = end
        elif letter == "\\" and at + 1 < len(part):
            at += 1
            found[-1] += re.escape(part[at])
        else:
            found[-1] += "." if letter == "?" else re.escape(letter)
        at += 1
    return found
