"""Where managers keep environments outside any project."""

from __future__ import annotations

from kempt.catalog.places_table import ROWS as _ROWS
from kempt.model.envs import Place

PLACES: tuple[Place, ...] = tuple(
    Place(manager, variable, base, pattern, systems, removal)
    for manager, variable, base, pattern, systems, removal in _ROWS
)
