"""Claims: an environment of 26,000 files is told apart in a fraction of what it takes to hash it, and proven in less.

    .venv/bin/python bench/bench_fingerprint.py [ENVIRONMENT]

The peer is what people have: `find | xargs sha256sum`, on one core and on two. It says nothing about what the files
should hold, which distribution they belong to, or what else may run; kempt says all that in the same run. Without an
environment of your own, one is made of as many files, and as many bytes, as 116 well-known distributions have.
"""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, compare, kempt, report

DISTRIBUTIONS, FILES, LARGE = 116, 224, 30
USUAL_BYTES, SPREAD, LARGE_BYTES = 3_000, 1.8, 8_000_000
SETTLED_SECONDS = 2.5  # what was changed a moment ago is read again: no index trusts it
HASH = "find . -type f -print0 | xargs -0 sha256sum"
HASH_ON_TWO = "find . -type f -print0 | xargs -0 -P2 -n500 sha256sum"


def tables(environment: str = "") -> tuple[Table, ...]:
    """The given environment, or one that is made."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        here = environment or str(made(Path(folder, "project", ".venv")))
        rows = measured(here, str(Path(folder, "cache")))
    files = sum(1 for path in Path(here).rglob("*") if path.is_file()) if environment else DISTRIBUTIONS * FILES
    one, two, first, again, proof = rows
    claims = (
        Claim("first fast fingerprint over sha256sum, CPU", first.ratio, 0.36),
        Claim("first fast fingerprint over sha256sum, wall", first.wall / one.wall, 0.36),
        Claim("repeated fast fingerprint over sha256sum, CPU", again.ratio, 0.12),
        Claim("repeated fast fingerprint over sha256sum, wall", again.wall / one.wall, 0.12),
        Claim("proof over sha256sum, CPU", proof.ratio, 0.9),
        Claim("proof over sha256sum, wall", proof.wall / one.wall, 0.9),
        Claim("proof over sha256sum on two cores, wall", proof.wall / two.wall, 1.1),
    )
    return (Table(f"`kempt fingerprint`, an environment of {files:,} files", rows, claims),)


def measured(here: str, cache: str) -> tuple[Row, ...]:
    """The peers and kempt by turns; the first fingerprint is one without anything that kempt knew before."""
    with_cache = f"env KEMPT_CACHE_DIR='{cache}' '{kempt()}' fingerprint"
    return compare(
        (
            Program("find | xargs sha256sum", ("sh", "-c", HASH), here, runs=7),
            Program("find | xargs -P2 sha256sum", ("sh", "-c", HASH_ON_TWO), here, runs=7),
            Program("kempt fingerprint, first", ("sh", "-c", f"rm -rf '{cache}' && {with_cache} ."), here, runs=7),
            Program("kempt fingerprint, again", ("sh", "-c", f"{with_cache} ."), here, runs=7),
            Program("kempt fingerprint --proof", (kempt(), "fingerprint", "--proof", "--no-index", "."), here, runs=7),
        )
    )


def made(root: Path) -> Path:
    """An environment of many distributions, the same each time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    (site,) = root.glob("lib/python*/site-packages")
    chosen = random.Random(0)  # noqa: S311 - the same each time
    for number in range(DISTRIBUTIONS):
        install(site, f"package{number:03}", chosen)
    time.sleep(SETTLED_SECONDS)
    return root


def install(site: Path, name: str, chosen: random.Random) -> None:
    """What an installer leaves of one distribution."""
    info = f"{name}-1.0.dist-info"
    files = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\n".encode()}
    files |= {f"{info}/WHEEL": b"Wheel-Version: 1.0\n", f"{info}/INSTALLER": b"bench\n"}
    for number in range(FILES - len(files) - 1):
        size = min(int(chosen.lognormvariate(0, SPREAD) * USUAL_BYTES), LARGE_BYTES)
        files[f"{name}/part{number // 25}/m{number}.py"] = chosen.randbytes(size)
    if int(name[-3:]) < LARGE:
        files[f"{name}/part0/m0.py"] = chosen.randbytes(LARGE_BYTES)
    rows = []
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    (site / info / "RECORD").write_text("".join([*rows, f"{info}/RECORD,,\n"]), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(report(tables(*sys.argv[1:2])))
