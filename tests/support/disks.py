"""Small file systems of a test's own, and full ones."""

from __future__ import annotations

import os
import shutil
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


@contextmanager
def formatted(folder: Path, kind: str, megabytes: int = 400, options: tuple[str, ...] = ()) -> Iterator[Path]:
    """A file system of some kind in a file, mounted; skipped where that cannot be done."""
    if shutil.which(f"mkfs.{kind}") is None:
        pytest.skip(f"there is no mkfs.{kind} here")
    image = folder.with_name(f"{folder.name}.{kind}.image")
    with image.open("wb") as handle:
        handle.truncate(megabytes * 1024**2)
    subprocess.run([f"mkfs.{kind}", "-q", *options, str(image)], check=True, capture_output=True)
    folder.mkdir()
    try:
        done = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"{kind} cannot be mounted: only root may, and not in every container")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        image.unlink()
