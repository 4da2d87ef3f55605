from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError, UnsupportedError
from kempt.host import lock
from kempt.host.lock import environment_lock, is_locked, repository_lock, tool_lock, tree_lock

HOLDER = """
import sys, time
from kempt.host.lock import repository_lock
with repository_lock(sys.argv[1], sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "state")


def hold(state: str, root: str) -> subprocess.Popen[bytes]:
    """Another process that holds the lock."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, state, root], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert b"held\n" == holder.stdout.readline()
    return holder


def test_it_can_be_taken_again_after_it_was_let_go(state: str) -> None:
    for _ in range(2):
        with repository_lock(state, "/repo"):
            pass


def test_two_repositories_do_not_wait_for_each_other(state: str) -> None:
    with repository_lock(state, "/one"), repository_lock(state, "/two"):
        pass


def test_a_second_kempt_is_told_at_once_who_holds_it(state: str) -> None:
    with hold(state, "/repo") as holder:
        with pytest.raises(UnsafeError) as caught, repository_lock(state, "/repo"):
            pass
        holder.kill()

    assert f"another kempt (pid {holder.pid}) is changing files in /repo" == caught.value.message


def test_a_program_that_was_given_the_lock_holds_it_when_kempt_is_killed(state: str) -> None:
    code = """
import subprocess, sys, time
from kempt.host.lock import environment_lock
with environment_lock(sys.argv[1], sys.argv[2]) as held:
    print(subprocess.Popen(["sleep", "60"], pass_fds=[held]).pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code, state, "/repo/.venv"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        started = int(holder.stdout.readline())
        holder.kill()
    with pytest.raises(UnsafeError) as caught, environment_lock(state, "/repo/.venv"):
        pass
    os.kill(started, signal.SIGKILL)

    assert (
        f"another kempt (pid {holder.pid}), or a program that it started, is working on this environment"
        == caught.value.message
    )
    with environment_lock(state, "/repo/other"):
        pass


def test_one_that_is_killed_lets_go(state: str) -> None:
    with hold(state, "/repo") as holder:
        holder.send_signal(signal.SIGKILL)

    with repository_lock(state, "/repo"):
        pass


def test_a_link_in_place_of_the_lock_file_is_not_followed(state: str, tmp_path: Path) -> None:
    with repository_lock(state, "/repo"):
        (made,) = (tmp_path / "state" / "locks").iterdir()
    made.unlink()
    made.symlink_to(tmp_path / "victim")

    with pytest.raises(KemptError, match="cannot make the lock"), repository_lock(state, "/repo"):
        pass

    assert not (tmp_path / "victim").exists()


def test_a_file_system_without_locks_is_named(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock, "_lock", cannot)
    with pytest.raises(UnsupportedError, match="cannot lock: No locks available"), repository_lock(state, "/repo"):
        pass


def test_a_tools_lock_is_held_as_the_tool_holds_it(tmp_path: Path) -> None:
    path = str(tmp_path / ".lock")
    with tool_lock(path) as held:
        inside = is_locked(path)
        with tool_lock(path) as again:
            assert (True, True, False) == (held, inside, again)

    assert not is_locked(path)


def test_a_lock_that_others_share_is_held(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)

        assert is_locked(str(path))


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_a_tools_lock_that_is_no_regular_file_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(UnsafeError), tool_lock(str(path)):
        pass
    assert not is_locked(str(path))
    assert not (tmp_path / "elsewhere").exists()


def test_looking_at_a_lock_makes_none(tmp_path: Path) -> None:
    assert not is_locked(str(tmp_path / ".lock"))
    assert [] == [each for each in tmp_path.iterdir() if each.name == ".lock"]


class TestTrees:
    def test_folders_beside_each_other_do_not_wait(self, state: str) -> None:
        with tree_lock(state, "/code/one"), tree_lock(state, "/code/two"):
            pass

    @pytest.mark.parametrize(
        "held, wanted", [("/code", "/code/one"), ("/code/one", "/code"), ("/", "/code/one"), ("/code", "/code")]
    )
    def test_one_above_the_other_does(self, state: str, held: str, wanted: str) -> None:
        with tree_lock(state, held), pytest.raises(UnsafeError, match="another kempt"), tree_lock(state, wanted):
            pass
        with tree_lock(state, wanted):
            pass

    def test_a_repository_at_the_same_root_waits(self, state: str) -> None:
        with tree_lock(state, "/code"), pytest.raises(UnsafeError), repository_lock(state, "/code"):
            pass
