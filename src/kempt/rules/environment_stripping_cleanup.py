"""KPT604 environment-stripping-cleanup: a clean-up of bytecode goes into environments too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.finding import Finding, Level
from kempt.model.pipeline import Command
from kempt.model.repo import Repo
from kempt.model.rule import Rule

IN_CONTAINERS = ("docker", "devcontainer")
"""A script with such a name, or below such a folder, prepares an image, and strips that on purpose."""


def check(repo: Repo) -> Iterator[Finding]:
    """What an environment's packages were compiled to when they were installed must be compiled again on each start."""
    if not (repo.automation.scripts or repo.automation.pipelines):
        return
    from kempt.rules import cleaning_up

    environments = cleaning_up.environments(repo)
    seen = set[tuple[str, int, int]]()
    for commands in _scripts(repo):
        for each in cleaning_up.following(commands):
            place = each[0].location
            environment = cleaning_up.stripped_environment(each, environments)
            where = (str(place.path), place.line, place.column)
            if environment and where not in seen:
                seen.add(where)
                yield RULE.finding(
                    place, f"this deletes the bytecode of environments too (`{environment}`), not only the project's",
                    key=" ".join(each[0].argv), help=_help(environment),
                )  # fmt: skip


def _scripts(repo: Repo) -> Iterator[Sequence[Command]]:
    """The commands of each script, and of each step of CI."""
    for script in repo.automation.scripts:
        if not any(word in str(script.path).lower() for word in IN_CONTAINERS):
            yield script.commands
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            yield from (step.commands for step in job.steps if step.commands)


def _help(environment: str) -> str:
    return f"kempt clean leaves environments alone; find does with -not -path '*/{environment.rpartition('/')[2]}/*'"


RULE = Rule(
    "KPT604", "environment-stripping-cleanup", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a clean-up of bytecode goes into environments too, and their packages must be compiled again",
    help="kempt clean leaves environments alone",
)  # fmt: skip
