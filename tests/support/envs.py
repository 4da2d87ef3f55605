"""Environments made by hand, with the times that a test wants: real ones take seconds, and are always new."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DAY = 24 * 3600
PYTHON = Path(sys.executable).resolve()
SITE = "lib/python3.11/site-packages"


def make_environment(
    path: Path,
    *,
    age_days: float = 0,
    now: float,
    settings: str = "",
    packages: tuple[str, ...] = ("idna-3.10",),
    python: Path | None = PYTHON,
) -> Path:
    """A folder as `venv` makes it, all of it so many days old; `python` is what its own leads to, None for none."""
    site = path / SITE
    (path / "bin").mkdir(parents=True)
    for package in packages:
        (site / f"{package}.dist-info").mkdir(parents=True)
        (site / f"{package}.dist-info" / "METADATA").write_text("Name: x\nVersion: 1\n")
    (site / "idna" / "__pycache__").mkdir(parents=True)
    (site / "idna" / "__init__.py").write_text("x = 1\n" * 1000)
    (site / "idna" / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"\0" * 5000)
    home = PYTHON.parent if python is None else python.parent
    (path / "pyvenv.cfg").write_text(f"home = {home}\nversion = 3.11.7\n{settings}")
    if python is not None:
        (path / "bin" / "python").symlink_to(python)
    backdate(path, now - age_days * DAY)
    return path


def backdate(path: Path, seconds: float) -> None:
    """Give a file, or a folder with all in it, this time of access and of change."""
    inner = sorted(path.rglob("*"), reverse=True) if path.is_dir() and not path.is_symlink() else []
    for each in (*inner, path):
        os.utime(each, (seconds, seconds), follow_symlinks=False)
