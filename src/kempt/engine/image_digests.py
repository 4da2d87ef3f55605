"""Blobs that are named by sha512: layers are known by sha256, so such a name is verified beside, each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from kempt.engine.image_layers import scan
from kempt.errors import UnreadableError
from kempt.formats.oci.compression import Limits
from kempt.model.image import Layer

_BLOBS = "blobs/sha512/"


def is_sha512(name: str) -> bool:
    """Whether a blob of an OCI layout is named by sha512."""
    return name.startswith(_BLOBS)


def scan_named(name: str, pieces: Iterator[bytes], limits: Limits) -> Layer:
    """Read a layer. Raises UnreadableError where it is not what a name by sha512 says; others are not verified."""
    if not is_sha512(name):
        return scan(pieces, limits)
    found = hashlib.sha512()

    def digested() -> Iterator[bytes]:
        for piece in pieces:
            found.update(piece)
            yield piece

    layer = scan(digested(), limits)
    if found.hexdigest() != name.removeprefix(_BLOBS):
        raise UnreadableError(f"{name} is not what its digest says")
    return layer
