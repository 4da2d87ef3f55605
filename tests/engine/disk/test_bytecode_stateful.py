"""Whatever is compiled, shared, edited and taken back, in whichever order: Python runs what its source says."""

from __future__ import annotations

import os
import py_compile
import shutil
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe.plan import plan_dedupe
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.model.dedupe import DedupeWishes
from support.disks import formatted
from support.sharing import SITE, installed, share_no_blocks

NAMES = ("one", "two", "three")
MODES = {"one": 0o644, "two": 0o644, "three": 0o640}
"""The third one's source does not become one with the others, so that its time must be changed."""
names, values = st.sampled_from(NAMES), st.sampled_from("123")
MODULE = "alpha/core.py"
TEXT = b"def value():\n    return %s\n" + b"# more\n" * 1000


class Compiling(RuleBasedStateMachine):
    """Environments below `root`, and what the module of each must say."""

    root: Path
    wishes: DedupeWishes

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.times = count(1_700_000_000)

    @initialize(value=values)
    def begin(self, value: str) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        for name in NAMES:
            installed(self.root / name, {MODULE: TEXT % value.encode()}, at=next(self.times))
            self.source(name).chmod(MODES[name])
            self.held[name] = value

    def source(self, name: str) -> Path:
        return self.root / name / SITE / MODULE

    @rule(name=names, value=values)
    def replace(self, name: str, value: str) -> None:
        """As installers and most editors do it."""
        new = self.source(name).with_name("new")
        new.write_bytes(TEXT % value.encode())
        new.chmod(MODES[name])
        new.replace(self.source(name))
        self.changed(name, value)

    @rule(name=names, value=values)
    def overwrite(self, name: str, value: str) -> None:
        """Some editors keep the file, and its size."""
        self.source(name).write_bytes(TEXT % value.encode())
        self.changed(name, value)

    def changed(self, name: str, value: str) -> None:
        time = next(self.times)
        os.utime(self.source(name), (time, time))
        for each in NAMES:
            if self.source(each).samefile(self.source(name)):
                self.held[each] = value

    @rule(name=names, level=st.sampled_from([0, 1]))
    def compile(self, name: str, level: int) -> None:
        py_compile.compile(str(self.source(name)), doraise=True, optimize=level)

    @rule()
    def dedupe(self) -> None:
        assert apply(plan_dedupe([str(self.root)], self.wishes).plan).ok
        assert () == plan_dedupe([str(self.root)], self.wishes).steps

    @rule(name=names, value=values)
    def edit_between_plan_and_share(self, name: str, value: str) -> None:
        plan = plan_dedupe([str(self.root)], self.wishes).plan
        self.overwrite(name, value)
        apply(plan)

    @rule()
    def undo(self) -> None:
        with suppress(UsageError):
            undo(plan_undo(str(self.root)))

    @invariant()
    def python_runs_what_the_source_says(self) -> None:
        found = {}
        for name in self.held:
            code = Reading("core", str(self.source(name))).get_code("core")
            assert code is not None
            assert str(self.source(name)) == code.co_filename
            space: dict[str, object] = {}
            exec(code, space)  # noqa: S102 - this test wrote it
            function = space["value"]
            assert callable(function)
            found[name] = str(function())
        assert self.held == found


class Reading(SourceFileLoader):
    """Loads as an import does, and leaves no bytecode behind."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Write nothing."""


def run(root: Path, wishes: DedupeWishes, examples: int, steps: int) -> None:
    machine = type("Machine", (Compiling,), {"root": root, "wishes": wishes})
    checks = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks)
    )  # fmt: skip


def test_linked_bytecode_is_what_its_source_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)

    run(tmp_path / "envs", DedupeWishes(hardlink=True, bytecode=True), 8, 8)


@pytest.mark.slow
def test_linked_bytecode_is_what_its_source_says_in_long_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)

    run(tmp_path / "envs", DedupeWishes(hardlink=True, bytecode=True), 100, 25)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_bytecode_on_the_same_blocks_is_what_its_source_says(tmp_path: Path, kind: str) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        run(disk / "envs", DedupeWishes(bytecode=True), 30, 20)
