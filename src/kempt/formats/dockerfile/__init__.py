"""Dockerfiles: our own small reader, with the exact place of everything (decision 0006).

It accepts what BuildKit accepts and never raises; what is broken is left out. `tree_sitter` is imported when the first
RUN is opened.
"""

from kempt.formats.dockerfile.reader import LIMIT, parse

__all__ = ["LIMIT", "parse"]
