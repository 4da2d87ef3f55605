"""KPT601 destructive-clean-hook: a hook deletes bytecode or tool caches in the work tree before each commit."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Fix, Level, Safety
from kempt.model.hooks import Hook, HookFile
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import hooking


def check(repo: Repo) -> Iterator[Finding]:
    """What is ignored is never committed, so there is nothing to clean; what is not ignored wants an ignore rule.

    A hook that only runs when it is asked for (`stages: [manual]`) is its owner's tool.
    """
    for file in repo.automation.hooks:
        guarded = any(map(hooking.is_kempt, file.hooks))
        found = [(hook, name) for hook in file.hooks if set(hook.stages) != {"manual"} and (name := _deleted(hook))]
        for number, (hook, name) in enumerate(found):
            fix = _fix(file, hook, guarded=guarded or number > 0) if number < hooking.MOST_FIXES else None
            shown = name if " " in name else f"`{name}`"
            yield RULE.finding(
                hook.id.location, f"the hook `{hook.id.value}` deletes {shown} from the work tree on each commit",
                key=hook.id.value, fix=fix,
            )  # fmt: skip


def _deleted(hook: Hook) -> str:
    """What a hook deletes; of a hook from elsewhere only its name tells."""
    from kempt.rules import cleaning_up

    if hook.id.value in cleaning_up.CLEANERS:
        return cleaning_up.BYTECODE[0]
    found = (cleaning_up.deleted_cache(each) for each in cleaning_up.following(hook.commands))
    return next((name for name in found if name), "")


def _fix(file: HookFile, hook: Hook, *, guarded: bool) -> Fix | None:
    from kempt.formats import hook_edits

    id = hook.id.value
    if guarded:
        title, edits = f"delete the hook `{id}`", hook_edits.without_hook(file, hook)
    else:
        title, edits = f"put `kempt-check` in the place of `{id}`", hook_edits.instead_of(file, hook, hooking.KEMPT)
    return Fix(title, Safety.SAFE, edits) if edits else None


RULE = Rule(
    "KPT601", "destructive-clean-hook", promise=2, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a hook deletes bytecode or tool caches in the work tree on each commit",
    help="delete the hook, and let kempt check that nothing of it is tracked",
)  # fmt: skip
