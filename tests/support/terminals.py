"""A terminal of a test's own, for what kempt prints only where a person sits."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from support.repositories import environment


def at_terminal(*words: str, cwd: Path, home: Path, columns: int = 100) -> str:
    """What a run of kempt shows at a terminal, lines ending in a newline alone. It must end well."""
    ours, theirs = pty.openpty()
    env = environment(home, COLUMNS=str(columns), NO_COLOR="1", TERM="xterm", LC_ALL="C.UTF-8", PYTHONUTF8="1")
    shown = b""
    argv = [sys.executable, "-m", "kempt", *words]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=env) as running:
        os.close(theirs)
        try:
            while read := os.read(ours, 4096):
                shown += read
        except OSError:  # the other end is closed
            os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode().replace("\r\n", "\n")
