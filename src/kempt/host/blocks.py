"""What a file or a folder occupies by itself, as `du` counts it."""

from __future__ import annotations

import os

BLOCK = 512
"""Bytes, whatever the file system's own blocks are (POSIX, sys/stat.h)."""
TOLD = hasattr(os.stat_result, "st_blocks")
"""Whether the system tells how many blocks; Windows does not."""


def blocks_of(found: os.stat_result) -> int:
    """Blocks; where the system does not tell, as many as the size needs."""
    blocks: int = found.st_blocks if TOLD else -(-found.st_size // BLOCK)
    return blocks


def occupied(found: os.stat_result) -> int:
    """Bytes in these blocks."""
    return blocks_of(found) * BLOCK
