"""What facts mean, where a real folder cannot be made to show them: access times, clocks, other systems."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.engine.disk.envs_judged import DAY_NS, Around, last_use, state_of
from kempt.engine.disk.envs_projects import runner_of
from kempt.host.environment_facts import Facts
from kempt.model.disk import Process
from kempt.model.envs import Found, LastUse, Project, State
from kempt.model.plan import Identity

NOW = 1000 * DAY_NS
FOLDER = Identity(1, 2, 0o040000)


def facts(**fields: Any) -> Facts:
    defaults: dict[str, Any] = {"made_ns": NOW - 400 * DAY_NS, "read_ns": NOW - 400 * DAY_NS, "configuration": b""}
    return Facts(FOLDER, (), **defaults | fields)


def around(**fields: Any) -> Around:
    return Around(now_ns=NOW, **{"keeps_access_times": True} | fields)


def days(used: LastUse | None) -> tuple[int, str, bool] | None:
    return used and ((NOW - used.ns) // DAY_NS, used.evidence, used.sure)


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({}, (400, "made", True)),
        ({"installed_ns": NOW - 300 * DAY_NS}, (300, "packages installed", True)),
        ({"installed_ns": NOW - 300 * DAY_NS, "bytecode_ns": NOW - 2 * DAY_NS}, (2, "bytecode written", True)),
        ({"installed_ns": NOW - 3 * DAY_NS, "bytecode_ns": NOW - 3 * DAY_NS + 10**9}, (3, "packages installed", True)),
        ({"installed_ns": NOW - 3 * DAY_NS, "read_ns": NOW - DAY_NS}, (1, "Python started", True)),
        ({"read_ns": NOW + 5 * DAY_NS}, (0, "Python started", True)),
        ({"made_ns": 0, "read_ns": 0}, None),
    ],
)
def test_the_latest_sign_counts(fields: dict[str, int], expected: tuple[int, str, bool] | None) -> None:
    assert expected == days(last_use(facts(**fields), None, around()))


def test_a_process_outdoes_every_other_sign() -> None:
    used = last_use(facts(bytecode_ns=NOW - 1), None, around(processes=(Process(7, "python", "runs its Python"),)))

    assert LastUse(NOW, "python (7) runs its Python") == used


def test_bytecode_deep_inside_counts_where_it_was_looked_for() -> None:
    assert (5, "bytecode written", True) == days(last_use(facts(), None, around(bytecode_ns=NOW - 5 * DAY_NS)))


def test_without_access_times_a_read_says_nothing_and_the_answer_is_not_sure() -> None:
    used = last_use(facts(read_ns=NOW - DAY_NS), None, around(keeps_access_times=False))

    assert (400, "made", False) == days(used)


def test_without_access_times_work_on_the_project_counts(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    used = last_use(
        facts(), Project("x", str(tmp_path)), Around(now_ns=int(time.time() * 10**9), keeps_access_times=False)
    )  # fmt: skip

    assert used
    assert ("its project changed", False) == used[1:]


def test_the_first_state_that_is_right_is_said() -> None:
    venv = Found("/x/.venv", "venv")
    whole = facts(python="/x/.venv/bin/python", target="/gone")
    process = (Process(7, "python", "runs its Python"), Process(8, "python", "runs its Python"))
    cases = [
        around(processes=process, active="it is active", begun=True),
        around(active="it is active", held=True),
        around(held=True, begun=True),
        around(begun=True),
        around(),
    ]

    assert [
        (State.IN_USE, "python (7) runs its Python, and 1 more"),
        (State.IN_USE, "it is active"),
        (State.IN_USE, "a program is at work on it"),
        (State.INCOMPLETE, "`kempt sync` was stopped on it, or is at work"),
        (State.BROKEN, "its Python is gone: /gone"),
    ] == [state_of(venv, whole, {}, None, each) for each in cases]


@given(st.dictionaries(st.sampled_from(["home", "version", "prompt"]), st.text()), st.text())
def test_any_settings_end_in_a_state(settings: dict[str, str], target: str) -> None:
    state_of(Found("/x/.venv", "venv"), facts(python="/x", target=target), settings, None, around())


@pytest.mark.parametrize(
    "path, runner",
    [
        ("/x/.tox/py311", "tox"), ("/x/.nox/tests", "nox"), ("/x/.pixi/envs/default", "pixi"), ("/x/.venv", ""),
        ("/x/envs/a", ""), ("/a", ""), ("C:/x/.tox/py311", "tox"),
    ],
)  # fmt: skip
def test_runners_are_known_by_their_folder(path: str, runner: str) -> None:
    assert runner == runner_of(path)
