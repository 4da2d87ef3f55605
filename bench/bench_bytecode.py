"""Claim: with `--bytecode`, sharing finds 1.3 times the bytes that the best general finder does.

    .venv/bin/python bench/bench_bytecode.py [--tree FOLDER] [--peers FOLDER] [--uv PROGRAM] [--share]

The tree is ten real environments (`bench/recorded_trees.py`), installed into a scratch folder unless one is named.
Bytes are those of the contents of files that could go, the same for all programs; fclones is looked for in
`FOLDER/bin`. `--share` makes a copy of the tree beside it and really shares there, by hard links where there is nothing
better; then what `du` counts before and after is told, how many bytecode files Python would not take (0 is right), and
what loading them costs, which is measured in a Python of its own: it looks at the source, reads the bytecode, makes
objects of it, and runs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measure import kempt
from recorded_trees import install

LEAST = 1.3
OPTIONS = ("dedupe", "--hardlink", "--no-progress", "--output-format", "json")


def ours(tree: Path, *options: str) -> tuple[dict[str, Any], float]:
    """What kempt says, and wall seconds."""
    start = time.perf_counter()
    done = subprocess.run([kempt(), *OPTIONS, *options, str(tree)], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found, time.perf_counter() - start


def content(found: dict[str, Any]) -> int:
    """Bytes of the files that could go."""
    return sum(each["size"] for each in found["items"] if each["bytes"])


def theirs(tree: Path, peers: Path, scratch: Path) -> dict[str, tuple[int, float]]:
    """Bytes of copies and wall seconds, by program."""
    found = {}
    if shutil.which("jdupes"):
        start = time.perf_counter()
        done = subprocess.run(["jdupes", "-r", "-q", "-j", str(tree)], capture_output=True, check=True)
        sets = json.loads(done.stdout)["matchSets"]
        found["jdupes"] = sum(each["fileSize"] * (len(each["fileList"]) - 1) for each in sets), _since(start)
    program = peers / "bin/fclones"
    if program.exists():
        start = time.perf_counter()
        command = [
            str(program),
            "group",
            "--hidden",
            "--no-ignore",
            "-f",
            "json",
            "-o",
            str(scratch / "out"),
            str(tree),
        ]
        subprocess.run(command, check=True, capture_output=True)
        stats = json.loads((scratch / "out").read_text())["header"]["stats"]
        found["fclones"] = stats["redundant_file_size"], _since(start)
    return found


def share(tree: Path) -> None:
    """Share a copy and tell what became of it."""
    work = tree.with_name(f"{tree.name}-copy")
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=never", str(tree), str(work)], check=True)
    before = _occupied(work)
    done, wall = ours(work, "--bytecode", "--yes")
    after, result = _occupied(work), done["result"]
    loaded = result["loaded"]
    again, _ = ours(work, "--bytecode")
    print(f"\nshared {result['files']:,} files in {wall:.1f} s, {len(result['failed'])} failed")
    print(
        f"du: {before:,} B before, {after:,} B after; {before - after:,} B less, {result['bytes']:,} B by the receipt"
    )
    print(f"a second run plans {again['total']['files']} files, {again['total']['bytes']} B")
    times = " and ".join(f"{loaded[name] * 1000:.0f} ms" for name in ("before", "after"))
    anew = " and ".join(str(loaded[f"anew_{name}"]) for name in ("before", "after"))
    print(f"loading {loaded['modules']:,} modules before and after: {times}; {anew} of them stale")
    shutil.rmtree(work)


def _occupied(folder: Path) -> int:
    done = subprocess.run(["du", "-s", "-B1", str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


def _since(start: float) -> float:
    return time.perf_counter() - start


def measure(tree: Path, peers: Path, *, really: bool) -> int:
    """Print the table; 1 where the claim is not kept."""
    with TemporaryDirectory(prefix="kempt-bench-") as scratch:
        os.environ["KEMPT_STATE_DIR"] = os.environ["KEMPT_CACHE_DIR"] = scratch
        plain, plain_wall = ours(tree)
        put, put_wall = ours(tree, "--bytecode")
        found = theirs(tree, peers, Path(scratch))
        rows = {
            "kempt dedupe": (content(plain), plain_wall),
            "kempt dedupe --bytecode": (content(put), put_wall),
            **found,
        }
        best = max((bytes_ for bytes_, _ in found.values()), default=content(plain))
        print(f"{sum(len(files) for _, _, files in os.walk(tree)):,} files.\n")
        print("| program | could go, MB | wall s, one run | / best peer |\n| --- | ---: | ---: | ---: |")
        for name, (bytes_, wall) in rows.items():
            print(f"| {name} | {bytes_ / 10**6:,.1f} | {wall:.1f} | {bytes_ / best:.2f} |")
        if really:
            share(tree)
    return int(content(put) < LEAST * best)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--peers", type=Path, default=Path("peers"))
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--share", action="store_true")
    args = parser.parse_args()
    if args.tree is not None:
        return measure(args.tree.resolve(), args.peers.resolve(), really=args.share)
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        install(tree, args.uv)
        return measure(tree, args.peers.resolve(), really=args.share)


if __name__ == "__main__":
    sys.exit(main())
