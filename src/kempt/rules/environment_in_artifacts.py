"""KPT415 environment-in-artifacts: CI hands on the whole work tree, with the environment in it."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats import glob
from kempt.model.automation import Act
from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import Artifacts, Job, Pipeline
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, environments, installing, places

EVERYTHING = frozenset({"**", ".", ""})
"""The whole tree, in the normal spelling of paths."""
LEFT_OUT = (".venv/**/*", "**/__pycache__/**/*")
SAMPLE = ".venv/lib/python3.13/site-packages/six.py"
IN_PROJECT = ("POETRY_VIRTUALENVS_IN_PROJECT", "PIPENV_VENV_IN_PROJECT")
IN_TREE = frozenset({"uv", "pdm"})
"""Managers that make `.venv` in the project unless they are told otherwise."""


def check(repo: Repo) -> Iterator[Finding]:
    """An environment of another machine is of no use, and is most of the bytes.

    Where another job calls what lies in `.venv`, it is handed on for that.
    """
    yield from installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for pipeline, job, acts in installing.jobs(repo):
        if not job.artifacts or not _makes_environment(repo, job, acts) or _is_used_elsewhere(pipeline, job):
            continue
        for artifacts in job.artifacts:
            whole = next((text for text in artifacts.paths if places.normal(text.value, {}) in EVERYTHING), None)
            if whole is None or _is_left_out(artifacts):
                continue
            edits = caching.provider_of(pipeline).without_paths(pipeline, artifacts, LEFT_OUT)
            yield RULE.finding(
                whole.location, f"`{artifacts.written or whole.value}` hands on `.venv`, which the job makes",
                key=job.name,
                fix=installing.fix("leave the environment and bytecode out", Safety.SAFE, edits),
            )  # fmt: skip


def _makes_environment(repo: Repo, job: Job, acts: tuple[Act, ...]) -> bool:
    if any(act.installs and act.doing.manager in IN_TREE and not act.doing.names for act in acts):
        return True
    told = any(installing.is_true(step.variables, name) for step in job.steps for name in IN_PROJECT)
    settings = (environments.poetry_settings(repo, path) for path in repo.documents.paths)
    in_project = told or any(each.get("in-project") is True for each in settings)
    if in_project and any(act.installs and act.doing.manager in {"poetry", "pipenv"} for act in acts):
        return True
    return any(environments.environment_of(command).removeprefix("./") == ".venv" for command in job.commands)


def _is_used_elsewhere(pipeline: Pipeline, job: Job) -> bool:
    words = (word for each in pipeline.jobs if each is not job for command in each.commands for word in command.argv)
    return any(".venv/" in word for word in words)


def _is_left_out(artifacts: Artifacts) -> bool:
    patterns = [text.value.removeprefix("!").removeprefix("./") for text in artifacts.excluded]
    return any(glob.matches(each, SAMPLE) or each.rstrip("/*") in {".venv", "**/.venv"} for each in patterns)


RULE = Rule(
    "KPT415", "environment-in-artifacts", promise=4, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="CI hands on the whole work tree, with the environment in it",
    help="name what is needed, or leave `.venv` out",
)  # fmt: skip
