"""Claims: a million findings are written in at most 4 s of CPU, and a page asks the database for at most 0.3 s.

    .venv/bin/python bench/bench_fleet_store.py [REPOSITORIES]

The fleet is made up: 10,000 repositories of 100 findings each, one in five with a path of its own, messages that
differ. After the first run, nine more in which one repository in fifty has changed by two findings and all others are
unchanged.
CPU is of user and system. Rows are made as they are written, as in a scan, and making them is not counted. The page is
made by `kempt fleet report --html`, from its start to its end.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, environment, kempt, report, spend

from kempt.engine.fleet.overview import Asked, Shown, read
from kempt.host.store.fleet import FleetStore
from kempt.model import fleet
from kempt.report.fleet_page_details import DETAILED, OF_ONE
from kempt.report.fleet_page_details import FINDINGS as SHOWN

FINDINGS, RUNS, CHUNK, CHANGED = 100, 10, 50, 50
LEVELS = ("error", "warning", "info")
PROMISES = (fleet.Promised.KEPT, fleet.Promised.BROKEN, fleet.Promised.ABSENT, fleet.Promised.UNKNOWN)


def tables(repositories: int = 10_000) -> tuple[Table, ...]:
    """The first run, a page's figures, and how the file grows."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        path = str(Path(folder, "fleet.db"))
        argv = (sys.executable, __file__, "measure", path, str(repositories))
        state = {"KEMPT_STATE_DIR": str(Path(folder, "state"))}
        done = subprocess.run(argv, env=environment() | state, capture_output=True, text=True, check=True)
        lines = [line.rsplit(",", 4) for line in done.stdout.splitlines()]
        rows = [
            Row(name, int(runs), float(cpu), float(wall), int(peak), 1.0, 1.0) for name, runs, cpu, wall, peak in lines
        ]
        rows.append(_page(path))
    first, last = (int(size) for size in done.stderr.split())
    found = repositories * FINDINGS
    scale = found / 1e6
    claims = (
        Claim("CPU to write 1,000,000 findings", rows[0].cpu / scale, 4.0, "s"),
        Claim("CPU to add them up at the end of the run", rows[1].cpu / scale, 2.0, "s"),
        Claim("CPU for all that a page asks", max(rows[2].cpu, rows[4].cpu), 0.3, "s"),
        Claim("CPU for the page, from start to end", rows[-1].cpu, 1.0, "s"),
        Claim("memory for the page", rows[-1].peak / 1e6, 150, "MB"),
        Claim("size of a finding", first / found, 160, "bytes"),
        Claim(f"growth by {RUNS - 1} runs in which 1 repository in {CHANGED} changed", last / first, 1.1),
    )
    return (Table(f"A fleet's database, {found:,} findings of {repositories:,} repositories", tuple(rows), claims),)


def measure(path: str, repositories: int) -> None:
    """Say what each part took, and the sizes after the first run and the last on stderr."""
    with FleetStore.open(path, create=True) as store:
        begun = store.begin_run(_facts(0, repositories), [_name(number) for number in range(repositories)])
        clock = _Clock(f"write {repositories * FINDINGS:,} findings")
        for start in range(0, repositories, CHUNK):
            rows = [_row(number) for number in range(start, min(start + CHUNK, repositories))]
            with clock:
                store.write(begun.number, rows)
        clock.say()
        with _told("add them up"):
            store.finish(begun.number, 1.0)
    with FleetStore.open(path, read_only=True) as store:
        _asked(store)
    sizes = [os.path.getsize(path)]
    with FleetStore.open(path) as store, _told(f"{RUNS - 1} runs with few changes"):
        for run in range(1, RUNS):
            _next_run(store, run, repositories)
    sizes.append(os.path.getsize(path))
    with FleetStore.open(path, read_only=True) as store:
        _asked(store, f"all that a page asks, {RUNS} runs")
        with _told("export"):
            sum(1 for _ in store.exported())
    print(*sizes, file=sys.stderr)


