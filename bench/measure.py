"""Measuring programs side by side: CPU seconds of a program and all its children, wall seconds, peak memory.

Programs that are compared take turns within one run, so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple


class Program(NamedTuple):
    """What is measured. `runs` is how often; `fine` are the exit statuses that count as an answer.

    `before` sets the scene for each run, and is not measured.
    """

    name: str
    argv: tuple[str, ...]
    cwd: str = "."
    runs: int = 9
    fine: Sequence[int] = (0,)
    before: Callable[[], object] | None = None


class Spent(NamedTuple):
    """What one run took: CPU seconds (user and system, children too), wall seconds, bytes of the largest process."""

    cpu: float
    wall: float
    peak: int


class Row(NamedTuple):
    """The medians of one program, and those of its ratios to the base, of CPU and of wall time, pair by pair."""

    name: str
    runs: int
    cpu: float
    wall: float
    peak: int
    ratio: float
    wall_ratio: float


class Claim(NamedTuple):
    """A promise about a measured number: `found` must be at most (or, with `at_least`, at least) `limit`."""

    text: str
    found: float
    limit: float
    unit: str = "x"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the number keeps the promise."""
        return self.found >= self.limit if self.at_least else self.found <= self.limit


class Table(NamedTuple):
    """One measurement: a title, the rows, and what was claimed."""

    title: str
    rows: Sequence[Row]
    claims: Sequence[Claim]


def spend(program: Program) -> Spent:
    """Run a program once, its output thrown away. Raises RuntimeError when it ends with an unexpected status."""
    if program.before is not None:
        program.before()
    started = time.perf_counter()
    nothing = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    errors = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
    here = os.getcwd()
    os.chdir(program.cwd)
    try:
        pid = os.posix_spawnp(program.argv[0], program.argv, environment(), file_actions=(nothing, errors))
    finally:
        os.chdir(here)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code not in program.fine:
        raise RuntimeError(f"{program.name} ended with {code}: {' '.join(program.argv)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit)


def environment() -> dict[str, str]:
    """This process's environment without what would steer git, Python or kempt."""
    steering = ("GIT_", "PYTHON", "KEMPT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def compare(programs: Iterable[Program]) -> tuple[Row, ...]:
    """Run the programs by turns, each `runs` times and once before to warm up; the first one is the base of ratios.

    A program with fewer runs than the base (one that takes minutes) is paired with the first runs of the base.
    """
    listed = tuple(programs)
    spent: dict[str, list[Spent]] = {program.name: [] for program in listed}
    for program in listed:
        if program.runs > 1:
            spend(program)
    for turn in range(max(program.runs for program in listed)):
        for program in listed:
            if turn < program.runs:
                spent[program.name].append(spend(program))
    base = spent[listed[0].name]
    return tuple(_row(program, spent[program.name], base) for program in listed)


def _row(program: Program, spent: Sequence[Spent], base: Sequence[Spent]) -> Row:
    pairs = tuple(zip(spent, base, strict=False))
    return Row(
        program.name,
        len(spent),
        median(each.cpu for each in spent),
        median(each.wall for each in spent),
        max(each.peak for each in spent),
        median(each.cpu / other.cpu for each, other in pairs),
        median(each.wall / other.wall for each, other in pairs),
    )


def python() -> Program:
    """The base of every ratio: the interpreter of this environment, doing nothing."""
    return Program("python -c pass", (sys.executable, "-c", "pass"))


def kempt() -> str:
    """The kempt that is installed in this environment."""
    program = os.path.join(os.path.dirname(sys.executable), "kempt")
    if not os.path.exists(program):
        raise SystemExit(f"kempt is not installed beside {sys.executable}: pip install .")
    return program


def render(table: Table) -> str:
    """The table as Markdown, which reads well on a terminal too."""
    heads = ("program", "runs", "CPU s", "wall s", "peak MB", "CPU / first")
    cells = [_cells(row) for row in table.rows]
    widths = [max(len(line[column]) for line in (heads, *cells)) for column in range(len(heads))]
    lines = [_line(heads, widths), "|".join(["", *("-" * (width + 2) for width in widths), ""])]
    lines += [_line(line, widths) for line in cells]
    claims = [_claimed(claim) for claim in table.claims]
    return "\n".join([f"### {table.title}", "", *lines, "", *claims, ""])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"`{row.name}`".replace("|", "\\|"), f"{row.runs}", f"{row.cpu:.3f}", f"{row.wall:.3f}",
        f"{row.peak / 1e6:,.0f}", f"{row.ratio:,.1f}x",
    )  # fmt: skip


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(padded)} |"


def _claimed(claim: Claim) -> str:
    sign = ">=" if claim.at_least else "<="
    verdict = "kept" if claim.kept else "**not kept**"
    return f"- {claim.text}: {claim.found:,.2f} {claim.unit} ({sign} {claim.limit:g} {claim.unit}): {verdict}"


def report(tables: Iterable[Table]) -> int:
    """Print tables; 1 if some claim is not kept."""
    broken = False
    for table in tables:
        print(render(table))
        broken = broken or not all(claim.kept for claim in table.claims)
    return int(broken)
