"""Claims: a fleet of 20,000 repositories is scanned on one machine at a cost that grows with their number, no faster.

    .venv/bin/python bench/bench_fleet_scale.py [--repositories 20000]

A tenth of the fleet is scanned first, and again with its coordinator killed half-way and the same command going on;
then all of it, twice, and once more after one repository in 50 got another commit, killed likewise. Repositories are
folders (`synthetic_fleet.py`), rules are all, processes as many as there are processors. CPU seconds are those of the
coordinator, its workers and git (of one that was killed, without its last workers); memory is looked up ten times a
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
        self.part, self.database = folder / "part.db", folder / "fleet.db"
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
        self.scan(f"scan {len(self.small):,}", part, db=self.part)
        self._scan_killed(f"scan {len(self.small):,} again", part, "--full", db=self.part, among=self.small)
        self.scan(f"scan {count}", fleet)
        self._note_size()
        self.scan(f"scan {count}, unchanged", fleet)
        self._note_size()
        changed = sum(
            synthetic_fleet.change(place, numbers)
            for place, numbers in ((self.first, self.small), (self.rest, self._others))
        )
        self._scan_killed(f"{changed:,} changed", fleet, db=self.database, among=self.all, changed=changed)
        self._note_size()
        self.command("report", "report", code=0)
        self.command("report --html", "report", "--html", str(self.page), code=0)
        self.command("report, JSON", "report", "--output-format", "json", code=0)
        self.command("export", "export", code=0)

    def scan(self, name: str, *words: str, db: Path | None = None) -> bytes:
        """Scan to the end: some repositories cannot be looked at, so it exits 2."""
        return self.command(name, "scan", *words, db=db, code=2)

    def _scan_killed(self, name: str, *words: str, db: Path, among: range, changed: int | None = None) -> None:
        """Scan, kill the coordinator at half of it, and have the same command go on.

        Raises RuntimeError where a row is missing or was made twice, or says something else than what is so.
        """
        visits = "SELECT count(*) FROM visit WHERE run = (SELECT max(id) FROM run)"
        before = 1 + (_asked(db, "SELECT max(id) FROM run") or 0)

        def is_half_done() -> bool:
            begun = _asked(db, "SELECT max(id) FROM run") == before
            return begun and (_asked(db, visits) or 0) >= len(among) // 2

        self.command(f"{name}, killed", "scan", *words, db=db, code=-signal.SIGKILL, until=is_half_done)
        done = _asked(db, visits) or 0
        said = json.loads(self.scan(f"{name}, the rest", *words, "--output-format", "json", db=db))
        looked_at = len(among) - sum(map(synthetic_fleet.is_failing, among)) if changed is None else changed
        found = {
            "runs": _asked(db, "SELECT max(id) FROM run"),
            "repositories": _asked(db, visits),
            "after the kill": len(said["repositories"]),
            "failed": _asked(db, f"{visits} AND outcome = 2"),
            "looked at": _asked(db, f"{visits} AND outcome = 0"),
            "with a new finding": _asked(
                db, "SELECT count(DISTINCT repository) FROM findings WHERE path LIKE 'added/%'"
            ),
            "gone": _asked(db, "SELECT gone FROM run ORDER BY id DESC LIMIT 1"),
        }
        failed = sum(map(synthetic_fleet.is_failing, among))
        expected = (before, len(among), len(among) - done, failed, looked_at, changed or 0, 0)
        print(f"{done:,} were done when it was killed; in the end {found}", flush=True)
        if tuple(found.values()) != expected:
            raise RuntimeError(f"that should be {expected}")

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
        listed, part, _, went_on, whole, again, killed, _, text, page, *_ = self.taken.values()
        yield Claim("CPU to list a repository", 1e3 * listed.cpu / count, 0.2, "ms")
        yield Claim("CPU to look at a repository", 1e3 * whole.cpu / count, 12.5, "ms")
        yield Claim("the same beside a tenth of the fleet", whole.cpu / count / (part.cpu / len(self.small)), 1.25)
        yield Claim("CPU for an unchanged one", 1e3 * again.cpu / count, 1, "ms")
        yield Claim("CPU from a kill at the half to the end, beside a whole scan", went_on.cpu / part.cpu, 0.8)
        yield Claim(
            "memory of the coordinator for one more", (whole.own - part.own) / (count - len(self.small)) / 1e3, 3, "kB"
        )
        yield Claim("memory of the largest worker, beside a tenth of the fleet", whole.others / part.others, 1.25)
        yield Claim("memory of the largest worker", whole.others / 1e6, 100, "MB")
        yield Claim("open files", max(each.files for each in (whole, again, killed)), 40, "")
        yield Claim("database for a repository", self.sizes[0] / count, 1000, "bytes")
        yield Claim(
            "database for a repository that is unchanged in a run", (self.sizes[1] - self.sizes[0]) / count, 64, "bytes"
        )
        yield Claim("CPU of the report", text.cpu, 2, "s")
        yield Claim("CPU of the page", page.cpu, 4, "s")
        yield Claim("size of the page", self.page.stat().st_size / 1e6, 4, "MB")


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


def _asked(path: Path, question: str) -> int | None:
    """A number out of a database; None where there is none yet."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found: int | None = database.execute(question).fetchone()[0]
        return found
    return None


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
    parser.add_argument("--repositories", type=int, default=REPOSITORIES, help="how many; the claims are about 20,000")
    return report(tables(parser.parse_args().repositories))


if __name__ == "__main__":
    raise SystemExit(main())
