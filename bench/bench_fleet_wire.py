"""Claims: a first look at a remote repository of 2,000 files takes at most 150 KiB of network, an unchanged one 10 KiB.

The bytes are those that a relay between git and its server counts, both ways, with all that the transport adds. With
KEMPT_CORPUS (tests/e2e/test_corpus.py says how to make it) real repositories of 1,400 to 2,400 files are served, too.
Locks are read whole, and some have more than a megabyte: they are told apart.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Self

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the tests' servers serve here as well

from corpus import git_dirs
from measure import Claim, Program, Table, compare, environment, report
from repositories import IGNORED, LOCK, PYPROJECT, WORKFLOW, committed

from kempt.engine.fleet.chunk import examine_chunk
from kempt.model.fleet import Outcome, Row, Target, Task, Wishes
from support.fleet_servers import GitDaemon, GitHttp

FILES = 2000
FEWEST, MOST = 1400, 2400
SPECIAL = "uv.git"
"""Its test data are some hundred manifests of other projects, which are read as well: 316 KiB beside its locks."""
FIRST, UNCHANGED = 150.0, 10.0
MADE_NAME = "made.git"
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements")
MADE = {
    "pyproject.toml": PYPROJECT, "uv.lock": LOCK, ".gitignore": IGNORED, "Dockerfile": "FROM python:3.14\nCOPY . .\n",
    ".github/workflows/tests.yml": WORKFLOW.format(name="tests"),
}  # fmt: skip


class Relay:
    """Passes on what comes to a port of its own, and counts it. For a `with` block."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        self.bytes = 0

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def counted(self) -> int:
        """The bytes since this was last asked."""
        found, self.bytes = self.bytes, 0
        return found

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for one, other in ((near, far), (far, near)):
                Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(65536):
                self.bytes += len(piece)
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return


def tables() -> tuple[Table, ...]:
    """One table: what comes for each repository, by git's own protocol and by HTTP, and the time beside a clone."""
    with TemporaryDirectory(prefix="kempt-bench-") as made:
        folder = Path(made)
        served = dict(_served(folder))
        with GitDaemon(folder) as daemon, GitHttp(folder) as http, Relay(daemon.port) as git, Relay(http.port) as web:
            claims = [claim for name in served for claim in _bytes(folder / name, git, web)]
            name = next(iter(served))
            rows = compare(_programs(folder, f"http://127.0.0.1:{web.port}/{name}"))
    return (Table(f"Remote repositories, first and again; times: {name}, {served[name]:,} files", rows, claims),)


def _served(folder: Path) -> Iterator[tuple[str, int]]:
    """The names and numbers of files of the repositories, put into place."""
    corpus = os.environ.get("KEMPT_CORPUS", "")
    for name, place in git_dirs(Path(corpus)) if corpus else ():
        listed = _git("-c", "safe.directory=*", f"--git-dir={place}", "ls-tree", "-r", "--name-only", "HEAD")
        served = name.rpartition("/")[2] + ".git"
        if FEWEST <= (count := listed.count("\n")) <= MOST and served != SPECIAL:
            (folder / served).symlink_to(place)
            yield served, count
    files = MADE | {f"shop/part{number % 40}/module_{number}.py": f"A = {number}\n" for number in range(FILES)}
    _git("clone", "--quiet", "--bare", str(committed(folder / "work", files)), str(folder / MADE_NAME))
    yield MADE_NAME, len(files)


def _bytes(place: Path, git: Relay, web: Relay) -> Iterator[Claim]:
    name, locks = place.name, _locks(place) / 1024
    ways = (("HTTP", web, "http"), ("git", git, "git"))
    for what, relay, scheme in ways if name == MADE_NAME else ways[:1]:  # over others, git lists all refs first
        url = f"{scheme}://127.0.0.1:{relay.port}/{name}"
        relay.counted()
        row = look(url)
        if row.outcome is not Outcome.CHECKED:
            raise RuntimeError(f"{name}: {row.reason}")
        first = f"{name} over {what}, first look at {row.files:,} files, beside {locks:,.0f} KiB of locks"
        yield Claim(first, relay.counted() / 1024 - locks, FIRST, "KiB")
        look(url, row.head)
        yield Claim(f"{name} over {what}, unchanged", relay.counted() / 1024, UNCHANGED, "KiB")


def _locks(place: Path) -> int:
    """Bytes of the locks at HEAD as a pack holds them."""
    listed = _git("-c", "safe.directory=*", f"--git-dir={place}", "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    names = [path for path in listed if path.rpartition("/")[2].startswith(LOCKS)]
    contents = (
        _git("-c", "safe.directory=*", f"--git-dir={place}", "cat-file", "blob", f"HEAD:{path}") for path in names
    )
    return sum(len(zlib.compress(content.encode())) for content in contents)


def look(url: str, known_head: str = "") -> Row:
    """What kempt finds in one repository."""
    (row,) = examine_chunk([Task(Target(url.removesuffix(".git"), url), known_head)], Wishes(allow_insecure=True))
    return row


def _programs(folder: Path, url: str) -> Iterator[Program]:
    clone = folder / "clone"

    def forget() -> None:
        shutil.rmtree(clone, ignore_errors=True)

    yield Program(
        "git clone --depth=1", ("git", "clone", "--quiet", "--depth=1", url, str(clone)), runs=3, before=forget
    )
    yield Program("kempt: fetched and examined", (sys.executable, __file__, url), runs=5)


def _git(*args: str) -> str:
    return subprocess.run(["git", *args], env=environment(), check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(0 if look(sys.argv[1]).outcome is Outcome.CHECKED else 1)
    sys.exit(report(tables()))
