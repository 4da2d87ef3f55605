"""An image's history: which line of which Dockerfile made a layer, and where the base image ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHELL = re.compile(r"(?:RUN )?(?:\|\d+ .*?)?/bin/sh -c (?:#\(nop\)\s*)?")
_LAST = ("CMD", "ENTRYPOINT")


def made_by(history: Sequence[tuple[str, bool]], layers: int) -> tuple[str, ...]:
    """The line for each layer. `history` is (created_by, makes no layer); empty texts where the numbers do not fit."""
    lines = [_line(text) for text, is_empty in history if not is_empty]
    return tuple(lines) if len(lines) == layers else ("",) * layers


def base_layers(history: Sequence[tuple[str, bool]], layers: int) -> int:
    """How many layers came with the base image: those up to the last CMD or ENTRYPOINT that more layers follow.

    A Dockerfile ends with them, so what comes after stands in another one. It is a guess, and only ever makes a
    finding weigh less.
    """
    if sum(not is_empty for _, is_empty in history) != layers:
        return 0
    below, base = 0, 0
    for text, is_empty in history:
        if not is_empty:
            below += 1
        elif _line(text).startswith(_LAST):
            base = below if below < layers else base
    return base


def _line(text: str) -> str:
    """The instruction as it stands in the Dockerfile, on one line."""
    text = text.removesuffix("# buildkit").strip()
    match = _SHELL.match(text)
    if match is None:
        return " ".join(text.split())
    rest = text[match.end() :]
    return " ".join((rest if "#(nop)" in match[0] else f"RUN {rest}").split())
