"""Whether a locked version is what somebody asked for: by its numbers where these say it, else by `packaging`."""

from __future__ import annotations

import re

from kempt.formats import marker

CLAUSE = re.compile(r"(==|!=|<=|>=|<|>)(\d+(?:\.\d+)*)", re.ASCII)
RELEASE = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version is within a set of specifiers (PEP 440). What cannot be compared is taken to be.

    A pre-release that a lock holds was allowed when it was made, so it counts.
    """
    clauses = [clause for clause in specifier.split(",") if clause]
    plain = [CLAUSE.fullmatch(clause) for clause in clauses]
    if RELEASE.fullmatch(version):
        found = _numbers(version)
        if all(match is not None and _holds(match[1], found, _numbers(match[2])) for match in plain):
            return True
        if all(plain):
            return False
    return _asked_of_packaging(version, specifier)


def same_version(one: str, other: str) -> bool:
    """Whether two spellings are one version: `1.0` and `1.0.0` are."""
    if one == other:
        return True
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


def applies(condition: str, python: str) -> bool | None:
    """Whether a marker holds everywhere (True), nowhere (False), or here and there or nobody knows where (None).

    `python` are the specifiers of the interpreters in question, empty for all of them.
    """
    if not condition or marker.same(condition, "", python) is True:
        return True
    return False if marker.never(condition, python) else None


def _numbers(release: str) -> tuple[int, ...]:
    parts = [int(part) for part in release.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _holds(operator: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    if operator in {"==", "!="}:
        return (found == wanted) is (operator == "==")
    if operator in {"<", ">="}:
        return (found < wanted) is (operator == "<")
    return (found > wanted) is (operator == ">")


def _asked_of_packaging(version: str, specifier: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True
