"""Whatever is shared, edited and taken back, in whichever order: every path holds the bytes that were written to it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe.plan import plan_groups
from kempt.engine.disk.dupes.find import find_duplicates
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.model.dedupe import Dedupe, DedupeWishes
from support.disks import formatted
from support.sharing import share_no_blocks

PATHS = ("one/a.py", "one/b.bin", "two/a.py", "two/b.bin", "two/deep/c.py", "three/a.py")
CONTENTS = (b"same\n" * 1000, b"other\n" * 900, b"SAME\n" * 1000, b"x")
paths, texts = st.sampled_from(PATHS), st.sampled_from(CONTENTS)
MAY_STAY = ("replaced since", "edited since", "gone since")


class Sharing(RuleBasedStateMachine):
    """Files below `root`, and what each must hold. An edit in place of a linked file is an edit of all its names."""

    root: Path
    wishes: DedupeWishes

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, bytes] = {}
        self.modes: dict[str, int] = {}

    @initialize(contents=st.lists(texts, min_size=len(PATHS), max_size=len(PATHS)))
    def begin(self, contents: list[bytes]) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        for number, (path, content) in enumerate(zip(PATHS, contents, strict=True)):
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            self.replace(path, content)
            os.utime(self.root / path, (number, 1_700_000_000 + number % 2))

    @rule(path=paths, content=texts)
    def replace(self, path: str, content: bytes) -> None:
        """As installers and most editors do it."""
        new = self.root / f"{path}.new"
        new.write_bytes(content)
        new.replace(self.root / path)
        self.held[path] = content

    @rule(path=paths, content=texts)
    def overwrite(self, path: str, content: bytes) -> None:
        """Some editors keep the file."""
        if path in self.held:
            there = (self.root / path).stat()
            (self.root / path).write_bytes(content)
            for other in self.held:
                if (self.root / other).stat().st_ino == there.st_ino:
                    self.held[other] = content

    @rule(path=paths)
    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)
        self.held.pop(path, None)

    @rule()
    def dedupe(self) -> None:
        assert apply(planned(self.root, self.wishes).plan).ok
        assert () == planned(self.root, self.wishes).steps

    @rule(path=paths, content=texts)
    def edit_between_plan_and_share(self, path: str, content: bytes) -> None:
        plan = planned(self.root, self.wishes).plan
        self.overwrite(path, content)
        apply(plan)

    @rule()
    def undo(self) -> None:
        with suppress(UsageError):
            receipt = undo(plan_undo(str(self.root)))
            assert all(each.reason.startswith(MAY_STAY) for each in receipt.left)

    @invariant()
    def every_path_holds_what_was_written_to_it(self) -> None:
        found = {
            str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }  # fmt: skip
        assert self.held == found


def planned(root: Path, wishes: DedupeWishes) -> Dedupe:
    """The plan for all files: links are refused for those outside of environments, and are the same for all."""
    found = find_duplicates([str(root)], any=True)
    return plan_groups(found.groups, found.roots, found.environments, wishes)


def run(root: Path, wishes: DedupeWishes, examples: int, steps: int) -> None:
    machine = type("Machine", (Sharing,), {"root": root, "wishes": wishes})
    checks = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks)
    )  # fmt: skip


def test_linked_files_hold_what_was_written_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)

    run(tmp_path / "files", DedupeWishes(hardlink=True), 15, 12)


@pytest.mark.slow
def test_linked_files_hold_what_was_written_to_them_in_long_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_no_blocks(monkeypatch)

    run(tmp_path / "files", DedupeWishes(hardlink=True), 150, 30)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_files_on_the_same_blocks_hold_what_was_written_to_them(tmp_path: Path, kind: str) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        run(disk / "files", DedupeWishes(any=True), 40, 20)
