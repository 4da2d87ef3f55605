"""A tree with changes laid over it in memory: what the repository would look like if the fixes had been applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from kempt.host.trees import is_below
from kempt.model.listing import Listing
from kempt.model.tree import REGULAR, Entry, Tree


class Overlay:
    """A `Tree` over another one: `contents` are new or changed files, `untracked` paths with all that lies below."""

    def __init__(
        self, base: Tree, contents: Mapping[str, bytes] | None = None, untracked: frozenset[str] = frozenset()
    ) -> None:
        self.base = base
        self.contents = dict(contents or {})
        self.untracked = untracked
        self.root = base.root

    def with_changes(self, contents: Mapping[str, bytes], untracked: Iterable[str]) -> Overlay:
        """The same tree with more changes. What is untracked is not changed as well, nor a file inside of it."""
        gone = self.untracked.union(untracked)
        kept = {path: content for path, content in {**self.contents, **contents}.items() if not is_below(path, gone)}
        return Overlay(self.base, kept, gone)

    @cached_property
    def listing(self) -> Listing:
        """The tracked paths after the changes."""
        base = self.base.listing
        gone = [base.span(path) if base.has_folder(path) else _single(base, path) for path in self.untracked]
        listing = base.without(gone) if gone else base
        for path in self.contents:
            listing = listing.with_path(path)
        return listing

    def read(self, path: str) -> bytes:
        """The changed content, else that of the base. Raises UnreadableError as the base does."""
        return self.contents[path] if path in self.contents else self.base.read(path)

    def is_untracked(self, path: str, /) -> bool:
        """As the base says: what a fix has just let go is no news."""
        return path not in self.contents and self.base.is_untracked(path)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Make the base ready for the paths that are not changed."""
        self.base.prefetch(path for path in paths if path not in self.contents)

    def entries(self, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Entries of the base that are still tracked, and changed ones without an object id."""
        wanted = tuple(paths)
        kept = {entry.path: entry for entry in self.base.entries(wanted) if entry.path in self.listing}
        kept |= {path: Entry(REGULAR, "", path) for path in self.contents if path in wanted}
        return tuple(kept[path] for path in sorted(kept))

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """Sizes of the base's contents; of changed files the length of what they hold now."""
        listed = tuple(entries)
        asked = tuple(entry for entry in listed if entry.path not in self.contents)
        known = dict(zip(asked, self.base.sizes(asked), strict=True))
        return tuple(len(self.contents[e.path]) if e.path in self.contents else known.get(e) for e in listed)


def _single(listing: Listing, path: str) -> tuple[int, int]:
    start = listing.position(path)
    return start, listing.after(start) if path in listing else start
