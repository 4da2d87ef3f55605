"""Claims: duplicates across environments are found in a fraction of the time that general finders take.

    .venv/bin/python bench/bench_dupes.py [--tree FOLDER] [--peers FOLDER] [--uv PROGRAM] [--cold] [--quick] [--growth]

The tree is ten real environments (`bench/recorded_trees.py`), installed into a scratch folder unless one is named.
Peers are measured where they are installed; fclones and czkawka_cli are looked for in `FOLDER/bin`, where
`cargo install --root FOLDER fclones czkawka_cli` puts them. `--cold` drops the kernel's caches before each run, which
only root may do. `--growth` measures memory on generated environments of 100,000 and 1,000,000 files instead.
`bench/run.py` measures the warm tree and the growth; it is told by KEMPT_BENCH_TREE and KEMPT_BENCH_PEERS what
`--tree` and `--peers` tell this script. czkawka runs without its own cache, which would turn every run but the first
into a look at what it found before.

What each row proves differs, and its name says so: *untouched* rows believe RECORDs and look at ctimes, *verified* rows
read all candidates. Peers walk all files, bytecode too, and read; `hardlink -c` ignores all but content. No peer is
ever given a device to write to: what it prints is thrown away by the shell or goes to a file in the scratch folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, compare, kempt, report
from recorded_trees import generate, install

RUNS, SLOW_RUNS = 5, 3
"""Peers that take long, and all cold runs, have fewer."""
SLOW = frozenset({"rmlint", "duperemove", "rdfind", "fdupes", "czkawka_cli"})
FLOOR = Path(__file__).with_name("dupes_floor.c")
FILES = (100_000, 1_000_000)
UNTOUCHED, TWO, VERIFIED, VERIFIED_TWO, AGAIN, FLOOR_NAME = (
    "kempt dupes, untouched, 1 core", "kempt dupes, untouched, 2 cores", "kempt dupes --verify, 1 core",
    "kempt dupes --verify, 2 cores", "kempt dupes --verify again, 1 core", "dupes_floor.c, claimed",
)  # fmt: skip


def programs(tree: Path, scratch: Path, peers: Path, runs: int, *, cold: bool) -> list[Program]:
    """kempt, the floor in C, and the peers that are there."""
    before = drop_caches if cold else None
    tree_ = str(tree)

    def run(name: str, *argv: str, fine: tuple[int, ...] = (0,), forget: bool = False) -> Program:
        def prepare() -> None:
            if forget:
                shutil.rmtree(scratch / "cache", ignore_errors=True)
            if before is not None:
                before()

        return Program(name, argv, cwd=str(scratch), runs=runs, fine=fine, before=prepare)

    def own(name: str, *options: str, forget: bool = False) -> Program:
        cache = f"KEMPT_CACHE_DIR={scratch / 'cache'}"
        return run(name, "env", cache, kempt(), "dupes", "-q", "--no-progress", *options, tree_, forget=forget)

    floor = scratch / "dupes_floor"
    subprocess.run(["cc", "-O2", "-o", floor, FLOOR], check=True)
    found = [
        own(UNTOUCHED, "--jobs", "1"), own(TWO, "--jobs", "2"), own(VERIFIED, "--verify", "--jobs", "1", forget=True),
        own(VERIFIED_TWO, "--verify", "--jobs", "2", forget=True), own(AGAIN, "--verify", "--jobs", "1"),
        run(FLOOR_NAME, str(floor), tree_),
    ]  # fmt: skip
    fclones = (str(peers / "bin/fclones"), "group", "--hidden", "--no-ignore", "-o", str(scratch / "fclones.txt"))
    czkawka = (str(peers / "bin/czkawka_cli"), "dup", "-H", "-N", "-M", "-f", str(scratch / "czkawka.txt"))
    listed = {
        "jdupes": ("jdupes", "-r", "-m", "-q", tree_),
        "jdupes -Q (hash only)": ("jdupes", "-r", "-m", "-q", "-Q", tree_),
        "rdfind": ("rdfind", "-outputname", str(scratch / "rdfind.txt"), tree_),
        "rmlint": ("rmlint", "--hidden", "-T", "df", "-o", f"summary:{scratch / 'rmlint.txt'}", tree_),
        "fdupes": ("fdupes", "-r", "-m", "-q", tree_),
        "hardlink -c": ("hardlink", "-n", "-c", tree_),
        "duperemove": ("duperemove", "-r", "-q", "--dedupe-options=nopartial", tree_),
        "fclones, 1 thread": (*fclones, "-t", "1", tree_),
        "fclones": (*fclones, tree_),
        "czkawka_cli": (*czkawka, "-d", tree_, "-m", "1"),
    }  # fmt: skip
    several = range(256)
    for name, argv in listed.items():
        if shutil.which(argv[0]):
            one = run(name, *argv, fine=tuple(several))
            found.append(one._replace(runs=min(runs, SLOW_RUNS)) if name in SLOW else one)
    return found


def drop_caches() -> None:
    """Make the next run read from the disk."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


