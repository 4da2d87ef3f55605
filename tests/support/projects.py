"""Locked projects of every manager: the manifest is written here, the lock file by the manager itself."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.managers import Managers
from support.repositories import write_files
from support.wheels import packaged_project, pyproject

Files = dict[str, str]
IGNORED = ".venv\n__pycache__/\n.pdm-python\n"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Projects:
    """Makes locked projects: `git_repo(projects.uv("alpha>=1", "gamma"))`. The same one is locked once a session.

    Each method returns the files of a project `shop` with the given requirements. `packaged` makes it one that is
    installed itself; `tail` is text for the end of the manifest.
    """

    def __init__(self, managers: Managers, index: str, cache: Path | None = None) -> None:
        self._managers = managers
        self._index = index
        self._cache = cache

    def against(self, index: str) -> Projects:
        """The same with another index, whose answers may change from call to call."""
        return Projects(self._managers, index)

    def uv(self, *requires: str, packaged: bool = False, tail: str = "", **table: Any) -> Files:
        """`uv lock`. `table` goes into `[project]`."""
        tail = f"{self._uv_index()}{tail}"
        return self._locked(_project(requires, tail, packaged=packaged, **table), "uv.lock", "uv", "lock")

    def uv_workspace(self, members: Mapping[str, Sequence[str]], *requires: str, tail: str = "") -> Files:
        """`uv lock` of a workspace: packaged members in `packages/NAME`, which may require each other by name."""
        sources = "".join(f"{name} = {{ workspace = true }}\n" for name in members)
        tail = (
            f'\n[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.uv.sources]\n{sources}{self._uv_index()}{tail}'
        )
        files = _project(requires, tail)
        for name, wants in members.items():
            files |= {f"packages/{name}/{path}": text for path, text in packaged_project(name, requires=wants).items()}
        return self._locked(files, "uv.lock", "uv", "lock")

    def poetry(self, *requires: str, packaged: bool = False, tail: str = "", **table: Any) -> Files:
        """`poetry lock`."""
        mode = "" if packaged else "\n[tool.poetry]\npackage-mode = false\n"
        tail = f'{mode}\n[[tool.poetry.source]]\nname = "loopback"\nurl = "{self._index}"\n{tail}'
        files = _project(requires, tail, packaged=packaged, **table)
        return self._locked(files, "poetry.lock", "poetry", "lock", "--no-interaction")

    def pdm(self, *requires: str, packaged: bool = False, tail: str = "", **table: Any) -> Files:
        """`pdm lock`."""
        distribution = str(packaged).lower()
        source = f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{self._index}"\n'
        tail = f"\n[tool.pdm]\ndistribution = {distribution}\n\n{source}{tail}"
        files = _project(requires, tail, packaged=packaged, **table)
        return self._locked(files, "pdm.lock", "pdm", "lock")

    def pipenv(self, *requires: str, packaged: bool = False, tail: str = "") -> Files:
        """`pipenv lock`. A requirement is a name, or a name and a specifier: `alpha`, `alpha>=1`."""
        rows = "".join(f"{name} = {json.dumps(wanted)}\n" for name, wanted in map(_split, requires))
        own = 'shop = { path = ".", editable = true }\n' if packaged else ""
        text = (
            f'[[source]]\nname = "loopback"\nurl = "{self._index}"\nverify_ssl = true\n\n[packages]\n{rows}{own}{tail}'
        )
        files = {"Pipfile": f'{text}\n[requires]\npython_version = "{PYTHON}"\n'}
        if packaged:
            files |= packaged_project("shop", requires=[])
        return self._locked(files, "Pipfile.lock", "pipenv", "lock", "--python", str(self._managers.python))

    def requirements(self, *requires: str, by: str = "uv") -> Files:
        """requirements.txt with hashes, compiled from requirements.in by `uv` or by `pip-tools`."""
        files = {"requirements.in": "\n".join([f"--index-url {self._index}", *requires, ""])}
        if by == "uv":
            words = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--emit-index-url", "--output-file"]
        else:
            words = ["pip-compile", "--generate-hashes", "--strip-extras", "--allow-unsafe", "--output-file"]
        return self._locked(files, "requirements.txt", *words, "requirements.txt", "requirements.in")

    def pylock(self, *requires: str, by: str = "uv") -> Files:
        """pylock.toml, compiled from requirements.in by `uv` or by `pip`."""
        files = {"requirements.in": "\n".join([f"--index-url {self._index}", *requires, ""])}
        if by == "uv":
            words = ["uv", "pip", "compile", "--universal", "--output-file", "pylock.toml", "requirements.in"]
        else:
            words = ["pip", "lock", "--output", "pylock.toml", "--requirement", "requirements.in"]
        return self._locked(files, "pylock.toml", *words)

    def _uv_index(self) -> str:
        return f'\n[[tool.uv.index]]\nurl = "{self._index}"\ndefault = true\n'

    def _locked(self, files: Files, lock: str, *command: str) -> Files:
        """The files and the lock that the manager makes for them."""
        key = hashlib.sha256(json.dumps([files, lock, command]).encode()).hexdigest()
        kept = self._cache / key if self._cache else None
        if kept and kept.exists():
            text = kept.read_text(encoding="utf-8")
        else:
            text = self._lock(files, lock, command)
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                aside = kept.with_suffix(f".{os.getpid()}")
                aside.write_text(text, encoding="utf-8")
                aside.replace(kept)  # whole, for all processes of the test run
        return files | {lock: text, ".gitignore": IGNORED, ".python-version": f"{PYTHON}\n"}

    def _lock(self, files: Files, lock: str, command: Sequence[str]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "shop")
            write_files(root, files)
            self._managers.run(*command, cwd=root)
            return (root / lock).read_text(encoding="utf-8")


def _project(requires: Sequence[str], tail: str, *, packaged: bool = False, **table: Any) -> Files:
    if packaged:
        return packaged_project("shop", requires=requires, tail=tail, **table)
    plain = {"name": "shop", "version": "1.0", "requires-python": ">=3.11", "dependencies": list(requires), **table}
    return {"pyproject.toml": pyproject(plain, packaged=False) + tail}


def _split(requirement: str) -> tuple[str, str]:
    length = next((at for at, sign in enumerate(requirement) if sign in "<>=!~"), len(requirement))
    return requirement[:length], requirement[length:] or "*"
