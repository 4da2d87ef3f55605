"""Claim: an environment of 14,000 tracked files is one finding, in at most 0.3 s of CPU."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Table, compare, environment, kempt, python, report
from repositories import with_environment

FILES = 14_000


def tables() -> tuple[Table, ...]:
    """kempt on a small project that tracks its environment."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        here = str(with_environment(Path(folder, "dirty"), FILES))
        rows = compare((python(), Program("kempt check", (kempt(), "check"), here, fine=(1,))))
        found = count_findings(here)
    claims = (
        Claim("CPU of `kempt check`", rows[1].cpu, 0.3, "s"),
        Claim("KPT101 findings", found, 1, "findings"),
    )
    return (Table("`kempt check`, an environment of 14,000 tracked files", rows, claims),)


def count_findings(root: str) -> int:
    """How often KPT101 is reported; RuntimeError unless it counts all files of the environment."""
    done = subprocess.run(
        [kempt(), "check", "--output-format", "json"], cwd=root, env=environment(), capture_output=True, check=False
    )
    findings = [each for each in json.loads(done.stdout)["findings"] if each["code"] == "KPT101"]
    if [each["files"] for each in findings] != [FILES]:
        raise RuntimeError(f"expected one environment of {FILES:,} files, got {findings}")
    return len(findings)


if __name__ == "__main__":
    raise SystemExit(report(tables()))
