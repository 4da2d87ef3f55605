"""The Pythons that are installed beside the one that runs the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
"""Asked for before a test has a home of its own."""


def python(version: str) -> Path | None:
    """The newest interpreter of a version (`3.12`): one that pyenv made, else one on PATH that works; else None."""
    made = sorted(PYENV.glob(f"versions/{version}.*/bin/python"), key=lambda path: _numbers(path.parts[-3]))
    on_path = shutil.which(f"python{version}")
    found = made[-1] if made else Path(on_path) if on_path else None
    works = found is not None and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0
    return found if works else None


def _numbers(version: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", version)]
