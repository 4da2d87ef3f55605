"""Reading a layer: once, from its first byte to its last, with its digests taken on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from kempt.errors import KemptError
from kempt.formats.oci import verdict
from kempt.formats.oci.compression import MAGIC, Limits, decompressed, is_compressed
from kempt.formats.oci.listing import from_bytes, to_bytes
from kempt.formats.oci.tar import TarScanner
from kempt.host.state import read_cache, write_cache
from kempt.host.workers import Beside
from kempt.model.image import Layer, LayerFacts, Leftover

Proven: TypeAlias = tuple[tuple[LayerFacts, ...], tuple[Leftover, ...]]
FOLDER = "images"
_LIMIT = 1024**3
_PLACE = 256


class Known:
    """What is known of layers that were read before, by their digests, in kempt's cache folder."""

    def __init__(self, limits: Limits, *, use_cache: bool = True) -> None:
        self.limits = limits
        self.reused = 0  # layers that were not read again
        self._use_cache = use_cache

    def layer(self, identity: str, pieces: Callable[[], Iterator[bytes]]) -> Layer:
        """A layer. It is read unless the file that holds it is known to be the one that was read before.

        `identity` stands for that file and the place in it; it is empty where there is none to be trusted.
        """
        if identity and self._use_cache:
            digest = _kept(_key(identity), _PLACE).decode("ascii", "replace")
            layer = from_bytes(_kept(digest, _LIMIT)) if digest else None
            if layer is not None and _name(layer.digest) == digest:
                self.reused += 1
                return layer
        layer = scan(pieces(), self.limits)
        if identity and self._use_cache:
            write_cache(FOLDER, _name(layer.digest), to_bytes(layer))
            write_cache(FOLDER, _key(identity), _name(layer.digest).encode("ascii"))
        return layer

    def verdict(self, key: str) -> Proven | None:
        """What was proven of the image of this key; None where nothing is known."""
        return verdict.from_bytes(_kept(f"image-{key}", _LIMIT)) if key and self._use_cache else None

    def keep(self, key: str, proven: Proven) -> None:
        """Keep it under the key, where there is one."""
        if key and self._use_cache:
            write_cache(FOLDER, f"image-{key}", verdict.to_bytes(*proven))


def scan(pieces: Iterable[bytes], limits: Limits) -> Layer:
    """Read a layer. Raises UnreadableError where it is no tar, truncated or a bomb."""
    raw, plain, scanner = hashlib.sha256(), hashlib.sha256(), TarScanner()
    size, unpacked, start = 0, 0, b""

    def counted() -> Iterator[bytes]:
        nonlocal size, start
        for piece in pieces:
            start = start if len(start) >= MAGIC else start + piece[:MAGIC]
            size += len(piece)
            to_raw.put(piece)
            yield piece

    with Beside(raw.update) as to_raw, Beside(plain.update) as to_plain, Beside(scanner.feed) as to_scanner:
        for piece in decompressed(counted(), limits):
            unpacked += len(piece)
            to_scanner.put(piece)
            if is_compressed(start):
                to_plain.put(piece)
    scanner.close()
    digest = f"sha256:{raw.hexdigest()}"
    diff_id = f"sha256:{plain.hexdigest()}" if is_compressed(start) else digest
    return Layer(digest, diff_id, size, unpacked, tuple(scanner.entries))


def _kept(name: str, limit: int) -> bytes:
    try:
        return (read_cache(FOLDER, name, limit) if name else None) or b""
    except KemptError:
        return b""


def _key(identity: str) -> str:
    return f"place-{hashlib.sha256(identity.encode()).hexdigest()[:32]}"


def _name(digest: str) -> str:
    return digest.replace(":", "-", 1)
