"""Where the user's own settings lie: what other programs keep in the home folder."""

from __future__ import annotations

import os
from contextlib import suppress

from kempt.errors import KemptError
from kempt.host.env import environ
from kempt.host.reading import read_regular

PIP_SETTINGS_LIMIT = 1024**2


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


def pip_settings() -> tuple[bytes, ...]:
    """The contents of pip's settings files, the machine's before the user's. Source: "Configuration" in pip's pages."""
    home = environ().get("HOME") or os.path.expanduser("~")
    shared = (environ().get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)
    paths = [*(os.path.join(each, "pip", "pip.conf") for each in reversed(shared)), "/etc/pip.conf"]
    paths += [os.path.join(home, ".pip", "pip.conf"), os.path.join(user_settings(), "pip", "pip.conf")]
    paths += [named] if (named := environ().get("PIP_CONFIG_FILE", "")) else []
    found = []
    for path in paths:
        with suppress(KemptError):
            found.append(read_regular(os.path.realpath(path), PIP_SETTINGS_LIMIT))
    return tuple(found)
