"""What the commands of CI do with packages, for which service, and which of them can ever run in this repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import normpath

from kempt.formats import glob
from kempt.managers import commands
from kempt.model.automation import Act
from kempt.model.installs import Doing, Effect
from kempt.model.listing import Listing
from kempt.model.pipeline import Branch, Command, Job, Pipeline, Step
from kempt.model.provider import Files
from kempt.model.repo import Service

TESTS_OF_FILES = frozenset({"-f", "-e", "-s", "-r"})
BRACKETS = frozenset({"[", "]", "[[", "]]", "test", "!"})
METADATA = re.compile(rb"^# /// script[ \t]*\r?$", re.MULTILINE)


def acts(pipelines: Iterable[Pipeline], files: Files, services: tuple[Service, ...]) -> Iterator[Act]:
    """The commands that have to do with packages, without those under a condition that does not hold here."""
    for pipeline in pipelines:
        for job in pipeline.jobs:
            yield from _of_job(pipeline, job, files, services)


def _of_job(pipeline: Pipeline, job: Job, files: Files, services: tuple[Service, ...]) -> Iterator[Act]:
    for step in job.steps:
        for command in step.commands:
            if commands.program(command.words) in commands.PROGRAMS:
                doing = commands.understand(command.words, _variables(step, command))
                for folder in (command.folders or (command.folder,)) if doing is not None else ():
                    if doing is not None and not is_dead(command, folder, files.listing):
                        alone = _stands_alone(folder, doing, files)
                        here = doing._replace(effect=Effect.TOOL) if alone else doing
                        yield Act(pipeline, job, step, command, here, _root(folder, here, services), folder)


def _stands_alone(folder: str | None, doing: Doing, files: Files) -> bool:
    """Whether `uv run` is given a script that names its own packages (PEP 723): the project is not touched then."""
    script = doing.runs[0] if doing.runs and doing.manager == "uv" and doing.effect is not Effect.TOOL else ""
    if not script.endswith(".py") or folder is None or "$" in script:
        return False
    content = files.read(within(folder, script))
    return content is not None and METADATA.search(content) is not None


def _variables(step: Step, command: Command) -> Mapping[str, str]:
    return {**step.variables, **dict(command.assignments)} if command.assignments else step.variables


def is_dead(command: Command, folder: str | None, listing: Listing) -> bool:
    """Whether a command stands under a condition on tracked files that does not hold in a folder."""
    return any(_fails(branch, folder, listing) for branch in command.branches)


def _fails(branch: Branch, folder: str | None, listing: Listing) -> bool:
    there = _is_there(branch.test[0], folder, listing) if len(branch.test) == 1 and folder is not None else None
    return there is not None and there is not branch.holds


def _is_there(words: tuple[str, ...], folder: str, listing: Listing) -> bool | None:
    """What a test of tracked files answers: `[ -f uv.lock ]`, `ls requirements*.txt`; None for any other test."""
    operator, *names = [word for word in words if word not in BRACKETS] or [""]
    is_test = words[0] in BRACKETS and operator in TESTS_OF_FILES
    if len(names) != 1 or not (is_test or operator == "ls") or "$" in names[0] or names[0].startswith(("/", "~", "-")):
        return None
    pattern = within(folder, names[0])
    if pattern.startswith(".."):
        return None
    return _is_tracked(pattern, listing, folders=operator != "-f") is not (words.count("!") % 2 == 1)


def _is_tracked(pattern: str, listing: Listing, *, folders: bool) -> bool:
    if pattern in listing or (folders and (pattern == "." or listing.has_folder(pattern))):
        return True
    return glob.is_glob(pattern) and bool(glob.tracked(listing, pattern))


def within(folder: str, name: str) -> str:
    """A path that a command in a folder names, from the root; it begins with `..` where it leaves that."""
    return normpath(f"{folder}/{name}" if folder else name)


def _root(start: str | None, doing: Doing, services: tuple[Service, ...]) -> PurePosixPath | None:
    """The innermost service around the folder where a command works; with `-r`, around the file."""
    if start is None or "$" in doing.folder:
        return None
    folder = within(start, doing.folder) if doing.folder else start
    named = doing.files[0] if doing.files else next((each for each in doing.folders if "$" not in each), "")
    if named and "$" not in named:
        folder = within(folder, named.partition("[")[0])
    lineage = {PurePosixPath(folder), *PurePosixPath(folder).parents}
    inside = [service.root for service in services if service.root in lineage]
    return max(inside, key=lambda root: len(root.parts), default=None)
