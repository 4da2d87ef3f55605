"""BuildKit's own parser, as an oracle: asottile's `dockerfile`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ORACLE: Any = import_module("dockerfile")  # it has no types

Shape = tuple[str, int, int, bool, tuple[str, ...]]
"""An instruction: its name, first and last line, whether it is in the JSON form, and its flags."""


def shapes(text: str) -> list[Shape]:
    """The instructions of a file. Raises what the oracle raises where it does not parse."""
    found = _ORACLE.parse_string(text)
    return [(each.cmd.upper(), each.start_line, each.end_line, each.json, tuple(each.flags)) for each in found]
