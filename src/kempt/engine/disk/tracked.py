"""What of a scan git tracks: asked once for each repository, and only where its index can hold any of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kempt.errors import KemptError
from kempt.host.folders import real
from kempt.host.gitdir import find_git_dir
from kempt.host.paths import absolute, relative
from kempt.host.tracked import maybe_tracked
from kempt.model.cleaning import Candidate
from kempt.model.listing import Listing

_FOLDER = 0o040000


def held_by_git(candidates: Iterable[Candidate]) -> Mapping[str, str]:
    """Why git keeps things from being taken, by their paths: they are tracked, or it cannot be told."""
    groups: dict[str, list[Candidate]] = {}
    for each in candidates:
        if each.repository:
            groups.setdefault(each.repository, []).append(each)
    reasons: dict[str, str] = {}
    for repository, held in groups.items():
        try:
            reasons |= _tracked(repository, held)
        except KemptError as error:
            reason = f"lies in a repository that cannot be asked what it tracks: {error.message}"
            reasons |= {each.thing.path: reason for each in held}
    return reasons


def _tracked(repository: str, held: Iterable[Candidate]) -> Mapping[str, str]:
    place = find_git_dir(repository)
    if place.work_tree is None or real(place.work_tree) != real(repository):
        raise KemptError("its .git is not that of a repository")
    folders = {relative(each.thing.path, repository): each.thing.identity.kind == _FOLDER for each in held}
    asked = maybe_tracked(place.git_dir, folders.items())
    if not asked:
        return {}
    from kempt.host.git import Git
    from kempt.host.trees import IndexTree

    with Git.open(repository) as git:
        listing = IndexTree(git).listing
    found = {}
    for path in asked:
        files = _files_at(listing, path)
        if files:
            held_files = "a file" if files == 1 else f"{files:,} files"
            reason = f"holds {held_files} that git tracks" if folders[path] else "is tracked by git"
            found[absolute(path, repository)] = reason
    return found


def _files_at(listing: Listing, path: str) -> int:
    """How many tracked files lie at or below a path, however its letters are written: some disks do not care."""
    files = listing.count(*listing.span_of(path))
    if not files and path.isascii():
        spelled = path.lower().encode("ascii")
        files = listing.folded.count(b"\0" + spelled + b"/") + listing.folded.count(b"\0" + spelled + b"\0")
    return files
