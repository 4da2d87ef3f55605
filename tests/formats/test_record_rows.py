from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats import record
from kempt.formats.record_rows import Rows, parse

HASH = urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()
HEX = bytes(range(32)).hex()


def read(rows: Rows) -> dict[str, tuple[str, int]]:
    names = [name.decode("utf-8", "surrogateescape") for name in rows.names()]
    return {name: (rows.digest(at).hex(), rows.sizes[at]) for at, name in enumerate(names)}


def slow(content: bytes, depth: int) -> dict[str, tuple[str, int]]:
    """The same by the reader that goes row by row."""
    rows = record.parse(content).rows
    listed = {
        path: (record.sha256_of([digest])[0], int(size))
        for path, (digest, size) in rows.items()
        if record.sha256_of([digest])[0] and size.isascii() and size.isdigit()
    }
    return {path: each for path, each in listed.items() if each[1] and is_wanted(path, depth)}


def is_wanted(path: str, depth: int) -> bool:
    if path.endswith(".pyc") or path.startswith(("/", "\\")) or path[1:2] == ":":
        return False
    parts = path.split("/")
    above = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    return above <= depth and above < len(parts) and not {"..", ".", ""} & set(parts[above:])


def test_rows_with_a_hash_and_a_size_are_kept() -> None:
    content = f"a/b.py,sha256={HASH},3\na/RECORD,,\nc.py,md5=abc,3\nd.py,sha256={HASH},\n".encode()

    assert {"a/b.py": (HEX, 3)} == read(parse(content))


def test_bytecode_and_empty_files_are_left_out() -> None:
    content = f"a.pyc,sha256={HASH},3\n__init__.py,sha256={HASH},0\nb.py,sha256={HASH},1\n".encode()

    assert {"b.py": (HEX, 1)} == read(parse(content))


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../../../outside.py", "a/../../b.py", "a/../b.py", "a//b.py", "./a.py", "a/", "C:/a.py"]
)
def test_a_row_that_leads_out_or_to_no_file_is_counted_and_left_out(path: str) -> None:
    content = f"a.py,sha256={HASH},1\n{path},sha256={HASH},7\n".encode()

    assert ({"a.py": (HEX, 1)}, 1) == (read(parse(content, 3)), parse(content, 3).outside)


def test_a_script_above_site_packages_lies_in_the_environment() -> None:
    content = f"../../../bin/tool,sha256={HASH},9\n".encode()

    assert {"../../../bin/tool": (HEX, 9)} == read(parse(content, 3))
    assert ({}, 1) == (read(parse(content, 2)), parse(content, 2).outside)


def test_line_ends_of_windows_and_a_byte_order_mark() -> None:
    content = b"\xef\xbb\xbf" + f"a.py,sha256={HASH},1\r\nb.py,sha256={HASH},2\r\n".encode()

    assert {"a.py": (HEX, 1), "b.py": (HEX, 2)} == read(parse(content))


def test_of_two_rows_for_one_path_the_first_counts() -> None:
    content = f"a.py,sha256={HASH},1\na.py,sha256={HASH},2\n".encode()

    assert {"a.py": (HEX, 1)} == read(parse(content))


def test_quoted_paths_and_bytes_that_are_no_utf8() -> None:
    content = f'"a,""b"".py",sha256={HASH},1\n'.encode() + b"caf\xe9.py,sha256=" + f"{HASH},2\n".encode()

    assert {'a,"b".py': (HEX, 1), "caf\udce9.py": (HEX, 2)} == read(parse(content))


def test_one_path_by_its_row() -> None:
    rows = parse(f"a.py,sha256={HASH},1\nlonger/b.py,sha256={HASH},2\n".encode())

    assert (b"a.py", b"longer/b.py") == (rows.name(0), rows.name(1))


PATHS = st.one_of(
    st.sampled_from(
        ["a.py", "b/c.so", "a.pyc", "x,y.py", "../../../bin/x", "../x", "/abs", "d/", "a b.py", "é.py", ".."]
    ),
    st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), max_size=12),
)
HASHES = st.sampled_from(
    [f"sha256={HASH}", "", "sha256=short", f"sha256={HASH[:-1]}!", f"sha512={HASH}", f"sha256={HASH}="]
)
SIZES = st.sampled_from(["1", "0", "", "12", "+3", "1_0", " 4", "x", "9" * 30, "5,6"])
ROWS = st.lists(st.tuples(PATHS, HASHES, SIZES), max_size=6, unique_by=lambda row: row[0])


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]), st.integers(0, 3))
def test_the_quick_reader_agrees_with_the_one_that_goes_row_by_row(
    rows: list[tuple[str, str, str]],
    end: str,
    cut: str,
    depth: int,
) -> None:
    text = end.join(",".join(row) for row in rows) + cut
    content = text.encode("utf-8", "surrogateescape")
    expected = {path: each for path, each in slow(content, depth).items() if each[1] < 2**62}

    assert expected == read(parse(content, depth))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    assert slow(content, 0) == read(parse(content))
