"""Claim: where nothing is to be done, `kempt sync` costs at most 0.3 s more than `uv sync --locked`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the tests' index and locked projects serve here as well

from measure import Claim, Program, Table, compare, kempt, report

from support.managers import Managers, find
from support.projects import Projects
from support.repositories import make_repository
from support.syncing import bulk_index

PACKAGES, FILES = 60, 420


def tables() -> tuple[Table, ...]:
    """Both on one environment that is as its lock says, by turns."""
    if "KEMPT_TEST_MANAGERS" not in os.environ:
        raise SystemExit("KEMPT_TEST_MANAGERS is not set: `nox -s bench` installs the package managers and sets it")
    with TemporaryDirectory(prefix="kempt-bench-") as folder, bulk_index(PACKAGES, FILES) as index:
        managers = Managers(Path(folder) / "home")
        names = (f"bulk{number}" for number in range(PACKAGES))
        files = Projects(managers, index.url).uv(*names)
        root = make_repository(Path(folder) / "shop", Path(folder) / "home", files).root
        managers.run("uv", "sync", "--locked", cwd=root)
        count = sum(len(found) for _, _, found in os.walk(root / ".venv"))
        variables = ("env", *(f"{name}={managers.env[name]}" for name in ("HOME", "PATH", *_places(managers.env))))
        plain = (*variables, str(find("uv")), "sync", "--locked", "--quiet")
        rows = compare(
            (
                Program("uv sync --locked", plain, str(root)),
                Program("kempt sync", (*variables, kempt(), "sync", "--quiet"), str(root)),
                Program("kempt sync --repair", (*variables, kempt(), "sync", "--quiet", "--repair"), str(root), runs=3),
            )
        )
    claim = Claim("`kempt sync` beyond `uv sync --locked`, wall", rows[1].wall - rows[0].wall, 0.3, "s")
    return (Table(f"Nothing to install, an environment of {count:,} files", rows, (claim,)),)


def _places(env: dict[str, str]) -> list[str]:
    """The variables that say where caches, settings and state lie."""
    return [name for name in env if name.startswith("XDG_")]


if __name__ == "__main__":
    raise SystemExit(report(tables()))
