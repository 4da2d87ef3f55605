"""A program that prunes all of one tool's cache, and kills itself with SIGKILL before a chosen call.

`python evicting.py TOOL NAME:COUNT`, as `killed.py` has it; 0 is to live. Only what changes the cache is counted.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.killed import Countdown

COUNTED = "open rename replace unlink rmdir link"


def main(tool: str, point: str) -> None:
    from kempt.engine.disk.caches.prune import plan_prune, prune
    from kempt.model.caches import PruneWishes

    plan = plan_prune(PruneWishes(all=True), (tool,))
    countdown = Countdown(point)
    for name in COUNTED.split():
        countdown.watch(os, name)
    countdown.watch(sqlite3, "connect")
    prune(plan)
    print(-countdown.left)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
