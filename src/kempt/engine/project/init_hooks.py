"""`init --hooks`: a pre-commit configuration with the hooks that keep a repository kempt.

One that is there gets what it lacks: lint, format and hygiene where it has nothing of the kind, the lock hook of each
manager, and kempt's own check, which needs no address: pre-commit installs it as the release that wrote the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.engine.project.init_ci import Files
from kempt.engine.project.init_ci_templates import render
from kempt.engine.project.init_ci_versions import Versions
from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.formats import hook_edits, hook_start, precommit
from kempt.model.finding import Edit, Replace
from kempt.model.hooks import HookFile
from kempt.model.repo import Repo, Service
from kempt.rules import hooking, locking, missing_hygiene_hook, missing_lock_hook, missing_ruff_hook, versioning

CONFIGURATION = PurePosixPath(".pre-commit-config.yaml")
GENERAL = (missing_hygiene_hook, missing_ruff_hook)


def hook_files(repo: Repo, versions: Versions) -> Files:
    """The configuration, new or with what is missing; nothing where nothing is. What keeps commits back is told."""
    path = str(CONFIGURATION)
    text = render("pre-commit.yaml", {"hygiene": hooking.HYGIENE_REV, "ruff": hooking.RUFF_REV})
    if path in repo.tree.listing or repo.tree.is_untracked(path):
        try:
            old = repo.tree.read(path)
        except UnreadableError as error:
            return _by_hand(f"kempt cannot read it: {error.message}")
        text = hook_start.with_first(old, text) or old.decode("utf-8", "surrogateescape")
    found = _parsed(text)
    if isinstance(found, precommit.Unparsable):
        return _by_hand(f"it does not parse, line {found.line}: {found.message}")
    if not found.hooks:
        return _by_hand("it has no hooks that kempt can read")
    file, left = _with_all(repo, found, versions)
    if not any(hooking.is_kempt(hook) for hook in file.hooks):
        return _by_hand("kempt cannot add to a list that is written like this")
    return Files({path: file.text.encode("utf-8", "surrogateescape")}, left)


def _with_all(repo: Repo, file: HookFile, versions: Versions) -> tuple[HookFile, tuple[Next, ...]]:
    """The file with what it lacks; each change is read again before the next."""
    left = tuple(_refused(repo, file))
    for rule in GENERAL:
        asked = repo._replace(automation=repo.automation._replace(hooks=(file,)))
        fixes = (finding.fix for finding in rule.check(asked) if finding.fix is not None)
        file = _changed(file, [edit for fix in fixes for edit in fix.edits])
    for manager, wanted in missing_lock_hook.HOOKS.items():
        services = _locked(repo, manager)
        if services and not any(hook.id.value == wanted.id for hook in file.hooks):
            file, more = _with_locks(repo, file, manager, services, versions)
            left += more
    if not any(hooking.is_kempt(hook) for hook in file.hooks):
        file = _changed(file, hook_edits.with_repository(file, hooking.KEMPT))
    return file, left


def _with_locks(
    repo: Repo, file: HookFile, manager: str, services: list[Service], versions: Versions
) -> tuple[HookFile, tuple[Next, ...]]:
    """The lock hook for each service, of the release that CI installs; several entries where no release suits all."""
    while services:
        preferred = [versions.of(each, manager) for each in services]
        found = missing_lock_hook.for_one_release(repo, manager, services, preferred)
        if found is None:
            wanted = missing_lock_hook.HOOKS[manager]
            rest = ", ".join(str(each.root) for each in services)
            why = f"kempt knows no release that {services[0].root} accepts"
            return file, (Next(f"add {wanted.id} of {wanted.address} for {rest}", why),)
        version, together = found
        file = _changed(file, missing_lock_hook.edits_for(repo, file, manager, version, together))
        services = [each for each in services if each not in together]
    return file, ()


def _locked(repo: Repo, manager: str) -> list[Service]:
    return [each for each in locking.own_services(repo) if each.lock is not None and each.manager == manager]


def _refused(repo: Repo, file: HookFile) -> Iterator[Next]:
    """The hooks of managers that are there in a release which the project refuses: no commit would pass them."""
    for manager, wanted in missing_lock_hook.HOOKS.items():
        hooks = [each for each in file.hooks if hooking.comes_from(each, wanted.address)]
        revs = {version: each for each in hooks if (version := hooking.version(file, each)) is not None}
        for version, hook in revs.items():
            text = ".".join(map(str, version))
            ranges = (versioning.required(repo, each, manager) for each in _locked(repo, manager))
            refusing = next((each for each in ranges if each and not versioning.fits(text, each)), "")
            if refusing:
                why = f"{CONFIGURATION} runs {manager} {text}, and the project wants {refusing}"
                yield Next(f"pre-commit autoupdate --repo {hook.repo}", why)


def _changed(file: HookFile, edits: Iterable[Edit]) -> HookFile:
    text = file.text
    for edit in sorted((each for each in edits if isinstance(each, Replace)), key=lambda each: -each.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    again = _parsed(text)
    return again if isinstance(again, HookFile) else file


def _parsed(text: str) -> HookFile | precommit.Unparsable:
    return precommit.parse(CONFIGURATION, text.encode("utf-8", "surrogateescape"))


def _by_hand(why: str) -> Files:
    rows = ", ".join(hooking.KEMPT.hooks[0])
    return Files({}, (Next(f"add to repos in {CONFIGURATION}: - {{repo: local, hooks: [{{{rows}}}]}}", why),))
