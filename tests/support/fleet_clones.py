"""A folder of many small clones, and what a scan of it must come to."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from support.repositories import make_repository

KINDS = (
    {".gitignore": ".venv\n__pycache__/\n", "a.txt": ""},
    {"src/__pycache__/a.pyc": "x", "CODEOWNERS": "* @ada\n"},
    {"pyproject.toml": "[project]\nname = 'a'\nversion = '1'\ndependencies = ['idna']\n", "Dockerfile": "FROM x\n"},
    {"pyproject.toml": "<<<<<<< ours\n", ".env": "KEY=1\n"},
)
Told: TypeAlias = tuple[tuple[object, ...], ...]


def make_clones(folder: Path, home: Path, number: int) -> tuple[Path, ...]:
    """So many repositories below a folder, of four kinds by turns; their roots, in the order of their names."""
    kinds = [make_repository(folder.parent / f"kind{each}", home, files) for each, files in enumerate(KINDS)]
    roots = tuple(folder / f"r{each:03}" for each in range(number))
    for each, root in enumerate(roots):
        shutil.copytree(kinds[each % len(kinds)].root, root, symlinks=True)
    return roots


def told_by(database: Path) -> Told:
    """What a database says of the repositories and their findings, without times, numbers and paths above the clones.

    By the views that everybody may rely on would be nicer; here each row is wanted, so that one too many is seen.
    """
    from kempt.host.store.fleet import FleetStore
    from kempt.model.fleet_overview import Part

    with FleetStore.open(str(database), read_only=True) as store:
        rows = [
            (
                each.name.rpartition("/")[2], each.outcome, each.head, each.branch, each.files, each.promises,
                each.error, each.owners,
                tuple(sorted(found.noted for found in store.findings(Part((number,)), number))),
            )
            for number, each in store.standings().items()
        ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row[0]))


def visits(database: Path) -> int:
    """How many repositories the unfinished or last run of a database has looked at so far; 0 where there is none."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        try:
            (number,) = opened.execute("SELECT count(*) FROM visit").fetchone()
        except sqlite3.Error:
            return 0
    return int(number)
