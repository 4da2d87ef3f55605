"""Small file systems of a test's own, and full ones."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """A small file system of its own; skipped where this user may not mount one."""
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", f"size={size}", "kempt-test", str(folder)]
    try:
        done = subprocess.run(argv, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount(8) to make a small file system with")
    if done.returncode != 0:
        pytest.skip("only root may mount a small file system, and not in every container")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, *, leaving: int) -> None:
    """Use the disk up but for so many bytes."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "ballast").write_bytes(b"\0" * (free - leaving))
