"""What `kempt disk` prints: one calm screen, aligned, at any width, whatever names hold."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.model.disk import Spared, Weight
from kempt.model.disk_overview import DiskOverview, Section
from kempt.report.columns import width
from kempt.report.disk import middle_cut, to_text
from kempt.report.disk_groups import sections, targets, typed, ways
from kempt.report.disk_json import to_json, to_jsonl
from kempt.report.escape import visible
from kempt.report.look import Look
from report.disks import MB, THINGS, overview, thing

SCREEN = """\
~/code
400 GB used, 100 GB free: 80% full  ·  10,000,000 of 30,000,000 files (33%)

  download caches  ████████████████████░░  3.6 GB   84,000 files  300 MB can go
    uv             ████████████████░░      2.9 GB   80,000 files  300 MB can go
    pip            ████▎                   700 MB    4,000 files
  environments     █████████████░░░░░░     3.2 GB   57,000 files  960 MB can go
                   3 environments: 1 broken, 1 unused for 90 days
  trash            ░░░                     500 MB    6,000 files  500 MB can go
  tool caches      ░░                      400 MB    9,000 files  400 MB can go
  build output     ▏                        20 MB        7 files  20 MB can go
  bytecode         ▏                         3 MB       40 files  3 MB can go
  together                                 7.7 GB  156,047 files  2.2 GB can go

    size   files  last used  kind                  the largest
  2.9 GB  80,000  3 days     downloads    in part  ~/.cache/uv
  2.2 GB  41,000  3 days     environment           ~/code/ml/.venv
  900 MB  14,000  3 days     environment  can go   ~/code/old/.venv

2.2 GB in 39,322 files can go; each command shows what, before it does it:
  960 MB  kempt envs ~/code --broken --stale 90d --remove
          2 environments, to the trash: 1 broken, 1 unused for 90 days
  500 MB  kempt clean --purge ~/code                       held in the trash for 7 days
  403 MB  kempt clean ~/code                               bytecode and tool caches, at once
  300 MB  kempt prune                                      downloads that were not used for long
   20 MB  kempt clean --build ~/code                       build and test output, to the trash