def _asked(store: FleetStore, name: str = "all that a page asks") -> None:
    """Sums, and the findings that are shown."""
    asked, spent = Asked("fleet", shown=Shown(DETAILED, SHOWN, OF_ONE)), []
    for _ in range(5):
        clock = _Clock("")
        with clock, store.moment():
            read(store, None, "2026-11-29", 1.0, asked)
        spent.append(clock.spent)
    print(f"{name},5,{median(cpu for cpu, _ in spent)},{median(wall for _, wall in spent)},{_peak()}")


def _page(path: str) -> Row:
    """The page, from the start of the program to its end."""
    argv = (kempt(), "fleet", "report", "--db", path, "--html", f"{path}.html")
    spent = spend(Program("kempt fleet report --html", argv))
    return Row("kempt fleet report --html", 1, spent.cpu, spent.wall, spent.peak, 1.0, 1.0)


def _next_run(store: FleetStore, run: int, repositories: int) -> None:
    names = [_name(number) for number in range(repositories)]
    begun = store.begin_run(_facts(run, repositories), names)
    for start in range(0, repositories, CHUNK):
        numbers = range(start, min(start + CHUNK, repositories))
        store.write(begun.number, [_row(each, run) if each % CHANGED == run else _same(each) for each in numbers])
    store.finish(begun.number, run + 1.0)


class _Clock:
    """Adds up what stands within."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spent = (0.0, 0.0)

    def __enter__(self) -> None:
        self.before = _spent()

    def __exit__(self, *_: object) -> None:
        (cpu, wall), then, now = self.spent, self.before, _spent()
        self.spent = (cpu + now[0] - then[0], wall + now[1] - then[1])

    def say(self) -> None:
        """Print it."""
        print(f"{self.name},1,{self.spent[0]},{self.spent[1]},{_peak()}")


@contextmanager
def _told(name: str) -> Iterator[None]:
    clock = _Clock(name)
    with clock:
        yield
    clock.say()


def _spent() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _facts(run: int, repositories: int) -> fleet.RunFacts:
    return fleet.RunFacts("key", "1", float(run), repositories)


def _name(number: int) -> str:
    return f"https://example.org/team{number % 97}/repository-{number}"


def _same(number: int) -> fleet.Row:
    return fleet.Row(_name(number), fleet.Outcome.UNCHANGED, seconds=0.2, processor=0.01, received=700)


def _row(number: int, run: int = 0) -> fleet.Row:
    marks = [f"{number}/{place}" for place in range(FINDINGS)]
    if run:
        marks[:2] = [f"{mark}/{run}" for mark in marks[:2]]
    found = tuple(_noted(number, place, mark) for place, mark in enumerate(marks))
    return fleet.Row(
        _name(number), fleet.Outcome.CHECKED, f"{number + run:040x}", "main", 412, PROMISES, found,
        owners=f"@team{number % 97}", seconds=0.4, processor=0.02, received=90_000,
    )  # fmt: skip


def _noted(number: int, place: int, mark: str) -> fleet.Noted:
    fingerprint = blake2b(mark.encode(), digest_size=8).hexdigest()
    is_shared = place % 5 != 0
    path = f"services/s{int(fingerprint[:4], 16) % 2000}/ci.yml" if is_shared else f"src/pkg{number}/m{place}/cache"
    return fleet.Noted(
        f"KPT{100 + place % 60}", LEVELS[place % 3], path, place,
        f"`src/pkg{number % 50}/m{place}` is tracked by git: {number * place % 1000:,} files",
        f"kempt check --fix takes it out of git's index ({place % 60})", fingerprint,
        fix="safe", owners=f"@team{number % 97}",
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2], int(sys.argv[3]))
        raise SystemExit(0)
    raise SystemExit(report(tables(*map(int, sys.argv[1:2]))))
