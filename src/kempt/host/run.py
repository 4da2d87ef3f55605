"""Running programs: the only place that starts one."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kempt.errors import ToolError
from kempt.host.env import environ


class Completed(NamedTuple):
    """How a program ended: its exit status and what it printed."""

    status: int
    out: bytes
    err: bytes


def find_program(name: str) -> str | None:
    """The absolute path of a program; folders of PATH that are relative (a repository's own!) do not count."""
    suffixes = environ().get("PATHEXT", "").split(os.pathsep) if os.name == "nt" else [""]
    for folder in os.get_exec_path(environ()):
        if os.path.isabs(folder):
            for suffix in suffixes:
                path = os.path.join(folder, name + suffix)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    return path
    return None


def run(
    argv: Sequence[str], *, env: Mapping[str, str], cwd: str, input: bytes = b"", timeout: float, limit: int
) -> Completed:
    """Run a program in a process group of its own, with nothing of this process's environment.

    `timeout` is in seconds, `limit` the most bytes its output may have. Raises ToolError when it cannot be started,
    takes too long (the whole group is killed) or prints too much.
    """
    name = os.path.basename(argv[0])
    try:
        process = subprocess.Popen(
            argv, env=env, cwd=cwd, stdin=subprocess.PIPE if input else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"cannot run {name}: {error.strerror or error}", argv=tuple(argv)) from error
    with process:
        try:
            out, err = process.communicate(input or None, timeout)
        except subprocess.TimeoutExpired:
            raise ToolError(f"{name} did not answer within {timeout:g} seconds", argv=tuple(argv)) from None
        finally:
            if process.returncode is None:
                _kill_group(process)
    if len(out) > limit:
        raise ToolError(f"{name} printed more than {limit:,} bytes", argv=tuple(argv))
    return Completed(process.returncode, out, err)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # gone already, or Windows, which has no groups
        process.kill()
    process.wait()
