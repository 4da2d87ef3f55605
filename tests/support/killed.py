"""A program that carries out a plan, or takes a change back, and kills itself with SIGKILL before a chosen call.

`python killed.py FILE NAME:COUNT`: FILE is a pickled Plan, or the root of a repository whose last change is undone.
NAME is a function that changes or starts something, or `any` of them; it dies before the call of that number. Where
there are fewer calls it simply ends. SIGKILL cannot be caught: nothing is cleaned up, and a git that runs goes on
alone, as after `kill -9`.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

COUNTED = "open write fsync replace rename link unlink mkdir rmdir utime fchown fchmod chmod ftruncate pwrite close"


class Countdown:
    """Counts calls, and kills the process before the call of a number."""

    def __init__(self, point: str) -> None:
        name, _, count = point.partition(":")
        self.name = name
        self.left = int(count)

    def watch(self, owner: Any, name: str) -> None:
        """Count the calls of a function."""
        function = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            if self.name in {"any", name}:
                self.tick()
            return function(*args, **options)

        setattr(owner, name, counted)

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(file: str, point: str) -> None:
    from kempt.engine.apply import apply
    from kempt.engine.undo import plan_undo, undo

    action: Callable[[], object]
    if os.path.isdir(file):
        shown = plan_undo(file)

        def action() -> object:
            return undo(shown)
    else:
        with open(file, "rb") as handle:
            plan = pickle.load(handle)  # noqa: S301 - the test wrote it

        def action() -> object:
            return apply(plan)

    countdown = Countdown(point)
    for name in COUNTED.split():
        countdown.watch(os, name)
    countdown.watch(fcntl, "ioctl")
    countdown.watch(subprocess.Popen, "__init__")
    countdown.watch(subprocess.Popen, "communicate")
    action()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
