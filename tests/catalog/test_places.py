"""The table of places is what its TOML says, and every row can be resolved."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from kempt.catalog.places import PLACES
from kempt.engine.disk.envs_places import base_folder
from kempt.model.envs import Place

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "kempt" / "catalog"
VARIABLES = {"HOME": "/home/ada", "LOCALAPPDATA": "C:/Local", "APPDATA": "C:/Roaming"}


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_catalog", ROOT / "scripts" / "generate_catalog.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_toml_says() -> None:
    expected = generator().render_places((FOLDER / "places.toml").read_text("utf-8"))

    assert expected == (FOLDER / "places_table.py").read_text("utf-8"), "run: python scripts/generate_catalog.py"


@pytest.mark.parametrize("row", PLACES, ids=lambda row: f"{row.manager} {row.variable or row.base} {row.pattern}")
def test_every_row_leads_somewhere(row: Place) -> None:
    systems = row.systems or ("linux", "darwin", "win32")

    assert bool(row.variable) is not bool(row.base)
    assert row.variable or all(base_folder(row.base, VARIABLES, system) for system in systems)


@pytest.mark.parametrize(
    "base, system, folder",
    [
        ("home", "linux", "/home/ada"),
        ("data", "linux", "/home/ada/.local/share"),
        ("data", "darwin", "/home/ada/Library/Application Support"),
        ("xdg-data", "darwin", "/home/ada/.local/share"),
        ("cache", "darwin", "/home/ada/Library/Caches"),
        ("cache", "win32", "C:/Local"),
        ("roaming", "win32", "C:/Roaming"),
        ("roaming", "linux", ""),
    ],
)
def test_where_a_base_is(base: str, system: str, folder: str) -> None:
    assert folder == base_folder(base, VARIABLES, system)


def test_a_variable_moves_a_base_and_a_relative_one_does_not() -> None:
    moved = [base_folder("cache", VARIABLES | {"XDG_CACHE_HOME": to}, "linux") for to in ("/c", "c")]

    assert ["/c", "/home/ada/.cache"] == moved


def test_nothing_is_known_without_a_home() -> None:
    assert "" == base_folder("data", {}, "linux")
