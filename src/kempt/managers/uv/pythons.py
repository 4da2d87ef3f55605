"""`requires-python` as uv compares it: the lowest and the highest release that all projects of a workspace accept."""

from __future__ import annotations

from collections.abc import Iterable

Release = tuple[int, ...]
Bound = tuple[Release, bool]
"""A release without zeros at its end, and whether it is inside."""


def bounds(specifiers: Iterable[str]) -> tuple[Bound | None, Bound | None] | None:
    """The bounds of several sets of specifiers (`>=3.11,<4`) together; None where one cannot be read."""
    lower: Bound | None = None
    upper: Bound | None = None
    for part in ",".join(specifiers).split(","):
        if not part.strip():
            continue
        found = _bounds(part.strip())
        if found is None:
            return None
        low, high = found
        if low is not None and (lower is None or _lower_key(low) > _lower_key(lower)):
            lower = low
        if high is not None and (upper is None or high < upper):
            upper = high
    return lower, upper


def _lower_key(bound: Bound) -> tuple[Release, bool]:
    """A lower bound that leaves its release out is above one that takes it in."""
    return bound[0], not bound[1]


def _bounds(specifier: str) -> tuple[Bound | None, Bound | None] | None:
    version = specifier.lstrip("<>=!~")
    operator, version = specifier[: len(specifier) - len(version)], version.strip()
    star = version.endswith(".*")
    parts = version.removesuffix(".*").split(".")
    if not all(part.isdecimal() for part in parts) or (star and operator not in {"==", "!="}):
        return None
    release = tuple(map(int, parts))
    if star and operator == "==":
        return (_short(release), True), (_short(_next(release)), False)
    if operator == "~=" and len(release) > 1:
        return (_short(release), True), (_short(_next(release[:-1])), False)
    exact = _short(release)
    lower: Bound | None = {">=": (exact, True), ">": (exact, False), "==": (exact, True)}.get(operator)
    upper: Bound | None = {"<": (exact, False), "<=": (exact, True), "==": (exact, True)}.get(operator)
    return (lower, upper) if lower or upper or operator == "!=" else None


def _next(release: Release) -> Release:
    return (*release[:-1], release[-1] + 1)


def _short(release: Release) -> Release:
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    return release
