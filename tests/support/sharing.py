"""Environments with the same files, as installers leave them, and what must not change when they share."""

from __future__ import annotations

import hashlib
import os
import py_compile
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe.plan import plan_dedupe
from kempt.engine.undo import plan_undo, undo
from kempt.host import extents
from kempt.model.dedupe import Dedupe, DedupeWishes
from kempt.model.plan import Receipt, Result

SITE = "lib/python3.11/site-packages"
HOUR = 3600 * 10**9
LINKS = DedupeWishes(hardlink=True)


def share_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file system of the tests shares no blocks, whichever it is."""
    monkeypatch.setattr(extents, "can_share", lambda _descriptor: False)


def installed(root: Path, files: Mapping[str, bytes], *, name: str = "alpha", at: int = 1_700_000_000) -> Path:
    """An environment with one distribution, whose sources have bytecode and changed last at some second."""
    site = root / SITE
    info = f"{name}-1.0.dist-info"
    meta = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}  # fmt: skip
    (root / "bin").mkdir(parents=True, exist_ok=True)
    (root / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    rows = []
    for path, content in {**files, **meta}.items():
        place = site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        os.utime(place, (at, at))
        rows.append(row(path, content))
        if path.endswith(".py"):
            py_compile.compile(str(place), doraise=True)
    (site / info / "RECORD").write_text("".join(f"{each}\n" for each in (*rows, f"{info}/RECORD,,")))
    return root


def row(path: str, content: bytes) -> str:
    """A row of RECORD."""
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}"


def state(*roots: Path) -> dict[str, tuple[bytes, int, int]]:
    """Content, mode and whole seconds of the last change of every file, bytecode without its stamp."""
    found = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                content, looks = path.read_bytes(), path.stat()
                if name.endswith(".pyc"):
                    content = content[:8] + content[12:]
                found[str(path)] = (content, looks.st_mode, int(looks.st_mtime))
    return found


def contents(*roots: Path) -> dict[str, bytes]:
    """What every file holds, bytecode without its stamp."""
    return {path: content for path, (content, _, _) in state(*roots).items()}


def stale(*roots: Path) -> list[str]:
    """Bytecode that Python would not take for its source."""
    found = []
    for root in roots:
        for path in root.rglob("__pycache__/*.pyc"):
            source = path.parent.parent / f"{path.name.partition('.')[0]}.py"
            header, looks = path.read_bytes()[:16], source.stat()
            wanted = int(looks.st_mtime).to_bytes(4, "little") + looks.st_size.to_bytes(4, "little")
            if header[4:8] == b"\0\0\0\0" and header[8:] != wanted:
                found.append(str(path))
    return found


def inodes(path: str, *roots: Path) -> int:
    """How many files there are under one path of several environments."""
    return len({(root / SITE / path).stat().st_ino for root in roots})


def share(root: Path, wishes: DedupeWishes = LINKS) -> tuple[Dedupe, Receipt]:
    """Plan and carry out."""
    dedupe = plan_dedupe([str(root)], wishes)
    return dedupe, apply(dedupe.plan)


def refusals(receipt: Receipt) -> list[str]:
    """Why steps were not done."""
    return [each.detail for each in receipt.outcomes if each.result is not Result.DONE]


def take_back(root: Path) -> Receipt:
    """Undo the last change."""
    return undo(plan_undo(str(root)))
