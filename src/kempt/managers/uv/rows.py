"""Requirements as uv.lock keeps them: what a project declares, and what the lock was made for, in one form."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import isabs, normpath
from typing import Any, NamedTuple

from kempt.formats import marker, requirement
from kempt.managers.uv.workspace import within

EXACT_URL = r"[A-Za-z0-9:/._~%+?=&@-]*"
FOLDERS = ("directory", "editable", "virtual")


class Row(NamedTuple):
    """One requirement. `source` is what it is taken from ("" for the index that all come from), `extra` in markers.

    `raw` is how the manifest spells it. `vague`: its spelling in a lock cannot be foretold.
    """

    name: str
    extras: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    specifiers: tuple[str, ...] = ()
    marker: str = ""
    raw: str = ""
    vague: bool = False

    @property
    def shown(self) -> str:
        """For people: `idna[more]<3`."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        origin = f" from {' '.join(self.source)}" if self.source else ""
        condition = f" ({self.marker})" if self.marker else ""
        return f"{self.name}{extras}{','.join(self.specifiers)}{origin}{condition}"


class Difference(NamedTuple):
    """What tells declared from locked rows: one of each, or one alone. `certain` is False where it may be none."""

    declared: Row | None
    locked: Row | None
    certain: bool = True


def locked_row(entry: Mapping[str, Any], root: str) -> Row:
    """A row of a lock in the folder `root`."""
    index, conflict = entry.get("index"), entry.get("conflict")
    source: tuple[str, ...] = ()
    if isinstance(index, str):
        source = ("index", _index(index), *_conflict(conflict))
    for kind in ("path", *FOLDERS):
        if kind in entry:
            source = (kind, placed(str(entry[kind]), root))
    if "git" in entry:
        source = git_source(str(entry["git"]))
    if "url" in entry:
        source = ("url", address(str(entry["url"])), str(entry.get("subdirectory", "")))
    name, extras = str(entry.get("name", "")), entry.get("extras", ())
    specifiers = requirement.parse_specifiers(str(entry.get("specifier", "")))
    return Row(
        requirement.normalised_name(name), tuple(sorted(map(requirement.normalised_name, map(str, extras)))), source,
        specifiers or (), str(entry.get("marker", "")), vague=specifiers is None,
    )  # fmt: skip


def placed(path: str, folder: str) -> str:
    """A path that is relative to a folder, relative to the repository's root; an absolute one as it is."""
    return normpath(path) if isabs(path) else within(folder, path)


def git_source(url: str, **said: str) -> tuple[str, ...]:
    """Where a repository is, and what is taken of it, whatever the order in which that is written."""
    from urllib.parse import parse_qsl, urlsplit

    parts = urlsplit(url)
    asked = {**dict(parse_qsl(parts.query)), **{key: value for key, value in said.items() if value}}
    place = address(f"{parts.scheme}://{parts.netloc}{parts.path}")
    return ("git", place, *sorted(f"{key}={value}" for key, value in asked.items()))


def address(url: str) -> str:
    """An address without what is secret in it, its scheme and host in small letters."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    kept = "git@" if at and user == "git" and parts.scheme == "ssh" else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme.lower()}://{kept}{host.lower()}{parts.path.rstrip('/')}{query}"


def is_exact(url: str) -> bool:
    """Whether uv writes an address as it is declared; others it spells anew, in ways that are not followed here."""
    return re.fullmatch(EXACT_URL, url) is not None


def index_source(url: str, project: str, *, extra: str, group: str) -> tuple[str, ...]:
    """An index that a requirement names; for one of an extra or a group, the lock says which."""
    asked = {"extra": extra, "group": group}
    conflict = {"package": project, **{key: value for key, value in asked.items() if value}}
    return ("index", _index(url), *(_conflict(conflict) if extra or group else ()))


def differences(declared: Iterable[Row], locked: Iterable[Row], python: str) -> Iterator[Difference]:
    """The rows that only one side has, each beside its like of the other side, where there is one.

    `python` is the lock's `requires-python`: markers are compared where it holds. uv 0.13 calls `a>=1` beside `a<2` the
    same as `a>=1,<2`, earlier ones do not: what may be the same is reported as not certain.
    """
    declared, locked = list(declared), list(locked)
    alone, left = _without_pairs(declared, locked, python)
    for row in alone:
        likes = [each for each in left if each.name == row.name]
        other = next((each for each in likes if each[:3] == row[:3]), likes[0] if likes else None)
        if other is not None:
            left.remove(other)
        yield Difference(row, other, certain=_differ(row, declared, locked, python))
    for row in left:
        yield Difference(None, row, certain=_differ(row, declared, locked, python))


def _without_pairs(declared: list[Row], locked: list[Row], python: str) -> tuple[list[Row], list[Row]]:
    """The rows of each side that the other has not; one that is there twice counts once."""
    ours, theirs = _by_package(declared), _by_package(locked)
    alone = [row for row in declared if not _is_among(row, theirs.get(row[:3], ()), python)]
    left = [row for row in locked if not _is_among(row, ours.get(row[:3], ()), python)]
    return alone, left


def _is_among(row: Row, others: Sequence[Row], python: str) -> bool:
    """Whether one of the other side's rows of the same package says the same; those spelled alike are asked first."""
    alike = [each for each in others if each.specifiers == row.specifiers]
    return any(marker.same(row.marker, each.marker, python) for each in alike) or any(
        requirement.same_specifiers(row.specifiers, each.specifiers) and marker.same(row.marker, each.marker, python)
        for each in others
        if each.specifiers != row.specifiers
    )


def _by_package(rows: Iterable[Row]) -> dict[tuple[object, ...], list[Row]]:
    """Rows by name, extras and source."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(row[:3], []).append(row)
    return found


def _differ(row: Row, declared: Iterable[Row], locked: Iterable[Row], python: str) -> bool:
    """Whether what the two sides ask of a row's package surely differs on some machine."""
    ours = [each for each in declared if (each.name, each.source) == (row.name, row.source)]
    theirs = [each for each in locked if (each.name, each.source) == (row.name, row.source)]
    if any(each.vague for side in (declared, locked) for each in side if each.name == row.name):
        return False
    if not ours or not theirs:
        return True
    found = marker.regions([each.marker for each in (*ours, *theirs)], python)
    return found is not None and any(_asks_differ(held, ours, theirs) for held in found.possible)


def _asks_differ(held: tuple[bool, ...], ours: Sequence[Row], theirs: Sequence[Row]) -> bool:
    """Whether two sides ask for other versions or extras where these of their rows hold."""
    one = [row for row, holds in zip(ours, held, strict=False) if holds]
    other = [row for row, holds in zip(theirs, held[len(ours) :], strict=True) if holds]
    if bool(one) != bool(other) or _extras(one) != _extras(other):
        return True
    return requirement.surely_differ(_specifiers(one), _specifiers(other))


def _extras(rows: Sequence[Row]) -> set[str]:
    return {extra for row in rows for extra in row.extras}


def _specifiers(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(each for row in rows for each in row.specifiers)


def _index(url: str) -> str:
    return address(url) if "://" in url else url


def _conflict(conflict: object) -> tuple[str, ...]:
    if not isinstance(conflict, Mapping):
        return ()
    return tuple(f"{key}={conflict[key]}" for key in ("package", "extra", "group") if key in conflict)
