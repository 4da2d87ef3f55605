"""What other cleaners lose, and kempt does not: each fault made on a fresh tree, one table.

    .venv/bin/python bench/peer_faults.py [FOLDER-WITH-PEERS]

Everything happens in a temporary folder, with that folder as home. Peers are run where the folder's `bin` holds them:
`pip install pyclean killpy`, `cargo install kondo --root FOLDER`. Only their commands that stay below the folder they
are given are run: `killpy delete` looks at the whole machine.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from measure import kempt
from repositories import committed

FIND = 'find . -name "__pycache__" -type d -prune -exec rm -rf {} +'
POWERS = "-dac_override,-dac_read_search"
"""What root gives up, so that a folder can refuse it."""


class Fault(NamedTuple):
    """A tree that has been seen to go wrong. `make` writes it below a folder and returns what must be left there.

    `should_go` is what a cleaner is there for, as a sign that it did its work to the end; empty for nothing.
    """

    name: str
    make: Callable[[Path], tuple[str, ...]]
    should_go: str = ""


class Cleaner(NamedTuple):
    """A program. `argv` runs in the folder that is to be cleaned."""

    name: str
    argv: tuple[str, ...]


def cleaners(peers: str) -> Iterator[Cleaner]:
    """kempt, the lines that guides give, and the peers that are there."""
    yield Cleaner("kempt", (kempt(), "clean", "--bytecode", "--caches", "--build", "--yes"))
    yield Cleaner("find -exec rm", ("sh", "-c", FIND))
    yield Cleaner("git clean -fdX", ("git", "clean", "-fdXq"))
    listed = (
        ("pyclean -d", ("pyclean", ".", "--debris=all")),
        ("killpy clean", ("killpy", "clean", "--path", ".")),
        ("kondo -a", ("kondo", "--all", "--quiet", ".")),
    )
    for name, (program, *words) in listed:
        path = Path(peers, "bin", program)
        if peers and path.exists():
            yield Cleaner(name, (str(path), *words))


def main(peers: str = "") -> int:
    """Run each cleaner on each fault and print what came of it; 1 if kempt failed one."""
    programs = tuple(cleaners(peers))
    rows = [("fault", *(each.name for each in programs))]
    rows += [(fault.name, *(outcome(fault, each) for each in programs)) for fault in FAULTS]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        print(f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |")
        if number == 0:
            print("|".join(["", *("-" * (width + 2) for width in widths), ""]))
    return int(any(row[1] not in {"right", "right, exit 1"} for row in rows[1:]))


def outcome(fault: Fault, cleaner: Cleaner) -> str:
    """What a cleaner did to a fresh tree with the fault."""
    with TemporaryDirectory(prefix="kempt-faults-") as folder:
        base = Path(folder)
        precious = fault.make(base)
        kept = {path for path in precious if os.path.lexists(base / path)}
        status = _run(cleaner, base)
        _open_up(base)
        lost = sorted(kept - {path for path in kept if os.path.lexists(base / path)})
        undone = fault.should_go and os.path.lexists(base / fault.should_go)
    if lost:
        return f"LOST {os.path.basename(lost[0]) if len(lost) == 1 else f'{len(lost)} files'}"
    ended = f", exit {status}" if status else ""
    return f"left the rest undone{ended}" if undone else f"right{ended}"


def _run(cleaner: Cleaner, base: Path) -> int:
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(base),
        "LC_ALL": "C.UTF-8",
        "KEMPT_STATE_DIR": str(base / "state"),
    }
    dropped: tuple[str, ...] = ()
    if os.geteuid() == 0 and shutil.which("setpriv"):
        dropped = ("setpriv", f"--bounding-set={POWERS}", f"--inh-caps={POWERS}")
    done = subprocess.run(
        (*dropped, *cleaner.argv), cwd=base / "tree", env=variables, stdin=subprocess.DEVNULL, capture_output=True,
        check=False, timeout=120,
    )  # fmt: skip
    return done.returncode


def _open_up(base: Path) -> None:
    for folder, _, _ in os.walk(base):
        os.chmod(folder, stat.S_IRWXU)


def _write(base: Path, *paths: str) -> None:
    for path in paths:
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text(f"{path}\n", encoding="utf-8")


def _repository(base: Path, *paths: str, ignore: str = "") -> None:
    committed(
        base / "tree", {"pyproject.toml": "", ".gitignore": f"__pycache__/\n{ignore}", **dict.fromkeys(paths, "mine\n")}
    )


def link_out_of_the_tree(base: Path) -> tuple[str, ...]:
    """A folder of the tree is a link to one outside."""
    _repository(base)
    outside = ("outside/module.py", "outside/module.pyc", "outside/__pycache__/module.cpython-311.pyc",
               "outside/dist/precious.whl")  # fmt: skip
    _write(base, *outside, "tree/app.py", "tree/__pycache__/app.cpython-311.pyc")
    (base / "tree" / "package").symlink_to(base / "outside")
    (base / "tree" / "dist").symlink_to(base / "outside" / "dist")
    return outside


def tracked_files(base: Path) -> tuple[str, ...]:
    """git tracks a `dist` and bytecode."""
    paths = ("dist/keep-1.0-py3-none-any.whl", "dist/keep.js", "vendor/old.py", "vendor/old.pyc")
    _repository(base, *paths)
    _write(base, "tree/app.py", "tree/__pycache__/app.cpython-311.pyc")
    return tuple(f"tree/{path}" for path in paths)


def bytecode_without_source(base: Path) -> tuple[str, ...]:
    """A module of which only its bytecode was delivered."""
    _repository(base)
    _write(base, "tree/plugin/licensed.pyc", "tree/app.py", "tree/__pycache__/app.cpython-311.pyc")
    return ("tree/plugin/licensed.pyc",)


def unreadable_folder(base: Path) -> tuple[str, ...]:
    """One folder on the way may not be read."""
    _repository(base)
    _write(base, "tree/data/x", *(f"tree/{name}/__pycache__/a.cpython-311.pyc" for name in ("a", "z")))
    _write(base, "tree/a/a.py", "tree/z/a.py")
    (base / "tree" / "data").chmod(0)
    return ("tree/data",)


def link_that_loops(base: Path) -> tuple[str, ...]:
    """A link that leads to itself."""
    _repository(base)
    (base / "tree" / "loop").symlink_to("loop")
    _write(base, *(f"tree/{name}/__pycache__/a.cpython-311.pyc" for name in ("a", "z")), "tree/a/a.py", "tree/z/a.py")
    return ("tree/loop",)


def ignored_secret(base: Path) -> tuple[str, ...]:
    """A secret that git ignores, as it should."""
    _repository(base, ignore=".env\n")
    _write(base, "tree/.env", "tree/app.py", "tree/__pycache__/app.cpython-311.pyc")
    return ("tree/.env",)


def bytecode_of_an_environment(base: Path) -> tuple[str, ...]:
    """A working environment, whose bytecode each start would have to compile again."""
    _repository(base, ignore="env/\n")
    inside = "tree/env/lib/python3.11/site-packages/idna"
    _write(base, f"{inside}/__init__.py", f"{inside}/__pycache__/__init__.cpython-311.pyc", "tree/env/bin/activate",
           "tree/app.py", "tree/__pycache__/app.cpython-311.pyc")  # fmt: skip
    (base / "tree/env/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n", encoding="utf-8")
    return (f"{inside}/__pycache__/__init__.cpython-311.pyc",)


FAULTS = (
    Fault("a link out of the tree", link_out_of_the_tree, "tree/__pycache__"),
    Fault("files that git tracks", tracked_files, "tree/__pycache__"),
    Fault("bytecode without its source", bytecode_without_source, "tree/__pycache__"),
    Fault("one folder that cannot be read", unreadable_folder, "tree/z/__pycache__"),
    Fault("a link that loops", link_that_loops, "tree/z/__pycache__"),
    Fault("a secret that git ignores", ignored_secret, "tree/__pycache__"),
    Fault("bytecode of a working environment", bytecode_of_an_environment, "tree/__pycache__"),
)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
