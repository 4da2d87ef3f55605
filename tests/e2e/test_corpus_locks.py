"""Locks and services of real repositories at fixed commits. How to have them: see test_corpus.py."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from e2e.test_corpus import CORPUS, git_dir
from kempt.engine.project.check import check
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.model.config import Config
from support.repositories import environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]


class Case(NamedTuple):
    """What must be found (code, level, where) and which codes must stay away."""

    commit: str
    found: frozenset[tuple[str, str, str]] = frozenset()
    away: frozenset[str] = frozenset()


STALE_EXAMPLE = ("KPT303", "info", "libs/cli/examples")
CASES = {
    "Textualize/textual": Case("1d99508b928a", frozenset({("KPT302", "error", ".")}), frozenset({"KPT303"})),
    "DataBoar/data-boar": Case("a0266c967d8e", away=frozenset({"KPT302", "KPT303"})),
    "Comfy-Org/comfy-cli": Case("e805d26b5997", away=frozenset({"KPT302", "KPT303"})),
    "dermidgen/python-monorepo": Case(
        "e0380297b7d1",
        frozenset({("KPT303", "error", "libs/libml"), ("KPT303", "error", "libs/libtelemetry")}),
        frozenset({"KPT701"}),
    ),
    "langchain-ai/langgraph": Case("f09cfe8ffc1e", frozenset({STALE_EXAMPLE}), frozenset({"KPT302"})),
    "coveooss/coveo-python-oss": Case("615b5a11e9d3", away=frozenset({"KPT303", "KPT701"})),
    "pallets/flask": Case("2ac89889f4cc", away=frozenset({"KPT303"})),
    "hynek/svcs": Case("7d56b11e49c7", away=frozenset({"KPT303"})),
    "wagtail/wagtail": Case("c2ae43b9265d", away=frozenset({"KPT303"})),
}
SERVICES = {  # own services, those with a lock, and the name of the first folder of theirs
    "langchain-ai/langgraph": ("f09cfe8ffc1e", 8, 8, "libs"),
    "coveooss/coveo-python-oss": ("615b5a11e9d3", 12, 12, ""),
    "dermidgen/python-monorepo": ("e0380297b7d1", 6, 6, ""),
}


@pytest.fixture(autouse=True)
def owner_does_not_matter(home: Path) -> None:
    """The corpus may belong to another user; kempt leaves that judgement to git's own settings."""
    Path(environment(home)["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_on_its_locks(name: str) -> None:
    case = CASES[name]

    report = check(git_dir(name), rev=case.commit, isolated=True)

    codes = {code for code, _, _ in case.found}
    assert case.found == {
        (each.code, each.level.value, str(each.service)) for each in report.findings if each.code in codes
    }
    assert [] == [f"{each.code} {each.message}" for each in report.findings if each.code in case.away]


@pytest.mark.parametrize("name", SERVICES)
def test_its_services(name: str) -> None:
    commit, own, locked, folder = SERVICES[name]

    with open_source(git_dir(name), rev=commit) as source:
        services = survey(source.tree, Config()).services

    mine = [each for each in services if not each.demoted and not (each.dependency and each.lock is None)]
    assert (own, locked) == (len(mine), sum(each.lock is not None for each in mine)), [str(each.root) for each in mine]
    assert all(str(each.root).startswith(folder) for each in mine)
