"""KPT605 ineffective-cache-cleanup: a command that is meant to free space leaves the download cache as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kempt.managers import commands
from kempt.model.finding import Finding, Level
from kempt.model.installs import Effect
from kempt.model.pipeline import Command
from kempt.model.repo import Repo
from kempt.model.rule import Rule

ONE_PACKAGE = 2
"""Colons in `poetry cache clear NAME:PACKAGE:VERSION`, which mends one entry."""


class Shortfall(NamedTuple):
    """What a command leaves behind, and what does more."""

    message: str
    help: str


POETRY = Shortfall(
    "`poetry cache clear` empties what it knows of indexes and never touches the downloads in `artifacts`",
    'kempt prune removes old downloads; or delete "$(poetry config cache-dir)/artifacts"',
)
UV = Shortfall(
    "`uv cache prune` removes what nothing refers to any more, and no download that is merely old",
    "kempt prune removes old downloads; uv cache prune --ci keeps only what was built here",
)


def check(repo: Repo) -> Iterator[Finding]:
    """Poetry's in CI too. There `uv cache prune` is a matter of what is saved next, and KPT419's."""
    found: dict[tuple[str, int, int], Finding] = {}
    for command, in_ci in _commands(repo):
        shortfall = _shortfall(command)
        if shortfall is None or (in_ci and shortfall is UV):
            continue
        place = command.location
        found.setdefault(
            (str(place.path), place.line, place.column),
            RULE.finding(place, shortfall.message, key=" ".join(command.argv), help=shortfall.help),
        )
    yield from found.values()


def _commands(repo: Repo) -> Iterator[tuple[Command, bool]]:
    for script in repo.automation.scripts:
        yield from ((command, False) for command in script.commands)
    for file in repo.automation.hooks:
        yield from ((command, False) for hook in file.hooks for command in hook.commands)
    for pipeline in repo.automation.pipelines:
        yield from ((command, True) for job in pipeline.jobs for command in job.commands)


def _shortfall(command: Command) -> Shortfall | None:
    doing = commands.understand(command.words, {})
    if doing is None:
        return None
    if doing.manager == "poetry" and doing.effect is Effect.CLEARS:
        is_one = any(word.count(":") >= ONE_PACKAGE for word in command.argv)
        return None if is_one else POETRY
    return UV if doing.manager == "uv" and doing.effect is Effect.PRUNES and "--ci" not in command.argv else None


RULE = Rule(
    "KPT605", "ineffective-cache-cleanup", promise=3, level=Level.INFO, since="0.1", check=check,
    summary="a command that is meant to free space leaves the download cache as it is",
    help="kempt prune removes downloads by age and size",
)  # fmt: skip
