"""A Dask cluster as a crew: an existing one by the address of its scheduler, or one on this machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from kempt import __version__
from kempt.errors import KemptError
from kempt.host.clock import ticks
from kempt.host.workers.crew import Crew, End

ANSWERS = 10.0
"""Seconds that a scheduler may take to answer."""
PATIENCE = 30.0
"""Seconds that a cluster may be without a worker."""
REFRESH = 2.0
"""Seconds after which the scheduler is asked for its workers again."""
_HINT = "what was found is kept; the same command goes on when the cluster is back"


class Cluster(Crew):
    """The workers of a Dask scheduler.

    Dask makes a call again when its worker dies, up to four times (`allowed-failures`), and then says that it is lost.
    """

    def __init__(self, client: Any, stop: Callable[[], object] = lambda: None) -> None:
        self._client = client
        self._stop = stop
        self._deserted = self._asked = 0.0
        self._threads = 0
        super().__init__(client.get_executor(pure=False), 1)

    @property
    def size(self) -> int:
        """How many calls are done at once: the threads of all workers that are there, as of a moment ago."""
        if ticks() - self._asked > REFRESH:
            self._asked = ticks()
            present = self._client.scheduler_info(n_workers=-1)["workers"]
            self._threads = sum(int(each["nthreads"]) for each in present.values())
        return max(1, self._threads)

    @property
    def deaths(self) -> int:
        """How many calls Dask gave up; the workers that it lost and replaced are in its own log."""
        return self.lost

    def check(self) -> None:
        """Raises KemptError where the scheduler is gone, or no worker has been there for long."""
        if self._client.status != "running":
            raise KemptError("the scheduler is lost", hint=_HINT)
        if self.size and self._threads:
            self._deserted = 0.0
            return
        self._deserted = self._deserted or ticks()
        if ticks() - self._deserted > PATIENCE:
            raise KemptError(f"the cluster has had no worker for {PATIENCE:.0f} seconds", hint=_HINT)

    def require_version(self) -> None:
        """Raises KemptError where a worker does not have this very kempt, or where there is no worker."""
        with suppress(Exception):  # none came
            self._client.wait_for_workers(1, timeout=PATIENCE)
        self.check()
        if not self._threads:
            raise KemptError("the cluster has no worker", hint="start one: dask worker ADDRESS")
        wanted = f"install kempt {__version__} on each worker"
        try:
            found: dict[str, str] = self._client.run(version)
        except Exception as error:  # whatever a worker without kempt, or with half of it, says
            raise KemptError("a worker of the cluster cannot run kempt", hint=wanted) from error
        others = {worker: each for worker, each in found.items() if each != __version__}
        if others:
            worker, other = next(iter(others.items()))
            raise KemptError(f"the worker {worker} has kempt {other}, not {__version__}", hint=wanted)

    def close(self, *, now: bool) -> None:
        """Let go of the cluster; one that was started here ends."""
        with suppress(Exception):  # it may be gone, in many ways, and nothing is wanted of it any more
            self.executor.shutdown(wait=not now)
        with suppress(Exception):
            self._client.close(timeout=2)
        with suppress(Exception):
            self._stop()

    def _lost(self, why: str) -> End:
        if self._client.status != "running":
            raise KemptError("the scheduler is lost", hint=_HINT)
        return super()._lost(why)

    def _judged(self, error: Exception) -> End:
        if type(error).__name__ == "KilledWorker":
            return self._lost("it killed each worker of the cluster that tried it")
        if isinstance(error, OSError | TimeoutError):
            return self._lost(f"{type(error).__name__}: {error}")
        return super()._judged(error)


def cluster_at(address: str) -> Cluster:
    """The cluster of a scheduler, `tcp://host:port`. Raises KemptError: no answer, no worker, another kempt there."""
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=ANSWERS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise KemptError(f"no scheduler answers at {address}", hint=str(error)) from error
    return _checked(Cluster(client))


def local_cluster(workers: int, memory: int) -> Cluster:
    """A Dask cluster of so many processes on this machine; `memory` are bytes for each, 0 for no limit.

    Without Dask's profile of what runs, which takes a fifth of the work itself.
    """
    distributed = _distributed()
    with import_module("dask.config").set({"distributed.worker.profile.enabled": False}):
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, memory_limit=memory, dashboard_address=None,
            silence_logs=_CRITICAL,
        )  # fmt: skip
    return _checked(Cluster(distributed.Client(cluster, set_as_default=False), cluster.close))


def version() -> str:
    """The version of the kempt that runs this; what each worker is asked."""
    return __version__


def _checked(cluster: Cluster) -> Cluster:
    """The cluster, if each of its workers has this kempt."""
    try:
        cluster.require_version()
    except BaseException:
        cluster.close(now=True)
        raise
    return cluster


def _distributed() -> Any:
    """The library. Raises KemptError where it is not installed."""
    from logging import getLogger, root

    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise KemptError("a cluster needs Dask", hint="pip install 'kempt[dask]'") from error
    talkative = ("distributed", "tornado")
    for name in [*talkative, *(each for each in root.manager.loggerDict if each.startswith(talkative))]:
        getLogger(name).setLevel(_CRITICAL)  # what they have to say is said by kempt, in a line
    return distributed


_CRITICAL = 50
