from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.errors import UnsupportedError
from kempt.formats.journal import (
    TRASHED,
    is_settled,
    parse,
    render_done,
    render_finished,
    render_header,
    render_intent,
    render_refused,
    render_swept,
    render_undone,
)
from kempt.model.journal import (
    BytecodeChange,
    Fate,
    FileChange,
    Header,
    IndexEdit,
    Intent,
    Journal,
    ShareChange,
    TreeChange,
)
from kempt.model.plan import Expect, Identity, IndexChange, Means, Tracked

HEADER = Header("20260101-000000-0001", "/r", "/r/.git", "", "kempt check --fix", 1.5)
CHANGE = FileChange("a", b"old", "ff" * 32)

paths = st.binary(min_size=1).filter(lambda raw: b"\0" not in raw).map(os.fsdecode)
tracked = st.none() | st.builds(Tracked, st.just("100644"), st.just("ab" * 20), st.sampled_from("HShs"))
identities = st.builds(Identity, st.integers(0), st.integers(0), st.sampled_from([0o040000, 0o100000]))
trees = st.builds(TreeChange, paths, paths, identities, st.sampled_from(Fate), st.integers(0), st.integers(0))
expects = st.builds(Expect, *[st.integers(0, 2**63)] * 5)
shares = st.builds(
    ShareChange, paths, paths, st.sampled_from(Means), expects, expects, paths, st.just("ab" * 32), st.integers(0),
    st.just("") | paths, unshared=st.booleans(),
)  # fmt: skip
tokens = st.binary(max_size=9)
rewritten = st.builds(
    BytecodeChange, paths, paths, paths, st.sampled_from(Means), expects, expects, st.integers(0), st.integers(0),
    tokens, tokens, st.just("ab" * 32), st.integers(0), st.just("") | paths, st.booleans(),
)  # fmt: skip
intents = (
    trees
    | shares
    | rewritten
    | st.builds(
        FileChange, paths, st.none() | st.binary(), st.sampled_from(["", "0" * 64]), paths, st.lists(paths).map(tuple)
    )
    | st.builds(IndexEdit, st.lists(st.builds(IndexChange, paths, tracked, tracked)).map(tuple), st.just("token"))
)
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


def test_a_step_that_was_refused_is_no_part_of_the_change() -> None:
    refused = text(HEADER, CHANGE, CHANGE._replace(path="b"), CHANGE._replace(path="c")) + render_refused((0, 2))

    assert Journal(HEADER, (CHANGE._replace(path="b"),)) == parse(refused)


def test_a_later_version_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="made by a later version of kempt"):
        parse(text(HEADER).replace(b'"kempt journal":1', b'"kempt journal":2'))


@pytest.mark.parametrize(
    "lines, settled",
    [
        pytest.param(b"", False, id="stopped"),
        pytest.param(render_done(0), False, id="stopped after a step"),
        pytest.param(render_finished(), True, id="finished"),
        pytest.param(render_finished() + render_undone(undone=True), True, id="taken back"),
        pytest.param(render_finished(rest=True), False, id="something could not be removed"),
        pytest.param(render_finished(rest=True) + render_swept(), True, id="and then it could"),
        pytest.param(render_done(0) + render_swept(), True, id="swept after it was stopped"),
        pytest.param(b'cut off"}\n' + render_finished(), True, id="the end of a line before it"),
    ],
)
def test_whether_something_half_removed_can_be_left(lines: bytes, *, settled: bool) -> None:
    assert settled == is_settled(lines)


@given(st.sampled_from(Fate))
def test_a_journal_that_moved_something_to_the_trash_is_known_by_its_bytes(fate: Fate) -> None:
    change = TreeChange("a", "b", Identity(1, 2, 3), fate)

    assert (fate is Fate.TRASHED) == (TRASHED in text(HEADER, change))
