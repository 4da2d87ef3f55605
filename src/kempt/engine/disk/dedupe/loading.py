"""What shared bytecode means for imports, measured: Python loads it, as an import does, and runs none of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from kempt.errors import KemptError
from kempt.formats import bytecode
from kempt.host.programs import own_python
from kempt.host.run import run
from kempt.host.scratch import Scratch
from kempt.model.plan import RewriteBytecode

MOST = 2000
"""So many modules are measured at most, spread over all."""
_PYTHONS = 3
_TIMEOUT, _LIMIT = 120, 1000
_SCRIPT = """
import sys
from importlib.machinery import SourceFileLoader
from time import process_time
sys.dont_write_bytecode = True
anew = []
class Loader(SourceFileLoader):
    def source_to_code(self, data, path, **options):
        anew.append(path)
        return compile("", path, "exec")
def once():
    anew.clear()
    start = process_time()
    for path in paths:
        try:
            Loader("module", path).get_code("module")
        except (ImportError, EOFError, ValueError, TypeError, OSError):
            anew.append(path)
    return process_time() - start
paths = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\\0")
once()
print(min(once() for _ in range(3)), len(anew))
"""


class Round(NamedTuple):
    """How long loading took, in seconds of the processor, and how many modules would be compiled anew.

    `noise` is by how much the slowest of some Pythons took longer than the fastest.
    """

    seconds: float
    anew: int
    noise: float


def sample(root: str, steps: Sequence[RewriteBytecode]) -> tuple[str, ...]:
    """Sources whose bytecode is changed and is for this Python, by absolute path; some of them where they are many."""
    own = sys.implementation.cache_tag
    named = ((step.source, bytecode.name(step.path.rpartition("/")[2])) for step in steps)
    mine = [source for source, said in named if said is not None and said[1:] == (own, "")]
    every = max(-(-len(mine) // MOST), 1)
    return tuple(f"{root.rstrip('/')}/{each}" for each in mine[::every])


def load(sources: Sequence[str]) -> Round | None:
    """Load the bytecode of some sources in a Python of its own; None where that cannot be done.

    It is kempt's own interpreter, without site-packages (`-I -S`) and in an empty folder: of an environment nothing
    but its bytecode is read, and that is not run.
    """
    if not sources:
        return None
    paths = "\0".join(sources).encode("utf-8", "surrogateescape")
    try:
        with Scratch() as scratch:
            argv, cwd = (own_python(), "-I", "-S", "-c", _SCRIPT), scratch.folder("empty")
            done = [
                run(argv, env={}, cwd=cwd, input=paths, timeout=_TIMEOUT, limit=_LIMIT).out.split()
                for _ in range(_PYTHONS)
            ]
        taken = sorted(float(seconds) for seconds, _ in done)
        return Round(taken[len(taken) // 2], int(done[-1][1]), taken[-1] - taken[0])
    except (KemptError, ValueError, OSError):
        return None
