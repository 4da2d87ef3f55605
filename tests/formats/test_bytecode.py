"""What bytecode files say in front of their code, and what their names mean."""

from __future__ import annotations

import py_compile
import sys
from importlib.util import cache_from_source, source_hash
from pathlib import Path

import pytest

from kempt.formats.bytecode import Header, Name, header, name, stamp, with_stamp

LARGE = b"\x01\0\0\0\xff\xff\xff\xff"
MODES = py_compile.PycInvalidationMode


@pytest.mark.parametrize(
    "mode, kind", [(MODES.TIMESTAMP, "time"), (MODES.CHECKED_HASH, "hash"), (MODES.UNCHECKED_HASH, "unchecked")],
    ids=["time", "hash", "unchecked"],
)  # fmt: skip
def test_what_python_writes(mode: MODES, kind: str, tmp_path: Path) -> None:
    source = tmp_path / "alpha.py"
    source.write_bytes(b"VALUE = 1\n")
    compiled = py_compile.compile(str(source), invalidation_mode=mode, doraise=True)
    assert compiled
    found = header(Path(compiled).read_bytes())

    assert found is not None
    assert kind == found.kind
    if kind == "time":
        assert (int(source.stat().st_mtime), 10) == (found.mtime, found.size)
    else:
        assert source_hash(b"VALUE = 1\n") == found.hash


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"", None),
        (b"\0" * 15, None),
        (b"\xa7\r\r\n" + b"\x02\0\0\0" + b"\0" * 8, Header("", 0, 0, b"\0" * 8)),
        (b"\xa7\r\r\n" + b"\0" * 4 + LARGE, Header("time", 1, 2**32 - 1, LARGE)),
    ],
    ids=["empty", "short", "unknown-flags", "large"],
)
def test_headers(content: bytes, expected: Header | None) -> None:
    assert expected == header(content)


@pytest.mark.parametrize(
    "file_name, expected",
    [
        ("alpha.cpython-311.pyc", Name("alpha", "cpython-311", "")),
        ("alpha.cpython-311.opt-2.pyc", Name("alpha", "cpython-311", "2")),
        ("alpha.beta.cpython-311.pyc", Name("alpha.beta", "cpython-311", "")),
        ("alpha.cpython-314t.pyc", Name("alpha", "cpython-314t", "")),
        ("alpha.pypy310.pyc", Name("alpha", "pypy310", "")),
        ("alpha.cpython-311-pytest-8.0.pyc", None),
        ("alpha.pyc", None),
        ("alpha.cpython-311.py", None),
    ],
    ids=["plain", "optimized", "dotted", "free-threaded", "pypy", "pytest", "sourceless", "source"],
)
def test_names(file_name: str, expected: Name | None) -> None:
    assert expected == name(file_name)


@pytest.mark.parametrize("optimized", ["", "1", "2"], ids=["plain", "once", "twice"])
def test_the_name_that_this_python_gives(optimized: str) -> None:
    tag = sys.implementation.cache_tag
    assert Name("alpha", tag, optimized) == name(Path(cache_from_source("alpha.py", optimization=optimized)).name)


@pytest.mark.parametrize("seconds", [0, 1_700_000_000, 2**32 + 5])
def test_a_stamp_is_what_the_header_says_then(seconds: int) -> None:
    mtime_ns = seconds * 10**9 + 999_999_999
    before = b"\xa7\r\r\n" + b"\0" * 4 + LARGE + b"code"
    after = with_stamp(before, mtime_ns)

    assert Header("time", seconds % 2**32, 2**32 - 1, after[8:16]) == header(after)
    assert (before[:8], before[12:], stamp(mtime_ns)) == (after[:8], after[12:], seconds % 2**32)
