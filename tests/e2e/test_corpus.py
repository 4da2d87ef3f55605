"""Real repositories at fixed commits: the dirty ones with exact roots and counts, the clean ones without an error.

What their CI and hooks come to: test_corpus_ci.py; their Dockerfiles: test_corpus_images.py.
Nothing of theirs is kept here. KEMPT_CORPUS names a folder with their git directories, one `owner+name` each, bare or
with a work tree, complete or partial; without it these tests are skipped. `git clone --bare` makes one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kempt.engine.project.check import check
from kempt.model.finding import Level
from support.repositories import environment

CORPUS = os.environ.get("KEMPT_CORPUS", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]

DIRTY = {  # commit → tracked files, and (root, files) by code
    ("000vince000/dao-of-capital-screener", "2c7a04fba389"): (
        7366,
        {"KPT101": {".venv": 7343}, "KPT102": {"__pycache__": 1, "test/__pycache__": 6}},
    ),
    ("0luv69/captcha", "66b2e99733be"): (
        8747,
        {
            "KPT101": {"env": 8434},
            "KPT102": {
                "captcha_base/captcha/__pycache__": 7,
                "captcha_base/captcha/migrations/__pycache__": 2,
                "captcha_base/captcha_base/__pycache__": 5,
                "captcha_base/theme/__pycache__": 2,
            },
        },
    ),
    ("0000duck/python", "4cc94db611b5"): (
        718,
        {"KPT101": {"venv": 312, "venv1": 311}, "KPT102": {"09_模块/__pycache__": 2}},
    ),
    ("07CalC/Dorami", "1adb30112019"): (
        97,
        {
            "KPT102": {
                "backend/Authentication/__pycache__": 7,
                "backend/Authentication/migrations/__pycache__": 1,
                "backend/OopsLater/__pycache__": 5,
                "backend/todos/__pycache__": 7,
                "backend/todos/migrations/__pycache__": 5,
            }
        },
    ),
    ("wuyifeishu/agentos", "bbb2cb3254f4"): (
        497,
        {"KPT103": {".pytest_cache": 4, "agentos/agent/tests/.pytest_cache": 4, "agentos/tests/.pytest_cache": 4}},
    ),
    ("05satyam/instruct_vault", "7972cdbc98a1"): (111, {"KPT107": {"examples/.DS_Store": 1}}),
    ("Comfy-Org/comfy-cli", "e805d26b5997"): (465, {"KPT106": {"tests/.coverage": 1}}),
}
UNIGNORED = {"000vince000/dao-of-capital-screener", "0luv69/captcha", "07CalC/Dorami"}
"""Of the dirty ones, those whose ignore rules would let bytecode in again."""
CLEAN = {  # commit → tracked files, and the warnings that a person may find right
    ("pypa/pip", "6d309205789d"): (1070, {"KPT201"}),
    ("python-poetry/poetry", "f46702336862"): (1006, set()),
    ("astral-sh/uv", "26a9dd4b2125"): (1705, {"KPT201"}),
    ("pdm-project/pdm", "a7e9d0015b4d"): (397, set()),
    ("pypa/virtualenv", "df94b342b732"): (225, {"KPT105", "KPT201"}),
    ("wagtail/wagtail", "c2ae43b9265d"): (5302, {"KPT201"}),
    ("pallets/flask", "2ac89889f4cc"): (236, {"KPT108"}),
    ("celery/celery", "5dc781f0bd5f"): (823, {"KPT312"}),
    ("fastapi/full-stack-fastapi-template", "68adb40d3742"): (256, {"KPT108", "KPT201", "KPT310"}),
    ("fpgmaas/deptry", "2e27ae224256"): (243, set()),
}


@pytest.fixture(autouse=True)
def owner_does_not_matter(home: Path) -> None:
    """The corpus may belong to another user; kempt leaves that judgement to git's own settings."""
    Path(environment(home)["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")


def git_dir(name: str) -> str:
    place = Path(CORPUS) / name.replace("/", "+")
    for candidate in (place / "repo" / ".git", place / "repo", place / ".git", place):
        if (candidate / "HEAD").is_file():
            return str(candidate)
    pytest.skip(f"{name} is not in KEMPT_CORPUS")


def by_repository(key: object) -> str:
    return key[0] if isinstance(key, tuple) else ""


@pytest.mark.parametrize("key", DIRTY, ids=by_repository)
def test_a_dirty_repository_has_exactly_these_roots_and_counts(key: tuple[str, str]) -> None:
    name, commit = key
    files, expected = DIRTY[key]

    report = check(git_dir(name), rev=commit, isolated=True)

    found: dict[str, dict[str, int | None]] = {}
    for finding in report.findings:
        if finding.code.startswith("KPT10"):
            found.setdefault(finding.code, {})[finding.message.split("`")[1]] = finding.files
    assert (files, expected) == (report.files, found)
    assert {Level.ERROR} == {each.level for each in report.findings if each.code in expected}
    assert name not in UNIGNORED or any("`__pycache__`" in each.message for each in report.findings)


@pytest.mark.parametrize("key", CLEAN, ids=by_repository)
def test_a_clean_repository_has_no_error(key: tuple[str, str]) -> None:
    name, commit = key
    files, warnings = CLEAN[key]

    report = check(git_dir(name), rev=commit, isolated=True, overrides={"ignore": ["KPT4", "KPT5", "KPT6"]})

    assert files == report.files
    assert [] == [f"{each.code} {each.message}" for each in report.findings if each.level is Level.ERROR]
    assert warnings == {each.code for each in report.findings if each.level is Level.WARNING}


@pytest.mark.parametrize("name", ["actions/checkout", "actions/setup-python", "github/codeql-action"])
def test_an_action_that_ships_what_it_builds_is_right(name: str) -> None:
    report = check(git_dir(name), rev="HEAD", isolated=True)

    assert [] == [each.message for each in report.findings if each.code in {"KPT104", "KPT105"}]
