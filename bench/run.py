"""Every measurement, one after the other; `--write` puts the tables into bench/README.md.

    .venv/bin/python bench/run.py [--write]

The kempt that is installed beside this Python is measured.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import bench_caches
import bench_check
import bench_ci
import bench_delete
import bench_disk
import bench_dockerfiles
import bench_dupes
import bench_environment
import bench_envs
import bench_fingerprint
import bench_fleet_checks
import bench_fleet_store
import bench_fleet_wire
import bench_image
import bench_locks
import bench_million
import bench_start
import bench_sync
from measure import kempt, render

README = Path(__file__).parent / "README.md"
TABLES = re.compile(r"(<!-- tables -->\n).*?(<!-- /tables -->)", re.DOTALL)


def machine() -> str:
    """What it was measured on, without a name or a path of the machine."""
    model = re.search(r"model name\s*: (.+)", _content("/proc/cpuinfo"))
    cores = _content("/proc/cpuinfo").count("processor\t")
    parts = [
        f"{cores} cores of {model[1]}" if model else platform.machine(),
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"{platform.python_implementation()} {platform.python_version()}",
        _said("git", "--version"),
        _said(kempt(), "--version"),
    ]
    return ", ".join(parts) + "."


def _content(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""


def _said(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, check=True, text=True, encoding="utf-8").stdout.strip()


def main() -> int:
    """Measure, print, and write if asked to; 1 if some claim is not kept."""
    parts, kept = [f"Measured on {machine()}\n"], True
    for module in (
        bench_start, bench_check, bench_ci, bench_dockerfiles, bench_million, bench_environment, bench_locks,
        bench_fingerprint, bench_sync, bench_image, bench_disk, bench_envs, bench_delete, bench_caches,
        bench_dupes, bench_fleet_checks, bench_fleet_store, bench_fleet_wire,
    ):  # fmt: skip
        for table in module.tables():
            parts.append(render(table))
            kept = kept and all(claim.kept for claim in table.claims)
            print(parts[-1], flush=True)
    if "--write" in sys.argv[1:]:
        text = "\n".join(parts)
        old = README.read_text(encoding="utf-8")
        README.write_text(TABLES.sub(lambda match: f"{match[1]}\n{text}\n{match[2]}", old), encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
