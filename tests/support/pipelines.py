"""The same commands as a pipeline of each CI provider, as small as the provider lets one be."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent

WORKFLOW = ".github/workflows/ci.yml"
CHECKOUT = "- uses: actions/checkout@v5\n"
LINE = 7
"""The line of a workflow's first step behind the checkout."""


def workflow(*steps: str, head: str = "", job: str = "", name: str = "test") -> str:
    """A GitHub workflow with one job: each step is YAML, or a command; `head` and `job` are lines of the two levels."""
    text = f"on: push\n{head}jobs:\n  {name}:\n    runs-on: ubuntu-latest\n{indent(job, ' ' * 4)}    steps:\n"
    return text + "".join(indent(step, " " * 6) for step in (CHECKOUT, *map(_step, steps)))


def _step(text: str) -> str:
    return text if text.startswith("- ") else f"- run: {text}\n"


def rows(*folders: str) -> str:
    """The lines of a job whose matrix has a row for each of these folders, in which all commands run."""
    listed = ", ".join(f"{{root: {folder}}}" for folder in folders)
    where = "defaults:\n  run:\n    working-directory: ${{ matrix.root }}\n"
    return f"strategy:\n  matrix:\n    include: [{listed}]\n{where}"


def buildspec(commands: Iterable[str], head: str = "") -> str:
    """An AWS buildspec with one phase."""
    return f"version: 0.2\n{head}phases:\n  build:\n    commands:\n" + _items(commands, 6)


def gitlab(commands: Iterable[str], head: str = "") -> str:
    """A GitLab CI file with one job."""
    return f"{head}test:\n  image: python:3.13\n  script:\n" + _items(commands, 4)


def azure(commands: Iterable[str]) -> str:
    """An Azure pipeline with one list of steps."""
    return "pool:\n  vmImage: ubuntu-latest\nsteps:\n" + "".join(f"  - script: {each}\n" for each in commands)


def circleci(commands: Iterable[str]) -> str:
    """A CircleCI configuration with one job."""
    head = "version: 2.1\njobs:\n  test:\n    docker:\n      - image: cimg/python:3.13\n    steps:\n      - checkout\n"
    return head + "".join(f"      - run: {each}\n" for each in commands)


def bitbucket(commands: Iterable[str]) -> str:
    """A Bitbucket pipeline with one step."""
    head = "image: python:3.13\npipelines:\n  default:\n    - step:\n        script:\n"
    return head + _items(commands, 10)


def everywhere(*commands: str) -> dict[str, tuple[str, str]]:
    """By provider, the path of its file and a pipeline that runs the commands."""
    return {
        "github": (WORKFLOW, workflow(*commands)),
        "codebuild": ("buildspec.yml", buildspec(commands)),
        "gitlab": (".gitlab-ci.yml", gitlab(commands)),
        "azure": ("azure-pipelines.yml", azure(commands)),
        "circleci": (".circleci/config.yml", circleci(commands)),
        "bitbucket": ("bitbucket-pipelines.yml", bitbucket(commands)),
    }


def line_of(text: str, part: str) -> int:
    """The number of the first line that holds a text."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def _items(commands: Iterable[str], margin: int) -> str:
    return "".join(f"{' ' * margin}- {each}\n" for each in commands)
