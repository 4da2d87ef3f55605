"""One kempt at a time changes a repository, and one an environment."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

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
    with _held(state_dir, f"{repository_key(root)}.lock", f"is changing files in {root}"):
        yield


@contextmanager
def tree_lock(state_dir: str, root: str) -> Iterator[None]:
    """Hold the lock of a root below which whole folders are taken; nobody does that above or below it meanwhile.

    It is the lock of the repository at `root` too. Errors are those of `repository_lock`.
    """
    with ExitStack() as stack:
        above = os.path.realpath(root)
        while sys.platform != "win32" and above != (above := os.path.dirname(above)):
            name = f"{repository_key(above)}.lock"
            stack.enter_context(_held(state_dir, name, f"is cleaning up in {above}", kind="shared"))
        stack.enter_context(repository_lock(state_dir, root))
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
def cache_lock(state_dir: str, cache: str) -> Iterator[None]:
    """Hold kempt's own lock of a download cache. Errors are those of `repository_lock`."""
    with _held(state_dir, f"{repository_key(cache)}.cache.lock", "is pruning this cache"):
        yield


@contextmanager
def database_lock(state_dir: str, database: str) -> Iterator[None]:
    """Hold kempt's own lock of a database that it writes: this process has it, and none that it starts.

    So a worker that outlives a killed scan is in nobody's way. Errors are those of `repository_lock`.
    """
    with _held(state_dir, f"{repository_key(database)}.database.lock", "is writing this database", kind="process"):
        yield


@contextmanager
def tool_lock(path: str) -> Iterator[bool]:
    """Hold the lock file of a tool, as the tool does (flock); whether that was possible at once.

    Where there is no such file yet, it is made. Raises UnsafeError where it is no regular file, or a link.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NOFOLLOW | CLOEXEC | BINARY, 0o666)
    except OSError as error:
        raise UnsafeError(f"cannot open the lock: {error.strerror}", path=path) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnsafeError("the lock is no regular file", path=path)
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            yield False
        except OSError as error:
            raise UnsupportedError(f"cannot lock: {error.strerror}", path=path) from error
        else:
            yield True
    finally:
        os.close(descriptor)


def hold_folder(path: str) -> int | None:
    """Show that a folder is in use for as long as the descriptor is open; None where the system has no such lock."""
    if sys.platform == "win32":
        return None
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | NOFOLLOW | CLOEXEC)
        with suppress(OSError):
            _lock(descriptor)
        return descriptor
    return None


def is_locked(path: str) -> bool:
    """Whether a tool holds its lock file now. Nothing is made; a lock that cannot be looked at is not held."""
    if not os.path.isfile(path) or os.path.islink(path):
        return False
    try:
        with tool_lock(path) as held:
            return not held
    except (UnsafeError, UnsupportedError):
        return False


def is_locked_alone(path: str) -> bool:
    """Whether a tool holds a lock file for itself alone, as uv does on an environment that it changes.

    Any number of programs may ask at once, and none of them is in another's way; else as `is_locked`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | NOFOLLOW | CLOEXEC | BINARY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        _lock_with_others(descriptor)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _held(state_dir: str, name: str, doing: str, *, kind: str = "alone") -> Iterator[int]:
    folder = os.path.join(state_dir, "locks")
    path = os.path.join(folder, name)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NOFOLLOW | CLOEXEC | BINARY, 0o600)
    except OSError as error:
        raise KemptError(f"cannot make the lock: {error.strerror}", path=path, hint=_HINT) from error
    try:
        _hold(descriptor, path, doing, kind)
        with suppress(OSError):  # a full disk; the lock is held, only its holder's number is not told
            os.lseek(descriptor, _PID_AT, os.SEEK_SET)
            os.write(descriptor, b"%-20d" % os.getpid())
        yield descriptor
    finally:
        os.close(descriptor)


def _hold(descriptor: int, path: str, doing: str, kind: str) -> None:
    try:
        {"alone": _lock, "shared": _lock_with_others, "process": _lock_by_process}[kind](descriptor)
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

    _lock_with_others = _lock_by_process = _lock  # there is only one kind of lock
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lock_with_others(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _lock_by_process(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # not inherited by a fork


_HINT = "set KEMPT_STATE_DIR to a folder on a local disk"
