"""KPT511: the service is installed in the image as a link to its source."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.editable_image_install import RULE
from support.dockerfiles import DOCKERFILE, image, told
from support.ruling import said

PACKAGE = '[project]\nname = "shop"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\n'
BUILDER = "FROM python:3.12 AS b\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN {}\nFROM python:3.12-slim\n"


@pytest.mark.parametrize(
    "line, expected",
    [
        ("RUN pip install -e .", ["2: `pip install -e .` installs a link to the source, and not the package"]),
        ("RUN uv pip install --editable=./api",
         ["2: `uv pip install --editable=./api` installs a link to the source, and not the package"]),
        ("RUN pip install -e git+https://example.org/x", []),
        ("RUN pip install .", []),
    ],
)  # fmt: skip
def test_pip(git_repo: MakeRepository, line: str, expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(line))


def test_an_image_for_development_is_left_alone(git_repo: MakeRepository) -> None:
    assert [] == said(git_repo({f"{DOCKERFILE}.dev": image("RUN pip install -e .")}), RULE)


@pytest.mark.parametrize(
    "sync, copies, is_told",
    [
        ("uv sync --locked", ["COPY --from=b /app/.venv /app/.venv"], True),
        ("uv sync --locked --no-editable", ["COPY --from=b /app/.venv /app/.venv"], False),
        ("uv sync --locked --no-install-project", ["COPY --from=b /app/.venv /app/.venv"], False),
        ("UV_NO_EDITABLE=1 uv sync --locked", ["COPY --from=b /app/.venv /app/.venv"], False),
        ("uv venv && uv pip sync pylock.toml", ["COPY --from=b /app/.venv /app/.venv"], False),
        ("uv sync --locked", ["COPY --from=b /app /app"], False),
        ("uv sync --locked", ["COPY . /app", "COPY --from=b /app/.venv /app/.venv"], False),
    ],
)
def test_uv(git_repo: MakeRepository, sync: str, copies: list[str], is_told: bool) -> None:  # noqa: FBT001
    text = BUILDER.format(sync) + "\n".join(copies) + "\n"

    assert is_told is bool(told(git_repo, RULE, text, **{"pyproject.toml": PACKAGE, "uv.lock": "version = 0\n"}))


def test_what_has_no_build_backend_is_no_package(git_repo: MakeRepository) -> None:
    files = {"pyproject.toml": PACKAGE.partition("[build")[0], "uv.lock": "version = 0\n"}
    text = BUILDER.format("uv sync --locked") + "COPY --from=b /app/.venv /app/.venv\n"

    assert [] == told(git_repo, RULE, text, **files)
