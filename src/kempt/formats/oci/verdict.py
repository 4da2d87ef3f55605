"""What was proven of an image, as bytes to keep, with a checksum before them."""

from __future__ import annotations

import hashlib
import json

from kempt.model.image import LayerFacts, Leftover, Verdict

_DIGEST = 32


def to_bytes(facts: tuple[LayerFacts, ...], leftovers: tuple[Leftover, ...]) -> bytes:
    """The verdict to keep."""
    content = json.dumps([facts, leftovers], ensure_ascii=True).encode("ascii")
    return hashlib.sha256(content).digest() + content


def from_bytes(kept: bytes) -> tuple[tuple[LayerFacts, ...], tuple[Leftover, ...]] | None:
    """The verdict that was kept; None for what is damaged."""
    content = kept[_DIGEST:]
    if hashlib.sha256(content).digest() != kept[:_DIGEST]:
        return None
    facts, leftovers = json.loads(content)
    return (
        tuple(LayerFacts(*each)._replace(kinds=tuple((name, size) for name, size in each[-1])) for each in facts),
        tuple(Leftover(*each)._replace(verdict=Verdict(each[1])) for each in leftovers),
    )
