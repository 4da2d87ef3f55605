"""A fleet whose workers, coordinator or scheduler are killed: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from conftest import MakeRepository
from kempt import __version__
from kempt.engine.fleet.chunk import examine_for
from kempt.engine.fleet.scan import Plan, scan
from kempt.engine.fleet.supervise import ALONE, TOGETHER
from kempt.errors import KemptError
from kempt.host.store.fleet import FleetStore
from kempt.host.workers.crew import Crew, LocalCrew
from kempt.model.fleet import Inventory, Limits, Outcome, Target, Wishes
from support.children import children_of
from support.dask_cluster import DaskCluster
from support.fleet_clones import Told, make_clones, told_by, visits
from support.repositories import environment, write_files

WISHES = Wishes(limits=Limits(seconds=60))
CLONES = 24
KILLED = "its worker was killed (SIGKILL: by hand, or because the machine ran out of memory)"


@pytest.fixture
def clones(tmp_path: Path, home: Path) -> tuple[Path, ...]:
    return make_clones(tmp_path / "clones", home, CLONES)


def scanned(
    database: Path, clones: tuple[Path, ...], crew: Crew, kill: Callable[[], object] = lambda: None, chunk: int = 4
) -> Told:
    """What a database says when a crew has looked at all clones; `kill` is called whenever some of them are done."""
    inventory = Inventory(tuple(Target(str(root), str(root)) for root in clones))
    with FleetStore.open(str(database), create=True) as store, crew:
        scan(inventory, WISHES, store, crew, plan=Plan(chunk=chunk), tell=lambda _, rows: rows and kill())
    return told_by(database)


@pytest.fixture
def undisturbed(tmp_path: Path, clones: tuple[Path, ...]) -> Told:
    """What it comes to where nobody is killed."""
    told = scanned(tmp_path / "undisturbed.db", clones, LocalCrew(2))
    assert len(clones) == len(told)
    return told


class Killing:
    """Does something again and again while its block runs."""

    def __init__(self, work: Callable[[], object], pause: Callable[[], float]) -> None:
        self._over = Event()
        self._work, self._pause = work, pause
        self._thread = Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._pause()):
            self._work()


def random_killer(pids: Callable[[], tuple[int, ...]], seed: int) -> Callable[[], None]:
    """Kills one of these processes, or none, a moment after it is called; no more of them than clear everybody.

    Not every so many seconds: on a busy machine nothing would ever be done between two deaths. A repository whose
    worker dies at it twice among others and three times alone is to blame, whoever killed the worker.
    """
    chance, left = random.Random(seed), [TOGETHER + ALONE - 1]  # noqa: S311 - nobody is to guess anything

    def kill() -> None:
        time.sleep(chance.uniform(0, 0.05))
        if left[0] and chance.random() < 2 / 3 and (found := pids()):
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
                left[0] -= 1

    return kill


@pytest.mark.parametrize(
    "rounds", [pytest.param(2, id="two-rounds"), pytest.param(50, id="fifty-rounds", marks=pytest.mark.slow)]
)
def test_workers_killed_at_random_lose_and_double_nothing(
    tmp_path: Path, clones: tuple[Path, ...], undisturbed: Told, rounds: int
) -> None:
    crews = [LocalCrew(2, ready=examine_for) for _ in range(rounds)]

    for each, crew in enumerate(crews):
        kill = random_killer(crew.pool.pids, each)
        assert undisturbed == scanned(tmp_path / f"round{each}.db", clones, crew, kill)

    assert sum(crew.deaths for crew in crews) > 0


@pytest.mark.slow
def test_a_repository_at_which_each_worker_dies_is_named_and_the_others_are_looked_at(
    tmp_path: Path, git_repo: MakeRepository, clones: tuple[Path, ...], undisturbed: Told
) -> None:
    poison = git_repo({f"a/{number:04}/b.py": "" for number in range(3000)}, "poison").root
    crew = LocalCrew(2)

    with Killing(lambda: kill_who_works_on(poison, crew.pool.pids()), lambda: 0.0005):
        told = scanned(tmp_path / "fleet.db", (*clones[:5], poison, *clones[5:]), crew)

    assert undisturbed == tuple(row for row in told if row[0] != "poison")
    (row,) = (row for row in told if row[0] == "poison")
    assert (Outcome.FAILED, "engine-crash") == (row[1], row[6])


@pytest.mark.slow
def test_a_repository_that_needs_more_memory_than_a_worker_may_use_is_a_row(
    tmp_path: Path, home: Path, scratch: Path, git_repo: MakeRepository
) -> None:
    package = '[[package]]\nname = "p{}"\nversion = "1.0"\nsource = {{ registry = "https://x.example/simple" }}\n\n'
    lock = 'version = 1\nrequires-python = ">=3.11"\n' + "".join(map(package.format, range(400_000)))
    manifest = "[project]\nname = 'a'\nversion = '1'\ndependencies = ['idna']\n[tool.uv]\n"
    git_repo({"pyproject.toml": manifest, "uv.lock": lock}, "clones/large")
    git_repo({"a.txt": ""}, "clones/small")

    with start_scan(tmp_path, home, "--memory", "130MB") as running:
        running.communicate(timeout=120)

    words = [(row[0], row[1], row[6]) for row in told_by(tmp_path / "fleet.db")]
    assert [("large", Outcome.FAILED, "engine-crash"), ("small", Outcome.CHECKED, "")] == words


def kill_who_works_on(repository: Path, workers: tuple[int, ...]) -> None:
    """Kill the worker that runs git on a repository."""
    for pid in workers:
        if any(os.fsencode(repository) in line for line in children_of(pid).values()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def start_scan(tmp_path: Path, home: Path, *options: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "kempt", "fleet", "scan", "clones", "--db", "fleet.db", "--chunk", "1", *options]
    return subprocess.Popen(
        argv, cwd=tmp_path, env=environment(home, TMPDIR=str(tmp_path / "scratch")), text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_a_scan_that_was_ended_goes_on_where_it_was_and_leaves_no_process(
    tmp_path: Path, home: Path, scratch: Path, undisturbed: Told, number: signal.Signals
) -> None:
    database = tmp_path / "fleet.db"
    seen = 0
    for _ in range(3):
        with start_scan(tmp_path, home, "--jobs", "2") as running:
            while running.poll() is None and visits(database) < seen + 3:
                time.sleep(0.005)
            os.killpg(running.pid, number) if number == signal.SIGINT else running.send_signal(number)
            running.communicate(timeout=60)
        assert visits(database) >= seen
        seen = visits(database)
    with start_scan(tmp_path, home, "--jobs", "2") as running:
        _, said = running.communicate(timeout=120)

    assert (2 if "could not" in said else 1, "") == (running.returncode, said)
    assert undisturbed == told_by(database)
    for _ in range(200):
        if not list(scratch.glob("kempt-*/*")):
            break
        time.sleep(0.05)
    assert [] == list(scratch.glob("kempt-*/*"))
    assert [] == of_this_scratch(scratch)


def of_this_scratch(scratch: Path) -> list[str]:
    """Processes whose folder for temporary files is below this one."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={scratch}".encode() in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_text(encoding="utf-8"))
        except OSError:
            continue
    return found


