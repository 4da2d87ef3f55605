"""The rules, for people who ask about them."""

from __future__ import annotations

from kempt import rules
from kempt.errors import UsageError
from kempt.model.rule import Rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(sorted(rules.ALL, key=lambda rule: rule.code))


def find_rule(word: str) -> Rule:
    """The rule of a code or a name, whatever its case. Raises UsageError, with "did you mean"."""
    wanted = word.strip().lower()
    for rule in rules.ALL:
        if wanted in {rule.code.lower(), rule.name}:
            return rule
    from difflib import get_close_matches

    known = {name.lower(): name for rule in rules.ALL for name in (rule.code, rule.name)}
    close = get_close_matches(wanted.replace("_", "-"), known, n=1)
    meant = f"; did you mean `{known[close[0]]}`?" if close else ""
    raise UsageError(f"there is no rule `{word}`{meant}", hint="kempt rules lists all")
