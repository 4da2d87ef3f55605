"""A service that can be installed, and with what."""

from __future__ import annotations

from typing import NamedTuple

from kempt.engine.environments.interpreters import Interpreter
from kempt.model.locks import Wanted
from kempt.model.manager import Manager, Setup
from kempt.model.repo import Service


class Ready(NamedTuple):
    """A service that can be installed.

    `lock_sha256` is the SHA-256 of what lies at `lock`. `rebuild` says why the environment must be made anew, and is
    empty where it need not be.
    """

    service: Service
    manager: Manager
    setup: Setup
    interpreter: Interpreter
    wanted: Wanted | None
    lock: str
    lock_sha256: str
    rebuild: str = ""
    notes: tuple[str, ...] = ()
