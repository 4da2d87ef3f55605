"""Whether git's index can hold anything at or below some paths, told from its bytes without starting git.

Nothing of the index is decoded. In its versions 2 and 3 every path stands there whole, so a path whose bytes do not
occur is not tracked; where they occur, or the file is of another kind (version 4 shortens paths, a split index keeps
them elsewhere, a sparse one leaves them out), git is asked. A scan of 40 repositories rarely has to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from kempt.errors import UnreadableError
from kempt.host.reading import read_regular

_LIMIT = 512 * 1024**2
_WHOLE_PATHS = (b"DIRC\0\0\0\2", b"DIRC\0\0\0\3")
_ELSEWHERE = (b"link\0", b"sdir\0")  # extensions, before their sizes: a split index, a sparse one
_UNSIGNED = bytes(20)  # index.skipHash: git was told to save the time


def maybe_tracked(git_dir: str, paths: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """Those of the paths (relative to the work tree, with `/`; whether it is a folder) that git must be asked about.

    Raises UnreadableError where the index cannot be read, or is damaged.
    """
    listed = tuple(paths)
    content = _index_of(git_dir)
    if content is None:
        return frozenset(path for path, _ in listed)
    if not content:
        return frozenset()
    return frozenset(path for path, folder in listed if not path.isascii() or _spelled(path, folder=folder) in content)


def _spelled(path: str, *, folder: bool) -> bytes:
    """How the path would stand in an index: a folder before a slash, a file before the NUL that ends it."""
    return path.lower().encode("ascii") + (b"/" if folder else b"\0")


def _index_of(git_dir: str) -> bytes | None:
    """All of the index in small letters, None where that does not tell every path; empty where there is no index.

    Raises UnreadableError for one that is damaged: git would read what is left of it and call that all.
    """
    path = os.path.join(git_dir, "index")
    if not os.path.lexists(path):
        return b""
    content = read_regular(path, _LIMIT)
    if not content.endswith(_UNSIGNED) and not any(_is_signed(content, kind) for kind in ("sha1", "sha256")):
        raise UnreadableError("git's index is damaged", path=path)
    if not content.startswith(_WHOLE_PATHS) or any(each in content for each in _ELSEWHERE):
        return None
    return content.lower()


def _is_signed(content: bytes, kind: str) -> bool:
    """Whether it ends in a digest of itself, as git writes it in a repository of this kind of object ids."""
    import hashlib

    digest = hashlib.new(kind, usedforsecurity=False)
    digest.update(content[: -digest.digest_size])
    return content.endswith(digest.digest())
