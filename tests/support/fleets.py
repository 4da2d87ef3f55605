"""What tests put into a fleet's database."""

from __future__ import annotations

from kempt.model.fleet import Noted, Outcome, Promised, Row, Ruled, RunFacts

NAME = "https://example.org/shop"
RULES = (Ruled("KPT101", "tracked-environment", 2, "error"), Ruled("KPT401", "uncached-ci-install", 3, "warning"))


def facts(key: str = "k", started: float = 100.0, repositories: int = 1) -> RunFacts:
    return RunFacts(key, "1.0", started, repositories, rules=RULES)


def noted(mark: str, code: str = "KPT101", level: str = "error", path: str = "env", message: str = "m") -> Noted:
    return Noted(code, level, path, 1, message, "help", mark)


def checked(*findings: Noted, name: str = NAME, head: str = "a" * 40) -> Row:
    promises = (Promised.KEPT, Promised.BROKEN, Promised.ABSENT, Promised.UNKNOWN)
    return Row(name, Outcome.CHECKED, head, "main", 7, promises, findings, owners="@team", seconds=0.5, received=10)


def unchanged(name: str = NAME) -> Row:
    return Row(name, Outcome.UNCHANGED, received=1)


def failed(name: str = NAME) -> Row:
    return Row(name, Outcome.FAILED, error="timeout", reason="no answer from https://me:secret@example.org in 120 s")
