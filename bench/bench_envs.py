"""Claims: every environment of a disk is listed in a fraction of what other tools take, with sizes and without.

    .venv/bin/python bench/bench_envs.py [FOLDER-WITH-PEERS]

The tree is that of `bench/disks.py`: 30 projects, 10 environments, over 200,000 entries. Peers are measured where the
folder's `bin` holds them (`pip install killpy envoic venvkill` into an environment of its own). Each is told to list
what lies below the tree; killpy and venvkill look at more, which they cannot be told not to.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from disks import many_projects
from measure import Claim, Program, Table, compare, kempt, report

RUNS = 5
PEERS = {
    "killpy list": ("killpy", "list", "--quiet", "--json", "--path"),
    "envoic scan --deep": ("envoic", "scan", "--deep", "--no-artifacts"),
    "venvkill scan": ("venvkill", "scan", "--deep", "--path"),
}


def tables(peers: str = "") -> tuple[Table, ...]:
    """kempt, `du`, and the peers that are there, by turns."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        entries = many_projects(Path(folder))
        os.sync()
        here = str(folder)
        programs = [
            Program("kempt envs", (kempt(), "envs", "--no-central", "--no-progress", here), runs=RUNS),
            Program("kempt envs --no-size", (kempt(), "envs", "--no-central", "--no-size", here), runs=RUNS),
            Program("du -s, the environments only", ("sh", "-c", f"du -sc {here}/*/*env* {here}/*/.venv*"), runs=RUNS),
            Program("du -s", ("du", "-s", here), runs=RUNS),
            *(
                Program(name, (f"{peers}/bin/{program}", *words, here), runs=RUNS, fine=(0, 1))
                for name, (program, *words) in PEERS.items()
                if peers and Path(peers, "bin", program).exists()
            ),
        ]
        programs = [each._replace(fine=(0, 1)) if each.name.startswith("du") else each for each in programs]
        rows = compare(programs)
    sized, quick, _, du, *others = rows
    claims = [
        Claim("with sizes over `du -s`, wall", sized.wall / du.wall, 1.0),
        Claim("with sizes over `du -s`, CPU", sized.cpu / du.cpu, 1.8),
        Claim("without sizes over `du -s`, wall", quick.wall / du.wall, 0.35),
        Claim("peak with sizes, MB", sized.peak / 10**6, 40, unit="MB"),
        *(Claim(f"with sizes over {other.name}, wall", sized.wall / other.wall, 0.45) for other in others),
    ]
    return (Table(f"`kempt envs`, a folder of {entries:,} entries", rows, claims),)


if __name__ == "__main__":
    report(tables(*sys.argv[1:]))
