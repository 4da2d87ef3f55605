from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError
from kempt.host import state
from kempt.host.state import cache_folder, repository_key, state_folder


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize(
    "platform, env, expected",
    [
        pytest.param("linux", {"HOME": "/h"}, "/h/.local/state/kempt", id="linux"),
        pytest.param("linux", {"HOME": "/h", "XDG_STATE_HOME": "/x"}, "/x/kempt", id="xdg"),
        pytest.param("linux", {"HOME": "/h", "XDG_STATE_HOME": "x"}, "/h/.local/state/kempt", id="relative-xdg"),
        pytest.param("linux", {"HOME": "/h", "XDG_STATE_HOME": ""}, "/h/.local/state/kempt", id="empty-xdg"),
        pytest.param("linux", {"XDG_STATE_HOME": "/x", "KEMPT_STATE_DIR": "/k"}, "/k", id="own"),
        pytest.param("darwin", {"HOME": "/h"}, "/h/Library/Application Support/kempt", id="macos"),
        pytest.param("win32", {"HOME": "/h", "LOCALAPPDATA": "/l"}, "/l/kempt/State", id="windows"),
    ],
)
def test_where_state_lies(platform: str, env: dict[str, str], expected: str) -> None:
    assert expected == state._place(state._STATE, env, platform)


def test_without_home_the_user_database_is_asked() -> None:
    assert os.path.expanduser("~/.local/state/kempt") == state._place(state._STATE, {}, "linux")


def test_the_state_folder_is_made_for_this_user_alone(home: Path) -> None:
    folder = state_folder("journals")

    assert (str(home / "state" / "kempt" / "journals"), 0o700, 0o700) == (
        folder,
        mode(folder),
        mode(os.path.dirname(folder)),
    )


def test_the_cache_folder_carries_the_tag_that_backups_look_for(home: Path) -> None:
    folder = cache_folder()

    assert str(home / "cache" / "kempt") == folder
    tag = (home / "cache" / "kempt" / "CACHEDIR.TAG").read_bytes()
    assert b"Signature: 8a477f597d28d172789f06886806bc55" == tag.splitlines()[0]
    assert folder == cache_folder()


@pytest.mark.parametrize("make, variable", [(state_folder, "KEMPT_STATE_DIR"), (cache_folder, "KEMPT_CACHE_DIR")])
def test_a_folder_that_cannot_be_made_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], str], variable: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(variable, str(tmp_path / "file" / "x"))

    with pytest.raises(KemptError, match="cannot make the folder: Not a directory") as caught:
        make()

    assert caught.value.hint.startswith(f"set {variable} to ")


def test_a_state_folder_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4242)

    with pytest.raises(UnsafeError, match="the folder belongs to another user"):
        state_folder()


def test_a_repository_has_one_key_however_it_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    assert repository_key(str(tmp_path)) == repository_key(f"{tmp_path}/link/.")
    assert repository_key(str(tmp_path)) != repository_key(str(tmp_path.parent))