"""


def test_one_screen_with_bars_and_the_commands_to_type() -> None:
    assert SCREEN == to_text(overview(), Look(100, target="~/code"), top=3)


@pytest.mark.parametrize("columns", [80, 92, 100, 110, 140])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    deep = thing(
        Section.ENVIRONMENTS, "/home/ada/code/" + "deep/" * 40 + ".venv", "uv", (5000, 9, 5000), state="unused"
    )
    wide = thing(Section.ENVIRONMENTS, "/home/ada/code/" + "環境" * 60, "uv", (4000, 9))
    text = to_text(overview(*THINGS, deep, wide), Look(columns, target="~/code"), top=20)

    assert [] == [line for line in text.splitlines() if width(line) > columns]


def test_colours_only_where_they_are_wanted_and_the_words_are_the_same() -> None:
    plain, painted = (to_text(overview(), Look(100, color=color, target="~/code")) for color in (False, True))

    assert (False, True) == ("\x1b" in plain, "\x1b" in painted)
    assert plain == re.sub(r"\x1b\[\d+m", "", painted)


def test_a_terminal_without_block_characters_gets_ascii_bars() -> None:
    text = to_text(overview(), Look(80), blocks=False)

    assert text.replace("·", "").isascii()
    assert "  environments     ########---   3.2 GB" in text


def test_a_name_is_shown_and_not_obeyed() -> None:
    hostile = thing(
        Section.ENVIRONMENTS, "/home/ada/code/\x1b[2J\u202eevil\n::error::x", "uv\x07", (1, 1, 1), state="x"
    )
    text = to_text(overview(hostile), Look(140, verbose=True))

    assert r"~/code/\x1b[2J\u202eevil\n::error::x" in text
    assert {"\x1b", "\u202e", "\x07"}.isdisjoint(text)


def test_quietly_only_what_can_go_and_what_could_not_be_read() -> None:
    seen = overview()._replace(unread=(Spared("/home/ada/code/locked", "Permission denied"),))
    text = to_text(seen, Look(100, quiet=True, target="~/code"))

    assert "not read: ~/code/locked: Permission denied" == text.splitlines()[0]
    assert SCREEN.splitlines()[-6:] == text.splitlines()[1:]


def test_a_disk_with_nothing_to_make_again_says_so() -> None:
    text = to_text(DiskOverview(("/home/ada/new",), (), (), home="/home/ada"), Look(100))

    assert "~/new\n\nNothing here can be made again.\n\nNothing has to go.\n" == text


def test_without_folders_it_says_how_to_name_some() -> None:
    text = to_text(overview(*THINGS[3:5], roots=()), Look(100))

    assert "Name the folders that hold your projects to see them too: `kempt disk ~/code`." in text


def test_with_more_than_asked_paths_are_whole() -> None:
    deep = thing(Section.ENVIRONMENTS, "/home/ada/code/" + "deep/" * 40 + ".venv", "uv", (1, 9))

    text = to_text(overview(deep), Look(80, verbose=True))

    assert ["~/code/" + "deep/" * 40 + ".venv"] == re.findall(r"~/code/deep\S+", text)


@pytest.mark.parametrize("text, room, cut", [("abc", 3, "abc"), ("abcdefghij", 7, "ab...ij"), ("abcdef", 2, "abcdef")])
def test_the_middle_of_a_long_path_is_left_out(text: str, room: int, cut: str) -> None:
    assert cut == middle_cut(text, room)


@given(st.text(), st.integers(4, 60))
def test_what_is_cut_fits_and_keeps_both_ends(text: str, room: int) -> None:
    shown = visible(text)
    cut = middle_cut(shown, room)
    kept = len(cut) - len("...")

    assert width(cut) <= room
    assert cut == shown or cut in {f"{shown[:n]}...{shown[len(shown) - kept + n :]}" for n in range(kept + 1)}


def test_what_environments_share_counts_once() -> None:
    shared = overview()._replace(environments=Weight(57_000, 3_500 * MB, 40 * MB))
    (group,) = [each for each in sections(shared) if each.name == "environments"]

    assert 3_500 * MB == group.weight.bytes
    assert "; 40 MB more is shared with a cache" in to_text(shared, Look(100))


def test_a_path_is_typed_so_that_a_shell_takes_it() -> None:
    shown = [typed(path, "/home/ada") for path in ("/home/ada/my code", "/home/ada", "/srv/x y", "/home/adam")]

    assert ["~/'my code'", "/home/ada", "'/srv/x y'", "/home/adam"] == shown


def test_the_trash_of_a_home_folder_has_no_command_because_none_takes_it() -> None:
    held = thing(Section.TRASH, "/home/ada/.kempt-trash-20261120T101010Z", "kempt", (5, 5, 5), project="/home/ada")

    assert () == ways(overview(held), "")


def test_the_json_report_has_all_sums_and_each_thing() -> None:
    found = json.loads(to_json(overview()))

    assert (1, "disk", ["/home/ada/code"], 9) == (
        found["version"], found["command"], found["roots"], len(found["things"]),
    )  # fmt: skip
    assert {"things": 9, "bytes": 7683 * MB, "shared": 0, "files": 156_047} == {
        key: value for key, value in found["summary"].items() if key != "going"
    }
    assert ["download caches", "environments", "trash", "tool caches", "build output", "bytecode"] == [
        each["name"] for each in found["sections"]
    ]
    assert {"command": "kempt prune", "bytes": 300 * MB, "shared": 0, "files": 8275} in found["next"]
    assert ("/home/ada/code/web/env", "broken", 60 * MB) == next(
        (each["path"], each["state"], each["going"]["bytes"]) for each in found["things"] if each["tool"] == "venv"
    )


def test_in_jsonl_the_last_line_is_the_summary() -> None:
    lines = [json.loads(line) for line in to_jsonl(overview()).splitlines()]

    assert [each.path for each in overview().things] == [line["path"] for line in lines[:-1]]
    assert json.loads(to_json(overview())) == {"things": lines[:-1], **lines[-1]}


def test_commands_of_the_report_name_the_folders_from_anywhere() -> None:
    assert "~/code" == targets(overview())
