"""What kempt changed lately, found by where it was changed, and what a kempt that was stopped left there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.errors import KemptError, UnreadableError, UnsupportedError
from kempt.formats.journal import SHARED, TRASHED, is_settled, parse
from kempt.host.folders import real
from kempt.host.gitdir import find_git_dir
from kempt.host.journal import Outline, outlines, read_journals
from kempt.host.removing import identity_at
from kempt.model.journal import Fate, Header, Journal, LoneChange, ShareChange, TreeChange
from kempt.model.plan import Identity


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
            journal = _whole(outline)
            if journal is not None and (root == repository or takes(journal)):
                yield journal


def unsettled(root: str) -> Iterator[Journal]:
    """Changes at, below or above a root that took files or folders whole, and were stopped on the way."""
    for outline in outlines():
        if not is_settled(outline.last):
            found = _root(outline, "")
            journal = _whole(outline) if found and overlap(found, root) else None
            if journal is not None and takes(journal):
                yield journal


def journals_around(folders: Sequence[str], until: str = "") -> Iterator[Journal]:
    """Changes that moved something to the trash at, below or above one of these folders; without any, anywhere.

    Each with only what it moved there: other lines are not read, as every run of `kempt clean` asks for these. `until`
    is the time of the last one that matters, as in an id.
    """
    for outline in outlines(until):
        content = _content(outline)
        if TRASHED in content:
            root = _root(outline, "")
            if root and (not folders or any(overlap(root, folder) for folder in folders)):
                first, *rest = content.split(b"\n")
                journal = parse(b"\n".join((first, *(line for line in rest if TRASHED in line))))
                yield from filter(None, (journal,))


def retold(header: Header) -> dict[str, bool]:
    """A change, what took it back, what made it again, and so on: by id, whether it is one that takes the change back.

    That is seen from the oldest that is still known; of two that are told the same, both are done or both undone.
    """
    headers = {each.id: each for outline in outlines() if outline.is_about(header.root) and (each := _header(outline))}
    bases = {each: _base(each, headers) for each in headers}
    base = bases.get(header.id, (header.id, False))[0]
    return {each: turned for each, (oldest, turned) in bases.items() if oldest == base}


def located(journal: Journal) -> Journal:
    """The change with the place in the trash where each thing is by now: what made it again has moved it elsewhere."""
    header = journal.header
    lost = {_thing(each) for each in _trees(journal) if is_lost(header.root, each)}
    if not lost:
        return journal
    others = (other for identity in retold(header) if identity != header.id for other in journals(identity=identity))
    held = (each for other in others for each in _trees(other) if each.fate is Fate.TRASHED and _thing(each) in lost)
    places = {_thing(each): each.place for each in held if not is_lost(header.root, each)}
    return journal._replace(
        intents=tuple(
            each._replace(place=places.get(_thing(each), each.place)) if isinstance(each, TreeChange) else each
            for each in journal.intents
        )
    )


def is_lost(root: str, change: TreeChange) -> bool:
    """Whether something that was moved to the trash or brought back is at neither of the two places that are known."""
    ends = (change.path, change.place)
    return change.fate is not Fate.REMOVED and all(identity_at(root, each) != change.identity for each in ends)


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


def _trees(journal: Journal) -> Iterator[TreeChange]:
    return (each for each in journal.intents if isinstance(each, TreeChange))


def _thing(change: TreeChange) -> tuple[str, Identity]:
    return change.path, change.identity


def _content(outline: Outline) -> bytes:
    """All of a journal; empty where it is gone by now."""
    try:
        return outline.read()
    except UnreadableError:
        return b""


def _whole(outline: Outline) -> Journal | None:
    return parse(_content(outline))


def _root(outline: Outline, repository: str) -> str:
    """The root of a change, by the first line of its journal; empty where that cannot be told."""
    header = _header(outline, repository)
    return header.root if header else ""


def _header(outline: Outline, repository: str = "") -> Header | None:
    """The first line of a journal. Raises UnsupportedError for a later version of kempt in this repository only."""
    try:
        journal = parse(outline.first)
    except UnsupportedError:
        if repository and outline.is_about(repository):
            raise
        return None
    return journal.header if journal else None


def _base(identity: str, headers: dict[str, Header]) -> tuple[str, bool]:
    """The oldest of the changes that took each other back, and whether this one undoes that one."""
    turned = False
    for _ in headers:  # a journal that names itself ends nothing
        above = headers[identity].undoes
        if above not in headers:
            break
        identity, turned = above, not turned
    return identity, turned
