from __future__ import annotations

import json
import os
import re
from base64 import b64decode
from pathlib import Path

import pytest

from cli.conftest import Run
from support.recorded import SITE, install, settle

FILES = {"a/__init__.py": b"x = 1\n" * 1000, "a/_native.so": b"\0\1\2\3" * 500_000, "a/data": b"d" * 70_000}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with three projects that have the same package in their environments, one of them edited."""
    root = tmp_path / "repo"
    for name in ("api", "web", "worker"):
        install(root / name / ".venv", "a", FILES)
    settle(root)
    (root / "worker" / ".venv" / SITE / "a" / "data").write_bytes(b"e" * 70_000)
    return root


def test_how_much_could_be_shared_and_how_well_that_is_known(run: Run, code: Path) -> None:
    code_, out, err = run("dupes", "--jobs", "1")

    assert (0, "") == (code_, err)
    assert [
        "3 environments list 9 files (bytecode left out): 6 copies could be shared, 4.2 MB (4.2 MB on the",
        "disk), claimed or better.",
        "",
        "  untouched  5 copies  4.1 MB  RECORD says so and no file was changed since it was written; not read",
        "    claimed    1 copy   70 kB  RECORD says so and the size agrees; not read",
    ] == out.splitlines()[:5]


def test_tables_and_what_to_type_next(run: Run, code: Path) -> None:
    out = run("dupes", "--jobs", "1").out.splitlines()

    assert ["  copies    size  package (claimed or better)", "       6  4.2 MB  a 1.0"] == out[6:8]
    assert [
        "  copies    size  kind (claimed or better)",
        "       2    4 MB  .so",
        "       2  140 kB  other",
        "       2   12 kB  .py",
    ] == out[13:17]
    assert [
        "  largest",
        "     4 MB  untouched    3 copies  a 1.0: _native.so",
        "   140 kB  claimed      3 copies  a 1.0: data",
        "    12 kB  untouched    3 copies  a 1.0: __init__.py",
        "",
        "`kempt dedupe` shows how they would be shared; it reads or compares each file before it does.",
        "`kempt dupes --verify` reads them now.",
    ] == out[18:]


def test_reading_finds_the_edited_file(run: Run, code: Path) -> None:
    out = run("dupes", "--verify", "--quiet").out.splitlines()

    assert ["  verified  5 copies  4.1 MB  the bytes were read"] == out[3:]


def test_json_has_each_group_with_all_its_files(run: Run, code: Path) -> None:
    document = json.loads(run("dupes", "--output-format", "json").out)
    first = document["groups"][0]

    assert (3, 6, "known") == (len(document["groups"]), document["summary"]["copies"], document["summary"]["extents"])
    assert (4_000_000, 3, "untouched") == (first["bytes"], first["inodes"], first["grade"])
    assert {"a 1.0"} == {each["distribution"] for each in first["files"]}
    assert {"RECORD"} == {each["digest_from"] for each in first["files"]}


def test_jsonl_has_a_group_a_line_and_the_summary_last(run: Run, code: Path) -> None:
    rows = [json.loads(line) for line in run("dupes", "--output-format", "jsonl", "--top", "2").out.splitlines()]

    assert [2_000_000, 70_000] == [row["size"] for row in rows[:-1]]
    assert 3 == rows[-1]["summary"]["groups"]


def test_a_page_with_a_picture(run: Run, code: Path) -> None:
    assert 0 == run("dupes", "--html", "page.html").status
    page = (code / "page.html").read_text()

    assert "<svg" in page
    assert "a 1.0: 6 copies, 4.2 MB, claimed or better" in page


def test_a_page_with_few_boxes_each_in_its_colour(run: Run, code: Path) -> None:
    for name in ("api", "web"):
        for package, letter in (("b", b"b"), ("c", b"c"), ("d", b"d")):
            install(code / name / ".venv", package, {f"{package}/data": letter * 1000})
    assert 0 == run("dupes", "--html", "page.html", "--top", "2").status
    page = (code / "page.html").read_text()

    assert ["downloads", "environments", "several"] == sorted(re.findall(r'<rect [^>]*class="(\w+)"', page))
    assert "<td>2 others</td>" in page
    assert 2 == page.count("<li>")


def test_lines_that_are_short(run: Run, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = run("dupes", "--jobs", "1", "--top", "0").out.splitlines()

    assert [
        "  untouched  5 copies  4.1 MB",
        "    RECORD says so and no file was",
        "    changed since it was written; not",
        "    read",
    ] == lines[5:9]


def test_one_other_is_one(run: Run, code: Path) -> None:
    assert "       2   12 kB  1 other" in run("dupes", "--top", "2").out.splitlines()


def test_a_name_that_is_no_utf8_is_in_json_as_bytes_too(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    for name in (b"bad\xfe", b"bad\xff"):
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(b"the same" * 1000)
    group = json.loads(run("dupes", "--any", "--output-format", "json").out)["groups"][0]

    assert {b"bad\xfe", b"bad\xff"} == {b64decode(each["path_base64"]).rpartition(b"/")[2] for each in group["files"]}


def test_nothing_is_there_twice(run: Run, tmp_path: Path) -> None:
    install(tmp_path / "repo" / ".venv", "a", FILES)

    assert (0, "1 environment lists 3 files (bytecode left out): no content is there twice.\n", "") == run("dupes")


def test_no_environment(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()

    assert (
        0, "No environment.\n\n`kempt dupes --any` compares all files, whatever they belong to.\n", "",
    ) == run("dupes")  # fmt: skip


def test_any_folder(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    for name in ("a.txt", "b.txt"):
        (root / name).write_bytes(b"the same" * 1000)

    lines = run("dupes", "--any", ".").out.splitlines()

    assert [
        "2 files, read where another one has the same size: 1 copy could be shared, 8 kB (8.2 kB on the",
        "disk), verified.",
    ] == lines[:2]


def test_a_missing_record_is_told_of_and_ends_with_1(run: Run, code: Path) -> None:
    os.unlink(code / "web" / ".venv" / SITE / "a-1.0.dist-info" / "RECORD")
    ended = run("dupes")

    assert 1 == ended.status
    assert f"not read: {code}/web/.venv/{SITE}/a-1.0.dist-info/RECORD: no such file" in ended.out


@pytest.mark.parametrize(
    "words, message",
    [
        (("missing",), "kempt: missing: no such folder\n"),
        (("--jobs", "x"), "kempt: `x` is no number\n       kempt dupes --jobs 4\n"),
        (("--jobs", "0"), "kempt: `0` is less than 1\n       kempt dupes --jobs 4\n"),
        (("--top", "-1"), "kempt: `-1` is less than 0\n       kempt dupes --top 20\n"),
        (("--any", "--against", "."), "kempt: --any and --against do not go together\n       kempt dupes --help\n"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, code: Path, words: tuple[str, ...], message: str) -> None:
    ended = run("dupes", *words)

    assert (2, message) == (ended.status, ended.err)
