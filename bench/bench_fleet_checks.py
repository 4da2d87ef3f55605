"""Claims: one core examines 150 small repositories a second with the 1xx rules and 80 with all rules, git included.

A worker's own code is measured, on folders in chunks of 50, without the store: `examine_chunk`. What Python's start and
the first look at anything cost is left out: a process that goes through the fleet four times is compared with one that
does so once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, compare, report
from repositories import IGNORED, LOCK, PYPROJECT, WORKFLOW, imported, project_paths

REPOSITORIES = 300
CHUNK = 50
ONCE, OFTEN = 1, 4
RULES = {"1xx": "KPT1", "all": ""}
TARGETS = {"1xx": 150, "all": 80}
KINDS: tuple[dict[str, str], ...] = (
    {"pyproject.toml": PYPROJECT, "uv.lock": LOCK, ".github/workflows/tests.yml": WORKFLOW.format(name="tests")},
    {"requirements.txt": "django==5.2.1\nhttpx==0.28.1\n", "setup.py": "from setuptools import setup\n\nsetup()\n"},
    {"pyproject.toml": PYPROJECT, "Dockerfile": "FROM python:3.14-slim\nCOPY . .\nRUN pip install .\n"},
    {"requirements/base.txt": "django\n", ".gitlab-ci.yml": "test:\n  script:\n    - pip install -r requirements\n"},
    {"pyproject.toml": PYPROJECT, "pkg/__pycache__/a.cpython-314.pyc": "", "Makefile": "clean:\n\trm -rf .venv\n"},
)


def tables() -> tuple[Table, ...]:
    """One table: a fleet once and four times, with few rules and with all."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        for number in range(REPOSITORIES):
            imported(Path(folder, f"{number:03}.git"), dict(_files(number)))
        programs = [
            Program(f"{REPOSITORIES} repositories, {name} rules, {_times(rounds)}", _argv(folder, code, rounds), runs=3)
            for name, code in RULES.items()
            for rounds in (ONCE, OFTEN)
        ]
        rows = compare(programs)
    pairs = zip(RULES, rows[::2], rows[1::2], strict=True)
    claims = [_claim(name, once, often) for name, once, often in pairs]
    return (Table("A fleet of small repositories, one worker", rows, claims),)


def _files(number: int) -> Iterator[tuple[str, str]]:
    """The files of a repository: one of five kinds, 20 to 60 sources, ignore files of which one in four is its own."""
    yield from KINDS[number % len(KINDS)].items()
    yield ".gitignore", IGNORED if number % 4 else f"{IGNORED}/local-{number}/\n"
    yield "README.md", f"# Project {number}\n"
    first = 7 * number
    for path in islice(project_paths(), first, first + 20 + number % 41):
        yield path, f"# {path} of {number}\n"


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"{rounds} times"


def _argv(folder: str, code: str, rounds: int) -> tuple[str, ...]:
    return sys.executable, __file__, folder, code, str(rounds)


def _claim(name: str, once: Row, often: Row) -> Claim:
    """What the further rounds took of one core's time, git's included; wall time depends on what else runs."""
    examined = REPOSITORIES * (OFTEN - ONCE)
    found = examined / (often.cpu - once.cpu)
    return Claim(f"repositories a second and core, {name} rules", found, TARGETS[name], "/s", at_least=True)


def examine(folder: str, code: str, rounds: int) -> None:
    """Look at every repository below a folder, so many times. Raises RuntimeError where one cannot be looked at."""
    from kempt.engine.fleet.chunk import examine_chunk
    from kempt.model.fleet import Outcome, Target, Task, Wishes

    tasks = [Task(Target(str(path), str(path))) for path in sorted(Path(folder).iterdir())]
    wishes = Wishes(overrides=(("select", (code,)),) if code else ())
    for start in [*range(0, len(tasks), CHUNK)] * rounds:
        for row in examine_chunk(tasks[start : start + CHUNK], wishes):
            if row.outcome is not Outcome.CHECKED:
                raise RuntimeError(f"{row.name}: {row.reason}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        examine(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        raise SystemExit(report(tables()))
