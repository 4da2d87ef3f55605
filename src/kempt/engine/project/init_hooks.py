"""`init --hooks`: a pre-commit configuration with the hooks that keep a repository kempt.

One that is there gets what it lacks: lint, format and hygiene where it has nothing of the kind, the lock hook of each
manager, and kempt's own check, which needs no address: pre-commit installs it as the release that wrote the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.engine.project.init_ci import Files
from kempt.engine.project.init_ci_templates import render
from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.formats import hook_edits, precommit
from kempt.model.finding import Edit, Replace
from kempt.model.hooks import HookFile
from kempt.model.repo import Repo, Service
from kempt.rules import hooking, locking, missing_hygiene_hook, missing_ruff_hook
from kempt.rules.missing_lock_hook import HOOKS
from kempt.rules.missing_lock_hook import _edits as edits_for

CONFIGURATION = PurePosixPath(".pre-commit-config.yaml")
GENERAL = (missing_hygiene_hook, missing_ruff_hook)


def hook_files(repo: Repo) -> Files:
    """The configuration, new or with what is missing; nothing where nothing is."""
    path = str(CONFIGURATION)
    if path in repo.tree.listing or repo.tree.is_untracked(path):
        try:
            old = repo.tree.read(path)
        except UnreadableError as error:
            return _by_hand(f"kempt cannot read it: {error.message}")
    else:
        old = render("pre-commit.yaml", {"hygiene": hooking.HYGIENE_REV, "ruff": hooking.RUFF_REV}).encode()
    found = precommit.parse(CONFIGURATION, old)
    if not isinstance(found, HookFile) or not found.hooks:
        return _by_hand("it has no hooks that kempt can read")
    file = _with_all(repo, found)
    if not any(hooking.is_kempt(hook) for hook in file.hooks):
        return _by_hand("kempt cannot add to a list that is written like this")
    return Files({path: file.text.encode("utf-8", "surrogateescape")})


def _with_all(repo: Repo, file: HookFile) -> HookFile:
    """The file with what it lacks; each change is read again before the next."""
    for rule in GENERAL:
        asked = repo._replace(automation=repo.automation._replace(hooks=(file,)))
        fixes = (finding.fix for finding in rule.check(asked) if finding.fix is not None)
        file = _changed(file, [edit for fix in fixes for edit in fix.edits])
    for manager, wanted in HOOKS.items():
        if not any(hook.id.value == wanted.id for hook in file.hooks):
            services = tuple(_locked(repo, manager))
            file = _changed(file, edits_for(file, wanted, services) if services else ())
    if not any(hooking.is_kempt(hook) for hook in file.hooks):
        file = _changed(file, hook_edits.with_repository(file, hooking.KEMPT))
    return file


def _locked(repo: Repo, manager: str) -> Iterator[Service]:
    return (each for each in locking.own_services(repo) if each.lock is not None and each.manager == manager)


def _changed(file: HookFile, edits: Iterable[Edit]) -> HookFile:
    text = file.text
    for edit in sorted((each for each in edits if isinstance(each, Replace)), key=lambda each: -each.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    again = precommit.parse(file.path, text.encode("utf-8", "surrogateescape"))
    return again if isinstance(again, HookFile) else file


def _by_hand(why: str) -> Files:
    rows = "; ".join(hooking.KEMPT.hooks[0])
    return Files({}, (Next(f"add a local hook to {CONFIGURATION} ({rows})", why),))
