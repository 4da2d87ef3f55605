"""KPT502: a download cache is removed in another layer than the one it lies in."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules import cache_in_final_image
from kempt.rules.cache_removed_later import RULE
from support.dockerfiles import image, mended_image, told

LATE = "3: `rm -rf /root/.cache` comes too late: `/root/.cache/pip` is in the layer of line 2"


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["RUN pip install x", "RUN rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x", "RUN apt-get clean && rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x && pip install y", "RUN rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x", "RUN pip cache purge"],
         ["3: `pip cache purge` comes too late: `/root/.cache/pip` is in the layer of line 2"]),
        (["RUN pip install x && rm -rf /root/.cache", "RUN rm -rf /root/.cache"], []),
        (["RUN pip install --no-cache-dir x", "RUN rm -rf /root/.cache"], []),
        (["RUN pip install x", "RUN rm -rf /tmp/x"], []),
        (["RUN rm -rf /root/.cache", "RUN pip install x"], []),
    ],
)  # fmt: skip
def test_removals(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))


def test_the_install_itself_is_told_of_once(git_repo: MakeRepository) -> None:
    assert [] == told(git_repo, cache_in_final_image.RULE, image("RUN pip install x", "RUN rm -rf /root/.cache"))


@pytest.mark.parametrize(
    "between, changed",
    [
        (["USER app"], True), (["WORKDIR /x"], True), (["RUN playwright install"], True), (["RUN pip check"], True),
        (["COPY --from=b /root/.cache/x /x"], True), (["USER app", "RUN y", "USER root"], True),
        (['SHELL ["/bin/bash", "-c"]'], True), (["COPY . /src"], False), (["EXPOSE 80", "LABEL a=b"], False),
    ],
    ids=str,
)  # fmt: skip
def test_a_removal_stays_where_something_else_may_matter(
    git_repo: MakeRepository,
    between: list[str],
    changed: bool,  # noqa: FBT001
) -> None:
    """Then the flag is what mends it."""
    after = mended_image(git_repo, RULE, image("RUN pip install x", *between, "RUN rm -rf /root/.cache"))

    assert changed is ("--no-cache-dir" in after)


@pytest.mark.parametrize(
    "run",
    [
        "RUN pip install x # why", "RUN pip install x || true", "RUN pip install x > /log", "RUN (pip install x)",
        "RUN pip install x &", "RUN pip install x;", 'RUN ["pip", "install", "x"]', "RUN <<EOF\npip install x\nEOF",
        "RUN if true; then pip install x; fi", "RUN --mount=type=cache,target=/root/.cache/uv pip install x",
        "RUN cd /x && pip install x",
    ],
)  # fmt: skip
def test_what_takes_no_more_commands_gets_the_flag(git_repo: MakeRepository, run: str) -> None:
    after = mended_image(git_repo, RULE, image(run, "RUN rm -rf /root/.cache"))

    assert "--no-cache-dir" in after
    assert "rm -rf" not in after


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "RUN pip install x\nRUN rm -rf /root/.cache/pip\nUSER a",
            "RUN pip install x && rm -rf /root/.cache/pip\nUSER a",
        ),
        ("RUN pip install x\nENV A=b\nRUN rm -rf ~/.cache/*", "RUN pip install x && rm -rf ~/.cache/*\nENV A=b"),
        ("RUN uv sync\nRUN uv cache clean", "RUN uv sync && uv cache clean"),
        (
            "RUN a \\\n  && pip install x\nRUN rm -rf /root/.cache/pip",
            "RUN a \\\n  && pip install x \\\n  && rm -rf /root/.cache/pip",
        ),
        (
            "RUN a && \\\n    pip install x\nRUN rm -rf /root/.cache/pip",
            "RUN a && \\\n    pip install x && \\\n    rm -rf /root/.cache/pip",
        ),
        (
            "ENV PIP_CACHE_DIR=/tmp/c\nRUN pip install x\nRUN rm -rf /tmp/*",
            "ENV PIP_CACHE_DIR=/tmp/c\nRUN pip install --no-cache-dir x\nRUN rm -rf /tmp/*",
        ),
        (
            "RUN pip install x\nRUN make\nRUN rm -rf /root/.cache/pip",
            "RUN pip install x && rm -rf /root/.cache/pip\nRUN make",
        ),
        (
            "RUN pip install x\nRUN b && rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nRUN b && rm -rf /root/.cache",
        ),
        (
            "RUN pip install x\nRUN uv sync\nRUN rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nRUN uv sync --no-cache",
        ),
        (
            "RUN pip install x\nRUN fill\nRUN rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nRUN fill\nRUN rm -rf /root/.cache",
        ),
        (
            "RUN pip install x\nCOPY app.py /root/.cache/pip/\nRUN rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nCOPY app.py /root/.cache/pip/\nRUN rm -rf /root/.cache",
        ),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))
