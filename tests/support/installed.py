"""Environments that are really installed: made by `venv` and pip once, and put back whole before each test."""

from __future__ import annotations

import base64
import ensurepip
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from support.managers import PYTHON
from support.repositories import environment
from support.wheels import Wheel

SITE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
TAG = sys.implementation.cache_tag
WHEELS = (
    Wheel(
        "alpha", "1.0", files={"alpha/__init__.py": "", "alpha/core.py": "VALUE = 1\n", "alpha/data.bin": b"\0" * 50}
    ),
    Wheel("beta", "1.0"),
    Wheel("gamma", "1.0", scripts={"gamma": "gamma:main"}),
    Wheel("delta", "1.0", data={"data/share/delta/words.txt": "one\ntwo\n", "headers/delta.h": "int delta;\n"}),
    Wheel("zeta", "1.0", shebang_scripts={"zeta-run": "import zeta\n\nprint(zeta.VERSION)\n"}),
)


class Pristine:
    """An environment at one path, as it was when it was installed: `path` is good again after each `restore`."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.path = folder / "project" / ".venv"
        self._master = folder / "master"
        self._home = home
        make(self.path, home, WHEELS)
        shutil.copytree(self.path, self._master, symlinks=True)

    def restore(self) -> Path:
        """Put everything back, times included."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self._master, self.path, symlinks=True)
        return self.path


def make(path: Path, home: Path, wheels: Sequence[Wheel], *, compiled: bool = False, seeds: bool = False) -> Path:
    """An environment with these wheels, made by `venv`, installed by the pip that comes with Python.

    With `seeds`, that pip is in it. Without, it runs from its own wheel, which takes a fraction of the time.
    """
    run(home, PYTHON, "-m", "venv", *([] if seeds else ["--without-pip"]), path)
    folder = path.parent / "wheels"
    folder.mkdir(exist_ok=True)
    for each in wheels:
        (folder / each.filename).write_bytes(each.content)
    places = (Path(ensurepip.__file__).parent / "_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR"))  # Linux's own
    bundled = next(wheel for place in places if place for wheel in Path(place).glob("pip-*.whl"))
    pip = (path / "bin" / "python", *(["-m", "pip"] if seeds else [bundled / "pip"]))
    files = [folder / each.filename for each in wheels]
    options = [] if compiled else ["--no-compile"]
    if files:
        run(home, *pip, "install", "--no-index", "--no-deps", *options, *files)
    return path


def run(home: Path, *argv: str | Path) -> None:
    """Run a program; what it said is shown when it fails."""
    env = environment(home, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    env.pop("PYTHONPATH", None)
    done = subprocess.run([*map(str, argv)], env=env, capture_output=True, check=False, encoding="utf-8", timeout=300)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def record_of(path: Path, name: str = "alpha", version: str = "1.0") -> Path:
    """A distribution's RECORD."""
    return path / SITE / f"{name}-{version}.dist-info" / "RECORD"


def listed(path: str, content: bytes) -> str:
    """A row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes in a file."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def edit_in_place(path: Path, content: bytes) -> None:
    """Write another content of the same size, and set the file's time back."""
    before = path.stat()
    assert before.st_size == len(content)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
