"""A cache is weighed as `du` weighs it, and looked at without leaving a trace of use."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kempt.host.surveying import place_of, survey, used_since
from kempt.model.disk import Weight
from support.caches import du, plant

NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def make(root: Path, files: dict[str, int], links: list[tuple[str, str]], outside: list[str], beyond: Path) -> None:
    for name, size in files.items():
        path = root / name
        if not any(each.is_file() for each in (path, *path.parents)) and not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * size)
    for name, other in links:
        source, path = root / name, root / f"{other}.link"
        if source.is_file() and path.parent.is_dir() and not path.exists():
            os.link(source, path)
    for number, name in enumerate(outside):
        if (root / name).is_file():
            os.link(root / name, beyond / str(number))


@settings(max_examples=60)
@given(
    files=st.dictionaries(PATHS, st.integers(0, 20_000), max_size=8),
    links=st.lists(st.tuples(PATHS, PATHS), max_size=4),
    outside=st.lists(PATHS, max_size=3),
    whole=st.sets(PATHS, max_size=3),
)
def test_a_survey_weighs_what_du_weighs(
    files: dict[str, int], links: list[tuple[str, str]], outside: list[str], whole: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, beyond = Path(folder, "cache"), Path(folder, "beyond")
        root.mkdir()
        beyond.mkdir()
        make(root, files, links, outside, beyond)
        found = survey(str(root), whole.__contains__)

        assert du(root) == found.weight.bytes + found.weight.shared
        assert found.weight.files == sum(item.weight.files for item in found.items.values())


def test_a_file_with_a_name_elsewhere_is_shared_and_one_with_all_names_inside_is_not(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {"unit/both": 5000, "unit/out": 9000})
    os.link(root / "unit/both", root / "unit/again")
    os.link(root / "unit/out", tmp_path / "elsewhere")
    found = survey(str(root), lambda path: path == "unit")
    folder = os.lstat(root / "unit").st_blocks * 512

    assert Weight(3, folder + 8192, 12288) == found.items["unit"].weight
    assert 12288 == found.weight.shared


def test_looking_at_a_link_is_no_use_of_it(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {"archive/file": "x", "link": Path("archive")}, days=40)
    before = os.lstat(root / "link").st_atime_ns
    found = survey(str(root), lambda path: path == "archive")

    assert (before, before, "archive") == (
        found.items["link"].read_ns, os.lstat(root / "link").st_atime_ns, found.items["link"].target,
    )  # fmt: skip


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    plant(tmp_path / "outside", {"large": 100_000})
    root = plant(tmp_path / "cache", {"link": tmp_path / "outside"})

    assert {"link"} == set(survey(str(root), lambda _: False).items)


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "cache", {"locked/file": "x", "open": "x"})
    real = os.open

    def refusing(path: str, *args: int, **options: int) -> int:
        if str(path).endswith("locked/"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(os, "open", refusing)

    assert {"locked": "permission denied"} == survey(str(root), lambda _: False).unreadable


def test_a_read_after_the_plan_is_a_use(tmp_path: Path) -> None:
    root = plant(tmp_path, {"file": "x"}, days=2)
    planned = os.lstat(root / "file").st_atime_ns
    unused = used_since(str(root), "file", planned)
    (root / "file").read_bytes()

    assert (False, True, False) == (
        unused, used_since(str(root), "file", planned), used_since(str(root), "gone", planned),
    )  # fmt: skip


def test_a_place_is_a_folder_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"folder/file": "x", "link": Path("folder")})
    folder = str(tmp_path / "folder")
    found = [place_of(str(tmp_path / name)) for name in ("folder", "link", "folder/file", "missing")]
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert [(folder, ""), (folder, ""), (f"{folder}/file", "is a file, not a folder"), ("", "")] == found
    assert (folder, "belongs to another user") == place_of(folder)
