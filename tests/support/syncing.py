"""Running `kempt sync` where the real managers are on PATH, and looking at what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from support.index import Index
from support.managers import Managers, find
from support.repositories import environment
from support.wheels import Wheel

Wrap = Callable[[list[str]], list[str]]
SITE = "lib/*/site-packages"
SEEDS = frozenset({"pip", "setuptools", "wheel"})


class Syncing:
    """`kempt sync` in a folder, with the managers of a test."""

    def __init__(self, managers: Managers, home: Path, root: Path) -> None:
        self.managers = managers
        self.home = home
        self.root = root

    def start(self, *args: str, cwd: Path | None = None, wrapped: Wrap = list, **env: str) -> subprocess.Popen[str]:
        """Start it, and do not wait; `wrapped` may put another program before it."""
        return subprocess.Popen(
            wrapped([sys.executable, "-m", "kempt", "sync", *args]),
            cwd=cwd or self.root,
            env=environment(self.home, PYTHONWARNINGS="error", COLUMNS="120", **(self.managers.variables | env)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def start_manager(self, name: str, *args: str) -> subprocess.Popen[str]:
        """Start a manager itself, and do not wait."""
        return subprocess.Popen(
            [find(name), *args],
            cwd=self.root,
            env=self.managers.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def services(
        self, *args: str, cwd: Path | None = None, wrapped: Wrap = list, **env: str
    ) -> dict[str, dict[str, Any]]:
        """The services of a JSON report, by their roots."""
        process = self.start(*args, "--output-format", "json", cwd=cwd, wrapped=wrapped, **env)
        out, err = process.communicate(timeout=300)
        assert out, err
        return {each["service"]: each for each in json.loads(out)["services"]}

    def one(self, *args: str, **env: str) -> dict[str, Any]:
        """The only service."""
        (found,) = self.services(*args, cwd=None, wrapped=list, **env).values()
        return found


def contents(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file, folder and link below a folder: mode and content."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            content = os.fsencode(path.readlink()) if path.is_symlink() else b""
            found[str(path.relative_to(root))] = (mode, content or (path.read_bytes() if path.is_file() else b""))
    return found


def installed(environment: Path) -> dict[str, str]:
    """What an environment holds, by the names of its dist-info folders; not what came with it."""
    found = (path.name.removesuffix(".dist-info").split("-") for path in environment.glob(f"{SITE}/*.dist-info"))
    return {name: version for name, version in found if name not in SEEDS}


def bulk(count: int, files: int) -> Iterable[Wheel]:
    """Wheels with many files each, so that installing them takes long enough to be interrupted."""
    for number in range(count):
        name = f"bulk{number}"
        modules = {f"{name}/m{each}.py": f"NUMBER = {each}\n" for each in range(files)}
        yield Wheel(name, "1.0", files={f"{name}/__init__.py": f'VERSION = "{number}"\n', **modules})


def bulk_index(count: int, files: int) -> Index:
    """An index of nothing else."""
    return Index(bulk(count, files))


def count_infos(environment: Path) -> int:
    """How many distributions an install has come to."""
    for site in environment.glob(SITE):
        try:
            return sum(name.endswith(".dist-info") for name in os.listdir(site))
        except OSError:
            return 0
    return 0
