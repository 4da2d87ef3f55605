"""What is written into pre-commit's configuration: a repository's entry with its hooks."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Rows: TypeAlias = tuple[str, ...]
"""A hook as the lines of its entry: `("id: uv-lock", "args: [--check]")`."""


class Entry(NamedTuple):
    """A repository's entry: its address, its `rev` (empty for a local one), and its hooks."""

    address: str
    rev: str
    hooks: tuple[Rows, ...]
