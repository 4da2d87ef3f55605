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
