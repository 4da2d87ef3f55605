from __future__ import annotations

from pathlib import Path

import pytest

from kempt.host.environment_search import kind_at, kind_of, matching, plain


def made(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).mkdir(parents=True, exist_ok=True)


def test_a_pattern_leads_to_folders_of_any_name(tmp_path: Path) -> None:
    made(tmp_path, "versions/3.11/envs/a", "versions/3.12/envs/b", "versions/3.12/other")
    found = list(matching(str(tmp_path), "versions/*/envs/*"))

    assert [f"{tmp_path}/versions/3.11/envs/a", f"{tmp_path}/versions/3.12/envs/b"] == found


def test_a_link_is_followed_at_the_base_and_nowhere_else(tmp_path: Path) -> None:
    made(tmp_path, "real/a")
    (tmp_path / "base").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "linked").symlink_to(tmp_path / "real" / "a")

    assert [f"{tmp_path}/real/a"] == list(matching(str(tmp_path / "base"), "*"))


def test_what_is_missing_and_what_is_a_file_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert [] == [*matching(str(tmp_path / "gone"), "*/*"), *matching(str(tmp_path / "file"), "*")]


def test_kempts_trash_is_passed_over(tmp_path: Path) -> None:
    made(tmp_path / "envs", ".kempt-trash-20261122-185501-3f2a", "a")

    assert [f"{tmp_path}/envs/a"] == list(matching(str(tmp_path / "envs"), "*"))


@pytest.mark.parametrize(
    "names, kind",
    [
        (["pyvenv.cfg", "bin"], "venv"), (["pyvenv.cfg", "Scripts"], "venv"), (["pyvenv.cfg", "lib"], "venv"),
        (["pyvenv.cfg"], ""), (["bin", "lib"], ""), (["conda-meta"], ""),
    ],
)  # fmt: skip
def test_names_tell_the_kind(tmp_path: Path, names: list[str], kind: str) -> None:
    assert kind == kind_of(str(tmp_path), names)


def test_what_cannot_be_listed_is_no_environment(tmp_path: Path) -> None:
    assert "" == kind_at(str(tmp_path / "gone"))


def test_a_plain_path_has_no_links_and_no_dots(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / "b").symlink_to("a")

    assert f"{tmp_path}/a" == plain(f"{tmp_path}/./x/../b/")
