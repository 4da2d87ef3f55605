"""What is kept of a crash, so that a person can report it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kempt import __version__
from kempt.host.env import platform_name
from kempt.host.output import write_output
from kempt.host.state import state_folder

LOG = "crash.log"


def write_crash_log(error: BaseException, arguments: Sequence[str]) -> str:
    """Write versions, the command line and the traceback to a file; its path. The log of the last crash is replaced.

    Raises KemptError where it cannot be written.
    """
    path = f"{state_folder('logs')}/{LOG}"
    write_output(path, crash_text(error, arguments))
    return path


def crash_text(error: BaseException, arguments: Sequence[str]) -> str:
    """What the log holds."""
    from traceback import format_exception

    words = " ".join(map(repr, arguments))
    head = f"kempt {__version__}\nPython {sys.version} on {platform_name()}\narguments: {words}\n\n"
    return head + "".join(format_exception(error))
