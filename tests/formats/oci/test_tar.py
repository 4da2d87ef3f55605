"""The scanner reads the headers that Python's tarfile, GNU and Go write, in pieces of any length."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.errors import UnreadableError, UnsupportedError
from kempt.formats.oci import tar as scanning
from kempt.formats.oci.tar import TarScanner, pax_records
from kempt.model.image import FILE, FOLDER, HARD_LINK, LINK, OTHER, Entry
from support.images import Member, folder, hard_link, layer, link

LONG = "/".join(["folder-of-a-long-name"] * 12)


def scan(content: bytes, step: int = 1 << 20) -> list[Entry]:
    scanner = TarScanner()
    for at in range(0, len(content), step):
        scanner.feed(content[at : at + step])
    scanner.close()
    return scanner.entries


def with_header(**changes: tuple[int, bytes]) -> bytes:
    """A tar of one file whose header was changed at some places, its checksum right."""
    header = bytearray(layer([Member("a", b"x" * 512)]))
    for at, value in changes.values():
        header[at : at + len(value)] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


def test_it_tells_files_folders_links_and_devices_apart() -> None:
    device = Member("dev/null", kind=tarfile.CHRTYPE)
    content = layer([folder("a"), Member("a/b", b"12345"), link("c", "../a"), hard_link("d", "./a/b"), device])

    expected = [
        Entry(FOLDER, 0, "a"),
        Entry(FILE, 5, "a/b"),
        Entry(LINK, 0, "c", "../a"),
        Entry(HARD_LINK, 0, "d", "a/b"),
        Entry(OTHER, 0, "dev/null"),
    ]
    assert expected == scan(content)


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["PAX", "GNU"])
@pytest.mark.parametrize("step", [1, 511, 512, 513, 1 << 20])
def test_it_reads_long_names_in_pieces_of_any_length(format: int, step: int) -> None:
    content = layer([Member(f"{LONG}/a", b"1" * 700), link("b", f"{LONG}/a"), "é"], format)

    expected = [Entry(FILE, 700, f"{LONG}/a"), Entry(LINK, 0, "b", f"{LONG}/a"), Entry(FILE, 1, "é")]
    assert expected == scan(content, step)


def test_it_reads_the_prefix_of_ustar_names() -> None:
    name = f"{'a' * 90}/{'b' * 90}"

    assert [Entry(FILE, 1, name)] == scan(layer([name], tarfile.USTAR_FORMAT))


def test_it_reads_sizes_in_base_256() -> None:
    size = b"\x80" + (512).to_bytes(11, "big")

    assert [Entry(FILE, 512, "a")] == scan(with_header(size=(124, size)))


def test_it_reads_a_sparse_file_by_what_it_takes_in_the_layer() -> None:
    head = bytearray(with_header(kind=(156, b"S"), magic=(257, b"ustar  \0"), more=(482, b"\1")))
    extension = bytes(504) + b"\0" * 8
    content = bytes(head[:512]) + extension + bytes(head[512:])

    assert [Entry(FILE, 512, "a")] == scan(content)


def test_it_reads_the_name_of_a_sparse_file_in_a_pax_header() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("GNUSparseFile.0/a")
        info.pax_headers = {"GNU.sparse.name": "real/a", "GNU.sparse.realsize": "1000000"}
        info.size = 5
        tar.addfile(info, io.BytesIO(b"12345"))

    assert [Entry(FILE, 5, "real/a")] == scan(held.getvalue())


def test_a_size_in_a_pax_header_wins() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"size": "3"}
        tar.addfile(info)
    content = held.getvalue()[: 512 * 3] + b"abc".ljust(512, b"\0") + bytes(1024)

    assert [Entry(FILE, 3, "a")] == scan(content)


def test_folders_and_links_have_no_content_whatever_their_size_says() -> None:
    content = with_header(kind=(156, b"5"))[:512] + layer(["b"])

    assert [Entry(FOLDER, 0, "a"), Entry(FILE, 1, "b")] == scan(content)


def test_what_lies_behind_the_end_is_not_read() -> None:
    assert [Entry(FILE, 1, "a")] == scan(layer(["a"]) + b"garbage" * 200)


def test_a_tar_without_an_end_is_whole_between_entries() -> None:
    assert [Entry(FILE, 1, "a")] == scan(layer(["a"])[:1024])


def test_the_padding_of_the_last_file_may_be_missing_as_umoci_leaves_it_out() -> None:
    assert [Entry(FILE, 5, "a")] == scan(layer([Member("a", b"12345")])[:517])


@pytest.mark.parametrize("length", [1, 511, 512, 515, 516])
def test_a_truncated_tar_is_said_to_be_one(length: int) -> None:
    with pytest.raises(UnreadableError, match="truncated"):
        scan(layer([Member("a", b"12345")])[:length])


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(b"no tar at all".ljust(1024, b"!"), "no number|no tar", id="no tar"),
        pytest.param(with_header()[:100] + b"!" + with_header()[101:], "no tar", id="a changed byte"),
        pytest.param(layer(["a"])[:1024] + b"!" * 512, "no number|damaged", id="a damaged header"),
        pytest.param(with_header(size=(124, b"\xff" * 12)), "impossible size", id="a negative size"),
        pytest.param(with_header(size=(124, b"\x80" + b"\xff" * 11)), "impossible size", id="a size of 2 to the 88th"),
        pytest.param(with_header(size=(124, b"12xy56789012")), "no number", id="no number"),
        pytest.param(layer(["../../etc/passwd"]), "leads out of the image", id="a name that climbs out"),
        pytest.param(layer([hard_link("a", "../etc/shadow")]), "leads out of the image", id="a hard link that does"),
    ],
)
def test_what_is_no_tar_or_not_of_an_image_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        scan(content)


def test_a_pax_header_of_a_lying_size_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableError, match="an extended header of 8,589,934,591 bytes"):
        scan(with_header(kind=(156, b"x"), size=(124, b"77777777777\0")))


def test_a_layer_of_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "ENTRIES_LIMIT", 3)

    with pytest.raises(UnsupportedError, match="more than 3 entries"):
        scan(layer("abcd"))


@pytest.mark.parametrize("text", [b"no length", b"99 path=a\n", b"5 a=b", b"0 \n", b"12 path=a\0b\n"])
def test_a_pax_header_that_is_no_list_of_records_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadableError):
        pax_records(text)


NAMES = st.lists(
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/"), min_size=1, max_size=60).filter(
        lambda name: name not in {".", ".."}
    ),
    min_size=1,
    max_size=6,
).map("/".join)
MEMBERS = st.lists(st.tuples(NAMES, st.binary(max_size=1500)), max_size=8)


@given(MEMBERS, st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]), st.integers(1, 2000))
def test_it_sees_what_tarfile_writes(members: list[tuple[str, bytes]], format: int, step: int) -> None:
    content = layer([Member(name, content) for name, content in members], format)

    assert [Entry(FILE, len(content), name) for name, content in members] == scan(content, step)


def outcome(content: bytes) -> list[Entry] | str:
    try:
        return scan(content)
    except (UnreadableError, UnsupportedError) as error:
        return error.message


@given(
    members=st.lists(st.tuples(NAMES, st.binary(max_size=600)), min_size=1, max_size=3),
    changes=st.lists(st.tuples(st.integers(0, 511), st.binary(min_size=1, max_size=12)), max_size=3),
    right=st.booleans(),
)
def test_the_short_way_through_ordinary_files_sees_what_the_long_one_does(
    members: list[tuple[str, bytes]], changes: list[tuple[int, bytes]], *, right: bool
) -> None:
    content = bytearray(layer([Member(name, content) for name, content in members], tarfile.GNU_FORMAT))
    for at, value in changes:
        content[at : min(at + len(value), 512)] = value[: 512 - at]
    if right:
        content[148:156] = b" " * 8
        content[148:156] = b"%06o\0 " % sum(content[:512])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "ordinary_files", lambda _data, at, _entries: at)
        expected = outcome(bytes(content))
    assert expected == outcome(bytes(content))


@pytest.mark.parametrize("size", [b"0000000001a", b"-0000000001", b"           ", b"\x80" + bytes(10)])
@pytest.mark.parametrize("end", [b"\0", b" ", b"7"])
def test_the_short_way_reads_odd_sizes_as_the_long_one_does(size: bytes, end: bytes) -> None:
    content = with_header(size=(124, size + end))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "ordinary_files", lambda _data, at, _entries: at)
        expected = outcome(content)

    assert expected == outcome(content)
