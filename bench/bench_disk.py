"""Claims: a disk full of projects is scanned in a fraction of what `pyclean -n` takes, and weighed as fast as by `du`.

    .venv/bin/python bench/bench_disk.py [FOLDER-WITH-PEERS]

The tree is that of `bench/disks.py`: 30 repositories, 10 environments, over 200,000 entries. Peers are measured where
the folder's `bin` holds them: pyclean, killpy, envoic and venvkill come from `pip install`, kondo and dua from `cargo
install --root`. npkill wants a terminal and is not measured. All times hold the start of the program, kempt's Python
too. `kempt clean` does more than weigh: it asks git what is tracked, the kernel what runs, and the environments whose
they are. pyclean passes over folders called venv or .venv and weighs nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from disks import many_projects
from measure import Claim, Program, Row, Table, compare, kempt, report

RUNS = 5
SCAN = "import sys, kempt; kempt.scan(sys.argv[1])"
WEIGH = """
import sys, kempt
from kempt.host.forks import in_forks
from kempt.host.weighing import weigh
things = [each.thing for each in kempt.scan(sys.argv[1]).found]
in_forks(lambda each: tuple(weigh(each.path, dev=each.identity.dev)), things, 2)
"""
PEERS = {
    "pyclean -n": ("pyclean", "-n"),
    "killpy list": ("killpy", "list", "--quiet", "--json", "--path"),
    "envoic scan --deep": ("envoic", "scan", "--deep"),
    "venvkill scan --deep": ("venvkill", "scan", "--deep", "--path"),
    "kondo -n": ("kondo", "-n"),
    "dua": ("dua", "aggregate"),
}
WEIGHERS = ("killpy list", "envoic scan --deep", "venvkill scan --deep")


def tables(peers: str = "") -> tuple[Table, ...]:
    """kempt, `find`, `du`, and the peers that are there, by turns."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        entries = many_projects(Path(folder))
        os.sync()
        rows = {row.name: row for row in compare(_programs(folder, peers))}
    claims = _claims(rows)
    return (Table(f"`kempt clean`, a folder of {entries:,} entries", tuple(rows.values()), claims),)


def _programs(folder: str, peers: str) -> Iterable[Program]:
    yield Program("du -s", ("du", "-s", folder), runs=RUNS)
    yield Program("find, pruning .git and environments", ("sh", "-c", _find(folder)), runs=RUNS)
    yield Program("kempt.scan", (sys.executable, "-c", SCAN, folder), runs=RUNS)
    yield Program("kempt.scan and sizes", (sys.executable, "-c", WEIGH, folder), runs=RUNS)
    yield Program("kempt clean", (kempt(), "clean", "--no-progress", folder), runs=RUNS)
    yield Program("kempt clean --all", (kempt(), "clean", "--all", "--no-progress", folder), runs=RUNS)
    for name, (program, *words) in PEERS.items():
        path = Path(peers, "bin", program)
        if peers and path.exists():
            yield Program(name, (str(path), *words, folder), runs=RUNS, fine=(0, 1))


def _find(folder: str) -> str:
    names = ("__pycache__", ".git", ".venv", ".venv-3.12", "venv", "env", ".mypy_cache", ".ruff_cache", ".pytest_cache")
    return f"find {folder} \\( {' -o '.join(f'-name {name}' for name in names)} \\) -prune -print"


def _claims(rows: dict[str, Row]) -> list[Claim]:
    du, scan, sized, plan = (
        rows[name] for name in ("du -s", "kempt.scan", "kempt.scan and sizes", "kempt clean --all")
    )
    claims = [
        Claim("scan and sizes over `du -s`, wall", sized.wall / du.wall, 1.0),
        Claim("scan and sizes over `du -s`, CPU", sized.ratio, 1.5),
        Claim("peak of `kempt clean --all`", plan.peak / 1e6, 30, "MB"),
    ]
    if "pyclean -n" in rows:
        claims.insert(0, Claim("scan over `pyclean -n`, wall", scan.wall / rows["pyclean -n"].wall, 0.25))
    claims += [
        Claim(f"`kempt clean --all` over {name}, wall", plan.wall / rows[name].wall, 0.45)
        for name in WEIGHERS
        if name in rows
    ]
    return claims


if __name__ == "__main__":
    raise SystemExit(report(tables(*sys.argv[1:])))
