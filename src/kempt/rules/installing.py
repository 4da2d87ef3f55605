"""What the rules on CI share: whose lock a command is about, which managers a job installs with, edits of commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple

from kempt.managers import commands
from kempt.model.automation import Act
from kempt.model.finding import Finding, Fix, Location, Replace, Safety
from kempt.model.installs import Effect
from kempt.model.pipeline import UNPLACED, Command, Job, Pipeline, Step, Word

if TYPE_CHECKING:
    from kempt.model.repo import Repo, Service  # at run time it would lengthen every chain of imports

INSTALLERS = frozenset({
    "pip", "setuptools", "wheel", "uv", "poetry", "pdm", "pipenv", "pipx", "pip-tools", "virtualenv", "build", "twine",
})  # fmt: skip
"""Packages that serve to install or to build others: an install of these alone is no install of the project."""
HOOKS = {
    "uv": frozenset({"uv-lock"}), "poetry": frozenset({"poetry-check", "poetry-lock"}),
    "pdm": frozenset({"pdm-lock-check", "pdm-lock"}),
}  # fmt: skip
"""The managers' own pre-commit hooks that notice a stale lock."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class Work(NamedTuple):
    """A job with its pipeline, and the acts of its commands in order."""

    pipeline: Pipeline
    job: Job
    acts: tuple[Act, ...]


def jobs(repo: Repo) -> Iterator[Work]:
    """Every job of the repository's CI."""
    by_job: dict[tuple[int, int], list[Act]] = {}
    for act in repo.automation.acts:
        by_job.setdefault((id(act.pipeline), id(act.job)), []).append(act)
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            yield Work(pipeline, job, tuple(by_job.get((id(pipeline), id(job)), ())))


def service(repo: Repo, act: Act) -> Service | None:
    """The service that a command is about."""
    return next((each for each in repo.services if each.root == act.root), None)


def name_of(requirement: str) -> str:
    """The name in a requirement, lower case; empty where it has none."""
    match = _NAME.match(requirement)
    return match[0].lower().replace("_", "-") if match else ""


def is_for_tools(act: Act) -> bool:
    """Whether all that a command installs are installers."""
    doing = act.doing
    names = [name_of(word.text) for word in doing.names]
    return doing.effect is Effect.PACKAGES and bool(names) and not (doing.files or doing.folders) and (
        INSTALLERS.issuperset(names)
    )  # fmt: skip


def managers(acts: Iterable[Act]) -> tuple[str, ...]:
    """The managers that fill environments with more than installers, the first one first."""
    return tuple(dict.fromkeys(act.doing.manager for act in acts if act.installs and not is_for_tools(act)))


def brings(job: Job, acts: Iterable[Act], name: str) -> bool:
    """Whether it is plain how a manager comes into a job: by a known action, or a command that installs it."""
    return any(tool.name == name for step in job.steps for tool in step.tools) or installs(acts, name)


def installs(acts: Iterable[Act], name: str) -> bool:
    """Whether one of these commands installs a manager."""
    installed = (
        word.text for act in acts if act.doing.effect in {Effect.PACKAGES, Effect.TOOL} for word in act.doing.names
    )
    return any(name_of(text) == name for text in installed)


def may_be_set_elsewhere(job: Job, acts: Iterable[Act], act: Act) -> bool:
    """Whether a step that kempt does not know may have set the manager up, and told it to be strict."""
    before = job.steps[: _index(job, act.step)]
    return any(step.opaque for step in before) and not brings(job, acts, act.doing.manager)


def _index(job: Job, step: Step) -> int:
    return next((number for number, each in enumerate(job.steps) if each is step), len(job.steps))


def files_of(repo: Repo, act: Act) -> tuple[PurePosixPath, ...]:
    """The tracked requirements files that a command names, those that only constrain included, from the root."""
    folder = act.folder
    if folder is None:
        return ()
    files = (*act.doing.files, *act.doing.constraints)
    named = (normpath(f"{folder}/{name}" if folder else name) for name in files)
    return tuple(PurePosixPath(path) for path in named if path in repo.tree.listing)


