"""What a person is told when kempt has a bug."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.cli import output
from kempt.engine.crash import crash_text, write_crash_log
from kempt.errors import KemptError
from kempt.report.escape import visible


def confess(error: Exception, arguments: Sequence[str]) -> int:
    """Say what happened and where the details are; the exit code. Without a place for a log, all of it is printed."""
    output.progress("")
    try:
        where = f"The versions and the traceback are in {visible(write_crash_log(error, arguments))}"
    except KemptError:
        output.tell(crash_text(error, arguments))
        where = "The versions and the traceback are above"
    what = visible(f"{type(error).__name__}: {error}")
    output.tell(f"kempt: this is a bug in kempt: {what}\n       {where}; a report of it needs them.\n")
    return 3
