"""KPT417: a variable in CI that changes what is installed."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen
from support.pipelines import WORKFLOW, buildspec, gitlab, line_of, workflow

CODE = "KPT417"


def env(name: str, value: str) -> str:
    return workflow("uv sync --locked", head=f"env:\n  {name}: {value}\n")


@pytest.mark.parametrize(
    "path, text",
    [
        (WORKFLOW, env("UV_INDEX_URL", "https://example.com/simple")),
        (WORKFLOW, workflow("uv sync", job="env:\n  UV_INDEX_URL: https://example.com/simple\n")),
        (WORKFLOW, workflow("- run: uv sync\n  env:\n    UV_INDEX_URL: https://example.com/simple\n")),
        ("buildspec.yml", buildspec(["uv sync"], head="env:\n  variables:\n    UV_INDEX_URL: https://example.com/a\n")),
        (".gitlab-ci.yml", gitlab(["uv sync"], head="variables:\n  UV_INDEX_URL: https://example.com/a\n")),
    ],
    ids=["workflow", "job", "step", "codebuild", "gitlab"],
)
def test_every_scope(git_repo: MakeRepository, path: str, text: str) -> None:
    findings = found(git_repo({path: text}), CODE)

    assert [Seen(CODE, path, line_of(text, "UV_INDEX_URL"))] == seen(findings)
    assert ["warning: `UV_INDEX_URL` is set here only: packages come from another place than on a developer's machine"
            ] == messages(findings)  # fmt: skip


@pytest.mark.parametrize(
    "name, value, told",
    [
        ("UV_RESOLUTION", "lowest", True),
        ("UV_RESOLUTION", "highest", False),
        ("UV_PYTHON", "'3.13'", True),
        ("UV_PYTHON", "${{ matrix.python }}", False),
        ("UV_PYTHON", "${{ inputs.python }}", False),
        ("UV_PROJECT_ENVIRONMENT", "/opt/venv", True),
        ("UV_NO_CONFIG", "1", True),
        ("UV_NO_CONFIG", "0", False),
        ("PIP_PRE", "true", True),
        ("PIP_PRE", "false", False),
        ("PIP_CONSTRAINT", "constraints.txt", True),
        ("POETRY_VIRTUALENVS_CREATE", "false", True),
        ("POETRY_VIRTUALENVS_CREATE", "true", False),
        ("POETRY_REPOSITORIES_FOO_URL", "https://example.com", True),
        ("PDM_PYPI_URL", "https://example.com", True),
        ("POETRY_VIRTUALENVS_IN_PROJECT", "true", False),
        ("UV_CACHE_DIR", ".uv-cache", False),
        ("PIP_NO_CACHE_DIR", "1", False),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1", False),
        ("UV_LOCKED", "1", False),
        ("UV_FROZEN", "1", False),
        ("UV_INDEX_PRIVATE_PASSWORD", "${{ secrets.X }}", False),
        ("UV_LINK_MODE", "copy", False),
    ],
)
def test_names_and_values(git_repo: MakeRepository, name: str, value: str, *, told: bool) -> None:
    assert told is bool(found(git_repo({WORKFLOW: env(name, value)}), CODE))


def test_jobs_for_other_versions_mean_it(git_repo: MakeRepository) -> None:
    text = workflow("uv sync", job="env:\n  UV_RESOLUTION: lowest-direct\n", name="lowest-versions")

    assert [] == messages(found(git_repo({WORKFLOW: text}), CODE))
