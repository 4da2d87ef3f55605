"""Why something was refused, in one line that ends in what to do next."""

from __future__ import annotations

from kempt.model.verify import Refusal
from kempt.report.escape import visible
from kempt.report.redaction import redacted

COMMANDS = frozenset({"kempt", "uv", "poetry", "pdm", "pipenv", "pip-compile", "git", "cd", "pixi", "conda"})
"""Words that a hint begins with where it is a command to type, and not advice."""


def in_one_line(refusal: Refusal) -> str:
    """`uv.lock is stale: ... Run: uv lock  [KPT303]`."""
    hint = visible(refusal.hint)
    code = f"  [{refusal.code}]" if refusal.code else ""
    if not hint:
        return f"{visible(redacted(refusal.message))}{code}"
    following = f"Run: {hint}" if hint.split()[0] in COMMANDS else f"{hint[0].upper()}{hint[1:]}"
    return f"{visible(redacted(refusal.message))}. {following}{code}"
