from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.host.measuring import Scales
from kempt.model.disk import Weight

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these count as GNU's du does, in blocks of 4 kB")
BLOCK = 4096


def du(*paths: Path) -> int:
    """What `du` counts: each inode once, over all paths together."""
    done = subprocess.run(
        ["du", "--block-size=1", "--summarize", "--total", *paths], capture_output=True, check=True, encoding="utf-8"
    )
    return int(done.stdout.splitlines()[-1].split()[0])


def folder(path: Path) -> int:
    return path.lstat().st_blocks * 512


def test_an_environment_weighs_what_du_says(tmp_path: Path) -> None:
    (tmp_path / "a" / "lib").mkdir(parents=True)
    (tmp_path / "a" / "x").write_bytes(b"x" * 10_000)
    (tmp_path / "a" / "lib" / "y").write_bytes(b"y")
    (tmp_path / "a" / "z").symlink_to("/nowhere")

    weight = Scales().weigh(str(tmp_path / "a")).weight

    assert (3, du(tmp_path / "a"), 0) == weight


def test_a_file_with_two_names_inside_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"x" * 10_000)
    os.link(tmp_path / "a" / "x", tmp_path / "a" / "y")

    assert Weight(2, du(tmp_path / "a"), 0) == Scales().weigh(str(tmp_path / "a")).weight


def test_a_file_with_a_name_elsewhere_is_shared(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"x" * 10_000)
    os.link(tmp_path / "a" / "x", tmp_path / "cache")
    scales = Scales()

    weight = scales.weigh(str(tmp_path / "a")).weight

    assert Weight(1, folder(tmp_path / "a"), du(tmp_path / "cache")) == weight == scales.total()


def test_two_environments_that_share_files_hold_them_together(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for each in (a, b):
        each.mkdir()
    (a / "x").write_bytes(b"x" * 10_000)
    os.link(a / "x", b / "x")
    os.link(a / "x", b / "y")
    (b / "own").write_bytes(b"o" * 9_000)
    scales = Scales()
    weights = [scales.weigh(str(each)).weight for each in (a, b)]

    assert [folder(a), folder(b) + 3 * BLOCK] == [each.bytes for each in weights]
    assert [3 * BLOCK, 3 * BLOCK] == [each.shared for each in weights]
    assert Weight(4, du(a, b), 0) == scales.total()


def test_what_three_share_and_a_cache_too_stays_shared(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("a", "b", "c", "cache")]
    for each in places:
        each.mkdir()
    (places[0] / "x").write_bytes(b"x" * 10_000)
    for each in places[1:]:
        os.link(places[0] / "x", each / "x")
    scales = Scales()
    for each in places[:3]:
        scales.weigh(str(each))

    assert Weight(3, sum(map(folder, places[:3])), 3 * BLOCK) == scales.total()


def test_the_youngest_bytecode_is_told(tmp_path: Path) -> None:
    for number, name in enumerate(("a/__pycache__", "a/b/__pycache__", "c"), start=1):
        (tmp_path / name).mkdir(parents=True)
        os.utime(tmp_path / name, (number, number))

    assert 2 * 10**9 == Scales().weigh(str(tmp_path)).bytecode_ns


def test_what_is_gone_weighs_nothing(tmp_path: Path) -> None:
    assert (Weight(), 0) == Scales().weigh(str(tmp_path / "gone"))


def test_a_folder_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a" / "closed").mkdir(parents=True)
    (tmp_path / "a" / "closed" / "x").write_bytes(b"x" * 10_000)
    (tmp_path / "a" / "closed").chmod(0)
    try:
        files = Scales().weigh(str(tmp_path / "a")).weight.files
    finally:
        (tmp_path / "a" / "closed").chmod(0o755)

    assert files in {0, 1}  # 1 for root, whom no mode keeps out
