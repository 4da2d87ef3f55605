"""kempt.fingerprint: what is written is read back, and what is no such file is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.fingerprint_file import parse, render, with_row
from kempt.formats.toml import Unparsable
from kempt.model.verify import Pinned

DIGEST = "b9" * 32
LINUX = Pinned("3.11.7", "linux-x86_64", "uv.lock", "aa" * 32, 29, DIGEST)
MACOS = LINUX._replace(platform="darwin-arm64")

versions = st.builds("3.{}.{}".format, st.integers(1, 30), st.integers(0, 30))
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
rows = st.lists(
    st.builds(
        Pinned, versions, st.sampled_from(["linux-x86_64", "darwin-arm64", "win32-AMD64"]),
        st.sampled_from(["uv.lock", "poetry.lock", "requirements.txt"]), digests, st.integers(0, 10**6), digests,
    ),
    max_size=6, unique_by=lambda row: (row.python, row.platform),
)  # fmt: skip


@given(rows)
def test_what_is_written_is_read_back(written: list[Pinned]) -> None:
    read = parse(render(written).encode())

    assert not isinstance(read, Unparsable)
    assert sorted(written) == sorted(read)


@given(rows)
def test_the_order_of_the_rows_does_not_depend_on_who_wrote_first(written: list[Pinned]) -> None:
    assert render(written) == render(reversed(written))


def test_a_row_takes_the_place_of_the_one_for_its_python_and_platform() -> None:
    newer = LINUX._replace(digest="cc" * 32)

    assert (MACOS, newer) == with_row((LINUX, MACOS), newer)


@pytest.mark.parametrize(
    "content, reason",
    [
        pytest.param(b"", "its format is None, and this kempt reads 'kempt-env-1'", id="empty"),
        pytest.param(b"format = 'kempt-env-9'", "its format is 'kempt-env-9', and this kempt reads 'kempt-env-1'",
                     id="newer"),
        pytest.param(b"format = 'kempt-env-1'\nenvironment = 1", "`environment` is no list of tables", id="no-list"),
        pytest.param(b"format = 'kempt-env-1'\n[[environment]]\npython = '3'",
                     "a row of `environment` lacks a key or holds a wrong value", id="a-key-is-missing"),
        pytest.param(render([LINUX._replace(digest="short")]).encode(),
                     "a row of `environment` lacks a key or holds a wrong value", id="no-digest"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    refused = parse(content)

    assert isinstance(refused, Unparsable)
    assert reason == refused.message


@given(st.binary(max_size=300))
def test_nothing_makes_the_reader_raise(content: bytes) -> None:
    assert isinstance(parse(content), tuple)
