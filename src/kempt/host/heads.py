"""Where a repository's HEAD points, read from its files: git need not be started to learn that nothing is new.

What is not found so (a reftable, a ref behind a ref) is git's to find.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.host.reading import read_regular

REF_LIMIT = 4096
PACKED_LIMIT = 64 * 1024**2
OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCHES = "refs/heads/"


class Head(NamedTuple):
    """The branch that is checked out ("" where HEAD is detached, or git has to say), and its commit ("" likewise)."""

    branch: str
    commit: str


def head_of(git_dir: str) -> Head:
    """What HEAD of a git directory says: only the branch where it has no commit yet, or git alone can read it."""
    content = _read(os.path.join(git_dir, "HEAD"))
    if not content.startswith(b"ref:"):
        return Head("", _object_id(content))
    ref = content[len(b"ref:") :].strip()
    name = os.fsdecode(ref)
    if not name.startswith(_BRANCHES) or ".." in name.split("/") or name == _BRANCHES + ".invalid":
        return Head("", "")
    shared = _shared(git_dir)
    loose = _read(os.path.join(shared, *name.split("/")))
    return Head(name.removeprefix(_BRANCHES), _object_id(loose) if loose else _packed(shared, ref))


def _shared(git_dir: str) -> str:
    """Where the branches lie: a linked work tree's git directory names another folder for them."""
    named = os.fsdecode(_read(os.path.join(git_dir, "commondir"))).strip()
    return os.path.normpath(os.path.join(git_dir, named)) if named else git_dir


def _packed(shared: str, ref: bytes) -> str:
    wanted = b" " + ref + b"\n"
    content = _read(os.path.join(shared, "packed-refs"), PACKED_LIMIT)
    end = content.find(wanted)
    return _object_id(content[content.rfind(b"\n", 0, end) + 1 : end]) if end >= 0 else ""


def _object_id(content: bytes) -> str:
    found = content.strip()
    return found.decode("ascii") if OBJECT_ID.fullmatch(found) else ""


def _read(path: str, limit: int = REF_LIMIT) -> bytes:
    try:
        return read_regular(path, limit)
    except UnreadableError:
        return b""
