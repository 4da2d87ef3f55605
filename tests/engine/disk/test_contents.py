"""What only its name speaks for: whether the tool of that name wrote what lies in it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.cleaning import plan, removed_at_once, spared, taken
from support.envs import DAY, backdate
from support.repositories import write_files

TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"
CACHES = {
    ".pytest_cache": {"CACHEDIR.TAG": TAG, ".gitignore": "*", "README.md": "", "v/cache/lastfailed": "{}"},
    ".mypy_cache": {"CACHEDIR.TAG": TAG, ".gitignore": "*", "3.11/cache.db": "", "missing_stubs": ""},
    ".ruff_cache": {"CACHEDIR.TAG": TAG, ".gitignore": "*", "0.17.6/1": ""},
    ".import_linter_cache": {"CACHEDIR.TAG": TAG, ".gitignore": "*", "a.meta.json": "", "1a.data.json": ""},
    ".ty_cache": {"CACHEDIR.TAG": TAG, "x": ""},
}


@pytest.fixture
def here(tmp_path: Path, home: Path) -> Path:
    return tmp_path / "here"


@pytest.mark.parametrize("name", CACHES)
def test_a_cache_that_its_tool_wrote_goes_at_once(name: str, here: Path) -> None:
    write_files(here / name, CACHES[name])

    assert [name] == removed_at_once(plan(here))


@pytest.mark.parametrize("name", [".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"])
@pytest.mark.parametrize("foreign", ["id_rsa", "data.sqlite", "notes.md"])
def test_a_cache_with_something_else_in_it_goes_to_the_trash(name: str, foreign: str, here: Path) -> None:
    write_files(here / name, {**CACHES[name], foreign: "mine"})
    cleaning = plan(here)

    assert [name] == taken(cleaning, here)
    assert [] == removed_at_once(cleaning)


def test_a_cache_without_a_tag_whose_layout_is_not_known_goes_to_the_trash(here: Path) -> None:
    write_files(here, {".ty_cache/x": "", ".pytype/x": ""})
    cleaning = plan(here)

    assert [".pytype", ".ty_cache"] == taken(cleaning, here)
    assert [] == removed_at_once(cleaning)


def test_text_that_is_called_like_bytecode_stays(here: Path) -> None:
    write_files(here, {"x.py": "", "x.pyc": "my notes", "y.py": "", "y.pyc": b"\xa7\r\r\n\0\0\0\0", "z.py": ""})
    cleaning = plan(here)

    assert ["y.pyc"] == taken(cleaning, here)
    assert {"x.pyc": "is called like bytecode and is none"} == spared(cleaning, here)


def test_a_folder_in_a_pycache_keeps_it(here: Path) -> None:
    write_files(here, {"__pycache__/x.pyc/notes.txt": "mine"})

    assert {"__pycache__": "holds what no Python wrote: x.pyc"} == spared(plan(here), here)


@pytest.mark.parametrize("tool", ["tox", "nox"])
def test_the_folder_of_a_runner_stays_if_it_holds_files_that_it_does_not_write(tool: str, here: Path) -> None:
    write_files(here / f".{tool}", {"mine.txt": "mine", "CACHEDIR.TAG": TAG, "log/1.log": ""})

    assert {f".{tool}": f"holds what {tool} does not write: mine.txt (--include .{tool})"} == spared(plan(here), here)


@pytest.mark.parametrize("tool", ["tox", "nox"])
def test_what_a_runner_writes_keeps_nothing(tool: str, here: Path) -> None:
    write_files(here / f".{tool}", {".gitignore": "*", "CACHEDIR.TAG": TAG, ".package.lock": "", "log/1.log": ""})
    backdate(here, time.time() - DAY)

    assert [f".{tool}"] == taken(plan(here), here)


def test_a_folder_of_packages_stays_if_it_holds_what_no_package_brought(here: Path) -> None:
    library = "__pypackages__/3.11/lib"
    write_files(here, {
        "pyproject.toml": "", f"{library}/six.py": "", f"{library}/six-1.0.dist-info/RECORD": "six.py,,\n",
        f"{library}/mine.py": "work",
    })  # fmt: skip

    assert {"__pypackages__": "holds what no package brought: 3.11/lib/mine.py (--include __pypackages__)"} == spared(
        plan(here, "envs", unlocked=True), here
    )
