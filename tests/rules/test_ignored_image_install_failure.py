"""KPT508: an image is built, and has status 0, where an install has failed."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.ignored_image_install_failure import RULE
from support.dockerfiles import DOCKERFILE, image, mended_image, told
from support.ruling import judged

ON = "the RUN goes on behind it, and has the status of its last command"


@pytest.mark.parametrize(
    "line, expected",
    [
        ("RUN pip install x || true", ["2: `pip install x` may fail unseen: `true` hides it"]),
        ("RUN pip wheel -r r.txt || :", ["2: `pip wheel -r r.txt` may fail unseen: `:` hides it"]),
        ("RUN uv sync; exit 0", ["2: `uv sync` may fail unseen: `exit 0` hides it"]),
        ("RUN uv sync \\\n  || echo no", ["2: `uv sync` may fail unseen: `echo no` hides it"]),
        ('RUN ["sh", "-c", "uv sync || true"]', ["2: `uv sync` may fail unseen: `true` hides it"]),
        ("RUN pip install a ; pip install b", [f"2: `pip install a` may fail unseen: {ON}"]),
        ("RUN <<EOF\npip install a\necho done\nEOF", [f"3: `pip install a` may fail unseen: {ON}"]),
        ("RUN (pip install a); b", [f"2: `pip install a` may fail unseen: {ON}"]),
        ("RUN for x in a b; do pip install $x; done", [f"2: `pip install $x` may fail unseen: {ON}"]),
        ("RUN pip install a | tee log",
         ["2: `pip install a` may fail unseen: a pipe has the status of its last command"]),
        ("RUN pip install a & wait",
         ["2: `pip install a` may fail unseen: it runs in the background, and nothing asks for its status"]),
        ("RUN (pip install a==1 || :) ; pip install b==1", ["2: `pip install a==1` may fail unseen: `:` hides it"]),
        ("RUN a; pip install a", []), ("RUN set -e; pip install a; b", []), ("RUN pip install a && b", []),
        ("RUN <<EOF\nset -e\npip install a\nb\nEOF", []), ("RUN bash -ec 'pip install a; b'", []),
        ("RUN <<EOF\nif a; then\n  pip install b\nfi\nEOF", []), ("RUN pip install a & wait $!", []),
        ("RUN set -o pipefail && pip install a | tee log", []), ("RUN yes | pip install a", []),
        ('SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN pip install a | tee log; b', []),
        ("RUN uv sync || pip install .", []),
        ("RUN uv run collect || true", []),
        ("RUN rm x || true", []),
    ],
)  # fmt: skip
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
        ("RUN <<EOF\nset -e\nuv sync || true\nb\nEOF", "RUN <<EOF\nset -e\nuv sync\nb\nEOF"),
        ("RUN uv sync; exit 0", "RUN uv sync"),
        ("RUN (uv sync || :) ; b", "RUN (uv sync || :) ; b"),
        ("RUN <<EOF\nuv sync || true\nb\nEOF", "RUN <<EOF\nuv sync || true\nb\nEOF"),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))
