"""The headers of a tar that comes in pieces: what is in it, and nothing of what the files hold.

Python's tarfile takes eight times as long as GNU tar on a layer of 60,000 entries, because it makes an object with
twenty fields of each. This reads ustar, PAX and GNU headers as Go's archive/tar does, because that is what unpacks
images: links, folders and devices have no content, whatever their size says.
"""

from __future__ import annotations

import re
from struct import Struct
from zlib import adler32

from kempt.errors import UnreadableError, UnsupportedError
from kempt.formats.oci.names import normal
from kempt.formats.oci.ordinary import BLOCK, ordinary_files
from kempt.model.image import FILE, FOLDER, HARD_LINK, LINK, OTHER, Entry

EXTENDED_LIMIT = 4 * 1024**2
"""The most bytes that a PAX header or a long name may have."""
ENTRIES_LIMIT = 5_000_000
"""The most entries that one layer may have; the largest image known has a tenth of it."""

_HEADER = Struct("100s24x12s12x8sc100s6s82x155s12x")  # name, size, checksum, type, link, magic, prefix
_ZEROS = bytes(BLOCK)
_KINDS = {
    b"0": FILE, b"\0": FILE, b"7": FILE, b"S": FILE, b"1": HARD_LINK, b"2": LINK, b"3": OTHER, b"4": OTHER,
    b"5": FOLDER, b"6": OTHER,
}  # fmt: skip
_EXTENDED = frozenset({b"x", b"X", b"g", b"L", b"K"})
_NO_ENTRY = frozenset({b"V", b"M", b"N"})
_ADLER = 65521
_BLANKS = 8 * 32  # the checksum is made with blanks in its own field
_LARGEST = 2**63
_BINARY = 0x80
_SPARSE_MORE, _SPARSE_MORE_IN_EXTENSION = 482, 504
_RECORD = re.compile(rb"(\d{1,10}) ")


def is_tar(start: bytes) -> bool:
    """Whether a file that begins so may be a tar."""
    try:
        TarScanner().feed(start[:BLOCK])
    except UnreadableError:
        return False
    return len(start) >= BLOCK


