"""Claims: a fleet of 20,000 repositories is scanned on one machine at a cost that grows with their number, no faster.

    .venv/bin/python bench/bench_fleet_scale.py [--repositories 20000]

A tenth of the fleet is scanned first, then all of it, twice, and once more after one repository in 50 got another
commit; that scan's coordinator is killed when half of the fleet is done, and the same command goes on. Repositories are
folders (`synthetic_fleet.py`), rules are all, processes as many as there are processors. CPU seconds are those of the
coordinator, its workers and git (of the one that was killed, without its last workers); memory is looked up ten times a
second: the table has the coordinator's, the claims that of the largest worker too. It takes some minutes, and 1.2 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import synthetic_fleet
from measure import Claim, Row, Table, environment, kempt, report

REPOSITORIES = 20_000
PART = 10
PROVEN = 400
"""One repository in so many is checked by git itself."""
PAUSE = 0.1


class Watched(NamedTuple):
    """What a command took: CPU and wall seconds, peak bytes of its own process and of the largest below it, open files.

    `code` is how it ended, minus a signal's number.
    """

    code: int
    cpu: float
    wall: float
    own: int
    others: int
    files: int


class Bench:
    """A fleet, its database, and what each command took."""

    def __init__(self, folder: Path, repositories: int) -> None:
        self.folder = folder
        self.small, self.all = range(repositories // PART), range(repositories)
        self.first, self.rest = folder / "fleet" / "first", folder / "fleet" / "rest"
        self.database = folder / "fleet.db"
        self.page = folder / "fleet.html"
        self.taken: dict[str, Watched] = {}
        self.sizes: list[int] = []

    def make(self) -> None:
        """Write the repositories."""
        started = time.process_time()
        synthetic_fleet.make(self.first, self.small)
        synthetic_fleet.make(self.rest, self._others)
        synthetic_fleet.prove(self.rest, self._others[::PROVEN])
        print(f"{len(self.all):,} repositories made in {time.process_time() - started:,.0f} s of CPU", flush=True)

    @property
    def _others(self) -> range:
        return self.all[len(self.small) :]

    def run(self) -> None:
        """Everything that is measured, in order."""
        part, fleet, count = str(self.first), str(self.folder / "fleet"), f"{len(self.all):,}"
        self.command(f"list {count}", "scan", fleet, "--dry-run", code=0)
        self.command(f"scan {len(self.small):,}", "scan", part, db=self.folder / "part.db", code=2)
        self.command(f"scan {count}", "scan", fleet, code=2)
        self._note_size()
        self.command(f"scan {count}, unchanged", "scan", fleet, code=2)
        self._note_size()
        changed = sum(synthetic_fleet.change(place, numbers) for place, numbers in
                      ((self.first, self.small), (self.rest, self._others)))  # fmt: skip
        self.command(f"{changed:,} changed, killed", "scan", fleet, code=-signal.SIGKILL, until=self._is_half_done)
        done = self._asked("SELECT count(*) FROM visit WHERE run = 3")
        written = self.command(f"{changed:,} changed, the rest", "scan", fleet, "--output-format", "json", code=2)
        self._require_all(done, json.loads(written), changed)
        self._note_size()
        self.command("report", "report", code=0)
        self.command("report --html", "report", "--html", str(self.page), code=0)
        self.command("report, JSON", "report", "--output-format", "json", code=0)
        self.command("export", "export", code=0)

    def command(
        self, name: str, *words: str, code: int, db: Path | None = None, until: Callable[[], bool] | None = None
    ) -> bytes:
        """Run `kempt fleet ...` and take note of what it took; its output. RuntimeError where it ends otherwise."""
        printed = self.folder / "printed"
        state = {"KEMPT_STATE_DIR": str(self.folder / "state")}
        with printed.open("wb") as output:
            process = subprocess.Popen(
                (kempt(), "fleet", *words, "--db", str(db or self.database)), stdout=output, env=environment() | state
            )
            self.taken[name] = found = _watched(process, until)
        print(f"{name}: {found.cpu:,.1f} s of CPU, {found.wall:,.0f} s, {found.own / 1e6:,.0f} MB and "
              f"{found.others / 1e6:,.0f} MB, {found.files} open files, exit {found.code}", flush=True)  # fmt: skip
        if found.code != code:
            raise RuntimeError(f"{name} ended with {found.code}")
        return printed.read_bytes()

    def _is_half_done(self) -> bool:
        with suppress(sqlite3.OperationalError):
            return self._asked("SELECT count(*) FROM visit WHERE run = 3") >= len(self.all) // 2
        return False

    def _asked(self, question: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            (found,) = database.execute(question).fetchone()
        return int(found)

    def _require_all(self, done: int, said: dict[str, object], changed: int) -> None:
        """Raises RuntimeError where a row is missing or was made twice, or says something else than what is so."""
        failing = sum(map(synthetic_fleet.is_failing, self.all))
        found = {
            "visits": self._asked("SELECT count(*) FROM visit WHERE run = 3"),
            "looked at after the kill": len(rows) if isinstance(rows := said["repositories"], list) else -1,
            "failed": self._asked("SELECT count(*) FROM visit WHERE run = 3 AND outcome = 2"),
            "checked": self._asked("SELECT count(*) FROM visit WHERE run = 3 AND outcome = 0"),
            "with the new finding": self._asked(
                "SELECT count(DISTINCT repository) FROM findings WHERE path LIKE 'added/%'"
            ),
        }
        expected = dict(zip(found, (len(self.all), len(self.all) - done, failing, changed, changed), strict=True))
        print(f"{done:,} were done when it was killed; then {found}", flush=True)
        if found != expected:
            raise RuntimeError(f"expected {expected}")

    def _note_size(self) -> None:
        self.sizes.append(os.path.getsize(self.database))

    def rows(self) -> Iterator[Row]:
        """Each command, and beside the coordinator's memory that of its largest worker."""
        base = next(iter(self.taken.values()))
        for name, took in self.taken.items():
            yield Row(name, 1, took.cpu, took.wall, took.own, took.cpu / base.cpu, took.wall / base.wall)

    def claims(self) -> Iterator[Claim]:
        """What one repository costs, and what may not grow."""
        count = len(self.all)
        listed, part, whole, again, killed, went_on, text, page, *_ = self.taken.values()
        yield Claim("CPU to list a repository", 1e3 * listed.cpu / count, 0.5, "ms")
        yield Claim("CPU to look at a repository", 1e3 * whole.cpu / count, 12.5, "ms")
        yield Claim("the same beside a tenth of the fleet", whole.cpu / count / (part.cpu / len(self.small)), 1.25)
        yield Claim("CPU for an unchanged one", 1e3 * again.cpu / count, 2.5, "ms")
        yield Claim("time from the kill to the end, beside a whole scan", went_on.wall / again.wall, 1.5)
        yield Claim(
            "memory of the coordinator for one more", (whole.own - part.own) / (count - len(self.small)) / 1e3, 5, "kB"
        )
        yield Claim("memory of the largest worker, beside a tenth of the fleet", whole.others / part.others, 1.25)
        yield Claim("memory of the largest worker", whole.others / 1e6, 150, "MB")
        yield Claim("open files", max(each.files for each in (whole, again, killed)), 100, "")
        yield Claim("database for a repository", self.sizes[0] / count, 1500, "bytes")
        yield Claim(
            "database for a repository that is unchanged in a run", (self.sizes[1] - self.sizes[0]) / count, 64, "bytes"
        )
        yield Claim("CPU of the report", text.cpu, 10, "s")
        yield Claim("CPU of the page", page.cpu, 12, "s")
        yield Claim("size of the page", self.page.stat().st_size / 1e6, 5, "MB")


