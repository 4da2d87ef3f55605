"""Claims: handing chunks of 50 repositories to workers costs at most 5 % more than doing them, and 15 % on Dask.

The same chunks are done by the process itself, by one local worker, and by one worker of a Dask cluster. What starting
any of them costs is left out: each goes through the fleet once and four times, and the difference counts. CPU seconds
are those of all processes, so what serialising, pipes and the coordinator take is in them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_fleet_checks import CHUNK, OFTEN, ONCE, _files
from measure import Claim, Program, Row, Table, compare, report
from repositories import imported

REPOSITORIES = 100
LIMITS = {"one local worker": 1.05, "one worker of Dask": 1.15}


def tables() -> tuple[Table, ...]:
    """One table; without Dask where it is not installed."""
    crews = ("no worker", *(name for name in LIMITS if "Dask" not in name or find_spec("distributed")))
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        for number in range(REPOSITORIES):
            imported(Path(folder, f"{number:03}.git"), dict(_files(number)))
        rows = compare(
            Program(f"{REPOSITORIES} repositories, {crew}, {_times(rounds)}",
                    (sys.executable, __file__, folder, crew, str(rounds)), runs=3)
            for crew in crews for rounds in (ONCE, OFTEN)
        )  # fmt: skip
    alone = _cost(rows[:2])
    claims = [
        Claim(f"CPU of {crew} over no worker, chunks of {CHUNK}", _cost(rows[at : at + 2]) / alone, LIMITS[crew])
        for at, crew in zip(range(2, len(rows), 2), crews[1:], strict=True)
    ]
    return (Table("Workers of a fleet", rows, claims),)


def _cost(rows: Iterable[Row]) -> float:
    """CPU seconds of the further rounds."""
    once, often = rows
    return often.cpu - once.cpu


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"{rounds} times"


def examine(folder: str, crew: str, rounds: int) -> None:
    """Look at every repository below a folder, so many times, by a crew. Raises RuntimeError where one is missing."""
    from kempt import __version__
    from kempt.engine.fleet.chunk import examine_for
    from kempt.engine.fleet.supervise import supervise
    from kempt.model.fleet import Target, Task, Wishes

    tasks = [Task(Target(str(path), str(path))) for path in sorted(Path(folder).iterdir())]
    chunks = [tuple(tasks[at : at + CHUNK]) for at in range(0, len(tasks), CHUNK)] * rounds
    work = partial(examine_for, __version__, Wishes())
    if crew == "no worker":
        done = sum(len(work(chunk)) for chunk in chunks)
    elif crew == "one local worker":
        from kempt.host.workers.crew import LocalCrew

        with LocalCrew(1) as local:
            done = sum(len(rows) for rows in supervise(local, chunks, work))
    else:
        from kempt.host.workers.cluster import local_cluster

        with local_cluster(1, 0) as cluster:
            done = sum(len(rows) for rows in supervise(cluster, chunks, work))
    if done != len(tasks) * rounds:
        raise RuntimeError(f"{done} rows")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        examine(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        raise SystemExit(report(tables()))
