"""Make a small repository that tracks what it should not, the same each time.

    python3 docs/dirty_repository.py shop

The tutorial starts with it, the pictures show it, and every example of the documentation runs in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.12"
dependencies = ["httpx>=0.28"]

[dependency-groups]
dev = ["coverage>=7", "pytest>=9"]

[tool.uv]
required-version = ">=0.9"
"""
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }

[package.metadata]
requires-dist = [{ name = "httpx", specifier = ">=0.28" }]

[package.metadata.requires-dev]
dev = [
    { name = "coverage", specifier = ">=7" },
    { name = "pytest", specifier = ">=9" },
]
"""
IGNORED = """\
# Python
*.pyc
__pycache__/
.__pypackages__/

# Environments
.venv/
.python-version

# Build
build/
dist/
"""
WORKFLOW = """\
name: tests
on: [push]
jobs:
  tests:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: astral-sh/setup-uv@v10
      - run: uv run --locked coverage run -m pytest
"""
FILES = {
    ".github/workflows/tests.yml": WORKFLOW,
    ".gitignore": IGNORED,
    "README.md": "# Shop\n",
    "pyproject.toml": PYPROJECT,
    "uv.lock": LOCK,
    "src/shop/__init__.py": "",
    "src/shop/basket.py": "def total(prices: list[float]) -> float:\n    return sum(prices)\n",
    "src/shop/build/steps.py": "STEPS = ('pick', 'pack', 'ship')\n",
    "tests/test_basket.py": "from shop.basket import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    "notebooks/sales.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
}
LITTER = {
    ".env": "DATABASE_URL=postgresql://shop:hunter2@localhost/shop\n",
    "htmlcov/index.html": "<title>Coverage report</title>\n",
    "htmlcov/src_shop_basket_py.html": "<title>basket.py</title>\n",
    "notebooks/.ipynb_checkpoints/sales-checkpoint.ipynb": "{}\n",
    "src/shop/__pycache__/__init__.cpython-312.pyc": "\0" * 140,
    "src/shop/__pycache__/basket.cpython-312.pyc": "\0" * 480,
}
PACKAGES = ("anyio", "certifi", "h11", "httpcore", "httpx", "idna", "pip", "pytest")
MODULES = ("__init__", "_api", "_client", "_config", "_exceptions", "_models", "_transports", "_types", "_utils")


def environment() -> Mapping[str, str]:
    """What `python -m venv env` and a few installs leave behind, much reduced."""
    inside = {
        "pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.4\n",
        "bin/activate": "# This file must be used with `source bin/activate`.\n",
    }
    for package in PACKAGES:
        for module in MODULES:
            inside[f"lib/python3.12/site-packages/{package}/{module}.py"] = f"# {package}.{module}\n" * 400
            inside[f"lib/python3.12/site-packages/{package}/__pycache__/{module}.cpython-312.pyc"] = "\0" * 9_000
        inside[f"lib/python3.12/site-packages/{package}-1.0.dist-info/RECORD"] = f"{package}/__init__.py,,\n"
    return {f"env/{name}": content for name, content in inside.items()}


def make(folder: Path) -> None:
    """Make the repository in a folder that does not exist yet, with one commit of everything."""
    for name, content in {**FILES, **LITTER, **environment()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--force", ".")
    git(folder, "commit", "--quiet", "--no-verify", "--message=Everything")


def git(folder: Path, *args: str) -> None:
    """Run git with an author and a date of its own and without the user's settings."""
    fixed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        fixed |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.com"}
        fixed[f"GIT_{role}_DATE"] = "2026-01-02T03:04:05+00:00"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *args], cwd=folder, check=True, env=inherited | fixed)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "shop")
    if target.exists():
        raise SystemExit(f"{target} exists already")
    make(target)
    print(f"{target} is a small repository with a few problems.")
