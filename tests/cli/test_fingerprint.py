"""`kempt fingerprint`: whole outputs and exit codes."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from conftest import RunKempt
from support.installed import SITE, Pristine
from support.repositories import write_files

VERSION = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Pristine:
    return Pristine(tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("installing"))


@pytest.fixture
def installed(pristine: Pristine) -> Path:
    return pristine.restore()


def test_an_environment(installed: Path, kempt: RunKempt) -> None:
    done = kempt("fingerprint", cwd=installed.parent)
    digest = done.out.partition(" ")[0]

    assert 64 == len(digest)
    first, second = done.out.splitlines()
    assert f"{digest}  {installed}" == first
    assert second.startswith(f"Python {VERSION}, 5 distributions, 22 files of ")
    assert second.endswith(" read")
    assert (0, "") == (done.status, done.err)
    assert (0, f"{digest}  {installed}\n", "") == kempt("fingerprint", installed, "--quiet", cwd=installed.parent)


def test_its_lines(installed: Path, kempt: RunKempt) -> None:
    done = kempt("fingerprint", "--verbose", "--proof", cwd=installed.parent)

    _, covered, empty, *lines = done.out.splitlines()
    assert covered.endswith("every byte read")
    assert ("", "kempt-env-1", f"python {VERSION}") == (empty, *lines[:2])
    assert "scripts/gamma\tentry\tgamma:main" in lines


def test_what_is_wrong_is_said_in_words(installed: Path, kempt: RunKempt) -> None:
    (installed / SITE / "alpha/core.py").unlink()
    (installed / SITE / "sitecustomize.py").write_text("")
    for number in range(25):
        (installed / SITE / f"stray{number:02}.py").write_text("")
    done = kempt("fingerprint", "--quiet", cwd=installed.parent)

    assert [
        f"alpha: {SITE}/alpha/core.py is missing",
        f"{SITE}/sitecustomize.py belongs to no distribution: Python runs it at every start",
        *(f"{SITE}/stray{number:02}.py belongs to no distribution" for number in range(19)),
        "and 6 more files like these: --verbose lists all",
        "",
        "27 problems.",
    ] == done.out.splitlines()[2:]
    assert (1, "") == (done.status, done.err)


def test_as_json(installed: Path, kempt: RunKempt) -> None:
    (installed / SITE / "alpha/core.py").unlink()
    done = kempt("fingerprint", "--output-format", "json", cwd=installed.parent)

    found = json.loads(done.out)
    assert 1 == done.status
    assert [1, "fingerprint", str(installed), "kempt-env-1", VERSION, False, 21] == [
        found[key] for key in ("version", "command", "environment", "format", "python", "proof", "files")
    ]
    assert [
        {"damage": "missing", "path": f"{SITE}/alpha/core.py", "distribution": "alpha", "detail": ""}
    ] == found["problems"]  # fmt: skip
    assert ["alpha", "beta", "delta", "gamma", "zeta"] == [each["name"] for each in found["distributions"]]
    assert "lines" not in found
    lines = json.loads(kempt("fingerprint", "--output-format", "json", "-v", cwd=installed.parent).out)["lines"]
    assert "kempt-env-1" == lines[0]


def test_two_environments(installed: Path, kempt: RunKempt) -> None:
    other = installed.parent / "other"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(installed, other, symlinks=True)
    (other / SITE / "alpha/core.py").write_text("edited\n")
    (other / SITE / "beta/__init__.py").unlink()
    done = kempt("fingerprint", "--diff", ".venv", "other", cwd=installed.parent)

    assert [
        "gamma 1.0: scripts/gamma differs",
        "zeta 1.0: scripts/zeta-run differs",
        "alpha 1.0: alpha/core.py differs",
        "beta 1.0: beta/__init__.py only in .venv",
        "4 differences.",
    ] == done.out.splitlines()[3:]
    assert (1, "") == (done.status, done.err)
    found = json.loads(
        kempt("fingerprint", "--diff", ".venv", "other", "--output-format", "json", cwd=installed.parent).out
    )
    assert {"path": "site/alpha/core.py", "distribution": "alpha 1.0", "words": "differs"} in found["differences"]


def test_an_environment_and_itself(installed: Path, kempt: RunKempt) -> None:
    done = kempt("fingerprint", "--diff", ".venv", ".venv", cwd=installed.parent)

    assert (0, "They hold the same.") == (done.status, done.out.splitlines()[-1])
    assert (0, "", "") == kempt("fingerprint", "--diff", ".venv", ".venv", "--quiet", cwd=installed.parent)


@pytest.mark.parametrize(
    "args, message",
    [
        ([], "kempt: .venv: no environment: pyvenv.cfg cannot be read: no such file\n"),
        (["folder"], "kempt: folder: no environment: pyvenv.cfg names no interpreter\n"),
        (["--diff", "folder", "folder"], "kempt: folder: no environment: pyvenv.cfg names no interpreter\n"),
    ],
    ids=["missing", "no-environment", "diff"],
)
def test_no_environment(args: list[str], message: str, tmp_path: Path, kempt: RunKempt) -> None:
    write_files(tmp_path, {"folder/pyvenv.cfg": "prompt = x\n"})
    hint = "       name the folder that holds pyvenv.cfg, such as .venv\n"

    assert (2, "", message + hint) == kempt("fingerprint", *args, cwd=tmp_path)


@pytest.mark.parametrize(
    "args, message",
    [
        (["x", "--diff", "a", "b"], "--diff takes two environments"),
        (["--jobs", "-1"], "--jobs takes a number of files, 0 for as many as there are processors"),
        (["a", "b"], "`b` is one argument too many"),
    ],
    ids=["diff-and-path", "jobs", "two"],
)
def test_a_wrong_command_line(args: list[str], message: str, tmp_path: Path, kempt: RunKempt) -> None:
    done = kempt("fingerprint", *args, cwd=tmp_path)

    assert (2, "") == (done.status, done.out)
    assert f"kempt: {message}\n" == done.err.splitlines(keepends=True)[0]


def test_a_hostile_name_is_shown_and_not_obeyed(installed: Path, kempt: RunKempt) -> None:
    (installed / SITE / "\x1b[31mred\n::error::x.py").write_text("")
    done = kempt("fingerprint", "--verbose", cwd=installed.parent)

    assert "\x1b" not in done.out
    assert f"{SITE}/\\x1b[31mred\\n" in done.out
    assert "\n::error" not in done.out
