"""RECORD as installers write it, as killed ones leave it, and as nobody should."""

from __future__ import annotations

import base64
import csv
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.record import MOST_ROWS, Record, parse, sha256_of

HASH = "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(b"x").digest()).rstrip(b"=").decode()
GOOD = f"alpha/core.py,{HASH},1\nalpha/__pycache__/core.cpython-312.pyc,,\nalpha-1.0.dist-info/RECORD,,\n"
ROWS = {
    "alpha/core.py": (HASH, "1"),
    "alpha/__pycache__/core.cpython-312.pyc": ("", ""),
    "alpha-1.0.dist-info/RECORD": ("", ""),
}


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("alpha/core.py,", '"alpha/core.py",').encode(),
        (GOOD + GOOD).encode(),
        GOOD.replace("\n", "\n\n").encode(),
    ],
    ids=["unix", "windows", "no-last-line-end", "byte-order-mark", "quoted", "doubled", "empty-lines"],
)
def test_what_installers_write(content: bytes) -> None:
    assert Record(ROWS) == parse(content)


@pytest.mark.parametrize(
    "content, path",
    [
        (b'"a,b.py",,\n', "a,b.py"),
        (b"a,b.py,,\n", "a,b.py"),
        (b'"a""b.py",,\n', 'a"b.py'),
        (b'"a\nb.py",,\n', "a\nb.py"),
        (b"../../../bin/x,,\n", "../../../bin/x"),
        (b"/usr/bin/x,,\n", "/usr/bin/x"),
        (b"caf\xe9.py,,\n", "caf\udce9.py"),
        ("caf\u00e9.py,,\n".encode(), "caf\u00e9.py"),
        (b"a\xe2\x80\xa8b.py,,\n", "a\u2028b.py"),
        (b"alpha/__pycache__/,,\n", "alpha/__pycache__/"),
    ],
    ids=[
        "comma",
        "bare-comma",
        "quote",
        "line-end",
        "outside",
        "absolute",
        "not-utf-8",
        "utf-8",
        "separator",
        "folder",
    ],
)
def test_a_path_is_kept_as_it_is_written(content: bytes, path: str) -> None:
    assert Record({path: ("", "")}) == parse(content)


@pytest.mark.parametrize(
    "content, fault",
    [
        (b"", "it is empty"),
        (b"\r\n \n", "it is empty"),
        (b"a.py,,\n\0\0", "it holds NUL bytes"),
        (b"a.py,,\nb.py,sha256=abc", "row 2 is no row of three columns"),
        (b"a.py,,\nb.py", "row 2 is no row of three columns"),
        (b",,\n", "row 1 is no row of three columns"),
        (b'"a.py,,\nb.py,,\n', "row 1 is no row of three columns"),
        (f"a.py,{HASH},1\na.py,{HASH},2\n".encode(), "row 2 contradicts an earlier row"),
    ],
    ids=["empty", "blank", "nul", "cut-in-hash", "cut-in-path", "no-path", "open-quote", "contradiction"],
)
def test_a_damaged_list_says_so(content: bytes, fault: str) -> None:
    assert (fault,) == parse(content).faults


def test_a_list_without_end_is_cut() -> None:
    found = parse(b"".join(b"%d,,\n" % number for number in range(MOST_ROWS + 2)))

    assert (MOST_ROWS, (f"it has more than {MOST_ROWS:,} rows",)) == (len(found.rows), found.faults)


def test_hashes_are_decoded() -> None:
    other = HASH.replace("sha256", "md5")
    hexadecimal = hashlib.sha256(b"x").hexdigest()

    assert [hexadecimal, "", "", "", hexadecimal] == sha256_of([HASH, "", other, f"{HASH}=", HASH])


def test_a_hash_that_is_none_spoils_no_other() -> None:
    hexadecimal = hashlib.sha256(b"x").hexdigest()

    assert [hexadecimal, "", hexadecimal] == sha256_of([HASH, "sha256=" + "!" * 43, HASH])


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_every_digest_survives(contents: list[bytes]) -> None:
    digests = [hashlib.sha256(each).digest() for each in contents]
    written = ["sha256=" + base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in digests]

    assert [each.hex() for each in digests] == sha256_of(written)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\r\0\ufeff", codec="utf-8"), min_size=1),
        st.just(("", "")),
        min_size=1,
    )
)
def test_what_csv_writes_is_read_back(rows: dict[str, tuple[str, str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([path, *rest] for path, rest in rows.items())

    assert rows == parse(stream.getvalue().encode()).rows


@given(st.binary(max_size=200))
def test_it_never_raises(content: bytes) -> None:
    parse(content)
