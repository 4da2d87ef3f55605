"""KPT603 missing-lock-hook: pre-commit is in use, and nothing refuses a commit that leaves the lock file stale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import script_commands
from kempt.formats.hook_entries import Entry, Rows
from kempt.managers import commands
from kempt.model.finding import Finding, Fix, Level, Location, Replace, Safety
from kempt.model.hooks import Hook, HookFile
from kempt.model.installs import Doing, Effect
from kempt.model.pipeline import Command, Word
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import hooking, locking, versioning

COMPARES = frozenset({Effect.CHECKED, Effect.COMPARES})


class LockHook(NamedTuple):
    """A manager's own hook: where it comes from, since when it has what is asked of it, what it looks at.

    `args` make it say that the lock is stale and write nothing, `folder` is the option that names a project's folder.
    """

    address: str
    rev: str
    since: tuple[int, ...]
    id: str
    args: tuple[str, ...]
    folder: str
    files: str


HOOKS: Mapping[str, LockHook] = {
    "uv": LockHook(
        "https://github.com/astral-sh/uv-pre-commit", "0.11.32", (0, 5, 6), "uv-lock", ("--check",), "--directory",
        r"(uv\.lock|pyproject\.toml|uv\.toml)",
    ),
    "poetry": LockHook(
        "https://github.com/python-poetry/poetry", "2.4.1", (1, 6), "poetry-check", ("--lock",), "--directory",
        r"(poetry\.lock|pyproject\.toml)",
    ),
    "pdm": LockHook(
        "https://github.com/pdm-project/pdm", "2.28.2", (2, 4), "pdm-lock-check", (), "--project",
        r"(pdm\.lock|pyproject\.toml)",
    ),
}  # fmt: skip
"""Pipenv has none."""
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "uv-lock": ("uv", "lock"),
    "poetry-check": ("poetry", "check"),
    "poetry-lock": ("poetry", "lock"),
    "pdm-lock-check": ("pdm", "lock", "--check"),
}
"""What the hooks of managers run, from the files in which their repositories say so."""
ELSEWHERE: Mapping[str, bytes] = {
    "uv": rb"(?<![\w-])uv\W{1,6}(?:sync|lock|run|export)\b[^\n]{0,200}--(?:locked|check)\b|UV_LOCKED|uv-venv-lock-",
    "poetry": rb"(?<![\w-])poetry\W{1,6}(?:check|install|sync)\b",
    "pdm": rb"(?<![\w-])pdm\W{1,6}(?:lock|install)\b[^\n]{0,200}--check\b",
}
"""How build scripts compare a lock, whatever language they are written in."""
KEMPT = rb"(?<![\w.-])kempt\b[^\n#]{0,100}\bcheck\b|uses:[ \t]*[^\s@#]{1,100}/kempt@"
"""How they run kempt's check, or GitHub its action."""


def check(repo: Repo) -> Iterator[Finding]:
    """One finding for each manager. A hook for the root says nothing of the services below it: it never looks there."""
    file = hooking.in_use(repo)
    if file is None or any(hooking.is_kempt(hook) for each in repo.automation.hooks for hook in each.hooks):
        return
    locked = [each for each in locking.own_services(repo) if each.lock is not None and each.manager in HOOKS]
    if not locked or _is_kempt_at_work(repo):
        return
    compared = set(_compared_by_hooks(repo)) | set(_compared_in_ci(repo)) | set(_compared_in_scripts(repo))
    for manager in HOOKS:
        missing = [
            each for each in locked
            if each.manager == manager and not compared & {(manager, each.root), (manager, None)}
        ]  # fmt: skip
        if missing:
            yield _finding(repo, file, manager, missing)


def _finding(repo: Repo, file: HookFile, manager: str, services: list[Service]) -> Finding:
    locks = ", ".join(f"`{service.lock}`" for service in services)
    together = for_one_release(repo, manager, services)
    edits = edits_for(repo, file, manager, *together) if together else ()
    only = services[0] if len(services) == 1 else None
    return RULE.finding(
        Location(file.path, 0), f"pre-commit is in use, and no hook and no CI job notices that {locks} is stale",
        key=" ".join(str(service.lock) for service in services),
        fix=Fix(f"add `{HOOKS[manager].id}`", Safety.SAFE, edits) if edits else None,
        service=only.root if only else None,
    )  # fmt: skip


# --- what compares a lock ------------------------------------------------------------------------------
def _compared_by_hooks(repo: Repo) -> Iterator[tuple[str, PurePosixPath | None]]:
    """(manager, root of the service) for each lock that a hook compares or writes anew; None for any of its services.

    One that writes it anew counts: pre-commit refuses a commit during which a file has changed.
    """
    for file in repo.automation.hooks:
        for hook in file.hooks:
            for command in hook.commands or _usual(hook):
                doing = _understood(command)
                if doing is not None and (doing.effect in COMPARES or command.words[doing.verb].text == "lock"):
                    yield doing.manager, _root(repo, command.folder, doing.folder)
            if hooking.is_opaque(hook) and "lock" in hook.id.value:
                yield from ((manager, None) for manager in HOOKS)


def _usual(hook: Hook) -> Iterator[Command]:
    """What a hook of a manager runs where the configuration does not say."""
    if hook.id.value in ENTRIES:
        argv = (*ENTRIES[hook.id.value], *hook.args)
        yield Command(tuple(map(Word, argv)), hook.id.location)


