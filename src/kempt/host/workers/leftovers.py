"""What a killed worker leaves: programs that it had started, and a folder of temporary files."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from kempt.errors import UnsafeError
from kempt.host.clock import wait

_ROUNDS = 5  # a program may start another one just then
_PAUSE = 0.05  # seconds


def end_marked(folder: str) -> None:
    """End all programs whose folder for temporary files is this one; only where the system shows their variables."""
    from kempt.host.processes import having

    for _ in range(_ROUNDS):
        pids = having("TMPDIR", folder)
        if not pids:
            return
        for pid in pids:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def leave_nothing(folder: str) -> None:
    """End the programs of this very worker and remove its folder, although it may be at work and make more."""
    from kempt.host.folders import Folder

    for _ in range(_ROUNDS):
        end_marked(folder)
        remove_folder(folder)
        if not os.path.lexists(folder):
            break
        wait(_PAUSE)
    parent, name = os.path.split(os.path.dirname(folder))
    with suppress(OSError), Folder.open(parent) as above:
        above.rmdir(name)  # by the last of the workers


def remove_folder(folder: str) -> None:
    """Remove a folder that was made for a worker, with all that is in it; what cannot be removed stays."""
    from kempt.host.emptying import Emptying
    from kempt.host.folders import Folder
    from kempt.host.removing import identity_of

    parent, name = os.path.split(folder)
    with suppress(OSError, UnsafeError), Folder.open(parent) as above:
        found = above.lstat(name)
        if found is not None:
            Emptying(above, name, identity_of(found)).run(1)
