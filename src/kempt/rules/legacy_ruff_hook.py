"""KPT602 legacy-ruff-hook: a hook is called `ruff`, which is a legacy alias of `ruff-check`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.finding import Finding, Fix, Level, Safety
from kempt.model.hooks import Hook, HookFile
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import hooking, linting

LEGACY = "ruff"
SINCE = (0, 11, 10)
"""The first version of ruff-pre-commit that has `ruff-check`."""

SAME_FILES = ("files", "exclude", "types", "types_or", "exclude_types")
"""What limits a hook to some files: the formatter that comes after it gets the same."""


def check(repo: Repo) -> Iterator[Finding]:
    """Where nothing formats, `ruff-format` comes along: the alias is all that configurations of that time have.

    Where `rev` is from before the new name, both change, and with the version what Ruff reports: that is unsafe. A
    commit without its version beside it is left to `pre-commit autoupdate`.
    """
    for file in repo.automation.hooks:
        formatted = any("formatter" in linting.parts(hook) or hooking.is_opaque(hook) for hook in file.hooks)
        legacy = [hook for hook in file.hooks if hook.id.value == LEGACY and hooking.comes_from(hook, hooking.RUFF)]
        for number, hook in enumerate(legacy):
            alone = not formatted and number == 0
            why = ", and no hook formats" if alone else ""
            yield RULE.finding(
                hook.id.location, f"the hook id `{LEGACY}` is a legacy alias of `ruff-check`{why}", key=LEGACY,
                fix=_fix(file, hook, formatted=not alone) if number < hooking.MOST_FIXES else None,
            )  # fmt: skip


def _fix(file: HookFile, hook: Hook, *, formatted: bool) -> Fix | None:
    from kempt.formats import hook_edits

    version = hooking.version(file, hook)
    knows = version is not None and version >= SINCE
    if version is None or not (knows or _is_tag(hook)):
        return None
    following = () if formatted else (hooking.rows("ruff-format", *hook_edits.rows_of(file, hook, SAME_FILES)),)
    rev = "" if knows else hooking.RUFF_REV
    edits = hook_edits.renamed(file, hook, "ruff-check", rev=rev, following=following)
    title = "call it `ruff-check`" + (f", at {rev}" if rev else "") + ("" if formatted else ", and add `ruff-format`")
    return Fix(title, Safety.SAFE if knows else Safety.UNSAFE, edits) if edits else None


def _is_tag(hook: Hook) -> bool:
    return hook.rev is not None and re.fullmatch(hooking.TAG, hook.rev.value) is not None


RULE = Rule(
    "KPT602", "legacy-ruff-hook", promise=2, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a hook is called `ruff`, which is a legacy alias of `ruff-check`",
    help="write id: ruff-check; pre-commit autoupdate raises a rev that does not know it",
)  # fmt: skip
