"""What was read of a layer, as bytes to keep: fields between NULs, which no path holds, with a checksum before them."""

from __future__ import annotations

import hashlib
from zlib import compress, decompress, error

from kempt.model.image import Entry, Layer

FORMAT = "kempt-layer-1"
_FIELDS = 3
_HEAD = 5
_DIGEST = 32


def to_bytes(layer: Layer) -> bytes:
    """The layer to keep."""
    fields = [FORMAT, layer.digest, layer.diff_id, str(layer.size), str(layer.unpacked)]
    for entry in layer.entries:
        fields += (f"{entry.kind}{entry.size}", entry.path, entry.target)
    content = compress("\0".join(fields).encode("utf-8", "surrogateescape"), 1)
    return hashlib.sha256(content).digest() + content


def from_bytes(kept: bytes) -> Layer | None:
    """The layer that was kept; None for what is damaged or of another version."""
    content = kept[_DIGEST:]
    if hashlib.sha256(content).digest() != kept[:_DIGEST]:
        return None
    try:
        fields = decompress(content).decode("utf-8", "surrogateescape").split("\0")
    except (error, UnicodeDecodeError):
        return None
    if fields[0] != FORMAT or len(fields) < _HEAD or (len(fields) - _HEAD) % _FIELDS:
        return None
    kinds, paths, targets = fields[_HEAD::_FIELDS], fields[_HEAD + 1 :: _FIELDS], fields[_HEAD + 2 :: _FIELDS]
    entries = tuple(
        Entry(kind[0], int(kind[1:]), path, target) for kind, path, target in zip(kinds, paths, targets, strict=True)
    )
    return Layer(fields[1], fields[2], int(fields[3]), int(fields[4]), entries)
