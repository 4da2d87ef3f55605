"""Variables in the words of instructions, as the builder replaces them: `$A`, `${A}`, `${A:-b}`, `${A:+b}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST = 4096
"""Characters of a value; a longer one is cut: variables that double each other would have no end."""
_VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?:(:?[-+?])([^{}]{0,1024}))?\})", re.ASCII)
_DEPTH = 4


def expanded(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """The text with the variables that are known; others stay as they are written."""
    if "$" not in text:
        return text[:LONGEST]

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[2], match[3] or "", match[4] or ""
        if not name:
            return match.group()
        known = variables.get(name)
        is_set = bool(known) if operator.startswith(":") else known is not None
        if operator.endswith("+"):
            return expanded(other, variables, depth + 1) if is_set and depth < _DEPTH else ""
        if is_set or (known is not None and not operator.endswith("-")):
            return known or ""
        return expanded(other, variables, depth + 1) if operator.endswith("-") and depth < _DEPTH else match.group()

    return _VARIABLE.sub(value, text[:LONGEST])[:LONGEST]
