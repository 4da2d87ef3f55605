"""Environments with RECORDs as installers write them: after all files, with the hash and size of each."""

from __future__ import annotations

import hashlib
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

SITE = "lib/python3.11/site-packages"


def install(environment: Path, name: str, files: Mapping[str, bytes], *, version: str = "1.0", extra: str = "") -> Path:
    """Put a distribution into an environment, which is made where it is missing; its site-packages.

    `extra` are rows that are added to its RECORD as they are.
    """
    site = environment / SITE
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    rows = []
    for path, content in files.items():
        place = site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        rows.append(row(path, content))
    (folder / "RECORD").write_text("".join([*rows, f"{folder.name}/RECORD,,\n", extra]), newline="")
    return site


def row(path: str, content: bytes) -> str:
    """The row of a file in a RECORD."""
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def settle(path: Path) -> None:
    """Wait until a change of a file would show in its ctime, compared to what was changed before."""
    probe = path / ".probe"
    before = time.time_ns()
    while True:
        probe.write_bytes(b"")
        if os.stat(probe).st_ctime_ns > before:
            break
    probe.unlink()
