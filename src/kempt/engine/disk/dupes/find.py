"""Every duplicate across environments, by what their RECORDs say, and on request by what the files hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from kempt.engine.disk.dupes import claims, places
from kempt.engine.disk.dupes.members import Members, members_of
from kempt.engine.disk.dupes.parts import Total, total
from kempt.engine.disk.dupes.places import Tell
from kempt.errors import KemptError
from kempt.host.clock import ticks
from kempt.host.env import home_folder
from kempt.host.environment_search import plain
from kempt.model.dupes import Against, Amount, Duplicates

_PARTS = (1, 4, 16, 64, 256)


def find_duplicates(
    paths: Sequence[str] = (".",), *, verify: bool = False, any: bool = False, against: str = "", jobs: int = 1,
    tell: Tell | None = None, blocks: bool = False,
) -> Duplicates:  # fmt: skip
    """The files at and below the paths that hold the same bytes; nothing is changed.

    Environments are found and what their RECORDs list is compared by the digests there, which needs one stat for each
    file; `verify` reads the files. `any` compares every file, whatever it belongs to, by reading those of equal size.
    `against` is uv's cache: what is shared with it already is told apart. `jobs` is how many processors to use, `tell`
    gets a line for each step. `blocks`: where that is told and the files are few enough, those that lie on the same
    blocks already are told apart too; not with `against`. Raises UsageError for a path that is no folder.
    """
    say = tell or _quiet
    begun = ticks()
    cache = places.search_cache(against) if against else places.Searched((), (), ())
    if any:
        from kempt.engine.disk.dupes.anything import all_members

        roots = tuple(map(places.folder_at, paths))
        whole = total(lambda _: all_members(roots, jobs, say), 1, blocks=blocks)
        return _found(whole, places.Searched((), roots, ()), "", ticks() - begun, any=True)
    searched = places.search(paths, say)
    whole = _in_memory(_Wish((*searched.places, *cache.places), verify, jobs, say, blocks and not against))
    return _found(whole, searched, "".join(cache.roots), ticks() - begun, any=False)


def _quiet(_line: str) -> None:
    """Say nothing."""


class _Wish(NamedTuple):
    """What was asked for."""

    places: tuple[places.Place, ...]
    verify: bool
    jobs: int
    tell: Tell
    blocks: bool

    def members(self, part: int, parts: int) -> Members:
        """The files of one part."""
        read = claims.read(self.places, self.tell, part, parts)
        self.tell(f"looking at the files of {len(read.copies):,} distributions")
        members = members_of(read, self.jobs)
        if self.verify:
            from kempt.engine.disk.dupes.verified import verify

            return verify(members, self.jobs, self.tell)
        return members


def _in_memory(wish: _Wish) -> Total:
    """All at once, or in as few parts as fit in memory."""
    for parts in _PARTS:
        try:
            return total(partial(wish.members, parts=parts), parts, blocks=wish.blocks)
        except claims.TooManyError:
            continue
    raise KemptError("these folders hold too many files to be compared at once", hint="name fewer folders")


def _found(whole: Total, searched: places.Searched, cache: str, seconds: float, *, any: bool) -> Duplicates:
    counted, together, home = whole.counted, whole.together, home_folder()
    home = plain(home) if home else ""
    environments = tuple(dict.fromkeys(place.environment for place in searched.places))
    return Duplicates(
        searched.roots, environments, whole.groups, whole.files, whole.listed, counted.redundant, counted.bytes,
        counted.allocated, counted.shared, counted.by_grade, counted.by_package, counted.by_environment,
        counted.by_kind, Against(cache, counted.linked, counted.could, counted.apart) if cache else None,
        (*searched.unread, *whole.unread), tuple(_notes(whole)), seconds, any, home,
        together and together.reflinked, together.inline if together else Amount("inline", 0, 0),
        together.held if together else Amount("held", 0, 0), counted.shared_allocated,
    )  # fmt: skip


def _notes(whole: Total) -> Iterator[str]:
    """What was left out, in words."""
    for number, one, several in (
        (whole.outside, "row of a RECORD leads elsewhere", "rows of RECORDs lead out of their environments"),
        (whole.missing, "listed file is missing", "listed files are missing"),
        (whole.differing, "listed file has another size", "listed files have another size, or are links"),
        (whole.failed, "listed file cannot be read", "listed files cannot be read, or were changed just now"),
    ):
        if number:
            yield f"{number:,} {one if number == 1 else several}"
