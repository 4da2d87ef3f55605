"""The two ways out of a comparison: what surely differs, and what cannot be told here."""

from __future__ import annotations


class StaleError(Exception):
    """What a lock does not answer, in words; the manifest that asks for it, and how that spells it."""

    def __init__(self, reason: str, path: str = "", raw: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.raw = raw


class CannotTellError(Exception):
    """What is known to uv, to an interpreter or to a build backend only. The text says what that is."""
