"""What kempts that were killed have left in the folder for temporary files, and no one will remove."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress

from kempt.host.lock import is_locked_alone
from kempt.host.scratch import temporary
from kempt.host.workers.leftovers import remove_folder

_SCRATCH = re.compile("kempt-([0-9]{1,10})-[0-9a-f]{12}")  # as `Scratch` calls them


def sweep() -> None:
    """Remove the folders for temporary files of kempts that were killed: this user's, of no process, held by nobody.

    A kempt in another container may have the number of no process here; its folders are held, and so they stay.
    """
    if sys.platform == "win32":
        return
    base = temporary()
    with suppress(OSError):
        for name in os.listdir(base):
            found = _SCRATCH.fullmatch(name)
            if found and not _lives(int(found[1])):
                _sweep(os.path.join(base, name))


def _sweep(path: str) -> None:
    with suppress(OSError):
        found = os.lstat(path)
        if found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode) and not is_locked_alone(path):
            remove_folder(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
