from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kempt.model.plan import (
    Expect,
    Identity,
    IndexChange,
    MoveToTrash,
    Plan,
    RemoveFile,
    RemoveTree,
    RestoreFromTrash,
    RestoreIndex,
    Step,
    Tracked,
    UpdateIndex,
    WriteFile,
)
from kempt.model.tree import REGULAR, Entry
from kempt.report import plan
from kempt.report.look import Look
from report.builders import HOSTILE

SEEN = Expect(1, 1, 1, 1, 1)
OLD, NEW = b"*.log\n", b"*.log\n\n# kempt\nenv/\n"


def entries(*paths: str) -> tuple[Entry, ...]:
    return tuple(Entry(REGULAR, "0" * 40, path) for path in paths)


def made(*steps: Step) -> Plan:
    return Plan("/home/me/shop", steps, "kempt check --fix --unsafe-fixes")


CHECK_FIX = made(
    WriteFile(".gitignore", NEW, SEEN),
    WriteFile("services/api/.gitignore", b"env/\n", None),
    UpdateIndex(
        entries("env/pyvenv.cfg", *(f"env/lib/m{n}.py" for n in range(14_112)), "docs/.DS_Store"),
        ((".gitignore", NEW), ("services/api/.gitignore", b"env/\n")),
        ("1" * 40, ""),
    ),
)


def test_what_a_dry_run_prints() -> None:
    expected = """\
kempt check --fix --unsafe-fixes will:

  write    .gitignore                4 lines
  write    services/api/.gitignore   new file, 1 line
  untrack  docs/.DS_Store            1 file, kept on disk
  untrack  env/                      14,113 files, kept on disk
  stage    .gitignore
  stage    services/api/.gitignore

2 files to write, 14,114 files to untrack, 2 files to stage; no file is deleted from disk.
"""

    assert expected == plan.to_text(CHECK_FIX, Look())


def test_an_undo_removes_and_restores() -> None:
    undo = made(
        RemoveFile(".gitignore", SEEN),
        RestoreIndex(tuple(IndexChange(f"env/{n}", None, Tracked(REGULAR, "0" * 40)) for n in range(3))),
    )
    expected = """\
kempt check --fix --unsafe-fixes will:

  remove   .gitignore
  restore  env/         3 entries of git's index

1 file to remove, 3 index entries to restore; no other file is deleted from disk.
"""

    assert expected == plan.to_text(undo, Look())


FOLDER = Identity(1, 2, 0o40000)


@pytest.mark.parametrize(
    "step, expected",
    [
        (RemoveTree("dist", FOLDER, 2, 8192), "8.2 kB in 1 place to delete; no other file is deleted from disk."),
        (MoveToTrash("dist", FOLDER, 2, 8192), "8.2 kB in 1 place to move to the trash; no file is deleted from disk."),
        (
            RestoreFromTrash("dist", ".kempt-trash-x/dist", FOLDER),
            "0 B in 1 place to bring back; no file is deleted from disk.",
        ),
    ],
)
def test_what_is_taken_whole_is_summed_up(step: Step, expected: str) -> None:
    assert expected == plan.to_text(made(step), Look()).splitlines()[-1]


def test_nothing_to_do() -> None:
    assert ("Nothing to do.\n", "") == (plan.to_text(made(), Look()), plan.to_diff(made(), {}, Look()))


def test_the_diff() -> None:
    expected = """\
--- a/.gitignore
+++ b/.gitignore
@@ -1 +1,4 @@
 *.log
+
+# kempt
+env/
--- /dev/null
+++ b/services/api/.gitignore
@@ -0,0 +1 @@
+env/
# untrack docs/.DS_Store  1 file, kept on disk
# untrack env/  14,113 files, kept on disk
# stage .gitignore
# stage services/api/.gitignore
"""

    assert expected == plan.to_diff(CHECK_FIX, {".gitignore": OLD}, Look())


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param(OLD, NEW, id="appended"),
        pytest.param(b"a\nb", b"a\nb\nc\n", id="no-line-end-before"),
        pytest.param(b"a\nb\n", b"a\nb", id="no-line-end-after"),
        pytest.param(b"a\r\nb\r\n", b"a\r\nb\r\nc\r\n", id="crlf"),
        pytest.param(b"a\tb\n", b"a\tb\nc\n", id="tabs"),
        pytest.param(b"", b"a\n", id="empty-before"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, old: bytes, new: bytes) -> None:
    (tmp_path / "f").write_bytes(old)
    step = made(WriteFile("f", new, SEEN), UpdateIndex(entries("x")))
    patch = plan.to_diff(step, {"f": old}, Look()).encode()
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)

    assert new == (tmp_path / "f").read_bytes()


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_and_contents_are_shown_and_not_obeyed(name: str) -> None:
    content = f"{name}\n".encode("utf-8", "surrogatepass")
    step = made(WriteFile(name, content, None), UpdateIndex(entries(name)))
    lines = (plan.to_text(step, Look()) + plan.to_diff(step, {}, Look())).splitlines()

    assert all(line.replace("\t", "").isprintable() for line in lines)
    assert not any(line.lstrip().startswith("::") or "##[" in line or "##vso[" in line for line in lines)


def test_colour() -> None:
    colored = plan.to_diff(made(WriteFile("f", b"b\n", SEEN)), {"f": b"a\n"}, Look(color=True))

    assert (
        "\x1b[1m--- a/f\x1b[0m\n\x1b[1m+++ b/f\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n"
        "\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n"
    ) == colored
