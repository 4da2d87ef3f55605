"""KPT508: an image is built, and has status 0, where an install has failed."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.ignored_image_install_failure import RULE
from support.dockerfiles import DOCKERFILE, image, mended_image, told
from support.ruling import judged


@pytest.mark.parametrize(
    "line, expected",
    [
        ("RUN pip install x || true", ["2: `pip install x` may fail unseen: `true` hides it"]),
        ("RUN pip wheel -r r.txt || :", ["2: `pip wheel -r r.txt` may fail unseen: `:` hides it"]),
        ("RUN uv sync; exit 0", ["2: `uv sync` may fail unseen: `exit 0` hides it"]),
        ("RUN uv sync \\\n  || echo no", ["2: `uv sync` may fail unseen: `echo no` hides it"]),
        ('RUN ["sh", "-c", "uv sync || true"]', ["2: `uv sync` may fail unseen: `true` hides it"]),
        ("RUN uv sync || pip install .", []),
        ("RUN uv run collect || true", []),
        ("RUN rm x || true", []),
    ],
)
def test_what_hides_a_failure(git_repo: MakeRepository, line: str, expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(line))


def test_what_is_printed_is_milder(git_repo: MakeRepository) -> None:
    text = image("RUN uv sync || echo no", "RUN pip install x || true")

    assert ["warning", "error"] == [each.level.value for each in judged(git_repo({DOCKERFILE: text}), RULE)]


def test_a_stage_that_is_not_built_is_left_alone(git_repo: MakeRepository) -> None:
    assert [] == told(git_repo, RULE, "FROM python AS a\nRUN uv sync || true\nFROM python\n")


@pytest.mark.parametrize(
    "before, after",
    [
        ("RUN pip install x || true", "RUN pip install x"),
        ("RUN uv sync \\\n  || echo no \\\n  && b", "RUN uv sync \\\n  && b"),
        ("RUN <<EOF\nuv sync || true\nb\nEOF", "RUN <<EOF\nuv sync\nb\nEOF"),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))
