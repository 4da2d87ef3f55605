"""KPT510: an environment is copied to a stage that has another Python."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.mismatched_stage_base import RULE
from support.dockerfiles import told

UV = "ghcr.io/astral-sh/uv"


@pytest.mark.parametrize(
    "builder, final, why",
    [
        ("python:3.12", "python:3.13-slim", "it is made for Python 3.12, and this image has 3.13"),
        ("python:3.12-alpine", "python:3.12-slim", "it is made for musl, and this image has glibc"),
        (f"{UV}:python3.12-alpine", "alpine:3.22", "its Python lies in /usr/local/bin, and here in /usr/bin"),
        ("python:3.12", "debian:bookworm-slim", "its Python lies in /usr/local/bin, and here in /usr/bin"),
        ("python:3.12", "python:3.12-slim", ""),
        (f"{UV}:python3.12-bookworm-slim", "python:3.12-slim-bookworm", ""),
        ("python:3.12.1", "python:3.12.9-slim", ""),
        ("python", "python:3.12", ""),
        ("team/base:1", "python:3.12", ""),
    ],
)
def test_bases(git_repo: MakeRepository, builder: str, final: str, why: str) -> None:
    text = f"FROM {builder} AS b\nWORKDIR /app\nRUN uv sync --locked\nFROM {final}\nCOPY --from=b /app /app\n"

    assert ([f"5: `/app/.venv` of `b` does not fit: {why}"] if why else []) == told(git_repo, RULE, text)


@pytest.mark.parametrize(
    "line",
    ["COPY --from=b /app/src /app", "COPY --from=b /usr/local /usr/local", "COPY --from=b /python /python"],
)
def test_what_is_no_environment_or_brings_its_python(git_repo: MakeRepository, line: str) -> None:
    text = f"FROM python:3.12 AS b\nRUN python -m venv /opt/venv\nFROM debian:12\n{line}\n"

    assert [] == told(git_repo, RULE, text)


@pytest.mark.parametrize(
    "made, environment",
    [
        ("python -m venv /opt/v", "/opt/v"), ("python3.11 -m venv --copies /opt/app-env", "/opt/app-env"),
        ("virtualenv -p python3 /opt/x", "/opt/x"), ("uv venv --python 3.11 /opt/y", "/opt/y"),
        ("cd /opt && python -m venv z", "/opt/z"), ("V=/opt/w; python -m venv /opt/w", "/opt/w"),
    ],
)  # fmt: skip
def test_an_environment_is_known_by_the_command_that_makes_it(
    git_repo: MakeRepository, made: str, environment: str
) -> None:
    text = f"FROM python:3.11 AS b\nRUN {made}\nFROM b AS c\nFROM python:3.12-alpine\nCOPY --from=c /opt /opt\n"

    assert [f"5: `{environment}` of `c` does not fit: it is made for glibc, and this image has musl"] == told(
        git_repo, RULE, text
    )


def test_an_environment_is_known_by_the_variable_that_activates_it(git_repo: MakeRepository) -> None:
    text = "FROM python:3.11 AS b\nENV VIRTUAL_ENV=/opt/v\nRUN ./make\nFROM python:3.12\nCOPY --from=b /opt/v /opt/v\n"

    assert 1 == len(told(git_repo, RULE, text))
