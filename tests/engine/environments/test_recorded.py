from __future__ import annotations

import os
from pathlib import Path

import pytest

from kempt.engine.environments import marker
from kempt.engine.environments.recorded import Recorded, load_recorded, record
from kempt.host.state import environment_key, state_folder


@pytest.fixture
def known(tmp_path: Path) -> Recorded:
    lines = ("kempt-env-1", "site/a.py\tff", os.fsdecode(b"site/\xff.py\t00"))
    return Recorded(
        str(tmp_path / ".venv"), "a" * 64, "3.12.1", "uv.lock", "b" * 64, "linux-x86_64", "uv", 1.5, ("x",), lines
    )


def test_what_is_remembered_is_found_again(known: Recorded) -> None:
    record(known)

    assert known == load_recorded(known.environment)
    assert known._replace(lines=()) == load_recorded(known.environment, lines=False)


def test_nothing_is_known_of_others(known: Recorded, tmp_path: Path) -> None:
    record(known)

    assert load_recorded(str(tmp_path / "other")) is None


def test_an_environment_is_known_by_its_real_place(known: Recorded, tmp_path: Path) -> None:
    record(known)
    (tmp_path / "link").symlink_to(tmp_path)

    assert known == load_recorded(str(tmp_path / "link" / ".venv"))


@pytest.mark.parametrize("ending", ["json", "lines"])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', "b" * 64])
def test_what_cannot_be_read_is_not_known(known: Recorded, ending: str, content: str) -> None:
    record(known)
    Path(state_folder("environments"), f"{environment_key(known.environment)}.{ending}").write_text(content)

    assert load_recorded(known.environment) is None


def test_a_marker_is_there_until_it_is_taken_away(known: Recorded) -> None:
    environment = Path(known.environment)
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert not marker.is_begun(str(environment))

    marker.begin(str(environment))

    assert marker.is_begun(str(environment))
    assert (environment / ".kempt-incomplete").exists()
    marker.finish(str(environment))
    assert not marker.is_begun(str(environment))
    assert ["pyvenv.cfg"] == os.listdir(environment)


def test_either_half_of_the_marker_is_enough(known: Recorded) -> None:
    environment = Path(known.environment)
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    marker.begin(str(environment))
    (environment / ".kempt-incomplete").unlink()
    assert marker.is_begun(str(environment))

    Path(state_folder("environments"), f"{environment_key(str(environment))}.incomplete").unlink()
    assert not marker.is_begun(str(environment))
    (environment / ".kempt-incomplete").touch()
    assert marker.is_begun(str(environment))


def test_a_folder_that_is_no_environment_yet_gets_no_copy_because_managers_want_it_empty(known: Recorded) -> None:
    Path(known.environment).mkdir()

    marker.begin(known.environment)

    assert [] == os.listdir(known.environment)
    assert marker.is_begun(known.environment)
