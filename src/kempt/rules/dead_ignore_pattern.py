"""KPT205 dead-ignore-pattern: a line of an ignore file matches nothing, too little, or what another line matches."""

from __future__ import annotations

from collections.abc import Iterator

from kempt import catalog
from kempt.model.finding import Finding, Fix, Level, Location, Replace, Safety
from kempt.model.ignore import IgnoreFile, Pattern
from kempt.model.repo import Repo
from kempt.model.rule import Rule

CLASSES = {"*.py[cod]": {"*.pyc", "*.pyo", "*.pyd", "*.py[co]"}, "*.py[co]": {"*.pyc", "*.pyo"}}


def check(repo: Repo) -> Iterator[Finding]:
    """Typing errors, duplicates, lines that another one covers, and `.venv/`, which misses a file or a link."""
    for file in repo.ignore_files:
        for number, pattern in enumerate(file.patterns):
            yield from _judge(file, number, pattern)


def _judge(file: IgnoreFile, number: int, pattern: Pattern) -> Iterator[Finding]:
    meant = catalog.PATTERN_TYPOS.get(pattern.body)
    shown = f"`{pattern.text}`"
    if meant is not None:
        text = pattern.text.replace(pattern.body, meant)
        yield _finding(file, pattern, f"{shown} matches nothing that any tool makes; `{text}` is meant", text)
    elif (other := _cover(file, number, pattern)) is not None:
        word = "repeats" if other.text == pattern.text else "is covered by"
        yield _finding(file, pattern, f"{shown} {word} `{other.text}` in line {other.line}", None)
    elif pattern.body == ".venv" and pattern.folder_only and not pattern.negated:
        text = pattern.text.rstrip("/")
        yield _finding(file, pattern, f"{shown} misses a `.venv` that is a file or a link; `{text}` does not", text)


def _finding(file: IgnoreFile, pattern: Pattern, message: str, text: str | None) -> Finding:
    """`text` takes the pattern's place; None removes the line."""
    start = file.text.index(pattern.text, pattern.start)
    if text is None:
        fix = Fix(f"remove `{pattern.text}`", Safety.SAFE, (Replace(file.path, pattern.start, pattern.end, ""),))
    else:
        fix = Fix(f"write `{text}`", Safety.SAFE, (Replace(file.path, start, start + len(pattern.text), text),))
    return RULE.finding(Location(file.path, pattern.line), message, key=pattern.text, fix=fix)


def _cover(file: IgnoreFile, number: int, pattern: Pattern) -> Pattern | None:
    """Another line that matches all that this one does, with no exception (`!`) between the two."""
    for other_number, other in enumerate(file.patterns):
        repeated = other.text == pattern.text and other_number < number
        if repeated or (other.text != pattern.text and _covers(other, pattern)):
            first, last = sorted((number, other_number))
            if not any(each.negated for each in file.patterns[first : last + 1]):
                return other
    return None


def _covers(wide: Pattern, narrow: Pattern) -> bool:
    if wide.body != narrow.body and wide.body not in CLASSES:
        return False
    if wide.anchored or wide.text.startswith("/"):
        return False
    if narrow.body in CLASSES.get(wide.body, ()):
        return not wide.folder_only and not narrow.anchored
    same = wide.body == narrow.body and not narrow.anchored
    return same and (not wide.folder_only or narrow.folder_only)


RULE = Rule(
    "KPT205", "dead-ignore-pattern", promise=2, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="a line of an ignore file matches nothing, too little, or only what another line matches",
    help="kempt check --fix mends or removes the line",
)  # fmt: skip
