"""What must not be in an image: one row for each cache and wheelhouse."""

from __future__ import annotations

from kempt.catalog.caches_table import ROWS as _ROWS
from kempt.model.image import CacheRow, Place

CACHES: tuple[CacheRow, ...] = tuple(
    CacheRow(tool, code, Place(place), path, parts, ending, variables, inside)
    for tool, code, place, path, parts, ending, variables, inside in _ROWS
)

UV_BUCKET = r"(?:archive|builds|git|interpreter|sdists|simple|wheels)-v\d+"
"""The folders of uv's cache. Their numbers grow with uv's versions, so none is written down."""
