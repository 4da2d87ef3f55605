"""KPT703: packages from an environment that is not the project's own."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen


@pytest.mark.parametrize(
    "path, text, line",
    [
        ("Makefile", "venv:\n\tpython -m venv --system-site-packages .venv\n", 2),
        (".github/workflows/a.yml", "      - run: uv venv --system-site-packages\n", 1),
        ("Dockerfile", "RUN sed -i 's/x/include-system-site-packages = true/' .venv/pyvenv.cfg\n", 1),
        ("Makefile", "# python -m venv --system-site-packages .venv\n", 0),
        ("README.md", "python -m venv --system-site-packages .venv\n", 0),
        ("poetry.toml", "[virtualenvs.options]\nsystem-site-packages = true\n", 2),
        ("poetry.toml", "[virtualenvs.options]\nsystem-site-packages = false\n", 0),
        (".env", "PYTHONPATH=../other/.venv/lib/python3.12/site-packages\n", 1),
        ("Makefile", "export PYTHONPATH := $(HOME)/envs/x/lib/python3.12/site-packages:src\n", 1),
        ("Makefile", "export PYTHONPATH := src\n", 0),
        ("Dockerfile", "ENV PYTHONPATH=/usr/lib/python3/site-packages\n", 0),
    ],
    ids=[
        "make", "workflow", "image", "comment", "read-me", "poetry", "poetry-off", "env", "variable", "own-path",
        "system-path",
    ],
)  # fmt: skip
def test_scripts_and_settings(path: str, text: str, line: int, git_repo: MakeRepository) -> None:
    findings = found(git_repo({path: text, "requirements.txt": ""}), "KPT703")

    assert ([Seen("KPT703", path, line)] if line else []) == seen(findings)


@pytest.mark.parametrize(
    "path, text, told",
    [
        (".venv", "/srv/other/.venv\n", True),
        (".venv", "../other/.venv\n", True),
        ("api/.venv", "../worker/.venv\n", True),
        ("api/.venv", "env/here\n", False),
        (".venv", "some-name\n", False),
    ],
    ids=["absolute", "above", "other-service", "own", "name"],
)
def test_a_file_that_leads_to_an_environment(path: str, text: str, *, told: bool, git_repo: MakeRepository) -> None:
    files = {path: text, "api/uv.lock": "version = 1\n", "worker/uv.lock": "version = 1\n"}
    findings = found(git_repo(files), "KPT703")

    expected = f"warning: `{path}` leads to the environment of another project: {text.strip()}"
    assert ([expected] if told else []) == messages(findings)


def test_a_link_is_told(git_repo: MakeRepository) -> None:
    repository = git_repo({"requirements.txt": ""})
    (repository.root / ".venv").symlink_to("../other/.venv")
    repository.stage()

    assert ["warning: `.venv` is a link to an environment somewhere else"] == messages(found(repository, "KPT703"))