def _understood(command: Command) -> Doing | None:
    """What a command does; `poetry check` compares the lock, if there is one, without being told to."""
    words = command.words
    if command.argv[:2] == ("poetry", "check"):
        words = (*words, Word("--lock"))
    return commands.understand(words, dict(command.assignments))


def _compared_in_ci(repo: Repo) -> Iterator[tuple[str, PurePosixPath | None]]:
    for act in repo.automation.acts:
        if act.doing.effect in COMPARES:
            yield act.doing.manager, act.root
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            for command in job.commands:
                if command.argv[:2] == ("poetry", "check"):
                    yield "poetry", _root(repo, command.folder, "")


def _compared_in_scripts(repo: Repo) -> Iterator[tuple[str, PurePosixPath | None]]:
    known = {str(pipeline.path) for pipeline in repo.automation.pipelines}
    for path, content in _scripts(repo):
        if path not in known:
            yield from ((name, None) for name, pattern in ELSEWHERE.items() if re.search(pattern, content))


def _is_kempt_at_work(repo: Repo) -> bool:
    """Whether CI or a build script runs kempt's check, which compares every lock (KPT303)."""
    steps = (step for pipeline in repo.automation.pipelines for job in pipeline.jobs for step in job.steps)
    if any("kempt" in step.opaque or any(_is_check(hooking.ran(each)) for each in step.commands) for step in steps):
        return True
    return any(re.search(KEMPT, content) for _, content in _scripts(repo))


def _scripts(repo: Repo) -> Iterator[tuple[str, bytes]]:
    """The scripts and CI files, without the hooks."""
    hooks = {str(file.path) for file in repo.automation.hooks}
    return (each for each in locking.scripts(repo) if each[0] not in hooks)


def _is_check(ran: hooking.Ran) -> bool:
    return ran.program == "kempt" and "check" in ran.args


def _root(repo: Repo, folder: str | None, named: str) -> PurePosixPath | None:
    """The innermost service around a folder that a command works in; None for one that is not known."""
    place = None if "$" in named or "{" in named else script_commands.joined(folder, named)
    if place is None:
        return None
    lineage = {PurePosixPath(place), *PurePosixPath(place).parents}
    inside = [service.root for service in repo.services if service.root in lineage]
    return max(inside, key=lambda root: len(root.parts), default=PurePosixPath("."))


# --- the fix -------------------------------------------------------------------------------------------
def for_one_release(
    repo: Repo, manager: str, services: Sequence[Service], preferred: Iterable[str] = ()
) -> tuple[str, Sequence[Service]] | None:
    """A release whose hook all of these services accept, or as many of them as the first one can share one with.

    uv refuses any other version than `required-version`, Poetry any other than `requires-poetry`, and a hook that
    refuses stops each commit. The tags of the hooks' repositories are the managers' releases. None where none is known.
    """
    wanted, first = HOOKS[manager], services[0]
    found = [*preferred, wanted.rev]
    found += (each for service in services for each in versioning.candidates(repo, service, manager))
    fitting = [each for each in dict.fromkeys(found) if each and versioning.number(each) >= wanted.since]
    for group in (services, (first,)):
        for version in fitting:
            if versioning.is_accepted(repo, group, manager, version):
                return version, [each for each in services if versioning.is_accepted(repo, (each,), manager, version)]
    return None


def edits_for(
    repo: Repo, file: HookFile, manager: str, version: str, services: Sequence[Service]
) -> tuple[Replace, ...]:  # fmt: skip
    """The hook for each of these services, beside others of an accepted release if there are any, else as this one."""
    from kempt.formats import hook_edits

    wanted = HOOKS[manager]
    hooks = tuple(_rows(file, wanted, service) for service in services)
    for beside in file.hooks:
        there = hooking.version(file, beside) if hooking.comes_from(beside, wanted.address) else None
        if there is not None and there >= wanted.since and is_accepted(repo, manager, there, services):
            return hook_edits.with_hooks(file, beside, hooks)
    return hook_edits.with_repository(file, Entry(wanted.address, version, hooks))


def is_accepted(repo: Repo, manager: str, there: tuple[int, ...], services: Iterable[Service]) -> bool:
    """Whether services accept the release that a `rev` names."""
    return versioning.is_accepted(repo, services, manager, ".".join(map(str, there)))


def _rows(file: HookFile, wanted: LockHook, service: Service) -> Rows:
    """The hook for one service. pre-commit.ci's hooks reach no network, and uv needs none for a lock that is fresh."""
    from kempt.formats import yaml

    args = ("--locked", "--offline") if file.hosted and wanted.id == "uv-lock" else wanted.args
    below = service.root != PurePosixPath(".")
    if below:
        args = (*args, wanted.folder, str(service.root))
    rows = [f"name: {yaml.quoted(f'{wanted.id} {service.root}')}"] if below else []
    if args:
        rows.append(f"args: [{', '.join(map(yaml.quoted, args))}]")
    if below or service.members:
        inside = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", str(service.root)) + "/" if below else ""
        members = "(.*/)?" if service.members else ""
        rows.append(f"files: {yaml.quoted(f'^{inside}{members}{wanted.files}$')}")
    return hooking.rows(wanted.id, *rows)


RULE = Rule(
    "KPT603", "missing-lock-hook", promise=1, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="pre-commit is in use, and nothing refuses a commit that leaves the lock file stale",
    help="add the lock hook of the package manager, or kempt-check",
)  # fmt: skip
