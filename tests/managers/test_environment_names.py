from __future__ import annotations

import pytest

from kempt.managers.environment_names import belongs, is_pipenv, project_name

# As the managers name them; tests/e2e/test_envs.py holds the real ones to the same.
MADE = [
    ("Poetry", "/c/pypoetry/virtualenvs/web-B0kqy3HS-py3.11", "web", "/home/ada/code/web"),
    ("Pipenv", "/d/virtualenvs/tool-X2nbZ-hY", "tool", "/home/ada/code/tool"),
    ("PDM", "/d/pdm/venvs/pd-AxBgDZHn-3.11", "pd", "/home/ada/code/pd"),
    ("Hatch", "/d/hatch/env/virtual/lib/ygI89ykX/lib", "lib", "/home/ada/code/lib"),
]


@pytest.mark.parametrize("manager, path, name, root", MADE)
def test_the_name_holds_the_projects_name(manager: str, path: str, name: str, root: str) -> None:
    assert name == project_name(manager, path)


@pytest.mark.parametrize("manager, path, name, root", MADE)
def test_the_name_holds_a_hash_of_the_projects_path(manager: str, path: str, name: str, root: str) -> None:
    assert (True, False) == (belongs(manager, path, root), belongs(manager, path, f"{root}2"))


def test_other_managers_put_no_project_into_the_name() -> None:
    assert ("", False) == (project_name("uv tool", "/t/ruff-abcdefgh"), belongs("uv tool", "/t/ruff-abcdefgh", "/t"))


def test_pipenv_adds_a_hash_and_virtualenvwrapper_does_not() -> None:
    assert [True, True, False] == [is_pipenv(name) for name in ("tool-S7pZdfjm", "tool-S7pZdfjm-3.12", "scratch")]
