"""Which Dockerfiles of a tree are read, and what stands in them."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.model.config import Config
from support.checking import found, surveyed

INSTALL = "FROM python:3.12\nRUN pip install \\\n  x && \\\n  pip install y\n"


def test_one_that_has_nothing_to_do_with_python_is_not_read(git_repo: MakeRepository) -> None:
    with surveyed(git_repo({"Dockerfile": "FROM scratch\nCOPY a /\n", "b/Dockerfile": INSTALL})) as repo:
        assert ["b/Dockerfile"] == [str(file.path) for file in repo.automation.dockerfiles]


def test_none_is_read_where_no_rule_asks(git_repo: MakeRepository) -> None:
    from kempt.engine.sources import open_source
    from kempt.engine.survey import survey

    repository = git_repo({"Dockerfile": INSTALL})
    with open_source(str(repository.root)) as source:
        assert () == survey(source.tree, Config(ignore=("KPT5",))).automation.dockerfiles


@pytest.mark.parametrize("path", ["Dockerfile", "api/Dockerfile"])
def test_a_suppression_above_an_instruction_is_about_all_its_lines(git_repo: MakeRepository, path: str) -> None:
    text = INSTALL.replace("RUN", "# kempt: ignore[KPT501] a test image\nRUN")

    assert [] == found(git_repo({path: text}), "KPT501")


def test_a_suppression_inside_an_instruction_is_about_the_next_line(git_repo: MakeRepository) -> None:
    text = INSTALL.replace("  pip", "  # kempt: ignore[KPT501] small\n  pip")

    assert [2] == [each.location.line for each in found(git_repo({"Dockerfile": text}), "KPT501")]


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("Dockerfile", "COPY a.txt /\n", ""), ("api/Dockerfile", "COPY a.txt /\n", "api"),
        ("docker/Dockerfile", "COPY a.txt api /x/\n", ""), ("docker/Dockerfile", "COPY . /x\n", "docker"),
        ("docker/Dockerfile", "COPY gone.txt /x\n", "docker"),
    ],
)  # fmt: skip
def test_the_context(git_repo: MakeRepository, path: str, text: str, expected: str) -> None:
    files = {"a.txt": "", "api/a.txt": "", path: f"FROM python\n{text}"}
    with surveyed(git_repo(files)) as repo:
        assert [expected] == [file.context for file in repo.automation.dockerfiles]


@pytest.mark.parametrize("compose", ["services: [", "services: {a: {build: {context: ../..}}}", "- a", "", "build: x"])
def test_a_compose_file_that_says_nothing(git_repo: MakeRepository, compose: str) -> None:
    with surveyed(git_repo({"Dockerfile": INSTALL, "compose.yml": compose})) as repo:
        assert [0] == [file.target for file in repo.automation.dockerfiles]
