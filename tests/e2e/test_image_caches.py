"""Caches that uv and pip really fill are found in an image, by what they hold and not by where the tests put them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from kempt.engine.image import ImageOptions, prove
from support.images import docker_archive
from support.managers import Managers


def layer_of(folder: Path, place: str) -> bytes:
    """A layer that holds a folder at a place of the image."""
    path = folder.parent / "layer.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(folder, place)
    return path.read_bytes()


def left(tmp_path: Path, folder: Path, place: str) -> list[tuple[str, str, str, int]]:
    (proof,) = prove(str(docker_archive(tmp_path / "a.tar", [layer_of(folder, place)])), ImageOptions())
    return [(each.code, each.tool, each.path, each.files) for each in proof.leftovers]


def files_in(folder: Path) -> int:
    return sum(each.is_file() and not each.is_symlink() for each in folder.rglob("*"))


@pytest.mark.parametrize("place", ["root/.cache/uv", "opt/anywhere"])
def test_uvs_cache_is_found_wherever_it_lies(place: str, tmp_path: Path, managers: Managers, index: str) -> None:
    cache = tmp_path / "cache"
    managers.run(
        "uv", "pip", "install", "--python", str(managers.python), "--target", "app", "--index-url", index,
        "--cache-dir", str(cache), "alpha", cwd=tmp_path,
    )  # fmt: skip

    assert [("KPT551", "uv", place, files_in(cache))] == left(tmp_path, cache, place)


def test_pips_cache_is_found_in_a_home(tmp_path: Path, managers: Managers, index: str) -> None:
    """pip keeps what it fetches without TLS only from hosts that it is told to trust."""
    home = tmp_path / "home"
    cache = home / ".cache" / "pip"
    managers.run(
        "python", "-m", "pip", "wheel", "--no-deps", "--wheel-dir", "wheels", "--index-url", index,
        "--trusted-host", "127.0.0.1",
        "--cache-dir", str(cache), "alpha", cwd=tmp_path,
    )  # fmt: skip

    found = left(tmp_path, home, "home/app")
    assert [("KPT551", "pip", "home/app/.cache/pip")] == [each[:3] for each in found]
