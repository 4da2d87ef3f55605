"""Where the user's own settings lie: what other programs keep in the home folder."""

from __future__ import annotations

import os
from contextlib import suppress

from kempt.host.env import environ


def user_settings() -> str:
    """The folder of settings by the XDG Base Directory Specification; `~/.config` unless the user moved it."""
    moved = environ().get("XDG_CONFIG_HOME", "")
    return moved if os.path.isabs(moved) else os.path.join(environ().get("HOME") or os.path.expanduser("~"), ".config")


def entries(folder: str) -> list[str]:
    """The names in a folder, sorted; none where it cannot be listed."""
    found: list[str] = []
    with suppress(OSError):
        found = sorted(os.listdir(folder))
    return found
