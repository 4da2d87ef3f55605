"""Environments of every Python that is there: their bytecode is shared, and each loads it as its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import RunKempt
from support.pythons import python
from support.sharing import contents, stale

pytestmark = pytest.mark.slow
SHARE = ("dedupe", "--hardlink", "--bytecode", "--no-progress", "--output-format", "json")
PROGRAM = """
import os, pip, sys, traceback
from pip._vendor.packaging.version import Version
FILE = os.path.join(os.path.dirname(pip.__file__), "_vendor/packaging/version.py")
print(Version.__init__.__code__.co_filename == FILE)
try:
    Version("no version")
except ValueError:
    print(FILE in traceback.format_exc())
"""


@pytest.fixture(params=["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def environments(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """Two environments with pip, which was compiled when it was installed."""
    found = python(request.param)
    if found is None:
        pytest.skip(f"there is no Python {request.param}, whose bytecode is to be shared")
    made = (tmp_path / "envs/one", tmp_path / "envs/two")
    for each in made:
        subprocess.run([found, "-m", "venv", each], check=True)
    return made


def test_bytecode_of_each_python_is_shared(environments: tuple[Path, Path], kempt: RunKempt) -> None:
    root, before = environments[0].parent, contents(*environments)
    done = json.loads(kempt(*SHARE, "--yes", cwd=root).out)
    shared = [each for each in done["items"] if each["kind"] == "bytecode" and each["with"]]
    said = [run(each, "-v", "-c", PROGRAM) for each in environments]

    assert ([], [], True) == (done["result"]["failed"], stale(*environments), len(shared) > 300)
    assert ["True\nTrue\n"] * 2 == [out for out, _ in said]
    assert [False, False] == ["bytecode is stale" in err for _, err in said]
    assert {"files": 0, "bytes": 0} == json.loads(kempt(*SHARE, cwd=root).out)["total"]

    assert 0 == kempt("undo", "--yes", cwd=root).status
    assert (before, []) == (contents(*environments), stale(*environments))


def run(environment: Path, *argv: str) -> tuple[str, str]:
    done = subprocess.run(
        [environment / "bin/python", "-B", *argv], env={**os.environ, "PYTHONPATH": ""}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout, done.stderr
