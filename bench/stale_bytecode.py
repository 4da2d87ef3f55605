"""What hard links do to bytecode: two environments with Django, linked by jdupes, by hardlink and by kempt.

    .venv/bin/python bench/stale_bytecode.py [FOLDER]

FOLDER holds two environments of one interpreter, `one` and `two`, with Django, on a file system that has hard links;
left out, they are made in a temporary folder, with pip. Each tool gets a fresh copy. Counted is how many bytecode files
Python would throw away, because their sources have another time than they were compiled for; measured is the time of an
import of Django in the environment whose files were replaced, which must not write bytecode, as in a read-only image.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from measure import kempt

ROUNDS = 7
PROGRAM = "import django.contrib.admin.sites, django.core.management, django.db.models, django.forms, django.test"
"""What is imported: nothing of it needs settings."""


class Tool(NamedTuple):
    """A program that makes hard links below a folder."""

    name: str
    argv: tuple[str, ...]


class Row(NamedTuple):
    """What came of it: bytecode files, stale ones, bytes on the disk, seconds of CPU for an import."""

    files: int
    stale: int
    bytes: int
    seconds: float


def tools() -> list[Tool]:
    """Those that are installed."""
    listed = (
        Tool("jdupes -L", ("jdupes", "-q", "-r", "-L")),
        Tool("hardlink -c", ("hardlink", "-q", "-c")),
        Tool("kempt dedupe --hardlink", (kempt(), "dedupe", "--hardlink", "--yes", "-q")),
    )
    return [tool for tool in listed if shutil.which(tool.argv[0])]


def main(folder: str = "") -> int:
    """Print the table; 1 where kempt left anything stale, or any byte of an environment changed."""
    with TemporaryDirectory(prefix="kempt-stale-") as scratch:
        made = Path(folder) if folder else _environments(Path(scratch, "made"))
        os.environ["KEMPT_STATE_DIR"] = str(Path(scratch, "state"))
        rows = [("nothing", look(_copied(made, Path(scratch, "work"))))]
        for tool in tools():
            work = _copied(made, Path(scratch, "work"))
            subprocess.run([*tool.argv, str(work)], check=True, stdout=subprocess.DEVNULL)
            rows.append((tool.name, look(work)))
        version = subprocess.run(
            [made / "one/bin/python", "-c", "import django; print(django.__version__)"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
    base = rows[0][1].seconds
    print(f"Two environments with Django {version}, Python {sys.version.split()[0]}; medians of {ROUNDS} imports.\n")
    print("| linked by | bytecode files | stale | on the disk | import, CPU | beside nothing linked |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, row in rows:
        cells = (name, f"{row.files:,}", f"{row.stale:,}", f"{row.bytes / 10**6:.0f} MB", f"{row.seconds:.2f} s")
        print(f"| {' | '.join(cells)} | {row.seconds / base:.2f} |")
    return int(any(row.stale for name, row in rows if name.startswith("kempt")))


def look(work: Path) -> Row:
    """Both environments, as they are now; the import is timed in the one that has more stale bytecode."""
    counts = {each: stale(each) for each in (work / "one", work / "two")}
    slow = max(counts, key=lambda each: counts[each][1])
    used = subprocess.run(["du", "-s", "-B1", str(work)], check=True, capture_output=True, text=True).stdout
    files, old = (sum(column) for column in zip(*counts.values(), strict=True))
    return Row(files, old, int(used.split()[0]), median(_import(slow) for _ in range(ROUNDS)))


def stale(root: Path) -> tuple[int, int]:
    """How many bytecode files have a source, and how many of these Python would not take for it."""
    files = old = 0
    for path in root.rglob("__pycache__/*.pyc"):
        source = path.parent.parent / f"{path.name.partition('.')[0]}.py"
        if source.exists():
            found, header = source.stat(), path.read_bytes()[:16]
            wanted = [0, int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF]
            files += 1
            old += [int.from_bytes(header[at : at + 4], "little") for at in (4, 8, 12)] != wanted
    return files, old


def _import(root: Path) -> float:
    """Seconds of CPU, user and system, of one import."""
    before = os.times()
    argv = (str(root / "bin/python"), "-B", "-c", PROGRAM)
    subprocess.run(argv, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""})
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _copied(made: Path, work: Path) -> Path:
    """A fresh copy, times included: every file a file of its own."""
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=never", str(made), str(work)], check=True)
    return work


def _environments(folder: Path) -> Path:
    """The second is made a moment later, as in life: its files have other times."""
    for name in ("one", "two"):
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        subprocess.run([str(folder / name / "bin/python"), "-m", "pip", "install", "-q", "django"], check=True)
    return folder


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
