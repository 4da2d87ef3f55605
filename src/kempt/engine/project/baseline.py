"""Findings that are known and not to be counted: a file that a dirty repository is adopted with."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.engine.selection import NEVER_SUPPRESSED
from kempt.errors import ConfigError
from kempt.host.output import write_output
from kempt.host.reading import read_regular
from kempt.model.finding import Finding

VERSION = 1
SIZE_LIMIT = 64 * 1024**2


def load_baseline(path: str) -> frozenset[str]:
    """The fingerprints in a baseline. Raises UnreadableError or ConfigError where there is no baseline to read."""
    import json

    try:
        document = json.loads(read_regular(path, SIZE_LIMIT))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not a baseline: {error}", path=path, hint=_HINT) from error
    findings = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(findings, list) or document.get("version") != VERSION:
        raise ConfigError(f"not a baseline of version {VERSION}", path=path, hint=_HINT)
    found = [each.get("fingerprint") for each in findings if isinstance(each, dict)]
    prints = frozenset(each for each in found if isinstance(each, str))
    if len(findings) != sum(isinstance(each, str) for each in found):
        raise ConfigError("not a baseline: a finding has no fingerprint", path=path, hint=_HINT)
    return prints


def write_baseline(path: str, findings: Iterable[Finding]) -> int:
    """Write a baseline of these findings, and return how many it holds. Crashes and unreadable files never get in.

    One finding a line, sorted, so that a change of it can be reviewed; only the fingerprints count when it is read.
    """
    text, number = baseline_text(findings)
    write_output(path, text)
    return number


def baseline_text(findings: Iterable[Finding]) -> tuple[str, int]:
    """What a baseline of these findings holds, and of how many."""
    import json

    rows = sorted(
        {
            (str(each.location.path), each.code, each.fingerprint): json.dumps(
                {"code": each.code, "path": str(each.location.path), "fingerprint": each.fingerprint}
            )
            for each in findings
            if each.code not in NEVER_SUPPRESSED
        }.items()
    )
    lines = ",\n".join(f"    {row}" for _, row in rows)
    body = f"[\n{lines}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n', len(rows)


_HINT = "kempt check --write-baseline FILE writes one"
