"""All that runs without a person, and what of it has to do with packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from kempt.model.dockerfile import Dockerfile
    from kempt.model.hooks import HookFile, Script
    from kempt.model.installs import Doing
    from kempt.model.pipeline import Command, Job, Pipeline, Step

SHOWN = 60
"""Characters of a command that a finding quotes."""


class Act(NamedTuple):
    """One command of a job that has to do with packages. `root` is the service that it is about, None for unknown.

    `folder` is where it runs. One that the rows of a matrix have in several folders is an act in each of them.
    Commands that can never run in this repository (`if [ -f poetry.lock ]` where there is none) are no acts.
    """

    pipeline: Pipeline
    job: Job
    step: Step
    command: Command
    doing: Doing
    root: PurePosixPath | None = None
    folder: str | None = None

    @property
    def installs(self) -> bool:
        """Whether it fills an environment of the project."""
        return self.doing.installs

    @property
    def text(self) -> str:
        """The command, as a finding quotes it."""
        words = " ".join(self.command.argv)
        return words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}…"


class Automation(NamedTuple):
    """CI, hooks, scripts and Dockerfiles. `acts` are those of the pipelines, in the order of files, jobs and steps."""

    pipelines: tuple[Pipeline, ...] = ()
    hooks: tuple[HookFile, ...] = ()
    scripts: tuple[Script, ...] = ()
    acts: tuple[Act, ...] = ()
    dockerfiles: tuple[Dockerfile, ...] = ()
