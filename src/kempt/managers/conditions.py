"""Under which conditions a locked package is installed, asked of one interpreter and platform."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.model.locks import Target


def holds(marker: str, target: Target) -> bool:
    """Whether a marker (PEP 508) holds for a target, without extras. What is no marker does not limit anything."""
    if not marker:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        return Marker(marker).evaluate({**target.markers, "extra": ""})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return True


def either(markers: Iterable[str]) -> str:
    """The marker that holds where one of these does, empty for always."""
    found = list(dict.fromkeys(markers))
    if "" in found:
        return ""
    return " or ".join(f"({each})" for each in found) if len(found) > 1 else "".join(found)
