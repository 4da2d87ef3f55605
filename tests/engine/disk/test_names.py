"""The catalog decides what a scan knows: every row that may go is met in one of its ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from kempt import catalog
from kempt.engine.disk.scan import scan
from kempt.model.artefact import Artefact, Delete, Kind
from support.repositories import write_files

MET_OTHERWISE = {".venv/", "venv/", "env/", ".pixi/envs/", "CACHEDIR.TAG", "*.whl", ".venv", ".pdm-python"}
"""Environments and tags are known by content; a wheel goes with its `dist`; a pointer of a few bytes is left alone."""
CONTENT = {"build": ("lib/a.py",), "dist": ("a-1.whl",), "site": ("index.html", "sitemap.xml")}


def files(row: Artefact) -> list[str]:
    """The row's thing in a project, with what proves it."""
    name = row.name.strip("/").replace("*", "x")
    if row.is_folder:
        return [f"{name}/{inner}" for inner in CONTENT.get(name, ("inner",))]
    return [name, "x.py"]


@pytest.mark.parametrize(
    "row",
    [row for row in catalog.ROWS if row.delete in {Delete.YES, Delete.IN_PROJECT} and row.name not in MET_OTHERWISE],
    ids=lambda row: row.name,
)
def test_what_may_go_is_met(row: Artefact, tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"pyproject.toml": "", "docs/conf.py": "", **dict.fromkeys(files(row), "")})

    assert row.name.strip("*/").rpartition("/")[2] in str([each.thing.path for each in scan(str(tmp_path / "x")).found])


@pytest.mark.parametrize("row", [row for row in catalog.ROWS if row.delete is Delete.NO], ids=lambda row: row.name)
def test_what_may_never_go_is_not(row: Artefact, tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"pyproject.toml": "", **dict.fromkeys(files(row), "")})

    assert () == scan(str(tmp_path / "x")).found


def test_every_kind_that_a_scan_finds_belongs_to_a_word() -> None:
    from kempt.model.cleaning import GROUPS

    never = {Kind.SECRET, Kind.MANAGER_STATE, Kind.OPTIONAL}
    assert set(Kind) - never == set().union(*GROUPS.values())
