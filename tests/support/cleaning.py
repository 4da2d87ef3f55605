"""Trees to clean, and a short look at what a plan says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kempt.engine.disk.clean import plan_clean
from kempt.model.cleaning import GROUPS, Cleaning, Wishes
from kempt.model.plan import RemoveTree
from support.repositories import write_files

ALL = tuple(GROUPS)
PROJECT: Mapping[str, str] = {
    "pyproject.toml": "",
    "uv.lock": "",
    "src/app.py": "x = 1\n",
    "src/__pycache__/app.cpython-311.pyc": "code",
    "src/__pycache__/gone.cpython-311.pyc": "code of a module that was renamed",
    ".mypy_cache/3.11/app.data.json": "{}",
    ".ruff_cache/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n",
    ".hypothesis/examples/1": "an example that failed",
    "build/lib/app.py": "x = 1\n",
    "dist/app-1.0-py3-none-any.whl": "wheel",
    "app.egg-info/PKG-INFO": "Name: app\n",
    ".coverage": "data",
    ".env": "TOKEN=secret\n",
    "notes.txt": "mine\n",
}
"""A project with something of each kind beside what must stay."""


def project(root: Path, more: Mapping[str, str | bytes] | None = None) -> Path:
    """A folder that holds PROJECT and `more`."""
    write_files(root, {**PROJECT, **(more or {})})
    return root


def plan(root: Path | str, *groups: str, **wishes: Any) -> Cleaning:
    """What cleaning a folder would do; of all kinds, if none is named."""
    chosen = Wishes(groups=groups or ALL)
    return plan_clean([str(root)], chosen._replace(**wishes))


def taken(cleaning: Cleaning, root: Path) -> list[str]:
    """The paths that go, relative to a folder."""
    return sorted(str(Path(each.path).relative_to(root)) for each in cleaning.taken)


def spared(cleaning: Cleaning, root: Path) -> dict[str, str]:
    """The paths that stay, each with its reason."""
    return {str(Path(each.path).relative_to(root)): each.reason for each in cleaning.spared}


def removed_at_once(cleaning: Cleaning) -> list[str]:
    """What is removed for good."""
    return sorted(step.path for step in cleaning.steps if isinstance(step, RemoveTree))


def files(root: Path, without: Iterable[str] = ()) -> set[str]:
    """All that lies below a folder but what is in `without` and below it."""
    left_out = tuple(without)
    found = (str(each.relative_to(root)) for each in root.rglob("*"))
    return {each for each in found if not any(each == one or each.startswith(f"{one}/") for one in left_out)}
