"""Where stat indexes lie: in the cache folder, which may go at any time. Losing one costs time and nothing else."""

from __future__ import annotations

import os

from kempt.errors import KemptError, UnreadableError
from kempt.host.reading import read_regular
from kempt.host.state import cache_folder, environment_key, write_cache

FOLDER = "environments"
LIMIT = 1024**3


def load_index(environment: str) -> bytes | None:
    """What was written down of an environment; None where nothing is, or where it cannot be read."""
    try:
        return read_regular(os.path.join(cache_folder(FOLDER), _name(environment)), LIMIT)
    except (KemptError, UnreadableError):
        return None


def save_index(environment: str, content: bytes) -> bool:
    """Write it down, whole or not at all; whether that went well. It holds a checksum."""
    return write_cache(FOLDER, _name(environment), content)


def _name(environment: str) -> str:
    return f"{environment_key(environment)}.index"
