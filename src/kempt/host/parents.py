"""Folders that are held open for many files, so that not each path is walked from the root."""

from __future__ import annotations

from kempt.host.folders import Folder, open_above, safe_parts

_HELD_OPEN = 32


class Parents:
    """The folders that hold paths below a root, the last ones held open: most paths lie where others did."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._open: dict[str, Folder] = {}

    def at(self, relative: str) -> tuple[Folder, str]:
        """The folder that holds a path, and the path's last name. Errors are those of `open_parent`."""
        parent, _, name = relative.rpartition("/")
        folder = self._open.pop(parent, None)
        if folder is None:
            folder, name = open_above(self.root, relative)
        self._open[parent] = folder  # the last one now
        safe_parts(name)
        if len(self._open) > _HELD_OPEN:
            self._open.pop(next(iter(self._open))).close()
        return folder, name

    def close(self) -> None:
        """Let go of all."""
        while self._open:
            self._open.popitem()[1].close()
