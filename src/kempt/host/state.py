"""Where kempt keeps its own files: state that matters (journals, locks) and a cache that is always safe to delete."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from kempt.errors import KemptError, UnsafeError
from kempt.host.env import environ
from kempt.host.files import expect_of, put, temporary_name, unwritable, write_all
from kempt.host.folders import Folder
from kempt.host.reading import read_regular

PRIVATE = 0o700
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL

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


def environment_key(environment: str) -> str:
    """A short name for an environment, by the real path of the folder that it lies in: it may be a link, or missing."""
    folder, name = os.path.split(os.path.abspath(environment))
    return hashlib.sha256(os.fsencode(os.path.join(os.path.realpath(folder), name))).hexdigest()[:16]


def read_state(folder: str, name: str, limit: int) -> bytes | None:
    """A file that kempt wrote about something; None where there is none. Nothing is made.

    Raises UnreadableError where it is no regular file, or larger than `limit` bytes.
    """
    return _read(_STATE, folder, name, limit)


def read_cache(folder: str, name: str, limit: int) -> bytes | None:
    """A file of the cache; None where there is none. Nothing is made. Raises UnreadableError as `read_state` does."""
    return _read(_CACHE, folder, name, limit)


def write_state(folder: str, name: str, content: bytes) -> None:
    """Write such a file, all of it or nothing. Raises KemptError where that is impossible."""
    place = state_folder(folder)
    with unwritable(os.path.join(place, name)), Folder.open(place) as opened:
        temporary = temporary_name(os.urandom(6).hex())
        found = opened.lstat(name)
        put(opened, name, name, content, None if found is None else expect_of(found), temporary=temporary)


def write_cache(folder: str, name: str, content: bytes | bytearray) -> bool:
    """Write a file of the cache, whole or not at all; whether that went well.

    Readers check what they read, so the disk is not asked to keep it, which would take longer than all the rest.
    """
    with suppress(KemptError, OSError), Folder.open(cache_folder(folder)) as opened:
        temporary = temporary_name(os.urandom(6).hex())
        try:
            descriptor = opened.open_file(temporary, _NEW, 0o600)
            try:
                write_all(descriptor, content)
            finally:
                os.close(descriptor)
            opened.replace(temporary, name)
        except BaseException:
            opened.discard(temporary)
            raise
        return True
    return False


def remove_state(folder: str, name: str) -> None:
    """Remove such a file if it is there."""
    with suppress(OSError):
        os.unlink(os.path.join(_place(_STATE, environ()), folder, name))


def _read(home: _Home, folder: str, name: str, limit: int) -> bytes | None:
    path = os.path.join(_place(home, environ()), folder, name)
    return read_regular(path, limit) if os.path.lexists(path) else None


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
