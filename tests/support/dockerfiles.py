"""Dockerfiles of tests: what one rule says of them, and what its fix makes of them."""

from __future__ import annotations

from conftest import MakeRepository
from kempt.model.config import Config
from kempt.model.rule import Rule
from support.buildkit import shapes
from support.ruling import mended_file, said

DOCKERFILE = "Dockerfile"


def image(*lines: str, base: str = "python:3.12-slim") -> str:
    """A Dockerfile of one stage; its first line is FROM."""
    return "\n".join((f"FROM {base}", *lines, ""))


def told(git_repo: MakeRepository, rule: Rule, text: str, **files: str) -> list[str]:
    """Line and message of what a rule says of a Dockerfile."""
    return said(git_repo({DOCKERFILE: text, **files}), rule)


def mended_image(
    git_repo: MakeRepository, rule: Rule, text: str, *, unsafe: bool = False, docker_fix: str = "auto", **files: str
) -> str:
    """A Dockerfile after the fixes of a rule; BuildKit's parser must read it."""
    repository = git_repo({DOCKERFILE: text, **files})
    after = mended_file(repository, DOCKERFILE, rule, unsafe=unsafe, config=Config(docker_fix=docker_fix))
    assert shapes(after)
    return after
