"""CI of real repositories at fixed commits: wrong, right, and traps. How to have them: see test_corpus.py.

What is found in a file is compared whole: each code at its level, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from e2e.test_corpus import CLEAN, CORPUS, git_dir
from kempt.engine.project.check import check
from kempt.model.finding import Finding, Level
from support.repositories import environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]


class Row(NamedTuple):
    """A file at a commit: what must be found in it (code, level), and what else is right to say, with the reason."""

    name: str
    commit: str
    path: str
    found: frozenset[tuple[str, str]] = frozenset()
    also: Mapping[str, str] = {}

    @property
    def id(self) -> str:
        """How the row is called in a report."""
        return f"{self.name.partition('/')[2]}-{self.path.rpartition('/')[2]}"


def wrong(name: str, commit: str, path: str, found: str, **also: str) -> Row:
    """A row of a file with defects, given as "KPT401 error, KPT404 info"."""
    pairs = frozenset((code, level) for code, level in map(str.split, found.split(",")))
    return Row(name, commit, path, pairs, also)


TEMPLATE = ("fastapi/full-stack-fastapi-template", "68adb40d3742")
WHOLE_KEY = "each key lacks the architecture"
ROWS = [
    wrong(
        "mealie-recipes/mealie", "b5643a939946", ".github/workflows/partial-backend.yml",
        "KPT404 info, KPT405 warning, KPT407 warning, KPT408 warning",
        KPT406="Poetry comes from an action without a version",
    ),
    wrong(
        "pdm-project/pdm", "a7e9d0015b4d", ".github/workflows/ci.yml", "KPT405 warning",
        KPT401="`pdm install` writes a stale lock anew; `pip install .` leaves the lock aside (info)",
        KPT404=WHOLE_KEY, KPT406="setup-uv without a version", KPT410="3.11 to 3.15 without quotes",
        KPT412="the job that installs with pip has no cache",
    ),
    wrong("Textualize/textual", "1d99508b928a", ".github/workflows/pythonpackage.yml", "KPT405 warning"),
    wrong(
        "simonw/datasette", "481df7ff6d78", ".github/workflows/playwright.yml",
        "KPT401 warning, KPT402 info, KPT403 info, KPT406 warning",
        KPT419="nothing prunes uv's cache",
    ),
    wrong(
        "dgtlmoon/changedetection.io", "fce24780e741", ".github/workflows/containers.yml",
        "KPT404 info, KPT406 warning, KPT410 info", KPT401="requirements.txt has open versions",
    ),
    *(
        wrong(*TEMPLATE, f".github/workflows/{name}.yml", "KPT401 error")
        for name in ("playwright", "pre-commit", "smokeshow")
    ),
    wrong("getredash/redash", "ca79fe988d81", ".github/workflows/ci.yml", "KPT412 info"),
    wrong(
        "wagtail/wagtail", "c2ae43b9265d", ".circleci/config.yml", "KPT406 warning",
        KPT404=WHOLE_KEY,
    ),
    Row("pallets/flask", "2ac89889f4cc", ".github/workflows/tests.yaml"),
    Row("saleor/saleor", "723cd4eba87d", ".github/workflows/tests.yaml"),
    Row("fpgmaas/deptry", "2e27ae224256", ".github/workflows/main.yml"),
    Row("python-poetry/poetry", "f46702336862", ".github/actions/poetry-install/action.yaml"),
    Row(
        "pydantic/pydantic", "2151025aa512", ".github/workflows/ci.yml",
        also={"KPT406": "`pip install --upgrade pip>=26.1.1`: the shell takes `>=26.1.1` for a redirection"},
    ),
    Row("hynek/svcs", "7d56b11e49c7", ".github/workflows/ci.yml"),
]  # fmt: skip
LINES = {"playwright": 74, "pre-commit": 59, "smokeshow": 35}
"""Where the template's workflows install without the lock."""
NOT_CLEAN = {  # (code, file) of errors in the CI of repositories that are clean for git
    "pdm-project/pdm": {("KPT401", ".github/workflows/ci.yml")},
    "fastapi/full-stack-fastapi-template": {
        *(("KPT401", f".github/workflows/{name}.yml") for name in LINES),
        # These three have only `uv run`, which locks and installs just the same, and nothing compares the lock.
        *(("KPT401", f".github/workflows/{name}.yml") for name in ("create-draft-release", "deploy", "test-backend")),
    },
}


@pytest.fixture(autouse=True)
def owner_does_not_matter(home: Path) -> None:
    """The corpus may belong to another user; kempt leaves that judgement to git's own settings."""
    Path(environment(home)["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")


@cache
def findings(name: str, commit: str) -> tuple[Finding, ...]:
    """What is said of a repository's CI and hooks."""
    families = {"select": ["KPT0", "KPT4", "KPT6"]}
    return tuple(check(git_dir(name), rev=commit, isolated=True, overrides=families).findings)


def in_file(name: str, commit: str, path: str) -> Iterator[Finding]:
    return (each for each in findings(name, commit) if str(each.location.path) == path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_verdict_on_its_ci(row: Row) -> None:
    found = list(in_file(row.name, row.commit, row.path))

    assert row.found == {(each.code, each.level.value) for each in found if each.code not in row.also}
    assert row.also.keys() == {each.code for each in found} - {code for code, _ in row.found}


@pytest.mark.parametrize("name", LINES)
def test_the_line_of_an_unlocked_install(name: str) -> None:
    found = in_file(*TEMPLATE, f".github/workflows/{name}.yml")

    assert [LINES[name]] == [each.location.line for each in found if each.code == "KPT401"]


@pytest.mark.parametrize("key", CLEAN, ids=lambda key: key[0])
def test_a_clean_repository_has_no_error_in_its_ci(key: tuple[str, str]) -> None:
    found = [each for each in findings(*key) if each.level is Level.ERROR]

    assert NOT_CLEAN.get(key[0], set()) == {(each.code, str(each.location.path)) for each in found}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_file_is_read(row: Row) -> None:
    broken = [each.message for each in findings(row.name, row.commit) if each.code in {"KPT000", "KPT001", "KPT002"}]

    assert [] == broken
