"""Names and versions in an environment, held against what its lock wants there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kempt.model.environment import Distribution
from kempt.model.locks import Wanted


class Against(NamedTuple):
    """What differs: names that are missing, (name, installed, wanted) at other versions, names that are too many."""

    missing: tuple[str, ...] = ()
    wrong: tuple[tuple[str, str, str], ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Each difference in words."""
        return (
            *(f"{name} is missing" for name in self.missing),
            *(f"{name} is {found}, the lock says {wanted}" for name, found, wanted in self.wrong),
            *(f"{name} is not in the lock" for name in self.extra),
        )


NOTHING = Against()


def against_lock(wanted: Wanted | None, distributions: Iterable[Distribution]) -> Against:
    """What differs; nothing where the lock does not say what it wants. What came with the environment may stay."""
    if wanted is None:
        return NOTHING
    found = {each.name: each.version for each in distributions if not each.seed or each.name in wanted.packages}
    missing = tuple(sorted(name for name in wanted.packages if name not in found))
    wrong = tuple(
        (name, version, asked)
        for name, version in sorted(found.items())
        if (asked := wanted.packages.get(name, wanted.optional.get(name, ""))) and not _same(version, asked)
    )
    extra = tuple(sorted(name for name in found if name not in wanted.packages and name not in wanted.optional))
    return Against(missing, wrong, extra)


def _same(version: str, asked: str) -> bool:
    """Whether two versions are one: `1.0` and `1.0.0` are, and so are `1.0+local` and `1.0+Local`."""
    if version == asked:
        return True
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) == Version(asked)
    except InvalidVersion:
        return False
