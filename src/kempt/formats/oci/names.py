"""Names in a layer: one spelling for each path, and none that leads out of the image."""

from __future__ import annotations

import re

from kempt.errors import UnreadableError

_ODD = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")


def normal(name: str) -> str:
    """A path without `/` at its ends, `//`, `.` and `..`; empty for the root itself.

    An absolute name is one below the image's root, as every runtime takes it. Raises UnreadableError for a name that
    climbs out of the root: docker refuses such a layer too.
    """
    name = name.strip("/")
    if name and name[0] != "." and "/." not in name and "//" not in name:
        return name  # nearly all, and five times faster than the pattern
    if name and not _ODD.search(name):
        return name
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts:
                raise UnreadableError(f"a name leads out of the image: {name}")
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def joined(folder: str, name: str) -> str:
    """A name below a folder; the root is the empty one."""
    return f"{folder}/{name}" if folder else name
