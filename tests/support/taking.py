"""Steps that take files and folders whole, made by looking at them as the planner would."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kempt.model.plan import Identity, MoveToTrash, Plan, RemoveTree, Step


def identity(path: Path) -> Identity:
    """Which file or folder is there now."""
    found = path.lstat()
    return Identity(found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode))


def delete(root: Path, path: str) -> RemoveTree:
    """Remove what is there now."""
    return RemoveTree(path, identity(root / path))


def trash(root: Path, path: str, files: int = 0, size: int = 0) -> MoveToTrash:
    """Move what is there now to the trash."""
    return MoveToTrash(path, identity(root / path), files, size)


def clean(root: Path, *steps: Step) -> Plan:
    """A plan of `kempt clean`."""
    return Plan(str(root), steps, "kempt clean")


def grow(root: Path, *paths: str, content: str = "x") -> None:
    """Make files; a path that ends in `/` is an empty folder."""
    for path in paths:
        if path.endswith("/"):
            (root / path).mkdir(parents=True, exist_ok=True)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)


def tree(root: Path) -> dict[str, object]:
    """Everything below a folder: content, mode and links; names alone of folders."""
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            key = str(path.relative_to(root))
            if stat.S_ISLNK(mode):
                found[key] = ("link", os.readlink(path))
            elif stat.S_ISREG(mode):
                found[key] = (stat.S_IMODE(mode), path.read_bytes())
            else:
                found[key] = stat.S_IFMT(mode), stat.S_IMODE(mode)
    return found