class TarScanner:
    """Feed it the tar piece by piece; `entries` grows, `close` says whether that was all of it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.ended = False
        self._left = b""
        self._pending = 0
        self._padding = 0
        self._body: bytearray | None = None
        self._body_kind = b""
        self._body_size = 0
        self._own: dict[str, str] = {}
        self._zero_blocks = 0
        self._sparse = False
        self._content = 0

    def feed(self, data: bytes) -> None:
        """The next piece, of any length. Raises UnreadableError where it is no tar."""
        at = self._begun(data) if self._left else 0
        while not (self.ended or self._left):
            if self._pending:
                at = self._content_of(data, at)
            if self._pending:
                return
            if self._body is not None:
                self._extend(self._body)
            if not (self._own or self._sparse):
                at = self._ordinary(data, at)
            if len(data) - at < BLOCK:
                self._left = data[at:]
                return
            self._header(data, at)
            at += BLOCK

    def _begun(self, data: bytes) -> int:
        """Read the header that began in the piece before; where the next one may begin."""
        at = BLOCK - len(self._left)
        block = self._left + data[:at]
        self._left = block if len(block) < BLOCK else b""
        if not self._left:
            self._header(block, 0)
        return at

    def _ordinary(self, data: bytes, at: int) -> int:
        """Go past ordinary files; where the next header begins, which is never behind the data."""
        end = ordinary_files(data, at, self.entries)
        if end > at:
            _refuse_too_many(len(self.entries))
            self._zero_blocks = 0
            self._padding = -self.entries[-1].size % BLOCK
            self._pending = max(0, end - len(data))
        return end - self._pending

    def _content_of(self, data: bytes, at: int) -> int:
        """Go past content, and keep it where it describes an entry; where the next header may begin."""
        step = min(self._pending, len(data) - at)
        if self._body is not None:
            self._body += data[at : at + step]
        self._pending -= step
        return at + step

    def skip(self) -> int:
        """Bytes of content that the caller may jump over instead of feeding them; they count as fed."""
        if self._body is not None:
            return 0
        skipped, self._pending = self._pending, 0
        return skipped

    def close(self) -> None:
        """Raises UnreadableError where the tar ends before it should; umoci leaves out the padding of the last file."""
        inside = self._pending > self._padding or self._left or self._body is not None
        if not self.ended and (inside or self._own or self._sparse):
            raise UnreadableError("the tar is truncated")

    def _header(self, data: bytes, at: int) -> None:
        if self._sparse:
            self._sparse_extension(data, at)
            return
        name, size, check, kind, link, magic, prefix = _HEADER.unpack_from(data, at)
        if name[0] == 0 and data[at : at + BLOCK] == _ZEROS:
            self._zero_blocks += 1
            self.ended = self._zero_blocks > 1
            return
        self._zero_blocks = 0
        _verify(check, adler32(data[at : at + BLOCK]), first=not self.entries)
        if kind in _EXTENDED:
            self._begin_extended(kind, _number(size))
            return
        text = name.split(b"\0", 1)[0]
        if prefix[0] and magic == b"ustar\0":
            text = prefix.split(b"\0", 1)[0] + b"/" + text
        path, stored = text.decode("utf-8", "surrogateescape"), _number(size)
        if self._own:
            own, self._own = self._own, {}
            path = own.get("GNU.sparse.name") or own.get("path") or path
            link = own["linkpath"].encode("utf-8", "surrogateescape") if "linkpath" in own else link
            stored = _decimal(own["size"]) if "size" in own else stored
        self._begin(kind, path, stored, link)
        if kind == b"S" and data[at + _SPARSE_MORE]:
            self._sparse, self._content, self._pending = True, self._pending, 0

    def _begin(self, kind: bytes, name: str, size: int, link: bytes) -> None:
        what = _KINDS.get(kind, FOLDER if kind == b"D" else FILE)
        if what == FILE and name.endswith("/"):
            what = FOLDER
        if what == FILE or kind not in _KINDS:
            self._padding = -size % BLOCK
            self._pending = size + self._padding
        if kind in _NO_ENTRY:
            return
        target = ""
        if what in {LINK, HARD_LINK}:
            target = link.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
            if what == HARD_LINK:
                target = normal(target)
        _refuse_too_many(len(self.entries) + 1)
        self.entries.append(Entry(what, size if what == FILE else 0, normal(name), target))

    def _begin_extended(self, kind: bytes, size: int) -> None:
        if size > EXTENDED_LIMIT:
            raise UnreadableError(f"an extended header of {size:,} bytes, more than {EXTENDED_LIMIT:,}")
        self._body, self._body_kind, self._body_size = bytearray(), kind, size
        self._pending = size + -size % BLOCK

    def _extend(self, body: bytearray) -> None:
        content, self._body = bytes(body[: self._body_size]), None
        if self._body_kind == b"L":
            self._own["path"] = content.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        elif self._body_kind == b"K":
            self._own["linkpath"] = content.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        elif self._body_kind != b"g":  # what holds for all entries names none of them
            self._own |= pax_records(content)

    def _sparse_extension(self, data: bytes, at: int) -> None:
        """A further block of the map of a sparse file, which stands before its content."""
        if not data[at + _SPARSE_MORE_IN_EXTENSION]:
            self._sparse, self._pending = False, self._content


def pax_records(content: bytes) -> dict[str, str]:
    """The records `LENGTH KEY=VALUE` of a PAX header. Raises UnreadableError where lengths do not fit."""
    records: dict[str, str] = {}
    at = 0
    while at < len(content):
        match = _RECORD.match(content, at)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(content) or content[end - 1] != ord("\n"):
            raise UnreadableError("a PAX header that is no list of records")
        key, _, value = content[match.end() : end - 1].partition(b"=")
        if b"\0" in value and key in {b"path", b"linkpath", b"GNU.sparse.name"}:
            raise UnreadableError("a PAX header with a NUL in a name")
        records[key.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
        at = end
    return records


def _refuse_too_many(entries: int) -> None:
    if entries > ENTRIES_LIMIT:
        raise UnsupportedError(f"a layer has more than {ENTRIES_LIMIT:,} entries")


def _verify(check: bytes, adler: int, *, first: bool) -> None:
    """The low half of adler32 is the sum of the bytes plus one: the checksum at C's speed."""
    stored = _number(check)
    if ((adler & 0xFFFF) - 1 - sum(check) + _BLANKS - stored) % _ADLER:
        raise UnreadableError("no tar" if first else "a damaged header in the tar")


def _number(field: bytes) -> int:
    """An octal number, or GNU's base-256 where the first bit is set. Raises UnreadableError."""
    if field[0] & _BINARY:
        number = int.from_bytes(field, "big") - (0x80 << 8 * (len(field) - 1))
        if field[0] == 0xFF or number >= _LARGEST:  # noqa: PLR2004 - all bits set: a negative number
            raise UnreadableError("an impossible size in the tar")
        return number
    try:
        number = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise UnreadableError("no number where the tar needs one") from None
    if number < 0:
        raise UnreadableError("an impossible size in the tar")
    return number


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:20]) >= _LARGEST:
        raise UnreadableError("an impossible size in a PAX header")
    return int(text)
