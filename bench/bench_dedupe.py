"""Claim: sharing takes no longer than duperemove's and fclones', on a file system that shares blocks (btrfs, XFS).

    .venv/bin/python bench/bench_dedupe.py FOLDER [FOLDER-WITH-PEERS]

FOLDER lies on such a file system and holds environments; without it, nothing is measured. Each run gets a fresh copy of
them beside it, on the disk before the clock starts. What is measured is the whole: finding, planning, sharing, and
kempt's look at what is free. How much each freed is what `df` says once everything is written; kempt's journal lies
elsewhere. Programs take turns; peers that are neither on PATH nor in `bin` of the second folder are left out.
duperemove skips files that are smaller than its block, 128 kB unless told.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from measure import kempt

ROUNDS = 3


class Tool(NamedTuple):
    """A program that shares what lies below a folder, which comes last in `script`."""

    name: str
    needs: str
    script: str


class Spent(NamedTuple):
    """Wall and CPU seconds of one run, and bytes that `df` counts less."""

    wall: float
    cpu: float
    freed: int


TOOLS = (
    Tool("kempt dedupe", kempt(), '"$0" dedupe --yes --quiet "$1"'),
    Tool("duperemove", "duperemove", '"$0" -drq "$1"'),
    Tool("duperemove -b 4k", "duperemove", '"$0" -drq -b 4k "$1"'),
    Tool("fclones", "fclones", '"$0" group --hidden --no-ignore "$1" 2>/dev/null | "$0" dedupe'),
)


def main(folder: str = "", peers: str = "") -> int:
    """Print the table; 1 where kempt took longer than the best peer."""
    if not folder:
        print("nothing measured: name a folder with environments on btrfs or XFS")
        return 0
    if peers:
        os.environ["PATH"] += f"{os.pathsep}{Path(peers).resolve() / 'bin'}"
    made = Path(folder).resolve()
    work = made.with_name(f"{made.name}-copy")
    tools = [tool for tool in TOOLS if shutil.which(tool.needs)]
    runs: dict[str, list[Spent]] = {tool.name: [] for tool in tools}
    with TemporaryDirectory(prefix="kempt-bench-") as scratch:
        os.environ["KEMPT_STATE_DIR"] = os.environ["KEMPT_CACHE_DIR"] = scratch
        for _ in range(ROUNDS):
            for tool in tools:
                runs[tool.name].append(_run(tool, made, work))
    shutil.rmtree(work, ignore_errors=True)
    freed_by = {name: median(each.freed for each in spent) for name, spent in runs.items()}
    enough = max(freed_by.values()) / 2
    best = min(median(each.wall for each in spent) for name, spent in runs.items() if freed_by[name] >= enough)
    print(f"{sum(len(files) for _, _, files in os.walk(made)):,} files; medians of {ROUNDS} runs.\n")
    print("| program | wall s | CPU s | freed, MB | wall / best that frees half |\n| --- | ---: | ---: | ---: | ---: |")
    for name, spent in runs.items():
        wall, cpu, freed = (median(column) for column in zip(*spent, strict=True))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {freed / 10**6:.1f} | {wall / best:.2f} |")
    return int(median(each.wall for each in runs["kempt dedupe"]) > best)


def _run(tool: Tool, made: Path, work: Path) -> Spent:
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=never", str(made), str(work)], check=True)
    before, used = os.times(), _used(work)
    start = time.perf_counter()
    argv = ("sh", "-c", tool.script, str(shutil.which(tool.needs)), str(work))
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode:
        sys.stderr.write(f"{tool.name}: {done.stderr.decode()}\n")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(wall, cpu, used - _used(work))


def _used(folder: Path) -> int:
    """Bytes that are used on the file system once everything is written; btrfs needs two transactions for that."""
    for _ in range(2):
        subprocess.run(["sync", "-f", str(folder)], check=True)
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
