"""An export of a lock file beside the lock file itself: whether they still say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kempt.formats.requirement import normalised_name
from kempt.managers.satisfied import same_version
from kempt.model.locks import LockedPackage, Origin


def differences(
    exported: Iterable[LockedPackage], locked: Iterable[LockedPackage], lock: str = "the lock"
) -> tuple[str, ...]:
    """What an export holds and its lock does not, in words: "alpha 1.0 is exported, uv.lock has 2.0".

    An export may leave out groups, extras, platforms and the project itself, so what only the lock holds says nothing.
    Only packages of an index, or of an archive's address, have versions to compare; a name may have several versions
    under different markers, and each exported one must be among those of the lock.
    """
    versions, others = _versions(locked)
    found = []
    for each in sorted(set(_released(exported))):
        name, version = each
        held = versions.get(name, ())
        if name in others or any(same_version(version, one) for one in held):
            continue
        has = f"has {' and '.join(sorted(held))}" if held else "does not hold it"
        found.append(f"{name} {version} is exported, {lock} {has}")
    return tuple(found)


def _released(packages: Iterable[LockedPackage]) -> Iterable[tuple[str, str]]:
    for each in packages:
        if each.name and each.version and each.origin in {Origin.INDEX, Origin.URL}:
            yield normalised_name(each.name), each.version


def _versions(packages: Iterable[LockedPackage]) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """The versions of each name, and the names that are locked somewhere without one: these are not compared."""
    found: dict[str, frozenset[str]] = {}
    others = set()
    for each in packages:
        name = normalised_name(each.name)
        if each.version:
            found[name] = found.get(name, frozenset()) | {each.version}
        else:
            others.add(name)
    return found, frozenset(others)
