"""KPT504: an image gets other packages, or another installer, than the last build had."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.model.finding import Level
from kempt.rules.unlocked_image_install import RULE
from support.dockerfiles import DOCKERFILE, image, mended_image, told
from support.ruling import judged

OPEN = "`api/requirements.txt` leaves its version open"
MANIFEST = '[project]\nname = "shop"\nversion = "1"\n'
UV = {"pyproject.toml": MANIFEST, "uv.lock": "version = 0\n"}


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["RUN uv sync"], ["2: `uv sync` may write another `uv.lock` and install from that"]),
        (["RUN uv sync --locked"], []),
        (["RUN uv sync --frozen"], []),
        (["ENV UV_LOCKED=1", "RUN uv sync"], []),
        (["RUN uv sync --locked --no-install-project", "RUN uv sync"], []),
        (["ARG O", "RUN uv sync $O"], []),
        (["RUN pip install -U pip"], ["2: `pip install -U pip` takes the newest pip"]),
        (["RUN pip install poetry"], ["2: `pip install poetry` takes the newest poetry"]),
        (["RUN pip install poetry==2.5.1"], []),
        (["RUN pip install pip"], []),
    ],
)
def test_installs(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines), **UV)


def test_where_there_is_no_lock(git_repo: MakeRepository) -> None:
    expected = ["2: `uv sync` takes the newest versions: there is no lock to hold it to"]

    assert expected == told(git_repo, RULE, image("RUN uv sync"), **{"pyproject.toml": MANIFEST})


@pytest.mark.parametrize(
    "line, expected",
    [
        ("RUN pip install -r /tmp/requirements.txt",
         [f"3: `pip install -r /tmp/requirements.txt` takes the newest flask: {OPEN}"]),
        ("RUN pip install --require-hashes -r /tmp/requirements.txt", []),
        ("RUN pip install -r /tmp/other.txt", []),
    ],
)  # fmt: skip
def test_requirements_with_open_versions(git_repo: MakeRepository, line: str, expected: list[str]) -> None:
    files = {"api/requirements.txt": "flask\n", "pyproject.toml": MANIFEST}

    assert expected == told(git_repo, RULE, image("COPY api/requirements.txt /tmp", line), **files)


def test_an_image_for_development_is_told_of_as_an_info(git_repo: MakeRepository) -> None:
    found = judged(git_repo({f"dev.{DOCKERFILE}": image("RUN pip install -U pip")}), RULE)

    assert [Level.INFO] == [each.level for each in found]


@pytest.mark.parametrize(
    "before, after",
    [
        ("RUN uv sync --no-dev", "RUN uv sync --locked --no-dev"),
        ("RUN pip install -U pip", "RUN pip install -U pip==26.3"),
        ('RUN ["pip", "install", "uv"]', 'RUN ["pip", "install", "uv==0.13.9"]'),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before), unsafe=True, **UV)
