"""Cleaning and undoing, over and over, in trees that grow at random: nothing is lost that nobody makes again."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kempt.engine.apply import apply
from kempt.engine.disk.clean import plan_clean
from kempt.engine.undo import plan_undo, undo
from kempt.model.cleaning import GROUPS, Wishes
from kempt.model.plan import MoveToTrash, Receipt, RemoveTree
from support.taking import grow, tree

FOLDERS = ("", "app/", "app/src/", "lib/", "app/tests/")
THINGS = (
    "m.py", "m.pyc", "only.pyc", "__pycache__/m.cpython-311.pyc", "__pycache__/note.txt", ".mypy_cache/3.11/m.json",
    ".pytest_cache/v/x", ".ruff_cache/0.1/x", ".venv/lib/python3.11/x.py", "venv/bin/tool", "dist/a-1-py3-none-any.whl",
    "dist/notes.md", "build/lib/m.py", "a.egg-info/PKG-INFO", ".tox/py/x", ".coverage", "htmlcov/index.html", ".env",
    "uv.lock", "pyproject.toml", "node_modules/x/y.js", ".hypothesis/examples/x", "data.bin", "Cache/x", ".cache/x",
)  # fmt: skip
places = st.builds(str.__add__, st.sampled_from(FOLDERS), st.sampled_from(THINGS))
links = places | st.builds(
    str.__add__, st.sampled_from(FOLDERS), st.sampled_from([".venv", "__pycache__", ".mypy_cache", "dist"])
)
Found = dict[str, object]


class Cleaning(RuleBasedStateMachine):
    """A project that tools, people and kempt work on."""

    numbers = count()
    base: Path

    def __init__(self) -> None:
        super().__init__()
        self.root = self.base / f"root{next(self.numbers)}"
        self.outside = self.base / f"outside{next(self.numbers)}"
        self.changes: list[tuple[str, Found, Receipt]] = []
        self.tracked: set[str] = set()

    @initialize()
    def begin(self) -> None:
        grow(self.root, "app/pyproject.toml", "app/uv.lock", "app/src/m.py", "app/.venv/lib/python3.11/x.py")
        grow(self.root, "app/src/__pycache__/m.cpython-311.pyc", "app/.mypy_cache/CACHEDIR.TAG", "app/dist/a-1.tar.gz")
        self.make_environment("app/.venv")
        grow(self.outside, "precious", "folder/precious", "__pycache__/m.pyc")
        self.git("init", "-q", "--template=")
        self.before_outside = tree(self.outside)

    def make_environment(self, place: str) -> None:
        grow(self.root, f"{place}/pyvenv.cfg", content="home = /usr/bin\nversion = 3.11.2\n")

    def git(self, *args: str) -> None:
        subprocess.run(["git", "-C", self.root, *args], check=True, capture_output=True)

    @rule(some=st.lists(places, min_size=1, max_size=8), content=st.text(max_size=3))
    def write(self, some: list[str], content: str) -> None:
        for place in some:
            path = self.root / place
            if not path.is_dir() and not any(each.is_symlink() or each.is_file() for each in (path, *path.parents)):
                grow(self.root, place, content=content)
                self.tracked.discard(place)

    @rule(place=links, where=st.sampled_from(["precious", "folder", "__pycache__", "missing"]))
    def link_out_of_the_tree(self, place: str, where: str) -> None:
        if self.is_free(place):
            (self.root / place).symlink_to(self.outside / where)

    @rule(place=places)
    def link_hard(self, place: str) -> None:
        if self.is_free(place):
            os.link(self.outside / "precious", self.root / place)

    def is_free(self, place: str) -> bool:
        """Whether a file can be made there, without following a link."""
        path = self.root / place
        return (
            path.parent.is_dir() and not os.path.lexists(path) and not any(each.is_symlink() for each in path.parents)
        )

    @rule(folder=st.sampled_from(["app/", "lib/", ""]), name=st.sampled_from([".venv", "venv", "myenv"]))
    def new_environment(self, folder: str, name: str) -> None:
        if not (self.root / folder / name).is_symlink():
            self.make_environment(folder + name)

    @rule(place=places)
    def track(self, place: str) -> None:
        path = self.root / place
        if path.is_file() and not any(parent.is_symlink() for parent in (path, *path.parents)):
            self.git("add", "-f", "--", place)
            self.tracked.add(place)

    @rule(
        groups=st.just(set(GROUPS)) | st.sets(st.sampled_from(sorted(GROUPS)), min_size=1),
        trash=st.booleans(),
        unlocked=st.booleans(),
    )
    def clean(self, groups: set[str], trash: bool, unlocked: bool) -> None:  # noqa: FBT001 - as Hypothesis calls it
        before = tree(self.root)
        cleaning = plan_clean([str(self.root)], Wishes(tuple(sorted(groups)), trash=trash, unlocked=unlocked))
        assert before == tree(self.root)
        for plan in cleaning.plans:
            receipt = apply(plan)
            assert receipt.ok, receipt
            if receipt.journal:
                self.changes.append((receipt.journal, before, receipt))
        taken = tuple(each.path for each in cleaning.taken)
        assert self.without(before, taken) == self.without(tree(self.root), taken)
        assert not any(os.path.lexists(path) for path in taken)

    def without(self, found: Found, taken: tuple[str, ...]) -> Found:
        """What no step of a plan is about."""
        relative = tuple(os.path.relpath(path, self.root) for path in taken)
        return {
            path: each
            for path, each in found.items()
            if ".kempt-" not in path and not any(path == one or path.startswith(f"{one}/") for one in relative)
        }

    @rule()
    def clean_all_and_take_back(self) -> None:
        self.clean(set(GROUPS), trash=True, unlocked=True)
        if self.changes:
            self.take_back()

    @precondition(lambda self: self.changes)
    @rule()
    def take_back(self) -> None:
        journal, before, receipt = self.changes.pop()
        moved = [each.step for each in receipt.outcomes if isinstance(each.step, MoveToTrash)]
        if not moved:
            return
        there_by_now = {step.path for step in moved if os.path.lexists(self.root / step.path)}
        back = undo(plan_undo(str(self.root), journal))
        after = tree(self.root)
        assert there_by_now == {left.path for left in back.left}
        for step in moved:
            if step.path not in there_by_now:
                assert self.below(before, step.path) == self.below(after, step.path)

    @staticmethod
    def below(found: Found, path: str) -> Found:
        return {name: each for name, each in found.items() if name == path or name.startswith(f"{path}/")}

    @invariant()
    def what_git_tracks_is_there(self) -> None:
        assert set() == {place for place in self.tracked if not os.path.lexists(self.root / place)}

    @invariant()
    def nothing_outside_changed(self) -> None:
        if hasattr(self, "before_outside"):
            assert self.before_outside == tree(self.outside)

    @invariant()
    def nothing_is_half_removed(self) -> None:
        assert [] == list(self.root.rglob(".kempt-gone-*"))

    def teardown(self) -> None:
        for step in (each.step for _, _, receipt in self.changes for each in receipt.outcomes):
            assert isinstance(step, RemoveTree | MoveToTrash)
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.outside, ignore_errors=True)


def machine(base: Path) -> type[Cleaning]:
    return type("Bound", (Cleaning,), {"base": base})


def run(base: Path, **wanted: Any) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine(base), settings=settings(deadline=None, suppress_health_check=checks, print_blob=True, **wanted)
    )


def test_nothing_is_lost(tmp_path: Path) -> None:
    run(tmp_path, max_examples=10, stateful_step_count=12)


@pytest.mark.slow
def test_nothing_is_lost_in_many_trees(tmp_path: Path) -> None:
    run(tmp_path, max_examples=100, stateful_step_count=25)
