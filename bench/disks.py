"""A folder full of Python projects for measurements: sources, bytecode, tool caches, build output, environments."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from repositories import committed

PROJECTS = 30
PACKAGES, MODULES = 150, 55
NAMES = (".venv", ".venv", ".venv", ".venv", ".venv", "venv", "venv", "env", "env", ".venv-3.12")
"""What the environments are called. Some cleaners know two names, and walk through the others."""
TEXT = b"# a line of a module that does nothing\n" * 40


def many_projects(root: Path, *, packages: int = PACKAGES) -> int:
    """30 git repositories, 10 of them with an environment, bytecode and caches in all; how many entries that is.

    With 150 packages an environment there are a little over 200,000.
    """
    entries = 0
    yesterday = time.time() - 24 * 3600
    for number in range(PROJECTS):
        project = root / f"project-{number:02}"
        sources = dict.fromkeys(_sources(number), TEXT.decode())
        committed(project, sources)
        entries += len(sources)
        for path in _made(number):
            entries += _write(project / path, TEXT)
        if number < len(NAMES):
            entries += _environment(project / NAMES[number], packages)
            os.utime(project / NAMES[number], (yesterday, yesterday))  # kempt spares what was just made
    return entries


def _sources(number: int) -> Iterator[str]:
    yield from ("pyproject.toml", "uv.lock", "README.md", ".gitignore")
    for package in ("app", "app/models", "app/views", "tests"):
        for module in range(8 + number % 5):
            yield f"{package}/module_{module}.py"


def _made(number: int) -> Iterator[str]:
    tag = sys.implementation.cache_tag
    for package in ("app", "app/models", "app/views", "tests"):
        for module in range(8 + number % 5):
            yield f"{package}/__pycache__/module_{module}.{tag}.pyc"
    for folder in range(16):
        for entry in range(8):
            yield f".mypy_cache/3.11/{folder:02x}/{entry}.data.json"
            yield f".ruff_cache/0.9/{folder:02x}{entry}"
    yield ".pytest_cache/v/cache/nodeids"
    if number % 3 == 0:
        yield from (f"build/lib/app/module_{module}.py" for module in range(8))
        yield "dist/app-1.0-py3-none-any.whl"


def _environment(root: Path, packages: int) -> int:
    entries = _write(root / "pyvenv.cfg", b"home = /usr/bin\nversion = 3.11.7\n")
    site = root / "lib" / "python3.11" / "site-packages"
    tag = sys.implementation.cache_tag
    for package in range(packages):
        place = site / f"package_{package:03}"
        for module in range(MODULES):
            folder = place / f"part_{module % 5}" if module % 3 else place
            entries += _write(folder / f"module_{module}.py", TEXT)
            entries += _write(folder / "__pycache__" / f"module_{module}.{tag}.pyc", TEXT)
        for name in ("METADATA", "RECORD", "WHEEL", "INSTALLER", "top_level.txt"):
            entries += _write(site / f"package_{package:03}-1.0.dist-info" / name, TEXT)
    return entries


def _write(path: Path, content: bytes) -> int:
    """Write a file; how many entries that made, folders too."""
    made = 1
    if not path.parent.is_dir():
        made += sum(not parent.is_dir() for parent in (path.parent, path.parent.parent))
        path.parent.mkdir(parents=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(descriptor, content)
    os.close(descriptor)
    return made
