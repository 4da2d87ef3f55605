"""Which processes a process has started, as Linux tells."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> dict[int, bytes]:
    """The command lines of the processes that any thread of a process has started, by their ids."""
    found = {}
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in listed.read_text(encoding="ascii").split():
                found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
    return found
