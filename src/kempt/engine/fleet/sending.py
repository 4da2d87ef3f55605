"""Writing patches into a folder: what somebody else made there stays."""

from __future__ import annotations

from collections.abc import Mapping

from kempt.errors import KemptError, UnsafeError, UsageError
from kempt.host import paths
from kempt.host.clock import now
from kempt.host.files import Look, look, write_atomic
from kempt.host.folders import is_folder, real

READ_LIMIT = 64 * 1024**2
HEAD_LINES = 16


def write_all_into(folder: str, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write files, name → (text, mark), into a folder, which is made if it is missing.

    A file that is there is replaced if one of its first lines is its mark, so that kempt made it for the same purpose.
    Before anything is written all of them are looked at. Raises UnsafeError for a file of somebody else, UsageError
    where the folder can be none, KemptError where it cannot be written.
    """
    root, prefix = _place(folder)
    found = {name: look(root, prefix + name, READ_LIMIT) for name in texts}
    for name, (_, mark) in texts.items():
        if not _is_ours(found[name], mark):
            raise UnsafeError(
                "kempt did not make this file for that repository", path=f"{folder}/{name}", hint="name another folder"
            )
    for name, (text, _) in texts.items():
        seen, content = found[name], text.encode("utf-8")
        if seen is None or seen.content != content:
            try:
                write_atomic(root, prefix + name, content, None if seen is None else seen.expect)
            except KemptError as error:
                error.path = f"{folder}/{name}"
                raise


def today() -> float:
    """Now, in seconds since 1970, UTC."""
    return now()


def _place(folder: str) -> tuple[str, str]:
    """A folder that is there, and what to put before names to mean files of the one that was asked for."""
    place = real(folder)
    if is_folder(place):
        return place, ""
    parent = paths.parent_of(place)
    if not is_folder(parent):
        raise UsageError("no such folder", path=parent, hint="make it first")
    return parent, f"{paths.name_of(place)}/"


def _is_ours(found: Look | None, mark: str) -> bool:
    return found is None or mark.encode("utf-8") in found.content.split(b"\n", HEAD_LINES)[:HEAD_LINES]
