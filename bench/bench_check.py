"""Claims: `kempt check` costs at most eight times the CPU of Python doing nothing, and far less than the guard.

The guard is the shell pipeline that a widely copied guidance puts into CI: one process for each tracked file. Beside it
stands the honest fast peer, the same expression over one stream. Neither can see what kempt sees; see the README.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, compare, kempt, python, report
from repositories import project

NAMES = r"(\.venv|venv|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.cache)(/|$)"
GUARD = f"! git ls-files -z | xargs -0 -n1 | grep -E '{NAMES}'"
STREAM = f"! git ls-files -z | tr '\\0' '\\n' | grep -E '{NAMES}'"


def tables(*, quick: bool = False) -> tuple[Table, ...]:
    """5,000 and 80,000 files. `quick` leaves the large one out, on which the guard takes minutes."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        small = measured(project(Path(folder, "small"), 5_000), guard_runs=7)
        ratio = rows_ratio(small)
        claims = [
            Claim("`kempt check` over Python, 5,000 files", small[1].ratio, 8),
            Claim("the guard over `kempt check`, 5,000 files", ratio, 100, at_least=True),
        ]
        found = [Table("`kempt check`, a repository of 5,000 files", small, claims)]
        if not quick:
            large = measured(project(Path(folder, "large"), 80_000), guard_runs=1)
            claim = Claim("the guard over `kempt check`, 80,000 files", rows_ratio(large), 250, at_least=True)
            found.append(Table("`kempt check`, a repository of 80,000 files", large, [claim]))
        return tuple(found)


def measured(root: Path, *, guard_runs: int) -> tuple[Row, ...]:
    """kempt, the guard and git by turns on one repository."""
    here = str(root)
    return compare(
        (
            python(),
            Program("kempt check", (kempt(), "check"), here),
            Program("git ls-files -z | xargs -0 -n1 | grep", ("sh", "-c", GUARD), here, runs=guard_runs),
            Program("git ls-files -z | tr | grep", ("sh", "-c", STREAM), here),
            Program("git ls-files -z", ("git", "ls-files", "-z"), here),
        )
    )


def rows_ratio(rows: tuple[Row, ...]) -> float:
    """How much more CPU the guard takes than kempt."""
    return rows[2].cpu / rows[1].cpu


if __name__ == "__main__":
    raise SystemExit(report(tables(quick="--quick" in sys.argv)))
