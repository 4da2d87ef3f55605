"""Compressed layers are read by their first bytes, whole, and never without an end."""

from __future__ import annotations

import bz2
import gzip
import lzma
from importlib import import_module
from importlib.util import find_spec

import pytest

from kempt.errors import UnreadableError, UnsupportedError
from kempt.formats.oci.compression import Limits, decompressed

CONTENT = b"".join(b"%d\n" % number for number in range(200_000))
SMALL = Limits(bytes=10**9, ratio=200, free=10**6)
needs_zstd = pytest.mark.skipif(find_spec("zstandard") is None, reason="zstandard is an optional extra")


def zstd(content: bytes) -> bytes:
    packed: bytes = import_module("zstandard").ZstdCompressor().compress(content)
    return packed


def read(packed: bytes, step: int = 1000, limits: Limits = SMALL) -> bytes:
    return b"".join(decompressed((packed[at : at + step] for at in range(0, len(packed), step)), limits))


@pytest.mark.parametrize("step", [1, 7, 4096, 1 << 20])
def test_gzip_is_read_in_pieces_of_any_length(step: int) -> None:
    assert CONTENT[:20_000] == read(gzip.compress(CONTENT[:20_000]), step)


@needs_zstd
@pytest.mark.parametrize("step", [1, 7, 4096, 1 << 20])
def test_zstd_is_read_in_pieces_of_any_length(step: int) -> None:
    assert CONTENT == read(zstd(CONTENT), step)


def test_what_is_not_compressed_stays_as_it_is() -> None:
    assert CONTENT == read(CONTENT)


def test_members_of_gzip_follow_each_other_and_zeros_pad_the_last() -> None:
    assert CONTENT + b"end" == read(gzip.compress(CONTENT) + gzip.compress(b"end") + bytes(3000))


@needs_zstd
def test_frames_of_zstd_follow_each_other_and_some_hold_no_data() -> None:
    skippable = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"table"

    assert CONTENT + b"end" == read(zstd(CONTENT) + skippable + zstd(b"end"))


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damaged_gzip_is_refused(damage: str) -> None:
    packed = gzip.compress(CONTENT)
    broken = packed[:-5] if damage == "cut" else packed[:5000] + b"\xff" * 50 + packed[5050:]

    with pytest.raises(UnreadableError, match="a gzip stream is"):
        read(broken)


@needs_zstd
def test_damaged_zstd_is_refused() -> None:
    packed = zstd(CONTENT)

    with pytest.raises(UnreadableError, match="a zstd stream is damaged"):
        read(packed[:6] + b"\xff" * 50 + packed[56:])


def test_a_gzip_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(UnreadableError, match="a decompression bomb"):
        read(gzip.compress(bytes(50 * 10**6)))


@needs_zstd
def test_a_zstd_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(UnreadableError, match="a decompression bomb"):
        read(zstd(bytes(50 * 10**6)), 1 << 20)


def test_a_stream_without_end_is_refused_by_its_length() -> None:
    with pytest.raises(UnreadableError, match="a decompression bomb"):
        read(gzip.compress(CONTENT), limits=Limits(bytes=10**6, ratio=200, free=10**9))


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bzip2", "xz"])
def test_what_no_image_uses_is_named(pack: object) -> None:
    packed = bz2.compress(b"a") if pack is bz2.compress else lzma.compress(b"a")

    with pytest.raises(UnsupportedError, match=r"is compressed by (bzip2|xz)"):
        read(packed)


@pytest.mark.skipif(find_spec("compression") is not None, reason="Python reads zstd itself")
def test_without_zstandard_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)

    with pytest.raises(UnsupportedError) as caught:
        read(b"\x28\xb5\x2f\xfd rest")

    assert 'pip install "kempt[fast]"' == caught.value.hint
