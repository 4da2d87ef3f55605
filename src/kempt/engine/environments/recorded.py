"""What kempt remembers of an environment that it found good: its digest, its lines, and what it was made from."""

from __future__ import annotations

import json
from typing import NamedTuple

from kempt.errors import KemptError
from kempt.host.state import environment_key, read_state, write_state

FOLDER = "environments"
LIMIT = 1024**3


class Recorded(NamedTuple):
    """An environment as it was when `sync` left it.

    `lock_sha256` is the SHA-256 of the lock (of the requirements files, one after the other); `platform` is as
    `sys.platform` and the machine say ("linux-x86_64"); `time` is seconds since the epoch. `accepted` are problems that
    its distributions have as they are published. `adopted` says that kempt found it and did not make it: what was done
    to it before, nobody saw. `lines` are those of the fingerprint, empty where only the head was asked for.
    """

    environment: str
    digest: str
    python: str
    lock: str
    lock_sha256: str
    platform: str
    manager: str
    time: float
    accepted: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    adopted: bool = False


def load_recorded(environment: str, *, lines: bool = True) -> Recorded | None:
    """What is remembered; None where nothing is, or where it cannot be read."""
    name = environment_key(environment)
    try:
        head = read_state(FOLDER, f"{name}.json", LIMIT)
        body = read_state(FOLDER, f"{name}.lines", LIMIT) if lines else b""
        found = json.loads(head or b"{}")
        digest, _, text = (body or b"").decode("utf-8", "surrogateescape").partition("\n")
        if lines and digest != found.get("digest"):
            return None  # stopped between the two files
        del found["version"]
        accepted = tuple(found.pop("accepted", ()))
        return Recorded(**found, accepted=accepted, lines=tuple(text.split("\n")) if text else ())
    except (KemptError, ValueError, TypeError, KeyError, AttributeError):
        return None


def record(recorded: Recorded) -> None:
    """Remember this. Raises KemptError where kempt's state cannot be written."""
    name = environment_key(recorded.environment)
    head = {"version": 1, **recorded._asdict()}
    del head["lines"]
    text = "\n".join((recorded.digest, *recorded.lines))
    write_state(FOLDER, f"{name}.lines", text.encode("utf-8", "surrogateescape"))
    write_state(FOLDER, f"{name}.json", json.dumps(head).encode())
