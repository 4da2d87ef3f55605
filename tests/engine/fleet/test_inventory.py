"""Which repositories are meant: lists, folders of clones, URLs, GitHub's listings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.fleet.inventory import read_inventory
from kempt.errors import UsageError
from kempt.model.fleet import Inventory, Outcome, Target, Wishes
from support.fleet_servers import GitHub, listed


def at(path: Path) -> Target:
    return Target(str(path), str(path))


def test_a_list_holds_urls_and_paths_beside_it(tmp_path: Path, git_repo: MakeRepository) -> None:
    shop = git_repo({"a.py": ""}, "clones/shop").root
    (tmp_path / "fleet.txt").write_text("# ours\nhttps://host/a.git  # the first\n\nclones/shop\r\n", encoding="utf-8")

    found = read_inventory([str(tmp_path / "fleet.txt")])

    assert Inventory((Target("https://host/a", "https://host/a.git"), at(shop))) == found


def test_a_folder_of_clones_is_all_that_it_holds(tmp_path: Path, git_repo: MakeRepository) -> None:
    work = git_repo({"a.py": ""}, "clones/team/work")
    work.git("clone", "--quiet", "--bare", str(work.root), str(tmp_path / "clones/bare.git"))

    found = read_inventory([str(tmp_path / "clones")])

    assert (at(tmp_path / "clones/bare.git"), at(work.root)) == found.targets


def test_two_spellings_of_one_repository_are_one(tmp_path: Path, git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": ""}).root
    (tmp_path / "link").symlink_to(repo)
    sources = [repo, tmp_path / "link", f"{repo}/", repo / ".git", f"file://{repo}"]

    found = read_inventory([*map(str, sources), "https://github.com/Ada/x", "git@github.com:ada/X.git"])

    assert (at(repo), Target("https://github.com/Ada/x", "https://github.com/Ada/x")) == found.targets
    assert (f"named more than once: {repo}, and 1 more",) == found.notes


def test_a_line_that_cannot_be_taken_fails_with_its_place_and_without_its_password(tmp_path: Path) -> None:
    lines = "https://ada:hunter2@host/a.git\next::sh -c touch\nhttp://host/b\nhttps://host/c\nfleet.txt\n"
    (tmp_path / "fleet.txt").write_text(lines, encoding="utf-8")

    found = read_inventory([str(tmp_path / "fleet.txt")])

    assert (Target("https://host/c", "https://host/c"),) == found.targets
    assert [f"{tmp_path}/fleet.txt:{number}" for number in (1, 2, 3, 5)] == [
        each.reason.split(": ")[0] for each in found.refused
    ]
    assert ["https://host/a", "ext::sh -c touch", "http://host/b", f"{tmp_path}/fleet.txt"] == [
        each.name for each in found.refused
    ]
    assert {(Outcome.FAILED, "refused")} == {(each.outcome, each.error) for each in found.refused}
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "line", ["https://u:hunter2/@host/x", "http://host/x\x1b[31m", "https://host/ghp_0123456789ab"]
)
def test_a_refused_line_that_may_hold_a_secret_is_called_by_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "fleet.txt").write_text(f"https://host/c\n{line}?a=b\n", encoding="utf-8")

    (row,) = read_inventory([str(tmp_path / "fleet.txt")], only=["c"]).refused

    assert f"{tmp_path}/fleet.txt:2" == row.name
    assert not any(secret in repr(row) for secret in ("hunter2", "ghp_0"))


def test_a_refused_line_counts_only_if_it_is_asked_for_and_named_by_no_other(tmp_path: Path) -> None:
    lines = "https://host/c\nhttps://u:p@host/c\nhttp://host/b\n"
    (tmp_path / "fleet.txt").write_text(lines, encoding="utf-8")

    assert () == read_inventory([str(tmp_path / "fleet.txt")], only=["c"]).refused


@pytest.mark.parametrize("content", [b"SQLite format 3\0\n", "https://host/a\n".encode("utf-16")])
def test_what_is_not_text_is_no_list(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fleet.txt").write_bytes(content)

    with pytest.raises(UsageError, match="is no list of repositories: not text"):
        read_inventory([str(tmp_path / "fleet.txt")])


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "fleet.txt").write_text("https://host/a\n", encoding="utf-8-sig")

    assert (Target("https://host/a", "https://host/a"),) == read_inventory([str(tmp_path / "fleet.txt")]).targets


def test_a_path_in_a_list_that_is_gone_is_still_looked_at(tmp_path: Path) -> None:
    (tmp_path / "fleet.txt").write_text("gone\n", encoding="utf-8")

    assert (at(tmp_path / "gone"),) == read_inventory([str(tmp_path / "fleet.txt")]).targets


@pytest.mark.parametrize("source", ["gone", "https://a:b@host/x", "http://host/x", "ext::x", "-x::y", "."])
def test_a_source_on_the_command_line_that_cannot_be_taken_is_an_error(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError):
        read_inventory([source])


def test_globs_stand_for_a_name_its_end_or_what_is_behind_its_scheme() -> None:
    sources = ["https://host/a/shop", "https://host/a/shop-old", "https://host/b/desk", "https://other/b/desk"]

    found = read_inventory(sources, only=["host/*"], without=["*-old"])

    assert ["https://host/a/shop", "https://host/b/desk"] == [each.name for each in found.targets]


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(UsageError, match="--only and --without leave none of the one that is named"):
        read_inventory(["https://host/a"], only=["x*"])


def test_lines_come_from_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"https://host/a\n")
    os.close(writer)
    kept = os.dup(0)
    os.dup2(reader, 0)
    try:
        assert ("https://host/a",) == tuple(each.name for each in read_inventory(["-"]).targets)
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reader)


def test_an_organisation_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with GitHub({}) as server:
        server.organisations["ada"] = [listed("ada/shop", server.url("ada/shop.git")),
                                       listed("ada/old", server.url("ada/old.git"), archived=True)]  # fmt: skip
        monkeypatch.setenv("GITHUB_API_URL", server.root)

        found = read_inventory(["github:ada"], wishes=Wishes(allow_insecure=True))

        assert (Target(server.url("ada/shop"), server.url("ada/shop.git")),) == found.targets
        assert ("github:ada: left out: 1 archived",) == found.notes