def with_word(act: Act, word: str) -> tuple[Replace, ...]:
    """Put an option after the verb."""
    words = act.command.words
    if act.doing.verb >= len(words) or not is_placed(act):
        return ()
    end = words[act.doing.verb].end
    return () if end == UNPLACED else (Replace(act.command.location.path, end, end, f" {word}"),)


def with_option(act: Act, number: int, text: str) -> tuple[Replace, ...]:
    """Put a text in the place of one word."""
    word = act.command.words[number]
    if word.start == UNPLACED or not is_placed(act):
        return ()
    return (Replace(act.command.location.path, word.start, word.end, text),)


def is_placed(act: Act) -> bool:
    """Whether a command stands at a place that is known: in the pipeline's file, or in one that it includes.

    Only words of the command itself can be changed in an included file. Steps are added to the pipeline's own.
    """
    return act.command.start != UNPLACED and (act.step.own or is_included(act.pipeline, act.command))


def is_included(pipeline: Pipeline, command: Command) -> bool:
    """Whether a command stands in another file than its pipeline: a local action, a template, an include."""
    return command.location.path != pipeline.path


def by_hand(pipeline: Pipeline, command: Command, mended: Fix | None) -> tuple[str, ...]:
    """The note on a command of another file that no fix can reach."""
    if mended is not None or not is_included(pipeline, command):
        return ()
    return (f"`{command.location.path}` is used by `{pipeline.path}`; kempt does not edit it here, mend it by hand",)


def fix(title: str, safety: Safety, edits: tuple[Replace, ...]) -> Fix | None:
    """A fix, where there is something to edit."""
    return Fix(title, safety, edits) if edits else None


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings, each place once: the steps of a local action or a template are those of every job that uses it.

    So is a cache: it is restored and saved, and jobs share it by an anchor or a default.
    """
    told = set[tuple[Location, str]]()
    for finding in findings:
        if (finding.location, finding.message) not in told:
            told.add((finding.location, finding.message))
            yield finding


def is_locked(repo: Repo, act: Act) -> bool:
    """Whether a command is about a lock of this repository. Where its folder is not known, it may be any of them."""
    return any(
        service.manager == act.doing.manager and service.lock is not None and not service.demoted
        for service in repo.services if act.root in {None, service.root}
    )  # fmt: skip


def is_compared(repo: Repo, act: Act) -> bool:
    """Whether any job or hook of the repository compares the lock that a command installs with the manifest."""
    manager, comparing = act.doing.manager, {Effect.CHECKED, Effect.COMPARES}
    if any(
        each.doing.manager == manager
        and each.doing.effect in comparing
        and _may_be_same(each.root, act.root)
        and not failures(each)
        for each in repo.automation.acts
    ):
        return True
    ids = {hook.id.value for file in repo.automation.hooks for hook in file.hooks}
    return not ids.isdisjoint(HOOKS.get(manager, frozenset()) | {"kempt-check"}) or _runs_kempt(repo)


def failures(act: Act) -> tuple[tuple[str, ...], ...]:
    """The installs and comparisons that must have failed for a command to run: `A` in `A || B`, in `if ! A; then B`."""
    tests = (argv for branch in act.command.branches if not branch.holds for argv in branch.test)
    return tuple(argv for argv in tests if _says_that_all_is_well(argv))


def _says_that_all_is_well(argv: tuple[str, ...]) -> bool:
    doing = commands.understand(tuple(map(Word, argv)), {})
    return doing is not None and (doing.installs or doing.effect is Effect.COMPARES)


def _may_be_same(one: PurePosixPath | None, other: PurePosixPath | None) -> bool:
    return one == other or one is None or other is None


def _runs_kempt(repo: Repo) -> bool:
    """`kempt check` compares every lock (KPT303); its action does nothing else."""
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            if any(step.opaque.rpartition("/")[2] == "kempt" for step in job.steps):
                return True
            if any("check" in command.argv and _names_kempt(command) for command in job.commands):
                return True
    return False


def _names_kempt(command: Command) -> bool:
    return any(word.rpartition("/")[2].partition("=")[0] == "kempt" for word in command.argv[:4])


def is_true(values: Mapping[str, str], name: str) -> bool:
    """Whether a variable says yes."""
    return values.get(name, "").strip().lower() in {"1", "true", "yes", "on", "y", "t"}
