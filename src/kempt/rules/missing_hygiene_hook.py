"""KPT607 missing-hygiene-hook: pre-commit is in use without the hooks that keep every text file whole."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats.hook_entries import Entry
from kempt.model.finding import Finding, Fix, Level, Location, Replace, Safety
from kempt.model.hooks import HookFile
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import hooking

WANTED = {
    "check-merge-conflict": ("check-merge-conflict",),
    "end-of-file-fixer": ("end-of-file-fixer", "editorconfig-checker"),
    "trailing-whitespace": ("trailing-whitespace", "trailing-whitespace-fixer", "editorconfig-checker"),
}
"""The hooks, and the names under which others do the same."""


def check(repo: Repo) -> Iterator[Finding]:
    """By their ids, whoever brings them: pre-commit's own repository, a fork, prek's built-in ones, a local one."""
    file = hooking.in_use(repo)
    if file is None:
        return
    hooks = [hook for each in repo.automation.hooks for hook in each.hooks]
    found = {hook.id.value for hook in hooks} | {ran.program for hook in hooks for ran in hooking.runs(hook)}
    missing = [name for name, same in WANTED.items() if found.isdisjoint(same)]
    if not missing:
        return
    shown = ", ".join(f"`{name}`" for name in missing)
    edits = _edits(file, missing)
    yield RULE.finding(
        Location(file.path, 0), f"pre-commit is in use without {shown}", key=" ".join(missing),
        fix=Fix(f"add {shown}", Safety.SAFE, edits) if edits else None,
    )  # fmt: skip


def _edits(file: HookFile, names: list[str]) -> tuple[Replace, ...]:
    """All three are as old as their repository, so any `rev` has them; where prek's built-in ones are used, they do."""
    from kempt.formats import hook_edits

    rows = tuple(hooking.rows(name) for name in names)
    beside = next(
        (hook for hook in file.hooks if hook.repo == "builtin" or hooking.comes_from(hook, hooking.HYGIENE)), None
    )
    if beside is not None:
        return hook_edits.with_hooks(file, beside, rows)
    return hook_edits.with_repository(file, Entry(hooking.HYGIENE, hooking.HYGIENE_REV, rows))


RULE = Rule(
    "KPT607", "missing-hygiene-hook", promise=2, level=Level.INFO, since="0.1", check=check, fix=Safety.SAFE,
    summary="pre-commit is in use without the hooks that keep every text file whole",
    help="add check-merge-conflict, end-of-file-fixer and trailing-whitespace",
)  # fmt: skip
