"""Compressed layers as streams: known by their first bytes, never by a name or a media type, and bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from kempt.errors import UnreadableError, UnsupportedError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SKIPPABLE = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))
"""How a zstd frame begins that holds no data: zstd:chunked keeps its table of contents in one."""
_UNPACK = {"bzip2": "bunzip2 FILE", "xz": "unxz FILE"}
OTHERS = {b"BZh": "bzip2", b"\xfd7zX": "xz"}
MAGIC = 4
"""Bytes that tell them apart."""
PIECE = 1024**2
_GZIP_WINDOW = 31  # zlib's way to say: with a gzip header


class Limits(NamedTuple):
    """How much may come out of one compressed stream: bytes in all, and `ratio` times what went in once past `free`.

    Measured: gzip makes 1,028 zeros of a byte. Real layers of the largest kind stay below 20.
    """

    bytes: int = 256 * 1024**3
    ratio: int = 200
    free: int = 256 * 1024**2


def is_compressed(start: bytes) -> bool:
    """Whether a stream that begins so has to be decompressed."""
    return start.startswith((GZIP, ZSTD, *SKIPPABLE, *OTHERS))


def decompressed(chunks: Iterable[bytes], limits: Limits, what: str = "a layer") -> Iterator[bytes]:
    """The content of a stream that may be gzip, zstd or neither, in pieces of a bounded size.

    `what` is what an error calls it.
    Raises UnreadableError for one that is damaged, truncated or a bomb, UnsupportedError where nothing here reads it.
    """
    pieces = iter(chunks)
    start = next(pieces, b"")
    while len(start) < MAGIC and (more := next(pieces, b"")):
        start += more
    for magic, name in OTHERS.items():
        if start.startswith(magic):
            raise UnsupportedError(
                f"{what} is compressed by {name}, which no image format knows", hint=f"unpack it first: {_UNPACK[name]}"
            )
    if not is_compressed(start):
        if start:
            yield start
        yield from pieces
        return
    source = _Source(start, pieces)
    went = 0
    for out in _members(source) if start.startswith(GZIP) else _frames(source, what):
        went += len(out)
        if went > limits.bytes or (went > limits.free and went > source.came * limits.ratio):
            raise UnreadableError(f"{source.came:,} bytes unpack to more than {went:,}: a decompression bomb")
        yield out


class _Source:
    """Chunks as a file to read from, which counts what was taken."""

    def __init__(self, start: bytes, pieces: Iterator[bytes]) -> None:
        self._left = start
        self._pieces = pieces
        self.came = 0

    def read(self, size: int = PIECE) -> bytes:
        """At most `size` bytes; none at the end."""
        piece = self._left or next(self._pieces, b"")
        self._left = piece[size:]
        self.came += min(size, len(piece))
        return piece[:size]


def _members(source: _Source) -> Iterator[bytes]:
    """The members of a gzip stream, one after the other; zeros after the last are padding."""
    try:
        module = import_module("isal.isal_zlib")
    except ImportError:
        module = import_module("zlib")
    decompressor: Any = None
    while piece := source.read():
        while piece:
            if decompressor is None or decompressor.eof:
                piece = piece.lstrip(b"\0") if decompressor else piece
                if not piece:
                    break
                decompressor = module.decompressobj(_GZIP_WINDOW)
            try:
                out = decompressor.decompress(piece, PIECE)
            except module.error as error:
                raise UnreadableError(f"a gzip stream is damaged: {error}") from error
            piece = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
            yield out
    if not decompressor.eof:
        raise UnreadableError("a gzip stream is truncated")


def _frames(source: _Source, what: str) -> Iterator[bytes]:
    """The frames of a zstd stream, one after the other."""
    try:
        module = import_module("compression.zstd")
        reader = module.ZstdFile(source)
    except ImportError:
        module, reader = _zstandard(source, what)
    while True:
        try:
            out: bytes = reader.read(PIECE)
        except (module.ZstdError, EOFError) as error:  # the one where it is damaged, the other where it ends too early
            raise UnreadableError(f"a zstd stream is damaged or truncated: {error}") from error
        if not out:
            return
        yield out


def _zstandard(source: _Source, what: str) -> tuple[Any, Any]:
    try:
        module = import_module("zstandard")
    except ImportError:
        raise UnsupportedError(
            f"{what} is compressed by zstd, which this Python cannot read", hint='pip install "kempt[fast]"'
        ) from None
    return module, module.ZstdDecompressor().stream_reader(source, read_size=PIECE, read_across_frames=True)
