"""Where kempt keeps its own files: state that matters (journals, locks) and a cache that is always safe to delete."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

from kempt.errors import KemptError, UnsafeError
from kempt.host.env import environ

PRIVATE = 0o700

# The signature is fixed by the Cache Directory Tagging Specification; backup programs look for it.
CACHE_TAG = b"""Signature: 8a477f597d28d172789f06886806bc55
# This file marks a folder that kempt can make again: it is safe to delete and needs no backup.
# See https://bford.info/cachedir/
"""


class _Home(NamedTuple):
    """How one of the two folders is called: kempt's own variable, the XDG one, and the platform's places."""

    own: str
    xdg: str
    unix: str
    macos: str
    windows: str


_STATE = _Home("KEMPT_STATE_DIR", "XDG_STATE_HOME", ".local/state", "Library/Application Support", "State")
_CACHE = _Home("KEMPT_CACHE_DIR", "XDG_CACHE_HOME", ".cache", "Library/Caches", "Cache")


def state_folder(*parts: str) -> str:
    """The state folder, or one inside it; made for this user alone if it is missing.

    Raises KemptError when it cannot be made and UnsafeError when another user owns it.
    """
    folder = _make(_place(_STATE, environ()), _STATE)
    return _make(os.path.join(folder, *parts), _STATE) if parts else folder


def cache_folder(*parts: str) -> str:
    """The cache folder, or one inside it; made, with its CACHEDIR.TAG, if it is missing."""
    folder = _make(_place(_CACHE, environ()), _CACHE)
    try:
        with open(os.path.join(folder, "CACHEDIR.TAG"), "xb") as tag:
            tag.write(CACHE_TAG)
    except FileExistsError:
        pass
    except OSError as error:
        raise KemptError(f"cannot write: {error.strerror}", path=folder, hint=_hint(_CACHE)) from error
    return _make(os.path.join(folder, *parts), _CACHE) if parts else folder


def repository_key(root: str) -> str:
    """A short name for a repository, by the real path of its root, for the names of files about it."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]


def _place(home: _Home, env: Mapping[str, str], platform: str = sys.platform) -> str:
    """The folder by the first of: kempt's variable, the XDG one, the platform's custom.

    A relative XDG path does not count, as the XDG Base Directory Specification says.
    """
    if env.get(home.own):
        return os.path.abspath(env[home.own])
    if os.path.isabs(env.get(home.xdg, "")):
        return os.path.join(env[home.xdg], "kempt")
    user = env.get("HOME") or os.path.expanduser("~")
    if platform == "win32":
        return os.path.join(env.get("LOCALAPPDATA") or os.path.join(user, "AppData", "Local"), "kempt", home.windows)
    return os.path.join(user, home.macos if platform == "darwin" else home.unix, "kempt")


def _make(folder: str, home: _Home) -> str:
    try:
        os.makedirs(folder, PRIVATE, exist_ok=True)
        owner = os.stat(folder).st_uid
    except OSError as error:
        raise KemptError(f"cannot make the folder: {error.strerror}", path=folder, hint=_hint(home)) from error
    # A journal says what `undo` writes, so nobody else may have put it there.
    if hasattr(os, "geteuid") and os.geteuid() not in {0, owner}:
        raise UnsafeError("the folder belongs to another user", path=folder, hint=_hint(home))
    return folder


def _hint(home: _Home) -> str:
    return f"set {home.own} to a folder of yours that can be written"
