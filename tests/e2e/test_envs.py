"""What real managers make is found where they keep it, and told to be theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import RunKempt
from support.managers import Managers

PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n'
POETRY = """\
[tool.poetry]
name = "shop"
version = "1"
description = ""
authors = []

[tool.poetry.dependencies]
python = ">=3.11"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "code" / "shop"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").write_text("")
    (root / "README.md").write_text("")
    return root


def found(kempt: RunKempt, folder: Path, *options: str, **env: str) -> list[dict[str, Any]]:
    ended = kempt("envs", *options, "--output-format", "json", cwd=folder, **env)
    assert (0, "") == (ended.status, ended.err)
    environments: list[dict[str, Any]] = json.loads(ended.out)["environments"]
    return environments


@pytest.mark.slow
def test_poetry(managers: Managers, kempt: RunKempt, shop: Path) -> None:
    (shop / "pyproject.toml").write_text(POETRY)
    managers.run("poetry", "install", "--no-interaction", cwd=shop, POETRY_VIRTUALENVS_IN_PROJECT="false")
    (made,) = found(kempt, shop.parent)
    (shop / "pyproject.toml").unlink()
    shop.rename(shop.with_name("other"))
    (lost,) = found(kempt, shop.parent)

    assert ("Poetry", str(shop), "its path is in the environment's name") == (
        made["manager"], made["project"]["root"], made["project"]["evidence"],
    )  # fmt: skip
    assert ("orphaned", f"its project is gone: {shop}") == (lost["state"], lost["reason"])


@pytest.mark.slow
def test_pipenv(managers: Managers, kempt: RunKempt, shop: Path) -> None:
    (shop / "Pipfile").write_text("")
    managers.run("pipenv", "--python", str(managers.python), cwd=shop, PIPENV_VENV_IN_PROJECT="0")
    (made,) = found(kempt, shop.parent)

    assert ("Pipenv", str(shop)) == (made["manager"], made["project"]["root"])


@pytest.mark.slow
def test_pdm(managers: Managers, kempt: RunKempt, shop: Path) -> None:
    (shop / "pyproject.toml").write_text(PROJECT)
    managers.run("pdm", "venv", "create", str(managers.python), cwd=shop, PDM_VENV_IN_PROJECT="0")
    (made,) = found(kempt, shop.parent)

    assert ("PDM", str(shop)) == (made["manager"], made["project"]["root"])


@pytest.mark.slow
def test_uv_links_from_its_cache(managers: Managers, kempt: RunKempt, shop: Path, index: str) -> None:
    text = f'{PROJECT.replace("[]", "[{}]")}[tool.uv]\nindex-url = "{index}"\n'
    (shop / "pyproject.toml").write_text(text.format('"alpha"'))
    managers.run("uv", "sync", "--link-mode", "hardlink", cwd=shop)
    (made,) = found(kempt, shop.parent)
    done = subprocess.run(["du", "-s", "-B1", shop / ".venv"], capture_output=True, check=True, encoding="utf-8")

    assert ("uv", 1, "ok") == (made["manager"], made["packages"], made["state"])
    assert int(done.stdout.split()[0]) == made["bytes"] + made["shared"]
    assert made["shared"] > 0


@pytest.mark.slow
def test_a_tool_of_uv_is_left_to_uv(managers: Managers, kempt: RunKempt, shop: Path, index: str) -> None:
    managers.run("uv", "tool", "install", "--index-url", index, "gamma", cwd=shop)
    made = found(kempt, shop.parent)

    assert [("uv tool", "uv tool uninstall gamma")] == [(each["manager"], each["removal"]) for each in made]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes use")
def test_a_real_process_keeps_its_environment(kempt: RunKempt, shop: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", shop / ".venv"], check=True)
    with subprocess.Popen([shop / ".venv/bin/python", "-c", "input()"], stdin=subprocess.PIPE, cwd="/") as process:
        (made,) = found(kempt, shop.parent)
        removed = kempt("envs", "--stale", "0d", "--remove", "--yes", cwd=shop.parent)
        process.communicate(b"\n")

    assert ("in use", [process.pid]) == (made["state"], [each["pid"] for each in made["processes"]])
    assert "No environment goes." in removed.out
    assert os.path.isdir(shop / ".venv")
