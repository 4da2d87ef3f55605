"""Paths as people write them."""

from __future__ import annotations


def short(path: str, home: str) -> str:
    """A path with `~` for the home folder, where one is known."""
    top = home.rstrip("/")
    return f"~{path[len(top) :]}" if home and f"{path}/".startswith(f"{top}/") else path
