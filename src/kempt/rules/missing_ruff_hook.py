"""KPT606 missing-ruff-hook: pre-commit is in use, and no hook lints or formats Python."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats.hook_entries import Entry
from kempt.model.finding import Finding, Fix, Level, Location, Replace, Safety
from kempt.model.hooks import HookFile
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import hooking, linting

WANTED = {"linter": "ruff-check", "formatter": "ruff-format"}
SAYS = {"linter": "no hook lints Python", "formatter": "no hook formats Python"}
SINCE = (0, 11, 10)
"""The first version of ruff-pre-commit that has both."""


def check(repo: Repo) -> Iterator[Finding]:
    """Who has another linter or formatter has chosen; a hook that runs a script or `make` may do anything."""
    file = hooking.in_use(repo)
    if file is None or not repo.services or b".py\0" not in repo.tree.listing.folded:
        return
    hooks = [hook for each in repo.automation.hooks for hook in each.hooks]
    found = {part for hook in hooks for part in linting.parts(hook)}
    missing = [part for part in WANTED if part not in found]
    if not missing or any(map(hooking.is_opaque, hooks)) or (found and not _are_of_ruff(file)):
        return
    says = " and ".join(SAYS[part] for part in missing) if len(missing) == 1 else "no hook lints or formats Python"
    names = [WANTED[part] for part in missing]
    edits = _edits(file, names)
    title = f"add {' and '.join(f'`{name}`' for name in names)}"
    yield RULE.finding(
        Location(file.path, 0), f"pre-commit is in use, and {says}", key=" ".join(names),
        fix=Fix(title, Safety.SAFE, edits) if edits else None,
    )  # fmt: skip


def _are_of_ruff(file: HookFile) -> bool:
    """Whether all that lints or formats comes from Ruff's own repository, under its present names."""
    used = [hook for hook in file.hooks if linting.parts(hook)]
    return all(hooking.comes_from(hook, hooking.RUFF) and hook.id.value in WANTED.values() for hook in used)


def _edits(file: HookFile, names: list[str]) -> tuple[Replace, ...]:
    from kempt.formats import hook_edits

    rows = tuple(hooking.rows(name) for name in names)
    beside = next((hook for hook in file.hooks if hooking.comes_from(hook, hooking.RUFF)), None)
    version = hooking.version(file, beside) if beside else None
    if beside is not None and version is not None and version >= SINCE:
        return hook_edits.with_hooks(file, beside, rows)
    return hook_edits.with_repository(file, Entry(hooking.RUFF, hooking.RUFF_REV, rows))


RULE = Rule(
    "KPT606", "missing-ruff-hook", promise=2, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="pre-commit is in use, and no hook lints or formats Python",
    help="add ruff-check and ruff-format",
)  # fmt: skip
