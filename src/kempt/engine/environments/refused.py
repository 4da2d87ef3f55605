"""The answer of a question that is asked before anything is done: it cannot be."""

from __future__ import annotations

from kempt.errors import KemptError
from kempt.model.verify import Reason, Refusal


class Refused(Exception):  # noqa: N818 - no error: the answer of a question
    """Raised with why a service cannot be installed."""

    def __init__(self, reason: Reason, message: str, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message, hint, code)


def refused(error: KemptError, reason: Reason = Reason.USAGE) -> Refusal:
    """An error of kempt's as a refusal. Its hint is advice, not a command."""
    return Refusal(reason, f"{error}; {error.hint}" if error.hint else str(error), code=error.code)
