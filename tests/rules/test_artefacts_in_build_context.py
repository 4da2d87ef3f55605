"""KPT509: COPY takes the whole context, and nothing keeps environments and caches out."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.artefacts_in_build_context import RULE
from support.dockerfiles import DOCKERFILE, image, told
from support.ruling import said

BYTECODE = "`__pycache__`, `.pytest_cache`, `.mypy_cache`"
ENOUGH = ".git\n.venv\n**/__pycache__\n**/.*_cache\n"


@pytest.mark.parametrize(
    "line, ignore, expected",
    [
        ("COPY . /app", None,
         ["2: `COPY .` takes `.git`, `.venv`, `__pycache__` along where it lies there: there is no `.dockerignore`"]),
        ("ADD ./ /app", "",
         ["2: `ADD ./` takes `.git`, `.venv`, `__pycache__` along where it lies there: `.dockerignore` lets it in"]),
        ("COPY . /app", ".git\n.venv\n__pycache__\n",
         [f"2: `COPY .` takes {BYTECODE} along where it lies there: `.dockerignore` lets it in"]),
        ("COPY . /app", ENOUGH, []),
        ("COPY . /app", "*\n!src/*.py\n", []),
        ("COPY . /app", ".git*\n.venv/\n**/*.pyc\n", []),
        ("COPY --from=b . /app", None, []),
        ("COPY src /app", None, []),
    ],
)  # fmt: skip
def test_copies(git_repo: MakeRepository, line: str, ignore: str | None, expected: list[str]) -> None:
    files = {"src/a.py": ""} | ({} if ignore is None else {".dockerignore": ignore})

    assert expected == told(git_repo, RULE, image(line, "RUN python x"), **files)


def test_the_ignore_file_of_the_dockerfile_counts(git_repo: MakeRepository) -> None:
    files = {"a.py": "", ".dockerignore": ENOUGH, "Dockerfile.dockerignore": ".git\n"}

    assert 1 == len(told(git_repo, RULE, image("COPY . /app", "RUN python x"), **files))


def test_the_context_is_where_all_that_is_copied_lies(git_repo: MakeRepository) -> None:
    text = image("COPY lock.txt /", "COPY . /app", "RUN python x")
    files = {"docker/Dockerfile": text, "lock.txt": "", "a.py": "", ".dockerignore": ENOUGH}

    assert [] == said(git_repo(files), RULE)


def test_the_context_of_a_compose_file_counts(git_repo: MakeRepository) -> None:
    compose = "services:\n  api:\n    build:\n      context: api\n      dockerfile: ../Dockerfile\n"
    files = {DOCKERFILE: image("COPY . /a", "RUN python x"), "api/a.py": "", "compose.yaml": compose}

    assert [] == said(git_repo({**files, "api/.dockerignore": ".venv\n**/__pycache__\n"}), RULE)
