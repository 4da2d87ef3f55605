"""What the rules on Ruff's hooks share: which hooks lint Python, and which format it."""

from __future__ import annotations

from kempt.model.hooks import Hook
from kempt.rules import hooking

LINTERS = frozenset({
    "ruff", "ruff-check", "flake8", "pylint", "pyflakes", "pycodestyle", "prospector", "pylama", "flakeheaven",
    "flakehell", "wemake-python-styleguide",
})  # fmt: skip
FORMATTERS = frozenset({
    "ruff-format", "black", "black-jupyter", "yapf", "autopep8", "blue", "darker", "ufmt", "pyink", "brunette",
})  # fmt: skip


def parts(hook: Hook) -> frozenset[str]:
    """Whether a hook is a "linter", a "formatter", both, or neither: by its id, or by what it runs."""
    names = [hook.id.value.lower()]
    for ran in hooking.runs(hook):
        formats = ran.program == "ruff" and ran.args[:1] == ("format",)
        names.append("ruff-format" if formats else ran.program)
    if hook.repo == hooking.LOCAL and len(names) > 1:
        names = names[1:]
    found = {"linter"} if LINTERS.intersection(names) else set()
    return frozenset(found | ({"formatter"} if FORMATTERS.intersection(names) else set()))
