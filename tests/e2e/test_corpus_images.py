"""Dockerfiles of real repositories at fixed commits: wrong, right, and traps. How to have them: see test_corpus.py.

What is found in a file is compared whole: each code with its lines, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from e2e.test_corpus import CORPUS, git_dir
from kempt.engine.project.check import check
from kempt.model.finding import Finding
from support.repositories import environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]


class Row(NamedTuple):
    """A Dockerfile at a commit: the codes that must be found with their lines; what else is said, with the reason."""

    name: str
    commit: str
    path: str
    found: Mapping[str, tuple[int, ...]] = {}
    also: Mapping[str, str] = {}

    @property
    def id(self) -> str:
        """How the row is called in a report."""
        return f"{self.name.partition('/')[2]}-{self.path}"


SAMPLES = ("GoogleCloudPlatform/python-docs-samples", "683bf45f8f60")
CELERY = ("celery/celery", "5dc781f0bd5f")
DATASETTE = ("simonw/datasette", "481df7ff6d78")
UV = ("astral-sh/uv-docker-example", "00701a3361b9")
NEWEST = "`pip install --upgrade pip` is not pinned"
OPEN = "requirements.txt has open versions"
IGNORE = "the `.dockerignore` leaves out the environment, and not all caches (info)"
LINK = "UV_LINK_MODE is not set (info)"
ROWS = [
    Row("mealie-recipes/mealie", "b5643a939946", "docker/Dockerfile", {"KPT501": (118,)}, {
        "KPT504": NEWEST, "KPT507": "`hkotel/crfpp` has no tag",
    }),
    Row(*SAMPLES, "run/mcp-server/Dockerfile", {"KPT501": (30,), "KPT504": (30,), "KPT507": (20,), "KPT512": (23,)}),
    Row(*SAMPLES, "kubernetes_engine/django_tutorial/Dockerfile", {"KPT501": (26, 26)}, {
        "KPT504": NEWEST, "KPT507": "the base has no tag", "KPT509": "`.venv` is not in the `.dockerignore`",
    }),
    Row(*SAMPLES, "dataflow/flex-templates/pipeline_with_dependencies/Dockerfile", {"KPT501": (59,), "KPT511": (59,)}),
    Row(*SAMPLES, "dataflow/flex-templates/streaming_beam/Dockerfile", {"KPT505": (37,)}, {
        "KPT504": NEWEST, "KPT507": "the base has no tag", "KPT512": "`COPY . /template` stands before the install",
    }),
    Row(*CELERY, "docker/docs/Dockerfile", {"KPT501": (23, 27)}, {"KPT504": OPEN, "KPT509": IGNORE}),
    Row(*CELERY, "docker/Dockerfile", {"KPT506": (89, 98, 109, 120, 131, 142, 156)}, {
        "KPT504": NEWEST, "KPT509": IGNORE, "KPT511": "an image for development, though no name says so",
    }),
    Row(*DATASETTE, "demos/apache-proxy/Dockerfile", {"KPT501": (28,)}),
    Row(*DATASETTE, "Dockerfile"),
    Row("healthchecks/healthchecks", "29b5ec251059", "docker/Dockerfile", {"KPT501": (35,)}, {
        "KPT504": NEWEST, "KPT509": "there is no `.dockerignore`",
    }),
    *(Row(*UV, f"{name}Dockerfile", {}, {"KPT509": IGNORE}) for name in ("", "multistage.", "standalone.")),
    Row("saleor/saleor", "723cd4eba87d", "Dockerfile", {}, {"KPT506": LINK}),
    Row("wagtail/wagtail", "c2ae43b9265d", "wagtail/project_template/Dockerfile", {}, {
        "KPT504": OPEN, "KPT509": "`.venv` is not in the `.dockerignore`",
    }),
    Row("getredash/redash", "ca79fe988d81", "Dockerfile", {}, {"KPT509": IGNORE}),
    Row("fastapi/full-stack-fastapi-template", "68adb40d3742", "backend/Dockerfile"),
    Row("dgtlmoon/changedetection.io", "fce24780e741", "Dockerfile", {}, {
        "KPT504": OPEN, "KPT508": "`|| echo` hides the failure of optional packages (warning)",
    }),
]  # fmt: skip
CLEAN_BUT_INFOS = {"Dockerfile", "multistage.Dockerfile", "standalone.Dockerfile"}


@pytest.fixture(autouse=True)
def owner_does_not_matter(home: Path) -> None:
    """The corpus may belong to another user; kempt leaves that judgement to git's own settings."""
    Path(environment(home)["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")


@cache
def findings(name: str, commit: str) -> tuple[Finding, ...]:
    """What is said of a repository's Dockerfiles."""
    return tuple(check(git_dir(name), rev=commit, isolated=True, overrides={"select": ["KPT0", "KPT5"]}).findings)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_verdict_on_a_dockerfile(row: Row) -> None:
    said: dict[str, tuple[int, ...]] = {}
    for each in findings(row.name, row.commit):
        if str(each.location.path) == row.path:
            said[each.code] = (*said.get(each.code, ()), each.location.line)

    assert set(row.also) == said.keys() - row.found.keys()
    assert dict(row.found) == {code: lines for code, lines in said.items() if code not in row.also}


@pytest.mark.parametrize("name", sorted(CLEAN_BUT_INFOS))
def test_the_official_pattern_of_uv_is_clean(name: str) -> None:
    found = [each for each in findings(*UV) if str(each.location.path) == name]

    assert [] == [each for each in found if each.level.value != "info"]


def test_no_other_template_of_dataflow_leaves_a_cache() -> None:
    """Four more pipe `get-pip.py` into Python, which leaves the one that it downloads."""
    found = [each for each in findings(*SAMPLES) if each.code == "KPT501"]
    paths = {str(each.location.path) for each in found if str(each.location.path).startswith("dataflow/")}
    names = (
        "custom-containers/ubuntu", "flex-templates/pipeline_with_dependencies", "gpu-examples/tensorflow-landsat",
        "gpu-examples/tensorflow-landsat-prime", "gpu-examples/tensorflow-minimal",
    )  # fmt: skip

    assert {f"dataflow/{name}/Dockerfile" for name in names} == paths
