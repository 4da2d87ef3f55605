"""The terminal that stdout may be."""

from __future__ import annotations

import os

STDOUT = 1


def columns() -> int:
    """How many columns the terminal has; 0 where stdout is none."""
    try:
        return os.get_terminal_size(STDOUT).columns
    except (OSError, ValueError):
        return 0
