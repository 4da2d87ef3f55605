"""One kempt at a time changes a repository, and one an environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kempt.errors import KemptError, UnsafeError, UnsupportedError
from kempt.host.folders import BINARY, CLOEXEC, NOFOLLOW
from kempt.host.state import environment_key, repository_key

_PID_AT = 64  # Windows locks bytes: the lock is the first one, and what is beside it can still be read


@contextmanager
def repository_lock(state_dir: str, root: str) -> Iterator[None]:
    """Hold the lock of the repository at `root`; the system lets go of it however this process ends.

    Raises UnsafeError at once when another kempt holds it, UnsupportedError where the state folder's file system has no
    locks, and KemptError when the lock file cannot be made.
    """
    with _held(state_dir, f"{repository_key(root)}.lock", "is changing this repository"):
        yield


@contextmanager
def environment_lock(state_dir: str, environment: str) -> Iterator[int]:
    """Hold the lock of an environment; the descriptor, for the programs that change it to hold as well.

    A program that is given the descriptor keeps the lock until it ends, also when this process is killed meanwhile: so
    nobody starts on an environment that somebody is still writing to. Errors are those of `repository_lock`.
    """
    name = f"{environment_key(environment)}.environment.lock"
    with _held(state_dir, name, "or a program that it started, is working on this environment") as descriptor:
        yield descriptor


@contextmanager
def _held(state_dir: str, name: str, doing: str) -> Iterator[int]:
    folder = os.path.join(state_dir, "locks")
    path = os.path.join(folder, name)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NOFOLLOW | CLOEXEC | BINARY, 0o600)
    except OSError as error:
        raise KemptError(f"cannot make the lock: {error.strerror}", path=path, hint=_HINT) from error
    try:
        _hold(descriptor, path, doing)
        with suppress(OSError):  # a full disk; the lock is held, only its holder's number is not told
            os.lseek(descriptor, _PID_AT, os.SEEK_SET)
            os.write(descriptor, b"%-20d" % os.getpid())
        yield descriptor
    finally:
        os.close(descriptor)


def _hold(descriptor: int, path: str, doing: str) -> None:
    try:
        _lock(descriptor)
    except (BlockingIOError, PermissionError) as error:
        os.lseek(descriptor, _PID_AT, os.SEEK_SET)
        pid = os.read(descriptor, 20).decode("ascii", "replace").strip("\0 ")
        raise UnsafeError(
            f"another kempt (pid {pid or 'unknown'}){',' * doing.startswith('or')} {doing}",
            hint="run it again when that one is done",
        ) from error
    except OSError as error:
        raise UnsupportedError(f"cannot lock: {error.strerror}", path=path, hint=_HINT) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_HINT = "set KEMPT_STATE_DIR to a folder on a local disk"
