"""What an error says, where it becomes part of a receipt."""

from __future__ import annotations

from kempt.errors import KemptError


def told(error: KemptError) -> str:
    """An error as a detail: with what to do next, where that is known."""
    return f"{error} ({error.hint})" if error.hint else str(error)
