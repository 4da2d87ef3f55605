"""KPT315 relative-exclude-newer: the packages that uv may take depend on the day it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt import catalog
from kempt.formats import toml
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import referring

HINT = b"exclude-newer"
DATE = r"\d{4}-\d{2}-\d{2}"
LOCKED_SPAN = b"\nexclude-newer-span = "


def check(repo: Repo) -> Iterator[Finding]:
    """A date gives the same answer for ever. A lock that was made with the span keeps its answer until the next one."""
    for path in repo.documents.paths:
        if not path.endswith(("pyproject.toml", "uv.toml")) or catalog.is_fixture(path):
            continue
        content = repo.documents.read(path) or b""
        if HINT not in content:
            continue
        document = repo.documents.toml(path)
        settings = document if path.endswith("uv.toml") else toml.table(document, "tool", "uv")
        for key, span in _spans(settings):
            service = referring.owner(repo, PurePosixPath(path))
            milder = Level.INFO if _is_locked(repo, service) else referring.milder(repo, PurePosixPath(path))
            yield RULE.finding(
                Location(PurePosixPath(path), _line(content, key, span)),
                f"`exclude-newer` is `{span}`: which packages uv may take depends on the day", key=f"{key} {span}",
                level=milder, service=getattr(service, "root", None),
            )  # fmt: skip


def _spans(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, value) of every setting that is a span of time and no date."""
    found = [(HINT.decode(), each.get(HINT.decode())) for each in (settings, toml.table(settings, "pip"))]
    found += toml.table(settings, "exclude-newer-package").items()
    yield from ((key, value) for key, value in found if isinstance(value, str) and not re.match(DATE, value))


def _line(content: bytes, key: str, span: str) -> int:
    """The line that holds the span, the one of its key where several do."""
    lines = content.decode("utf-8", "replace").split("\n")
    holding = [number for number, line in enumerate(lines, start=1) if span in line]
    return next((number for number in holding if key in lines[number - 1]), toml.line_of(content, key))


def _is_locked(repo: Repo, service: Service | None) -> bool:
    lock = None if service is None else service.lock
    return lock is not None and lock.name == "uv.lock" and LOCKED_SPAN in (repo.documents.read(lock) or b"")


RULE = Rule(
    "KPT315", "relative-exclude-newer", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="the packages that uv may take depend on the day it is asked",
    help='write a date: exclude-newer = "2026-01-31T00:00:00Z", then uv lock',
)  # fmt: skip
