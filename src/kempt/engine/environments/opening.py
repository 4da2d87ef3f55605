"""From a path of a command line to a project and the services in it that are meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from kempt.engine.environments.chosen import chosen_services
from kempt.engine.environments.project import Project
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.errors import KemptError, UsageError
from kempt.host.folders import real
from kempt.host.git import Git
from kempt.model.config import Config
from kempt.model.repo import Service

OUTSIDE_GIT = "KPT003"


class Opened(NamedTuple):
    """A project, the services that were asked for, and its git; None outside git."""

    project: Project
    services: tuple[Service, ...]
    git: Git | None


@contextmanager
def opened(path: str, command: str, *, everything: bool, named: bool) -> Iterator[Opened]:
    """The project that a path lies in; a folder outside git is a project as well. `command` is spelled in errors.

    Raises UsageError where no service is meant, and KemptError where the path cannot be looked at.
    """
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open_source(path))
        except KemptError as error:
            if error.code != OUTSIDE_GIT:
                raise
            source = stack.enter_context(open_source(path, git=False))
        repo = survey(source.tree, Config())
        root = real(source.git.work_tree or path) if source.git else source.tree.root
        project = Project(root, repo, source.tree, source.ignores, source.git is not None)
        services = chosen_services(repo.services, source.inside, everything=everything, named=named)
        if not services:
            hint = f"kempt {command} --all takes those below tests and examples, too" if repo.services else ""
            raise UsageError(f"no service at or below {path}: neither a lock nor a manifest", hint=hint)
        yield Opened(project, services, source.git)
