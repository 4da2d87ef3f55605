"""Claims: whether 21 locks are fresh costs 50 times less than asking their managers; 400 requirements files 1.5 s."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the tests' index and locked projects serve here as well

from measure import Claim, Program, Table, compare, kempt, python, report

from support.index import STOCK, Index
from support.managers import Managers, find
from support.projects import Projects
from support.repositories import make_repository

ROOTS = 7
REQUIREMENTS = 400
OFFICIAL = {"poetry": "check --lock", "pdm": "lock --check", "pipenv": "verify"}


def tables() -> tuple[Table, ...]:
    """kempt beside the managers' own commands, one after the other."""
    if "KEMPT_TEST_MANAGERS" not in os.environ:
        raise SystemExit("KEMPT_TEST_MANAGERS is not set: `nox -s bench` installs the package managers and sets it")
    with TemporaryDirectory(prefix="kempt-bench-") as folder, Index(STOCK) as index:
        return (_fresh(Path(folder), index.url), _many(Path(folder)))


def _fresh(folder: Path, index: str) -> Table:
    projects = Projects(Managers(folder / "home"), index, folder / "locks")
    files = dict[str, str]()
    for name, locked in (("poetry", projects.poetry), ("pdm", projects.pdm), ("pipenv", projects.pipenv)):
        for path, text in locked("beta", "gamma", "omega").items():
            files |= {f"{name}{number}/{path}": text for number in range(ROOTS)}
    root = str(make_repository(folder / "roots", folder / "home", files).root)
    script = " && ".join(
        f"(cd {name}{number} && {find(name)} {words})" for name, words in OFFICIAL.items() for number in range(ROOTS)
    )
    empty = str(make_repository(folder / "empty", folder / "home", {"README.md": ""}).root)
    check = (kempt(), "check", "--select", "KPT303", "--isolated")
    variables = ("env", "PIPENV_IGNORE_VIRTUALENVS=1", "PDM_CHECK_UPDATE=0", "NO_PROXY=127.0.0.1")
    rows = compare(
        (
            Program("kempt check --select KPT303, an empty repository", check, empty),
            Program(f"kempt check --select KPT303, {3 * ROOTS} roots", check, root),
            Program("poetry, pdm and pipenv, one by one", (*variables, "sh", "-c", script), root, runs=1),
        )
    )
    claims = (
        Claim("the managers over kempt", rows[2].cpu / rows[1].cpu, 50, at_least=True),
        Claim(
            "a lock, beyond what an empty repository costs", 1000 * (rows[1].cpu - rows[0].cpu) / (3 * ROOTS), 5, "ms"
        ),
    )
    return Table(f"Are {3 * ROOTS} locks fresh?", rows, claims)


def _many(folder: Path) -> Table:
    files = dict[str, str]()
    for number in range(REQUIREMENTS):
        pins = "".join(
            f"package{each}=={each}.{number} \\\n    --hash=sha256:{each:064x}\n    # via -r requirements.in\n"
            for each in range(40)
        )
        wanted = "".join(f"package{each}\n" for each in range(40))
        files |= {f"service{number}/requirements.txt": pins, f"service{number}/requirements.in": wanted}
    root = str(make_repository(folder / "many", folder / "home", files).root)
    rows = compare((python(), Program("kempt check", (kempt(), "check", "--isolated"), root, fine=(0, 1), runs=5)))
    title = f"`kempt check`, {REQUIREMENTS} services with requirements files"
    return Table(title, rows, (Claim("CPU of `kempt check`", rows[1].cpu, 1.5, "s"),))


if __name__ == "__main__":
    raise SystemExit(report(tables()))
