from __future__ import annotations

from pathlib import Path

from kempt.host.environment_facts import facts_of, leading_into, modified_ns, names_in


def test_there_are_no_facts_of_what_is_gone(tmp_path: Path) -> None:
    assert facts_of(str(tmp_path / "gone"), "venv") is None


def test_a_link_on_the_path_leads_into_a_folder(tmp_path: Path, home: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "env").mkdir()
    (tmp_path / "bin" / "tool").symlink_to(tmp_path / "env" / "tool")
    (tmp_path / "bin" / "other").symlink_to(tmp_path / "env2" / "tool")
    asked = [str(tmp_path / name) for name in ("env", "en")]

    assert {asked[0]: f"{tmp_path}/bin/tool"} == leading_into(asked, f"/nowhere::{tmp_path}/bin")


def test_the_users_own_programs_are_looked_at_even_if_they_are_not_on_the_path(tmp_path: Path, home: Path) -> None:
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "tool").symlink_to(tmp_path / "env" / "tool")

    assert {f"{tmp_path}/env": f"{home}/.local/bin/tool"} == leading_into([str(tmp_path / "env")], "")


def test_a_script_of_the_user_that_names_its_python_starts_from_it(tmp_path: Path, home: Path) -> None:
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "tool").write_text(f"#!{tmp_path}/env/bin/python\nimport tool\n")
    (home / ".local" / "bin" / "data").write_bytes(b"\0" * 5000)
    asked = [str(tmp_path / name) for name in ("env", "e")]

    assert {asked[0]: f"{home}/.local/bin/tool"} == leading_into(asked, "")


def test_a_folder_that_lies_in_the_environment_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "a").symlink_to(tmp_path / "env" / "bin" / "b")

    assert {} == leading_into([str(tmp_path / "env")], f"{tmp_path}/env/bin")


def test_odd_paths_are_nothing(tmp_path: Path) -> None:
    assert ({}, None) == (modified_ns(["/a\0b", str(tmp_path / "gone")]), names_in("/a\0b"))
