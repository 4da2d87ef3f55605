"""What kempt changed lately, found by where it was changed, and what a kempt that was stopped left there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.errors import KemptError, UnsupportedError
from kempt.formats.journal import SHARED, TRASHED, is_settled, parse
from kempt.host.folders import real
from kempt.host.gitdir import find_git_dir
from kempt.host.journal import Outline, outlines, read_journals
from kempt.model.journal import Journal, LoneChange, ShareChange


def journals(*, identity: str = "", root: str = "", holding: bytes = b"") -> Iterator[Journal]:
    """Journals as they are needed, the last first: large ones take a while to read. `holding`: only those."""
    yield from filter(None, map(parse, (content for content in read_journals(identity, root) if holding in content)))


def journals_about(folder: str) -> Iterator[Journal]:
    """Changes of the repository that holds a folder, and those that took files or folders whole around it; last first.

    Of these, the ones whose root is the folder, lies in it or holds it.
    """
    repository, place = real(repository_of(folder)), real(folder)
    for outline in outlines():
        root = _root(outline, repository)
        if root and (root == repository or overlap(root, place)):
            journal = next(journals(identity=outline.identity), None)
            if journal is not None and (root == repository or takes(journal)):
                yield journal


def unsettled(root: str) -> Iterator[Journal]:
    """Changes at, below or above a root that took files or folders whole, and were stopped on the way."""
    for outline in outlines():
        if not is_settled(outline.last):
            found = _root(outline, "")
            journal = next(journals(identity=outline.identity), None) if found and overlap(found, root) else None
            if journal is not None and takes(journal):
                yield journal


def journals_around(folders: Sequence[str]) -> Iterator[Journal]:
    """Changes that moved something to the trash at, below or above one of these folders; without any, anywhere."""
    for outline in outlines():
        root = _root(outline, "")
        if root and (not folders or any(overlap(root, folder) for folder in folders)):
            yield from journals(identity=outline.identity, holding=TRASHED)


def sharing() -> Iterator[tuple[str, ShareChange]]:
    """Every file that came to share its blocks in the last 30 days, with the root of its path; the last first."""
    for journal in journals(holding=SHARED):
        yield from ((journal.header.root, each) for each in journal.intents if isinstance(each, ShareChange))


def takes(journal: Journal) -> bool:
    """Whether it is a change that took files or folders whole, or let files share their blocks."""
    return any(isinstance(intent, LoneChange) for intent in journal.intents)


def overlap(one: str, other: str) -> bool:
    """Whether one of two folders is the other or holds it."""
    one, other = f"{one.rstrip('/')}/", f"{other.rstrip('/')}/"
    return one.startswith(other) or other.startswith(one)


def repository_of(folder: str) -> str:
    """The root that plans for this folder are made for."""
    try:
        return find_git_dir(folder).work_tree or folder
    except KemptError as error:
        if error.code != "KPT003":
            raise
        return folder


def _root(outline: Outline, repository: str) -> str:
    """The root of a change, by the first line of its journal; empty where that cannot be told."""
    try:
        journal = parse(outline.first)
    except UnsupportedError:
        if repository and outline.is_about(repository):
            raise
        return ""
    return journal.header.root if journal else ""
