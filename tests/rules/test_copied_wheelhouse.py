"""KPT503: wheels, or a home with its caches, are copied from a builder into the image."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.copied_wheelhouse import RULE
from support.dockerfiles import mended_image, told

BUILDER = "FROM python AS b\nRUN pip wheel --no-cache-dir -w /out -r r.txt\nRUN uv sync\nFROM python\n"


@pytest.mark.parametrize(
    "line, expected",
    [
        ("COPY --from=b /wheels /w", ["5: `/wheels` of `b` is copied into the image: wheels are no part of what runs"]),
        ("COPY --from=b /out /w", ["5: `/out` of `b` is copied into the image: wheels are no part of what runs"]),
        ("COPY --from=0 /out/*.whl /w/",
         ["5: `/out/*.whl` of `0` is copied into the image: wheels are no part of what runs"]),
        ("COPY --from=b /root/.cache /c", ["5: `/root/.cache` of `b` is copied into the image: a download cache"]),
        ("COPY --from=b /root /root",
         ["5: `/root` of `b` is copied into the image: the download cache of an install is in it"]),
        ("COPY --from=b / /", ["5: `/` of `b` is copied into the image: the download cache of an install is in it"]),
        ("COPY --from=b /root/.cache/huggingface /h", []),
        ("COPY --from=x /root/.cache/uv /", ["5: `/root/.cache/uv` of `x` is copied into the image: a download cache"]),
        ("COPY --from=b /root/app /app", []),
        ("COPY --from=b /app/.venv /app/.venv", []),
        ("COPY wheels /wheels", []),
        ("RUN --mount=type=bind,from=b,source=/out,target=/w pip install --no-cache-dir /w/*", []),
    ],
)  # fmt: skip
def test_copies(git_repo: MakeRepository, line: str, expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, f"{BUILDER}{line}\n")


def test_a_builder_may_copy_them(git_repo: MakeRepository) -> None:
    text = "FROM python AS a\nFROM python AS b\nCOPY --from=a /wheels /wheels\nFROM python\nCOPY --from=b /v /v\n"

    assert [] == told(git_repo, RULE, text)


MOUNT_OF_CACHE = "--mount=type=bind,from=b,source=/root/.cache/uv,target=/root/.cache/uv,rw"
MOUNT = "--mount=type=bind,from=b,source=/wheels,target=/w"


@pytest.mark.parametrize(
    "before, after",
    [
        ("COPY --from=b /wheels /w\nRUN pip install /w/*\nUSER a\n", f"RUN {MOUNT} pip install /w/*\nUSER a\n"),
        (
            "COPY --from=b /wheels /w\nRUN --network=none \\\n  pip install /w/*\n",
            f"RUN {MOUNT} --network=none \\\n  pip install /w/*\n",
        ),
        ("COPY --from=b /wheels /w\nRUN pip install /w/* && rm -rf /w\n", f"RUN {MOUNT} pip install /w/*\n"),
        ("COPY --from=b /wheels /w\nRUN pip install /w/*\nRUN rm -r /w\n", f"RUN {MOUNT} pip install /w/*\n"),
        (
            "COPY --from=b /wheels /w\nRUN pip install /w/* \\\n && rm -rf /w /tmp/x\n",
            f"RUN {MOUNT} pip install /w/* \\\n && rm -rf /tmp/x\n",
        ),
        (
            "COPY --from=b /wheels /w\nRUN pip install /w/a.whl\nRUN pip install /w/b.whl\n",
            f"RUN {MOUNT} pip install /w/a.whl\nRUN {MOUNT} pip install /w/b.whl\n",
        ),
        (
            "COPY --from=0 /wheels/* /w/\nRUN <<EOF\npip install /w/*\nEOF\n",
            f"RUN {MOUNT} <<EOF\npip install /w/*\nEOF\n",
        ),
        (
            "WORKDIR /a\nCOPY --from=b /wheels ./w\nRUN pip install w/*\n",
            "WORKDIR /a\nRUN --mount=type=bind,from=b,source=/wheels,target=/a/w pip install w/*\n",
        ),
        (
            "COPY --from=b /out/x.whl /w/\nRUN pip install /w/x.whl\n",
            "RUN --mount=type=bind,from=b,source=/out/x.whl,target=/w/x.whl pip install /w/x.whl\n",
        ),
        (
            "COPY --from=b /root/.cache/uv /root/.cache/uv\nRUN uv sync\nRUN rm -rf /root/.cache\n",
            f"RUN {MOUNT_OF_CACHE} uv sync\nRUN rm -rf /root/.cache\n",
        ),
        ("COPY --from=b /wheels /w\nRUN pip install /w/* && cp -r /w /x\n", None),
        ("COPY --from=b /wheels /w\nCOPY r.txt /w/\nRUN pip install /w/*\n", None),
        ("COPY --from=b /wheels /w\nRUN pip install /w/*\nFROM 1\nCMD ls /w\n", None),
        ("COPY --from=b /wheels /tmp\nRUN pip install /tmp/*\n", None),
        ("RUN pip install /w/*\nCOPY --from=b /wheels /w\n", None),
        ("COPY --from=b /wheels /w\nCMD x --find-links /w\n", None),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str | None) -> None:
    assert BUILDER + (before if after is None else after) == mended_image(git_repo, RULE, BUILDER + before)


@pytest.mark.parametrize(
    "docker_fix, install",
    [
        ("auto", "--mount=type=cache,target=/root/.cache/pip pip install x"),
        ("mount", "--mount=type=cache,target=/root/.cache/pip pip install x"),
        ("flag", "pip install --no-cache-dir x"),
    ],
)
def test_a_home_is_copied_without_its_cache(git_repo: MakeRepository, docker_fix: str, install: str) -> None:
    """In a builder a mount is the better way, left to itself: it keeps the next build fast."""
    text = "FROM python AS b\nRUN {}\nFROM python\nCOPY --from=b /root /root\n"

    assert text.format(install) == mended_image(git_repo, RULE, text.format("pip install x"), docker_fix=docker_fix)


@pytest.mark.parametrize("copy", ["/root /root", "/ /", "/root/.cache /c"])
def test_a_cache_that_a_later_layer_of_the_builder_removed_is_not_copied(git_repo: MakeRepository, copy: str) -> None:
    builder = "FROM python AS b\nRUN pip install x\n"
    removed = f"{builder}RUN rm -rf /root/.cache\nFROM debian\nCOPY --from=b {copy}\n"
    kept = f"{builder}RUN rm -rf /tmp\nFROM debian\nCOPY --from=b {copy}\n"

    assert [0, 1] == [len(told(git_repo, RULE, text)) for text in (removed, kept)]
