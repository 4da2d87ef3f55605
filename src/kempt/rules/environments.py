"""Where a job's commands make environments: the folders that they name, and whether Poetry's lie in its cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kempt.managers import commands
from kempt.rules import places
from kempt.rules.places import normal

if TYPE_CHECKING:
    from kempt.model.pipeline import Command, Job
    from kempt.model.repo import Repo

VALUED = frozenset({
    "-p", "--python", "--prompt", "--app-data", "--seeder", "--pip", "--setuptools", "--wheel", "--extra-search-dir",
    "--index-url", "--default-index", "--cache-dir",
})  # fmt: skip
"""Options of `venv`, virtualenv and `uv venv` that take a word."""
MOVING = "POETRY_VIRTUALENVS_"
"""How variables begin that say where Poetry makes environments, and whether it does."""


def environment_of(command: Command) -> str:
    """The folder that a command makes an environment in, as it is written; empty for a command of another kind."""
    words = command.argv
    if words[:2] == ("uv", "venv"):
        words = words[1:]
    elif words[:1] not in {("venv",), ("virtualenv",)}:
        return ""
    skipped = {number + 1 for number, word in enumerate(words) if word in VALUED}
    named = (word for number, word in enumerate(words[1:], 1) if number not in skipped and not word.startswith("-"))
    return next(named, ".venv" if words is not command.argv else "")


def made(repo: Repo) -> frozenset[str]:
    """The folders that commands of the repository's CI make environments in, or install packages into."""
    found = {_within(act.command, act.doing.target) for act in repo.automation.acts if act.doing.target}
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            found |= {_within(each, folder) for each in job.commands if (folder := environment_of(each))}
    return frozenset(each for each in found if each not in {"", ".", "~", "/"} and not places.UNKNOWN.search(each))


def _within(command: Command, folder: str) -> str:
    path = normal(folder, {})
    return path if path.startswith(("/", "~", "$")) or not command.folder else f"{command.folder}/{path}"


def are_in_cache(repo: Repo, job: Job) -> bool:
    """Whether Poetry makes its environment in its cache folder: it does unless it is told, or finds one made."""
    if not any(act.job is job and act.installs and act.doing.manager == "poetry" for act in repo.automation.acts):
        return False
    poetry = [each.argv for each in job.commands if commands.program(each.words) == "poetry"]
    moved = any("virtualenvs" in word for argv in poetry for word in argv)
    moved = moved or any(poetry_settings(repo, path) for path in repo.documents.paths)
    moved = moved or any(name.startswith(MOVING) for step in job.steps for name in step.variables)
    moved = moved or any(name.startswith(MOVING) for each in job.commands for name, _ in each.assignments)
    found = any(step.activates or step.opaque for step in job.steps) or any(map(environment_of, job.commands))
    return not (moved or found)


def poetry_settings(repo: Repo, path: str) -> Mapping[str, object]:
    """What a file says of environments, if it is Poetry's settings."""
    found = repo.documents.toml(path).get("virtualenvs") if path.rpartition("/")[2] == "poetry.toml" else None
    return found if isinstance(found, Mapping) else {}
