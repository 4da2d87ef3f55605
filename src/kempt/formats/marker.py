"""Environment markers (PEP 508): whether two say the same, found by asking both everywhere they could differ.

`python_version < '3.12'` and `python_full_version < '3.12'` are two texts and one condition; lock files hold the second
where a manifest holds the first, with what `requires-python` implies left out. Two markers are evaluated on every
combination of the values that they name, of values between these, and of values that they do not name.

What follows from how platforms are (`nt` is never `linux`) is not taken for granted, for lock files do not agree on it:
where two markers differ on impossible machines only, no answer is given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple, TypeVar

from kempt.formats.marker_syntax import PYTHON, Cell, Condition, Release, UnknownMarkerError, padded, tokens

NOWHERE = "python_version < '0'"
CELLS = 5_000
"""Combinations of values beyond which no answer is given."""
PLATFORMS = (
    ("posix", "linux", "Linux"), ("posix", "darwin", "Darwin"), ("nt", "win32", "Windows"),
    ("posix", "cygwin", "CYGWIN"), ("posix", "freebsd", "FreeBSD"), ("posix", "aix", "AIX"),
    ("posix", "sunos5", "SunOS"), ("posix", "android", "Android"), ("posix", "ios", "iOS"),
    ("posix", "emscripten", "Emscripten"), ("posix", "wasi", "wasi"), ("java", "java", "Java"),
)  # fmt: skip
"""os_name, sys_platform and platform_system as they come together."""
TRIPLE = ("os_name", "sys_platform", "platform_system")
ELSEWHERE = "somewhere-else"
"""A value that no marker names."""

T = TypeVar("T")


class Regions(NamedTuple):
    """For each kind of machine, which of some markers hold on it, in their order; those that cannot exist apart."""

    possible: set[tuple[bool, ...]]
    impossible: set[tuple[bool, ...]]


def same(one: str, other: str, python: str = "") -> bool | None:
    """Whether two markers hold on the same interpreters and platforms. None where that cannot be told.

    `python` are the specifiers of `requires-python`: where they do not hold, the markers may differ.
    """
    if one == other or _words(one) == _words(other):
        return True
    found = regions((one, other), python)
    if found is None:
        return None
    if any(left != right for left, right in found.possible):
        return False
    return True if all(left == right for left, right in found.impossible) else None


def regions(markers: Sequence[str], python: str = "") -> Regions | None:
    """Which of the markers hold together, for all interpreters and platforms that tell them apart; None if unknown."""
    try:
        read = [Condition(each) for each in markers]
        supported = Condition(of_python(python))
        found = Regions(set(), set())
        opaque = any(each.opaque for each in read)
        for cell in _cells([*read, supported]):
            if supported.test(cell):
                held = tuple(each.test(cell) for each in read)
                (found.possible if _is_possible(cell) and not opaque else found.impossible).add(held)
    except UnknownMarkerError:
        return None
    return found


def never(text: str, python: str = "") -> bool:
    """Whether a marker holds nowhere on the supported interpreters; False as well where that cannot be told."""
    return bool(text) and same(text, NOWHERE, python) is True


def conjunction(one: str, other: str) -> str:
    """The marker that holds where both do; an empty one holds everywhere."""
    if not one or not other:
        return one or other
    return f"({one}) and ({other})"


def negation(text: str) -> str:
    """What holds where a marker does not. `not (...)` is no PEP 508: it is understood here only."""
    return f"not ({text})" if text else NOWHERE


def of_python(specifiers: str) -> str:
    """The marker that holds where the specifiers of a `requires-python` do."""
    return " and ".join(f"{PYTHON} {each}" for each in _quoted(specifiers))


def _words(text: str) -> tuple[str, ...] | str:
    try:
        return tokens(text)
    except UnknownMarkerError:
        return text


def _quoted(specifiers: str) -> Iterator[str]:
    """`>=3.11, <4` as the comparisons of a marker."""
    for each in specifiers.split(","):
        if part := each.strip():
            operator = part[: len(part) - len(part.lstrip("<>=!~"))]
            yield f"{operator} '{part[len(operator) :].strip()}'"


def _cells(markers: Sequence[Condition]) -> Iterator[Cell]:
    """Every combination of values on which these markers could differ. Raises UnknownMarkerError beyond CELLS."""
    texts = _merged([each.texts for each in markers])
    releases = _merged([each.releases for each in markers])
    axes: list[list[tuple[str, str | Release]]] = []
    axes += [[(name, release) for release in _around(values)] for name, values in releases.items()]
    axes += [[(name, value) for value in (*sorted(values), ELSEWHERE)] for name, values in texts.items()]
    if prod(map(len, axes)) > CELLS:
        raise UnknownMarkerError
    for combination in product(*axes):
        yield dict(combination)


def _is_possible(cell: Cell) -> bool:
    """Whether there is a machine with these values: one of PLATFORMS, or one that nobody names."""
    said = [(at, cell[name]) for at, name in enumerate(TRIPLE) if name in cell]
    return (
        not said
        or any(all(row[at] == value for at, value in said) for row in PLATFORMS)
        or all(all(row[at] != value for row in PLATFORMS) for at, value in said)
    )


def _merged(each: Iterable[Mapping[str, set[T]]]) -> dict[str, set[T]]:
    found: dict[str, set[T]] = {}
    for one in each:
        for name, values in one.items():
            found.setdefault(name, set()).update(values)
    return found


def _around(releases: set[Release]) -> list[Release]:
    """Releases of three parts at, before and behind each of these, and between them."""
    found: set[Release] = set()
    for release in releases:
        value = padded(release)
        major, minor, patch = value[:3]
        following = [(*release[:-1], release[-1] + 1)] if release else []
        found |= {value, (major, minor, patch + 1), *map(padded, following)}
        found |= {padded((major, minor + 1)), (major, minor, 99), padded((major + 1,))}
        if patch:
            found.add((major, minor, patch - 1))
        elif minor:
            found |= {(major, minor - 1, 99), padded((major, minor - 1))}
        elif major:
            found.add((major - 1, 99, 99))
    return sorted(found)
