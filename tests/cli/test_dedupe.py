"""`kempt dedupe` as a program: what it says, what it asks for, and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import RunKempt
from support.disks import mounted
from support.sharing import SITE, inodes, installed

FILES = {"alpha/__init__.py": b"VALUE = 1\n" * 500, "alpha/data.bin": bytes(range(256)) * 400, "alpha.pth": b"x\n"}


@pytest.fixture
def envs(tmp_path: Path) -> Path:
    for number, name in enumerate(("one", "two")):
        installed(tmp_path / "envs" / name, FILES, at=1_700_000_000 + number)
    return tmp_path / "envs"


def test_a_dry_run_says_what_yes_would_do(envs: Path, kempt: RunKempt) -> None:
    ended = kempt("dedupe", "--hardlink", cwd=envs)

    assert (0, "") == (ended.status, ended.err)
    assert "Nothing is changed yet: `kempt dedupe --hardlink --yes` does it." in ended.out
    assert 2 == inodes("alpha/data.bin", envs / "one", envs / "two")


def test_it_says_what_a_hard_link_means(envs: Path, kempt: RunKempt) -> None:
    if "Each file its own" in kempt("dedupe", cwd=envs).out:
        pytest.skip("the file system of the tests shares blocks, so that no link is needed")
    ended = kempt("dedupe", "--hardlink", cwd=envs)

    assert "an edit of a file in one environment reaches every other one that shares" in " ".join(ended.out.split())


def test_it_shares_and_a_second_run_has_nothing_to_do(envs: Path, kempt: RunKempt) -> None:
    first = kempt("dedupe", "--hardlink", "--yes", cwd=envs)
    second = kempt("dedupe", "--hardlink", "--yes", cwd=envs)

    assert (0, "", 0) == (first.status, first.err, second.status)
    assert "Shared 4 files:" in first.out
    assert "Take it back with `kempt undo " in first.out
    assert "Nothing to share: 0 files, 0 bytes." in second.out


def test_json_says_what_is_shared_with_what(envs: Path, kempt: RunKempt) -> None:
    planned = json.loads(kempt("dedupe", "--hardlink", "--output-format", "json", cwd=envs).out)
    done = json.loads(kempt("dedupe", "--hardlink", "--yes", "--output-format", "json", cwd=envs).out)
    item = next(each for each in planned["items"] if each["path"].endswith("data.bin"))

    assert (str(envs / "two" / SITE / "alpha/data.bin"), str(envs / "one" / SITE / "alpha/data.bin")) == (
        item["path"], item["with"]
    )  # fmt: skip
    assert (None, 4, []) == (planned["result"], done["result"]["files"], done["result"]["failed"])
    assert done["total"]["bytes"] == done["result"]["bytes"]


def test_undo_takes_it_back(envs: Path, kempt: RunKempt) -> None:
    kempt("dedupe", "--hardlink", "--yes", cwd=envs)
    listed = kempt("undo", "--list", cwd=envs)
    ended = kempt("undo", "--yes", cwd=envs)

    assert ("4 files shared" in listed.out, 0) == (True, ended.status)
    assert "Gave blocks of their own to 4 files" in ended.out
    assert 2 == inodes("alpha/data.bin", envs / "one", envs / "two")


def test_verify_names_the_other_places_of_an_edit(envs: Path, kempt: RunKempt) -> None:
    """The edit was made in one environment; the other one is told of, with the name it was made by."""
    kempt("dedupe", "--hardlink", "--yes", cwd=envs)
    from kempt.engine.environments.fingerprint import fingerprint
    from kempt.engine.environments.held import against_record

    with (envs / "two" / SITE / "alpha/data.bin").open("ab") as handle:
        handle.write(b"edited")
    held = against_record(fingerprint(str(envs / "one"), proof=True), ())
    words = [each.words for each in held.differences if each.path.endswith("data.bin")]

    other = envs / "two" / SITE / "alpha/data.bin"
    told = f"it is one file under 2 names, edited by any of them (others: {other})"
    assert [f"is not what RECORD says, nor is its size; {told}"] == words


def test_without_an_environment_it_says_so_and_what_to_type(tmp_path: Path, kempt: RunKempt) -> None:
    said = kempt("dedupe", "--hardlink", cwd=tmp_path).out

    assert [
        "No environment. Nothing to share: 0 files, 0 bytes.",
        "",
        "`kempt dedupe --any` shares all files, whatever they belong to.",
    ] == said.splitlines()


def test_no_processors_are_too_few(envs: Path, kempt: RunKempt) -> None:
    ended = kempt("dedupe", "--jobs", "0", cwd=envs)

    assert (2, "kempt: `0` is less than 1\n       kempt dedupe --jobs 4\n") == (ended.status, ended.err)


def test_a_path_that_is_no_folder(tmp_path: Path, kempt: RunKempt, envs: Path) -> None:
    assert 2 == kempt("dedupe", "nowhere", cwd=envs).status


class TestBytecode:
    @pytest.fixture(autouse=True)
    def _apart(self, envs: Path) -> None:
        (envs / "two" / SITE / "alpha/__init__.py").chmod(0o640)

    def test_the_plan_says_what_becomes_of_it_and_of_its_sources(self, envs: Path, kempt: RunKempt) -> None:
        said = " ".join(kempt("dedupe", "--hardlink", "--bytecode", cwd=envs).out.split())

        assert "in 1 file; 1 more is rewritten for those to share. The path of the source in it becomes" in said
        assert "1 source gets the time of last change that its copies elsewhere have." in said
        assert "`kempt dedupe --hardlink --bytecode --yes` does it." in said

    def test_what_was_done_is_told_with_what_it_means_for_imports(self, envs: Path, kempt: RunKempt) -> None:
        ended = kempt("dedupe", "--hardlink", "--bytecode", "--yes", cwd=envs)
        listed = kempt("undo", "--list", cwd=envs)
        undone = kempt("undo", "--yes", cwd=envs)

        assert "Python loads the bytecode of 2 modules in " in ended.out
        assert "none is stale." in " ".join(ended.out.split())
        assert "2 bytecode files rewritten" in listed.out
        assert "Rewrote the bytecode in 2 files" in undone.out

    def test_json_names_sources_and_their_times(self, envs: Path, kempt: RunKempt) -> None:
        ended = kempt("dedupe", "--hardlink", "--bytecode", "--yes", "--output-format", "json", cwd=envs)
        said = json.loads(ended.out)
        items = [each for each in said["items"] if each["kind"] == "bytecode"]

        assert [(None, None), (items[0]["path"], 1_700_000_000 * 10**9)] == [
            (each["with"], each["source_mtime_ns"]) for each in items
        ]
        assert [0, 0] == [said["result"]["loaded"][name] for name in ("anew_before", "anew_after")]


class TestPrevent:
    def test_a_cache_on_another_file_system(self, tmp_path: Path, envs: Path, kempt: RunKempt) -> None:
        with mounted(tmp_path / "disk", "2m"):
            ended = kempt("dedupe", "--prevent", cwd=envs, UV_CACHE_DIR=str(tmp_path / "disk/uv"))

        assert "lies on another file system than" in " ".join(ended.out.split())
        assert "export UV_CACHE_DIR=" in ended.out

    def test_a_mode_that_copies(self, envs: Path, kempt: RunKempt) -> None:
        ended = kempt("dedupe", "--prevent", cwd=envs, UV_LINK_MODE="copy")

        assert ("UV_LINK_MODE says link-mode = copy" in ended.out, "unset UV_LINK_MODE" in ended.out) == (True, True)

    def test_a_mode_of_the_project(self, envs: Path, kempt: RunKempt) -> None:
        (envs / "pyproject.toml").write_text('[tool.uv]\nlink-mode = "symlink"\n')
        advice = json.loads(kempt("dedupe", "--prevent", "--output-format", "json", cwd=envs).out)["advice"]
        uv = [each for each in advice if each["about"] == "uv"]

        assert [False] == [each["ok"] for each in uv]
        assert uv[0]["words"].startswith(f"{os.path.realpath(envs)}/pyproject.toml says link-mode = symlink")

    def test_all_well_is_said_too(self, envs: Path, kempt: RunKempt) -> None:
        advice = json.loads(kempt("dedupe", "--prevent", "--output-format", "json", cwd=envs).out)["advice"]

        assert [("uv", True), ("PDM", False), ("pip", False), ("Poetry", False), ("Pipenv", False)] == [
            (each["about"], each["ok"]) for each in advice
        ]

    def test_a_manager_that_is_not_there_has_no_cross(self, envs: Path, kempt: RunKempt, tmp_path: Path) -> None:
        (envs / "poetry.lock").touch()
        said = kempt("dedupe", "--prevent", cwd=envs, PATH=str(tmp_path)).out

        assert ["uv", "pip", "Poetry"] == [line.split()[1] for line in said.splitlines() if line[2:3] in "✓✗x"]
        assert "Not found here, and left out: PDM, Pipenv." == said.splitlines()[-1]


def test_hard_links_of_any_files_are_refused_in_one_line(tmp_path: Path, kempt: RunKempt) -> None:
    ended = kempt("dedupe", "--any", "--hardlink", "--yes", cwd=tmp_path)

    assert (2, "") == (ended.status, ended.out)
    assert "--hardlink is for files that installers put there" in ended.err
    assert "leave out --hardlink, or --any" in ended.err


def test_undo_says_what_becomes_of_files_that_were_edited(envs: Path, kempt: RunKempt) -> None:
    kempt("dedupe", "--hardlink", "--yes", cwd=envs)
    path = envs / "one" / SITE / "alpha/data.bin"
    if path.stat().st_nlink == 1:
        pytest.skip("the file system of the tests shares blocks, so that no link was made")
    with path.open("ab") as handle:
        handle.write(b"edited")
    ended = kempt("undo", "--yes", cwd=envs)

    assert (0, 2) == (ended.status, inodes("alpha/data.bin", envs / "one", envs / "two"))
    assert "1 path of these was edited since" in ended.out
    assert "`kempt dedupe` lets them share again." in ended.out
