"""Names in a layer: one spelling for each path, and none that leads out of the image."""

from __future__ import annotations

from kempt.errors import UnreadableError


def normal(name: str) -> str:
    """A path without `/` at its ends, `//`, `.` and `..`; empty for the root itself.

    An absolute name is one below the image's root, as every runtime takes it. Raises UnreadableError for a name that
    climbs out of the root: docker refuses such a layer too.
    """
    name = name.strip("/")
    between = f"/{name}/"
    if "//" not in between and "/./" not in between and "/../" not in between:
        return name  # nearly all; a pattern takes three times as long to say so
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