def _watched(process: subprocess.Popen[bytes], until: Callable[[], bool] | None) -> Watched:
    """Wait for a command, look at its memory on the way, and kill it when it is time to."""
    started, own, others, files = time.perf_counter(), 0, 0, 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        own = max(own, _peak(process.pid))
        others = max([others, *map(_peak, _below(process.pid))])
        with suppress(OSError):
            files = max(files, len(os.listdir(f"/proc/{process.pid}/fd")))
        if until is not None and until():
            process.kill()
        time.sleep(PAUSE)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, wall = usage.ru_utime + usage.ru_stime, time.perf_counter() - started
    return Watched(process.returncode, cpu, wall, own, others, files)


def _peak(pid: int) -> int:
    with suppress(OSError), Path(f"/proc/{pid}/status").open(encoding="utf-8", errors="replace") as status:
        return next((1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:")), 0)
    return 0


def _below(pid: int) -> set[int]:
    """All processes that descend from one."""
    parents: dict[int, int] = {}
    for each in os.listdir("/proc"):
        if each.isdigit():
            with suppress(OSError, ValueError):
                said = Path("/proc", each, "stat").read_bytes()
                parents[int(each)] = int(said[said.rfind(b")") :].split()[2])
    found = {pid}
    while more := {each for each, parent in parents.items() if parent in found and each not in found}:
        found |= more
    return found - {pid}


def tables(repositories: int = REPOSITORIES) -> tuple[Table, ...]:
    """One table: each command on a fleet, and what that is for one repository."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        bench = Bench(Path(folder), repositories)
        bench.make()
        bench.run()
        return (Table(f"A fleet of {repositories:,} repositories", tuple(bench.rows()), tuple(bench.claims())),)


def main() -> int:
    """Measure and print; 1 if some claim is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=REPOSITORIES, help="how many, 1,000 or more")
    return report(tables(parser.parse_args().repositories))


if __name__ == "__main__":
    raise SystemExit(main())
