"""The command line: one file for each command, found by a table and imported on demand."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from kempt import __version__
from kempt.cli import output
from kempt.errors import KemptError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code: 0 clean, 1 findings, 2 the user's side, 3 a bug in kempt, 130 interrupted."""
    gc.disable()  # a run is short and ends with the process: looking for cycles costs it more than they hold
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] in (["--version"], ["-V"]):
            output.emit(f"kempt {__version__}\n")
            return 0
        from kempt.cli.commands import run

        return run(words)
    except KemptError as error:
        output.progress("")
        output.complain(error)
        return 2
    except KeyboardInterrupt:
        output.progress("")
        output.tell("kempt: interrupted\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the boundary: whatever comes here is a bug in kempt
        from kempt.cli.bug import confess

        return confess(error, words)


def program() -> NoReturn:
    """The command as a process of its own: it ends without taking the interpreter apart, which costs a hook 15 ms."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # a closed pipe was dealt with where it was written to
            stream.flush()
    os._exit(code)
