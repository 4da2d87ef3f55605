"""Where stat indexes lie: in the cache folder, which may go at any time. Losing one costs time and nothing else."""

from __future__ import annotations

import os
from contextlib import suppress

from kempt.errors import KemptError, UnreadableError
from kempt.host.files import temporary_name, write_all
from kempt.host.folders import Folder
from kempt.host.reading import read_regular
from kempt.host.state import cache_folder, environment_key

FOLDER = "environments"
LIMIT = 1024**3
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def load_index(environment: str) -> bytes | None:
    """What was written down of an environment; None where nothing is, or where it cannot be read."""
    try:
        return read_regular(os.path.join(cache_folder(FOLDER), _name(environment)), LIMIT)
    except (KemptError, UnreadableError):
        return None


def save_index(environment: str, content: bytes) -> bool:
    """Write it down, whole or not at all; whether that went well.

    It holds a checksum, so the disk is not asked to keep it, which would take longer than all the rest.
    """
    with suppress(KemptError, OSError), Folder.open(cache_folder(FOLDER)) as folder:
        temporary = temporary_name(os.urandom(6).hex())
        try:
            descriptor = folder.open_file(temporary, _NEW, 0o600)
            try:
                write_all(descriptor, content)
            finally:
                os.close(descriptor)
            folder.replace(temporary, _name(environment))
        except BaseException:
            folder.discard(temporary)
            raise
        return True
    return False


def _name(environment: str) -> str:
    return f"{environment_key(environment)}.index"
