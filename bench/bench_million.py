"""Claim: `kempt check` on an index of 1,000,000 files takes at most 1.6 s of CPU and 400 MB."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Table, compare, kempt, report
from repositories import index_only


def tables() -> tuple[Table, ...]:
    """kempt beside git itself, which has to read the same index."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        here = str(index_only(Path(folder, "million"), 1_000_000))
        rows = compare(
            (
                Program("git ls-files -sz", ("git", "ls-files", "-sz"), here),
                Program("kempt check", (kempt(), "check"), here),
            )
        )
    claims = (
        Claim("CPU of `kempt check`", rows[1].cpu, 1.6, "s"),
        Claim("memory of `kempt check`", rows[1].peak / 1e6, 400, "MB"),
    )
    return (Table("`kempt check`, an index of 1,000,000 files", rows, claims),)


if __name__ == "__main__":
    raise SystemExit(report(tables()))
