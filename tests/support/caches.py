"""Download caches for tests: made by hand, file by file, with chosen times; and filled by the real tools."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kempt.catalog.user_caches_table import ROWS
from kempt.engine.disk.caches.found import look_at
from kempt.host.surveying import survey
from kempt.model.caches import DAY, Cache, CacheFacts, Survey, Where
from support.index import Index
from support.managers import Managers
from support.wheels import Sdist, Wheel

SECOND = 10**9
Content: TypeAlias = str | int | Path
FACTS = {row.tool: row for row in ROWS}
LARGE = random.Random(6).randbytes(60_000).hex()  # noqa: S311 - bytes that no archive makes smaller
RELEASES: tuple[Wheel | Sdist, ...] = (
    *(Wheel("alpha", version, files={"alpha/__init__.py": f'VERSION = "{version}"\n', "alpha/data.txt": LARGE})
      for version in ("1.0", "2.0")),
    Wheel("beta", "1.0", files={"beta/__init__.py": 'VERSION = "1.0"\n', "beta/data.txt": LARGE}),
    Wheel("gamma", "1.0"),
    Sdist("epsilon", "1.0"),
)  # fmt: skip


def plant(root: Path, files: Mapping[str, Content], days: float = 0) -> Path:
    """Make files (text), files of a size (int) and links (Path), last used so many days ago."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.symlink_to(content)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else b"x" * content)
        age(path, days)
    return root


def age(path: Path, days: float) -> None:
    """Make everything at a path, or below it, as if it was last written and read so many days ago."""
    then = time.time() - days * DAY
    below = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    for each in (*below, path):
        os.utime(each, (then, then), follow_symlinks=False)


def looked_at(tool: str, root: Path) -> Cache:
    """A cache as `kempt caches` sees it."""
    return look_at(FACTS[tool], Where(str(root)), str(root))[1]


def surveyed(facts: CacheFacts, root: Path, *whole: str) -> Survey:
    """A survey that takes these folders as a whole."""
    return survey(str(root), partial(lambda wanted, path: path in wanted, set(whole)))


def du(*paths: Path) -> int:
    """What `du -s` counts, in bytes."""
    done = subprocess.run(["du", "-s", "-B1", *map(str, paths)], check=True, capture_output=True, text=True)
    return sum(int(line.split()[0]) for line in done.stdout.splitlines())


class Filled:
    """Caches in a test's home, filled by real installs from an index of their own."""

    def __init__(self, managers: Managers, folder: Path, index: Index) -> None:
        self.managers = managers
        self.folder = folder
        self.index = index
        self._environments = 0

    @property
    def env(self) -> dict[str, str]:
        """Variables of the tools: copies instead of hard links, so that nothing is shared with environments."""
        return {"UV_LINK_MODE": "copy", "UV_DEFAULT_INDEX": self.index.url}

    def uv(self, *packages: str, offline: bool = False, **env: str) -> Path:
        """Install into a new environment with uv."""
        root = self._environment()
        options = ["--offline"] if offline else []
        variables = self.env | env
        self.managers.run("uv", "venv", "--quiet", str(root), cwd=self.folder, check=True, **variables)
        words = ["pip", "install", "--python", str(root), *options, *packages]
        self.managers.run("uv", *words, cwd=self.folder, check=True, **variables)
        return root

    def pip(self, *packages: str) -> Path:
        """Install into a new environment with pip."""
        root = self._environment()
        self.managers.run("uv", "venv", "--quiet", "--no-cache", str(root), cwd=self.folder)
        where = ["--trusted-host", "127.0.0.1", "--index-url", self.index.url]
        words = ["--python", str(root), "install", "--no-build-isolation", "--disable-pip-version-check", *where]
        self.managers.run("pip", *words, *packages, cwd=self.folder)
        return root

    def poetry(self, root: Path) -> Path:
        """Install a locked project anew with Poetry."""
        self.managers.run("poetry", "env", "remove", "--all", cwd=root, check=False)
        self.managers.run("poetry", "sync", "--no-interaction", cwd=root)
        return root / ".venv"

    def _environment(self) -> Path:
        self._environments += 1
        return self.folder / f"environment-{self._environments}"


def imports(environment: Path, *packages: str) -> str:
    """What the packages say their versions are: whether they are whole."""
    code = "; ".join(f"import {name}; print({name}.VERSION, end=' ')" for name in packages)
    python = environment / "bin" / "python"
    done = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else done.stderr
