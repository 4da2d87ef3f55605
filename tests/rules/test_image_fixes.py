"""The fixes of all rules on images together: what they make is a Dockerfile, and nothing is left that they can mend."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.dockerfile.test_reader import CORPUS, corpus
from kempt import rules
from kempt.engine.project.settling import edited
from kempt.engine.project.whole_fixes import edits_of
from kempt.formats.dockerfile.reader import parse
from kempt.model.automation import Automation
from kempt.model.config import CHOICES, Config
from kempt.model.finding import Replace
from kempt.model.listing import Listing
from kempt.model.repo import Repo
from kempt.model.tree import Tree
from rules.test_image_cases import LEAN, LEAVING, STAGE_BLIND, final
from support.buildkit import Shape, shapes

PATH = PurePosixPath("Dockerfile")
LEFT = {"KPT501", "KPT502", "KPT503"}
WAYS = st.sampled_from(CHOICES["docker-fix"])
EXAMPLES = (
    *(text for text, _ in STAGE_BLIND.values()),
    *(final(*lines) for lines in (*LEAVING.values(), *LEAN.values())),
)
RULES = tuple(rule for rule in rules.ALL if rule.code.startswith("KPT5"))
ROUNDS = 6
INSTALL = st.sampled_from([
    "pip install x", "pip install -U pip", "uv sync", "uv pip install -r r.txt", "poetry install", "uvx ruff",
    "python -m pip install /wheels/*", "pip install --no-cache-dir x", "pipenv sync", "uv sync -n",
    "rm -rf /root/.cache", "pip wheel x", "apt-get update", "pip install 'a b'", "pip install é",
])  # fmt: skip
TAIL = st.sampled_from(["", " || true", "; exit 0", " || echo no", " && rm -rf ~/.cache", " && rm -r /wheels"])
MOUNT = st.sampled_from([
    "", "--mount=type=cache,target=/root/.cache/pip ", "--mount=type=cache,target=/root/.cache \\\n  ",
    "--network=none ",
])  # fmt: skip
GLUE = st.sampled_from([" && ", " && \\\n    ", "; ", " \\\n  # why\n  && "])


@st.composite
def runs(draw: st.DrawFn) -> str:
    commands = [draw(INSTALL) + draw(TAIL) for _ in range(draw(st.integers(1, 3)))]
    form = draw(st.sampled_from(["shell", "shell", "heredoc", "json"]))
    if form == "heredoc":
        return f"RUN {draw(MOUNT)}<<EOF\n" + "\n".join(commands) + "\nEOF"
    if form == "json":
        return 'RUN ["/bin/sh", "-c", "' + " && ".join(commands) + '"]'
    return f"RUN {draw(MOUNT)}" + draw(GLUE).join(commands)


OTHER = st.sampled_from([
    "USER app", "USER 1001", "ENV PIP_NO_CACHE_DIR=off", "ENV HOME=/h", "WORKDIR /app", "COPY --from=b /wheels /wheels",
    "COPY --from=ghcr.io/astral-sh/uv /uv /bin/", "COPY --from=b /root /root", "RUN rm -rf /wheels",
    "RUN pip cache purge", "COPY . .", "# kempt", "ONBUILD RUN uv sync",
])  # fmt: skip
LINES = st.lists(st.one_of(runs(), runs(), OTHER), max_size=6)


class OnlyTree:
    """A tree of one file: what the rules ask of it is its listing."""

    listing = Listing.of(["Dockerfile", "a.py"])


def repository(text: str, docker_fix: str) -> Repo:
    file = parse(PATH, text.encode())._replace(context="")
    return Repo(cast("Tree", OnlyTree()), Config(docker_fix=docker_fix), automation=Automation(dockerfiles=(file,)))


def replaced(text: str, docker_fix: str = "auto") -> str:
    """The text after one round of all fixes."""
    repo = repository(text, docker_fix)
    fixes = [finding.fix for rule in RULES for finding in rule.check(repo) if finding.fix is not None]
    edits = [edit for edit in edits_of(fixes) if isinstance(edit, Replace) and edit.path == PATH]
    return edited(text.encode(), edits).decode()


def left(text: str, docker_fix: str) -> list[str]:
    """The codes of KPT501 to KPT503 that a fix would still end."""
    repo = repository(text, docker_fix)
    found = (finding for rule in RULES if rule.code in LEFT for finding in rule.check(repo))
    return [each.code for each in found if each.fix is not None]


def kept(found: list[Shape]) -> list[str]:
    """The instructions that no fix touches."""
    return [each[0] for each in found if each[0] in {"FROM", "USER", "WORKDIR", "ONBUILD"}]


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), WAYS)
def test_what_they_make_is_a_dockerfile(builder: list[str], final: list[str], end: str, way: str) -> None:
    text = "\n".join(["FROM python:3.12 AS b", *builder, "FROM python:3.12-slim", *final, ""])
    text = text.replace("\n", end)
    before = shapes(text)

    for _ in range(ROUNDS):
        text = replaced(text, way)

    assert text == replaced(text, way)
    assert kept(before) == kept(shapes(text))


@pytest.mark.parametrize("way", CHOICES["docker-fix"])
@pytest.mark.parametrize("text", EXAMPLES, ids=str)
def test_each_example_is_mended_to_a_dockerfile(text: str, way: str) -> None:
    before = shapes(text)

    for _ in range(ROUNDS):
        text = replaced(text, way)

    assert [] == left(text, way)
    assert kept(before) == kept(shapes(text))


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories")
@pytest.mark.parametrize("way", CHOICES["docker-fix"])
def test_each_real_file_is_mended_to_a_dockerfile(way: str) -> None:
    for name, content in corpus():
        before = text = content.decode("utf-8", "surrogateescape")
        for _ in range(ROUNDS):
            text = replaced(text, way)

        assert ([], kept(shapes(before))) == (left(text, way), kept(shapes(text))), name
