"""KPT506: a cache mount that the install beside it does not use."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.ineffective_cache_mount import RULE
from support.dockerfiles import image, mended_image, told

USELESS = "the cache mount on `/root/.cache/pip` is of no use:"
MOUNT = "--mount=type=cache,target=/root/.cache/pip"


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([f"RUN {MOUNT} pip install --no-cache-dir x"], [f"2: {USELESS} `--no-cache-dir` turns the cache off"]),
        (["ENV PIP_NO_CACHE_DIR=off", f"RUN {MOUNT} pip install x"],
         [f"3: {USELESS} `PIP_NO_CACHE_DIR=off` turns the cache off"]),
        ([f"RUN {MOUNT} uv sync"], [f"2: {USELESS} `uv sync` uses `/root/.cache/uv`"]),
        (["USER app", f"RUN {MOUNT} pip install x"], [f"3: {USELESS} `pip install x` uses `/home/app/.cache/pip`"]),
        (["USER app", "RUN --mount=type=cache,target=/home/app/.cache pip install x"],
         ["3: the cache mount on `/home/app/.cache` is of no use: it belongs to root, and `app` cannot write to it"]),
        (["USER 1001", "RUN --mount=type=cache,target=/root/.cache/pip pip install x"],
         [f"3: {USELESS} it belongs to root, and `1001` cannot write to it"]),
        (["USER 1001", "RUN --mount=type=cache,target=/c/.cache/pip,uid=1001 pip install x"], []),
        ([f"RUN {MOUNT} pyenv exec python3.13 -m pip install --no-cache-dir x"],
         [f"2: {USELESS} `--no-cache-dir` turns the cache off"]),
        ([f"RUN {MOUNT} pip install x && pip install --no-cache-dir y"], []),
        ([f"RUN {MOUNT} make"], []),
        (["RUN --mount=type=cache,target=/var/cache/apt pip install --no-cache-dir x"], []),
        (["USER app", "RUN --mount=type=cache,target=/home/app/.cache,uid=1 pip install x"], []),
        (["RUN --mount=type=cache,target=/root/.cache/uv uv sync"],
         ["2: uv cannot link out of the mount on `/root/.cache/uv`: it warns, and copies"]),
        (["ENV UV_LINK_MODE=copy", "RUN --mount=type=cache,target=/root/.cache/uv uv sync"], []),
    ],
)  # fmt: skip
def test_mounts(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))


def test_a_builder_is_looked_at_too(git_repo: MakeRepository) -> None:
    text = f"FROM python AS b\nRUN {MOUNT} uv sync\nFROM python\nCOPY --from=b /v /v\n"

    assert [f"2: {USELESS} `uv sync` uses `/root/.cache/uv`"] == told(git_repo, RULE, text)


@pytest.mark.parametrize(
    "before, after",
    [
        (f"RUN {MOUNT} pip install --no-cache-dir x", f"RUN {MOUNT} pip install x"),
        (f"ENV UV_LINK_MODE=copy\nRUN {MOUNT} uv sync",
         "ENV UV_LINK_MODE=copy\nRUN --mount=type=cache,target=/root/.cache/uv uv sync"),
        ("ENV HOME=/h\nUSER 1001\nRUN --mount=type=cache,target=/h/.cache/pip pip install x",
         "ENV HOME=/h\nUSER 1001\nRUN --mount=type=cache,target=/h/.cache/pip,uid=1001 pip install x"),
        ("RUN --mount=type=cache,target=/root/.cache/uv \\\n  uv sync",
         "ENV UV_LINK_MODE=copy\nRUN --mount=type=cache,target=/root/.cache/uv \\\n  uv sync"),
        (f"ENV PIP_NO_CACHE_DIR=1\nRUN {MOUNT} pip install x", f"ENV PIP_NO_CACHE_DIR=1\nRUN {MOUNT} pip install x"),
    ],
)  # fmt: skip
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))


@pytest.mark.parametrize(
    "before, after",
    [
        (f"RUN {MOUNT} pip install --no-cache-dir x", "RUN pip install --no-cache-dir x"),
        (f"RUN {MOUNT} \\\n    pip install --no-cache-dir x", "RUN pip install --no-cache-dir x"),
        (f"ENV PIP_NO_CACHE_DIR=1\nRUN {MOUNT} pip install x", "ENV PIP_NO_CACHE_DIR=1\nRUN pip install x"),
        (f"RUN --network=none {MOUNT} pip install --no-cache-dir x", "RUN --network=none pip install --no-cache-dir x"),
    ],
)
def test_who_wants_flags_loses_the_mount(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before), docker_fix="flag")


def test_an_install_that_downloads_nothing_needs_no_mount(git_repo: MakeRepository) -> None:
    assert [] == told(git_repo, RULE, image(f"RUN {MOUNT} pip install --no-index --find-links /w x"))