# --- a real Dask cluster: a scheduler and two workers, each a process of its own ---


@pytest.fixture
def dask(home: Path, tmp_path: Path) -> Iterator[DaskCluster]:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with DaskCluster(tmp_path / "dask", environment(home), workers=2) as cluster:
        yield cluster


@pytest.mark.slow
def test_two_local_workers_and_two_of_dask_come_to_the_same(
    tmp_path: Path, clones: tuple[Path, ...], undisturbed: Told, dask: DaskCluster
) -> None:
    from kempt.host.workers.cluster import cluster_at

    assert undisturbed == scanned(tmp_path / "dask.db", clones, cluster_at(dask.address))


@pytest.mark.slow
def test_workers_of_dask_killed_at_random_lose_and_double_nothing(
    tmp_path: Path, clones: tuple[Path, ...], undisturbed: Told, dask: DaskCluster
) -> None:
    from kempt.host.workers.cluster import cluster_at

    for each in range(50):
        kill = random_killer(dask.workers, each)
        assert undisturbed == scanned(tmp_path / f"round{each}.db", clones, cluster_at(dask.address), kill)


@pytest.mark.slow
def test_a_repository_at_which_each_worker_of_dask_dies_is_named(
    tmp_path: Path, git_repo: MakeRepository, clones: tuple[Path, ...], undisturbed: Told, dask: DaskCluster
) -> None:
    from kempt.host.workers.cluster import cluster_at

    poison = git_repo({f"a/{number:04}/b.py": "" for number in range(6_000)}, "poison").root

    with Killing(lambda: kill_who_works_on(poison, dask.workers()), lambda: 0.0005):
        told = scanned(tmp_path / "fleet.db", (*clones[:5], poison, *clones[5:]), cluster_at(dask.address))

    assert undisturbed == tuple(row for row in told if row[0] != "poison")
    (row,) = (row for row in told if row[0] == "poison")
    assert (Outcome.FAILED, "engine-crash") == (row[1], row[6])


@pytest.mark.slow
def test_a_lost_scheduler_ends_the_run_with_a_line_and_the_next_one_goes_on(
    tmp_path: Path, home: Path, scratch: Path, undisturbed: Told, dask: DaskCluster
) -> None:
    database = tmp_path / "fleet.db"
    with start_scan(tmp_path, home, "--scheduler", dask.address) as running:
        while running.poll() is None and visits(database) < 3:
            time.sleep(0.005)
        dask.kill_scheduler()
        _, said = running.communicate(timeout=120)
    hint = "what was found is kept; the same command goes on when the cluster is back"

    assert (2, f"kempt: the scheduler is lost\n       {hint}\n") == (running.returncode, said)
    assert 3 <= visits(database) < CLONES
    with start_scan(tmp_path, home, "--jobs", "2") as running:
        running.communicate(timeout=120)
    assert undisturbed == told_by(database)


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_told_in_a_line(tmp_path: Path, home: Path, scratch: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    make_clones(tmp_path / "clones", home, 1)

    with start_scan(tmp_path, home, "--scheduler", "tcp://127.0.0.1:1") as running:
        _, said = running.communicate(timeout=120)

    assert (2, "kempt: no scheduler answers at tcp://127.0.0.1:1") == (running.returncode, said.splitlines()[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    "files, message",
    [
        pytest.param(
            {"__init__.py": "__version__ = '0.0.9'", "host/workers/cluster.py": "def version():\n    return '0.0.9'"},
            r"the worker tcp://.* has kempt 0\.0\.9, not ",
            id="another",
        ),
        pytest.param({"__init__.py": ""}, "a worker of the cluster cannot run kempt", id="half-of-it"),
    ],
)
def test_a_worker_of_dask_with_another_kempt_is_refused(
    tmp_path: Path, home: Path, files: dict[str, str], message: str
) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    from kempt.host.workers.cluster import cluster_at

    write_files(tmp_path / "other" / "kempt", files)
    with (
        DaskCluster(tmp_path / "dask", environment(home), 1, PYTHONPATH=str(tmp_path / "other")) as cluster,
        pytest.raises(KemptError, match=message) as told,
    ):
        cluster_at(cluster.address)

    assert f"install kempt {__version__} on each worker" == told.value.hint
