from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.errors import UnsupportedError
from kempt.formats.journal import (
    parse,
    render_done,
    render_finished,
    render_header,
    render_intent,
    render_undone,
)
from kempt.model.journal import FileChange, Header, IndexEdit, Intent, Journal
from kempt.model.plan import IndexChange, Tracked

HEADER = Header("20260101-000000-0001", "/r", "/r/.git", "", "kempt check --fix", 1.5)
CHANGE = FileChange("a", b"old", "ff" * 32)

paths = st.binary(min_size=1).filter(lambda raw: b"\0" not in raw).map(os.fsdecode)
tracked = st.none() | st.builds(Tracked, st.just("100644"), st.just("ab" * 20), st.sampled_from("HShs"))
intents = st.builds(
    FileChange, paths, st.none() | st.binary(), st.sampled_from(["", "0" * 64]), paths, st.lists(paths).map(tuple)
) | st.builds(IndexEdit, st.lists(st.builds(IndexChange, paths, tracked, tracked)).map(tuple), st.just("token"))
headers = st.builds(Header, st.just("id"), paths, paths, paths, st.text(), st.floats(0, 1e12), st.just("other"))


def text(header: Header, *more: Intent) -> bytes:
    return render_header(header, {"kempt": "0"}) + b"".join(render_intent(*each) for each in enumerate(more))


@given(headers, st.lists(intents))
def test_everything_survives_the_round_trip(header: Header, known: list[Intent]) -> None:
    """Names and contents of any bytes too."""
    assert Journal(header, tuple(known)) == parse(text(header, *known))


@given(headers, st.lists(intents))
def test_it_is_ascii_with_one_object_a_line(header: Header, known: list[Intent]) -> None:
    assert (1 + len(known), True) == (text(header, *known).count(b"\n"), text(header, *known).isascii())


@pytest.mark.parametrize("cut", range(2, 60))
def test_a_line_that_was_cut_off_is_left_out(cut: int) -> None:
    assert Journal(HEADER, (CHANGE,)) == parse(text(HEADER, CHANGE, CHANGE._replace(path="b"))[:-cut])


@pytest.mark.parametrize("content", [b"", b"\n", b'{"kempt jour', b"[]\n", b"\xff\n"])
def test_without_a_first_line_there_is_no_journal(content: bytes) -> None:
    assert None is parse(content)


@pytest.mark.parametrize(
    "marks, ended",
    [
        pytest.param(b"", (False, False), id="stopped"),
        pytest.param(render_done(0) + render_finished(), (True, False), id="finished"),
        pytest.param(render_finished() + render_undone(undone=True), (True, True), id="undone"),
        pytest.param(render_undone(undone=True) + render_undone(undone=False), (False, False), id="made again"),
    ],
)
def test_how_it_ended(marks: bytes, ended: tuple[bool, bool]) -> None:
    assert Journal(HEADER, (CHANGE,), *ended) == parse(text(HEADER, CHANGE) + marks)


def test_a_later_version_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="made by a later version of kempt"):
        parse(text(HEADER).replace(b'"kempt journal":1', b'"kempt journal":2'))
