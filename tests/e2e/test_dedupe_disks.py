"""Real environments on real file systems: what the receipt says is what the disk says, and nothing else changes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import RunKempt
from support.disks import formatted
from support.managers import Managers
from support.sharing import contents, stale

pytestmark = pytest.mark.slow
NAMES = ("one", "two", "three")


class Disk(NamedTuple):
    """A mounted file system with environments on it, and what `kempt dedupe` needs there."""

    root: Path
    options: tuple[str, ...]

    @property
    def environments(self) -> tuple[Path, ...]:
        return tuple(self.root / name for name in NAMES)

    def used(self) -> int:
        """Bytes, as `df` counts them once everything is written."""
        for _ in range(2):
            subprocess.run(["sync", "-f", self.root], check=True)
        done = subprocess.run(["df", "-B1", "--output=used", self.root], check=True, capture_output=True, text=True)
        return int(done.stdout.split()[1])


@pytest.fixture(params=["btrfs", "xfs", "ext4"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, managers: Managers, index: str) -> Iterator[Disk]:
    """Two environments by venv and pip, whose bytecode was compiled, and one by uv, which copies."""
    with formatted(tmp_path / "disk", request.param) as root:
        for name in NAMES[:2]:
            subprocess.run([sys.executable, "-m", "venv", root / name], check=True)
            argv = ["-m", "pip", "install", "-q", "--no-cache-dir", "--index-url", index, "alpha", "gamma"]
            subprocess.run([root / name / "bin/python", *argv], check=True, env={**os.environ, **managers.variables})
        managers.run("uv", "venv", "--seed", "--index-url", index, "three", cwd=root, check=False)
        if not (root / "three/pyvenv.cfg").exists():
            managers.run("uv", "venv", "three", cwd=root)
        managers.run(
            "uv", "pip", "install", "--link-mode=copy", "--python", "three", "--index-url", index, "alpha", cwd=root
        )  # fmt: skip
        yield Disk(root, ("--hardlink",) if request.param == "ext4" else ())


def digests(kempt: RunKempt, disk: Disk) -> list[str]:
    found = [kempt("fingerprint", each, "--output-format", "json", cwd=disk.root).out for each in disk.environments]
    return [line for text in found for line in text.splitlines() if '"digest"' in line]


def test_the_receipt_is_what_df_says(disk: Disk, kempt: RunKempt) -> None:
    before, used, was = digests(kempt, disk), disk.used(), snapshot(disk)
    ended = kempt("dedupe", "--yes", "--output-format", "json", *disk.options, disk.root, cwd=disk.root)
    freed = used - disk.used()
    receipt = result(ended.out)

    assert (0, [], True) == (ended.status, receipt["failed"], freed > 10**7)
    assert abs(receipt["freed"] - freed) <= freed / 100
    assert abs(receipt["bytes"] - freed) <= freed / 100
    assert (before, []) == (digests(kempt, disk), stale(*disk.environments))

    again = kempt("dedupe", "--output-format", "json", *disk.options, disk.root, cwd=disk.root)
    assert (0, {"files": 0, "bytes": 0}) == (again.status, total(again.out))
    for each in disk.environments:
        subprocess.run([each / "bin/python", "-c", "import alpha"], check=True)
    for each in disk.environments[:2]:
        subprocess.run([each / "bin/python", "-m", "pip", "--version"], check=True, capture_output=True)

    assert 0 == kempt("undo", "--yes", cwd=disk.root).status
    assert (was, before, []) == (snapshot(disk), digests(kempt, disk), stale(*disk.environments))
    assert abs(used - disk.used()) <= freed / 20  # of inodes that are new, btrfs keeps more to itself


def test_bytecode_is_shared_too(disk: Disk, kempt: RunKempt) -> None:
    before, was, used = digests(kempt, disk), contents(*disk.environments), disk.used()
    options = ("--bytecode", *disk.options)
    plain = result(kempt("dedupe", "--yes", "--output-format", "json", *disk.options, disk.root, cwd=disk.root).out)
    between = disk.used()
    ended = kempt("dedupe", "--yes", "--output-format", "json", *options, disk.root, cwd=disk.root)
    freed, receipt = between - disk.used(), result(ended.out)

    assert (0, [], True) == (ended.status, receipt["failed"], receipt["bytes"] > plain["bytes"] / 10)
    assert abs(receipt["bytes"] - freed) <= freed / 20  # of inodes that are new, btrfs keeps more to itself
    assert (before, [], 0) == (digests(kempt, disk), stale(*disk.environments), receipt["loaded"]["anew_after"])

    again = kempt("dedupe", "--output-format", "json", *options, disk.root, cwd=disk.root)
    assert (0, {"files": 0, "bytes": 0}) == (again.status, total(again.out))
    for each in disk.environments[:2]:
        said = subprocess.run(
            [each / "bin/python", "-B", "-v", "-m", "pip", "--version"], check=True, capture_output=True, text=True
        ).stderr  # fmt: skip
        assert ("is stale" in said, f"matches {each.resolve()}/lib" in said) == (False, True)

    assert [0, 0] == [kempt("undo", "--yes", cwd=disk.root).status for _ in range(2)]
    assert (was, before, []) == (contents(*disk.environments), digests(kempt, disk), stale(*disk.environments))
    assert abs(used - disk.used()) <= used / 20


def snapshot(disk: Disk) -> dict[str, tuple[int, int, int, int]]:
    """Mode, size, second of last change, and names of every file."""
    found = {}
    for folder, _, names in os.walk(disk.root):
        for name in names:
            looks = Path(folder, name).lstat()
            if "__pycache__" not in folder:
                found[f"{folder}/{name}"] = (looks.st_mode, looks.st_size, int(looks.st_mtime), looks.st_nlink)
    return found


def result(text: str) -> dict[str, Any]:
    from json import loads

    found: dict[str, Any] = loads(text)["result"]
    return found


def total(text: str) -> dict[str, int]:
    from json import loads

    found: dict[str, int] = loads(text)["total"]
    return found
