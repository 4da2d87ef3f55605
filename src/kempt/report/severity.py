"""Findings by weight: what to show first when not all can be shown."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.model.finding import Finding, Fix, Level, Safety

_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def heaviest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then the rest, each in the order given."""
    return sorted(findings, key=lambda finding: _RANK[finding.level])


def applicable(fix: Fix | None) -> Safety | None:
    """Which kind of fix kempt could apply; None also for a fix that is only shown."""
    return None if fix is None or fix.safety is Safety.SHOW else fix.safety