def copies(tree: Path, scratch: Path, peers: Path) -> tuple[int, int, int]:
    """Bytes of copies by RECORDs, by reading all files, and by fclones where it is there."""
    found = []
    for options in ((), ("--any",)):
        cache = {**os.environ, "KEMPT_CACHE_DIR": str(scratch / "cache")}
        command = [kempt(), "dupes", "--output-format", "json", "--top", "0", *options, str(tree)]
        found.append(json.loads(subprocess.run(command, capture_output=True, check=True, env=cache).stdout))
    theirs = 0
    if (peers / "bin/fclones").exists():
        written = str(scratch / "fclones.json")
        command = [
            str(peers / "bin/fclones"),
            "group",
            "--hidden",
            "--no-ignore",
            "-f",
            "json",
            "-o",
            written,
            str(tree),
        ]
        subprocess.run(command, check=True, capture_output=True)
        stats = json.loads(Path(written).read_text())["header"]["stats"]
        theirs = stats["redundant_file_size"]
    return found[0]["summary"]["bytes"], found[1]["summary"]["bytes"], theirs


def speed(tree: Path, peers: Path, *, cold: bool, quick: bool = False) -> Table:
    """Everything on one tree, by turns; `quick` leaves out the peers that take long."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        scratch = Path(folder)
        listed = programs(tree, scratch, peers, SLOW_RUNS if cold else RUNS, cold=cold)
        rows = {row.name: row for row in compare(each for each in listed if not quick or each.name not in SLOW)}
        ours, read, theirs = copies(tree, scratch, peers)
    files = sum(len(names) for _, _, names in os.walk(tree))
    title = f"`kempt dupes`, ten environments, {files:,} files, {'cold' if cold else 'warm'}"
    return Table(title, tuple(rows.values()), tuple(_claims(rows, ours, max(read, theirs), cold=cold)))


def _claims(rows: dict[str, Row], ours: int, best: int, *, cold: bool) -> list[Claim]:
    jdupes, floor = rows["jdupes"], rows[FLOOR_NAME]
    fclones = rows.get("fclones")
    fastest = min(rows[UNTOUCHED], rows[TWO], key=lambda row: row.wall)
    claims = [
        Claim("untouched: bytes of the best peer's", 100 * ours / best, 99.5, unit="%", at_least=True),
        Claim("untouched: jdupes over it, wall", jdupes.wall / fastest.wall, 5 if cold else 7, at_least=True),
        Claim(
            "untouched, 1 core: jdupes over it, CPU", jdupes.cpu / rows[UNTOUCHED].cpu, 5 if cold else 7, at_least=True
        ),
        Claim("untouched, 1 core, over the same in C, CPU", rows[UNTOUCHED].cpu / floor.cpu, 1.3),
        Claim("verified, 1 core: jdupes over it, wall", jdupes.wall / rows[VERIFIED].wall, 1.4, at_least=True),
        Claim("verified, 2 cores: jdupes over it, wall", jdupes.wall / rows[VERIFIED_TWO].wall, 2, at_least=True),
        Claim("verified again over the first time, wall", rows[AGAIN].wall / rows[VERIFIED].wall, 1 / 15),
    ]
    if fclones is not None:
        claims += [
            Claim("untouched: fclones over it, wall", fclones.wall / fastest.wall, 3, at_least=True),
            Claim("verified, 2 cores, over fclones, wall", rows[VERIFIED_TWO].wall / fclones.wall, 1),
            Claim("verified, 1 core, over fclones -t 1, wall", rows[VERIFIED].wall / rows["fclones, 1 thread"].wall, 1),
        ]
    return claims


def growth(peers: Path) -> Table:
    """Peak memory on 100,000 and on 1,000,000 files, of which no two RECORDs are alike."""
    rows: list[Row] = []
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        for files in FILES:
            tree = Path(folder, str(files))
            generate(tree, files)
            rows += _grown(tree, Path(folder), peers, files)
    claims = [
        Claim(f"{small.name.rpartition(',')[0]}: bytes of peak memory for each file more", slope, 250, unit="B")
        for small, large in zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=True)
        if small.name.startswith("kempt") and (slope := (large.peak - small.peak) / (FILES[1] - FILES[0]))
    ]
    return Table("Memory and time as trees grow", rows, claims)


def _grown(tree: Path, scratch: Path, peers: Path, files: int) -> list[Row]:
    wanted = {UNTOUCHED, VERIFIED, "jdupes", "fclones"}
    chosen = [each for each in programs(tree, scratch, peers, 1, cold=False) if each.name in wanted]
    cache = f"KEMPT_CACHE_DIR={scratch / f'cache-any-{files}'}"
    any_file = ("env", cache, kempt(), "dupes", "-q", "--no-progress", "--any", "--jobs", "1", str(tree))
    chosen.append(Program("kempt dupes --any, 1 core", any_file, cwd=str(scratch), runs=1))
    return [row._replace(name=f"{row.name}, {files:,} files") for row in compare(chosen)]


def tables() -> tuple[Table, ...]:
    """The warm tree with all peers, and the growth."""
    peers = Path(os.environ.get("KEMPT_BENCH_PEERS", "peers")).resolve()
    if tree := os.environ.get("KEMPT_BENCH_TREE"):
        return speed(Path(tree).resolve(), peers, cold=False), growth(peers)
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        install(Path(folder), "uv")
        return speed(Path(folder), peers, cold=False), growth(peers)


def main() -> int:
    """Measure what was asked for; 1 if some claim is not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--peers", type=Path, default=Path("peers"))
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--growth", action="store_true")
    args = parser.parse_args()
    if args.growth:
        return report([growth(args.peers.resolve())])
    if args.tree is not None:
        return report([speed(args.tree.resolve(), args.peers.resolve(), cold=args.cold, quick=args.quick)])
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        install(Path(folder), args.uv)
        return report([speed(Path(folder), args.peers.resolve(), cold=args.cold, quick=args.quick)])


if __name__ == "__main__":
    sys.exit(main())
