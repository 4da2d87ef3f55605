"""What a fresh install of a lock gave, when two of them were the same: known by the lock, for any environment of it.

The manager compared each archive with the lock's hash when it downloaded it into a cold cache, so these lines go back
to the lock itself, and not to a RECORD that lies beside the files.
"""

from __future__ import annotations

import hashlib

from kempt.engine.environments.fingerprint import digest_of
from kempt.errors import KemptError
from kempt.host.state import read_state, write_state

FOLDER = "fresh"
LIMIT = 1024**3


def remember(lock_sha256: str, python: str, platform: str, lines: tuple[str, ...]) -> None:
    """Store the lines. Raises KemptError where kempt's state cannot be written."""
    text = "\n".join((digest_of(lines), *lines))
    write_state(FOLDER, _name(lock_sha256, python, platform), text.encode("utf-8", "surrogateescape"))


def lines_of(lock_sha256: str, python: str, platform: str) -> tuple[str, ...]:
    """The lines, none where there are none; a file that was cut short or changed counts as none."""
    try:
        content = read_state(FOLDER, _name(lock_sha256, python, platform), LIMIT)
    except KemptError:
        return ()
    digest, *lines = (content or b"").decode("utf-8", "surrogateescape").split("\n")
    return tuple(lines) if lines and digest == digest_of(lines) else ()


def _name(lock_sha256: str, python: str, platform: str) -> str:
    return hashlib.sha256(f"{lock_sha256} {python} {platform}".encode()).hexdigest()[:32]
