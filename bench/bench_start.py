"""Claim: `kempt --version` costs at most four times the CPU of Python doing nothing."""

from __future__ import annotations

import os
import sys

from measure import Claim, Program, Table, compare, kempt, python, report

PEERS = ("ruff", "pip", "pre-commit", "nox", "towncrier")


def tables() -> tuple[Table, ...]:
    """The start of kempt, and of whatever other tools are installed in this environment."""
    folder = os.path.dirname(sys.executable)
    peers = [os.path.join(folder, name) for name in PEERS]
    programs = [python(), Program("kempt --version", (kempt(), "--version"), runs=15)]
    programs += [
        Program(f"{os.path.basename(peer)} --version", (peer, "--version")) for peer in peers if os.path.exists(peer)
    ]
    programs[0] = programs[0]._replace(runs=15)
    rows = compare(programs)
    return (Table("Start", rows, (Claim("`kempt --version` over Python", rows[1].ratio, 4),)),)


if __name__ == "__main__":
    raise SystemExit(report(tables()))
