"""What a folder weighs: what `du` says of it."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from kempt.host.weighing import Inside, from_plain, look_inside, to_plain, weigh
from kempt.model.disk import Weight
from support.repositories import write_files


def du(path: Path) -> int:
    return int(subprocess.check_output(["du", "-s", "-B1", path]).split()[0])


def whole(path: Path) -> int:
    weight = weigh(str(path), dev=os.lstat(path).st_dev)
    return weight.bytes + weight.shared


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files of many sizes, links of both kinds, a FIFO, a sparse file."""
    numbers = random.Random(1)  # noqa: S311 - the same tree each time
    root = tmp_path / "tree"
    write_files(root, {f"a/{n % 5}/b{n % 3}/{n}": "x" * numbers.choice((0, 1, 4096, 4097, 70_000)) for n in range(90)})
    (root / "link").symlink_to("a")
    (root / "dangling").symlink_to("nowhere" * 20)
    os.mkfifo(root / "fifo")
    os.link(root / "a" / "0" / "b0" / "0", root / "again")
    (tmp_path / "outside").mkdir()
    os.link(root / "a" / "1" / "b1" / "1", tmp_path / "outside" / "name")
    with (root / "sparse").open("wb") as handle:
        handle.truncate(10**9)
    return root


def test_a_folder_weighs_what_du_says(tree: Path) -> None:
    assert du(tree) == whole(tree)


def test_a_file_and_a_link_weigh_what_du_says(tree: Path) -> None:
    for path in (tree / "sparse", tree / "link", tree / "dangling", tree / "again", tree / "fifo"):
        assert du(path) == whole(path)


def test_what_has_names_elsewhere_is_shared(tree: Path) -> None:
    shared = weigh(str(tree), dev=os.lstat(tree).st_dev).shared

    assert os.lstat(tree / "a" / "1" / "b1" / "1").st_blocks * 512 == shared


def test_what_is_gone_weighs_nothing(tmp_path: Path) -> None:
    assert Weight() == weigh(str(tmp_path / "missing"), dev=0)


def test_another_file_system_is_told_and_not_entered(tree: Path) -> None:
    inside = look_inside(str(tree), dev=os.lstat(tree).st_dev + 1)

    assert (f"{tree}/a",) == inside.foreign


def test_a_repository_inside_is_told_also_one_that_is_a_pointer(tmp_path: Path) -> None:
    write_files(tmp_path, {"x/one/.git/HEAD": "", "x/two/.git": "gitdir: elsewhere"})
    inside = look_inside(str(tmp_path / "x"), dev=os.lstat(tmp_path).st_dev)

    assert [f"{tmp_path}/x/one", f"{tmp_path}/x/two"] == sorted(inside.repositories)


def test_what_was_seen_can_be_sent_between_processes(tree: Path) -> None:
    inside = look_inside(str(tree), dev=os.lstat(tree).st_dev)

    assert (inside, Inside(Weight())) == (from_plain(to_plain(inside)), from_plain(to_plain(Inside(Weight()))))


def test_a_deep_tree_is_no_obstacle(tmp_path: Path) -> None:
    here, depth = tmp_path / "x", 400
    for _ in range(depth):
        here /= "deep"
    here.mkdir(parents=True)
    (here / "file").write_text("x")

    top = tmp_path / "x"
    assert (1, du(top)) == (weigh(str(top), dev=os.lstat(top).st_dev).files, whole(top))


def test_a_link_that_was_read_is_no_file_that_was_read(tmp_path: Path) -> None:
    """Whoever looks for an environment's Python reads the links in its bin/, kempt among them."""
    folder = tmp_path / "bin"
    write_files(folder, {"file": "x"})
    (folder / "link").symlink_to("file")
    os.utime(folder / "file", (1_000, 1_000))
    os.utime(folder / "link", (2_000, 1_000), follow_symlinks=False)

    assert 1_000 * 10**9 == look_inside(str(folder), dev=os.lstat(folder).st_dev).read_ns
