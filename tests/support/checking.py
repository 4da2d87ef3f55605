"""Checking a repository of a test, and what was found in as few words as a test wants to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kempt.engine.apply import apply
from kempt.engine.project.check import check
from kempt.engine.project.fix import prepare
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.model.config import Config
from kempt.model.finding import Finding
from kempt.model.repo import Repo
from support.repositories import Repository

ENVIRONMENT = "home = /usr/bin\nversion = 3.12.1\n"
"""The least that makes a folder an environment, in its `pyvenv.cfg`."""
SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# made by some tool\n"
"""The content of a CACHEDIR.TAG."""


class Seen(NamedTuple):
    """A finding in short: its code, the file it points to, the line, and how many files it is about."""

    code: str
    path: str
    line: int = 1
    files: int | None = None


def found(repository: Repository | Path, *codes: str, **keywords: Any) -> list[Finding]:
    """What `check` finds with these rules on and no others, whatever the repository's settings select."""
    root = repository if isinstance(repository, Path) else repository.root
    overrides = {"select": list(codes)} if codes else {}
    return list(check(str(root), **({"overrides": overrides} | keywords)).findings)


def seen(findings: Iterable[Finding]) -> list[Seen]:
    """Findings in short, in the order they were reported."""
    return [Seen(each.code, str(each.location.path), each.location.line, each.files) for each in findings]


def messages(findings: Iterable[Finding]) -> list[str]:
    """Level and message of each finding."""
    return [f"{each.level}: {each.message}" for each in findings]


def mended(repository: Repository, *codes: str, unsafe: bool = True, **keywords: Any) -> Repository:
    """The repository after the fixes of these rules."""
    overrides: dict[str, object] = {"select": list(codes)} if codes else {}
    receipt = apply(prepare(str(repository.root), unsafe=unsafe, overrides=overrides, **keywords).plan)
    assert receipt.ok, receipt
    return repository


@contextmanager
def surveyed(repository: Repository, **keywords: Any) -> Iterator[Repo]:
    """The facts about a repository, before any rule has seen them."""
    with open_source(str(repository.root), **keywords) as source:
        yield survey(source.tree, Config())


def numbered(pattern: str, count: int) -> dict[str, str]:
    """Empty files: `numbered("lib/m{}.py", 20)` has `lib/m0.py` to `lib/m19.py`."""
    return {pattern.format(number): "" for number in range(count)}
