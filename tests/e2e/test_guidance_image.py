"""A Dockerfile as guides recommend it, for any manager: each defect is found at its line, and all are mended."""

from __future__ import annotations

from conftest import MakeRepository
from kempt import rules
from kempt.managers.commands import TESTED
from support.buildkit import shapes
from support.checking import found, mended
from support.guidance import DOCKERFILE

AFTER = f"""\
# One file for every project.
FROM python:3.11-slim AS wheels
WORKDIR /src
ENV PYTHONUNBUFFERED=1
COPY . .
# whatever it needs, ready made
RUN pip install -U pip=={TESTED["pip"]} && \\
    pip wheel --wheel-dir /wheels -r requirements.txt

FROM python:3.11-slim
WORKDIR /srv
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels pip install --no-cache-dir -U pip=={TESTED["pip"]} \\
    # from the builder, no compiler here
    && pip install --no-cache-dir /wheels/*
COPY src ./src
CMD ["python", "-m", "src"]
"""
FILES = {"Dockerfile": DOCKERFILE, "requirements.txt": "flask==3.1.2\n", "src/__main__.py": "", "src/__init__.py": ""}
CODES = tuple(rule.code for rule in rules.ALL if rule.code.startswith("KPT5"))
BY_HAND = {"KPT512"}
"""The order of the lines: no edit of a line can mend it."""


def test_each_defect_is_found(git_repo: MakeRepository) -> None:
    seen = [(each.code, each.location.line) for each in found(git_repo(FILES), *CODES)]

    assert [
        ("KPT502", 17), ("KPT503", 12), ("KPT504", 7), ("KPT504", 13), ("KPT508", 7), ("KPT508", 8),
        ("KPT508", 13), ("KPT508", 15), ("KPT509", 5), ("KPT512", 5),
    ] == sorted(seen)  # fmt: skip


def test_all_are_mended(git_repo: MakeRepository) -> None:
    repository = mended(git_repo(FILES), *CODES)

    assert AFTER == (repository.root / "Dockerfile").read_text()
    assert BY_HAND == {each.code for each in found(repository, *CODES)}
    assert 10 == len(shapes(AFTER))
