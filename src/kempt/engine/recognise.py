"""Finding tracked artefacts: the catalog's rows looked up in a repository's listing, without splitting or decoding it.

One search for a literal per row that has a name of its own, one for everything hidden. What lies inside a recognised
folder is not looked at again, so fourteen thousand files of one environment cost what one file costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import catalog
from kempt.engine.environments_found import environments, parent
from kempt.errors import UnreadableError
from kempt.model.artefact import Artefact, Found, Kind
from kempt.model.listing import Listing
from kempt.model.tree import Tree

CLAIMING = frozenset({Kind.ENVIRONMENT, Kind.TOOL_CACHE, Kind.BYTECODE, Kind.PACKAGE_METADATA})
SUFFIX_FILE = re.compile(rb"\.(?:pyc|pyo|whl|so|pyd|lcov|egg)\0")
COMPONENT = re.compile(rb"[^/\0]*")
PROOF_OF_METADATA = {".egg-info": ("PKG-INFO", "SOURCES.txt"), ".dist-info": ("RECORD",)}
COMPILED_FROM = (".pyx", ".c", ".cpp", ".cc")


class Hit(NamedTuple):
    """A path, or a folder, that a row names."""

    row: Artefact
    path: str


def recognise(tree: Tree) -> tuple[Found, ...]:
    """Everything tracked that the catalog knows, environments first, then by path."""
    listing = tree.listing
    found = environments(tree)
    claimed = {str(path) for each in found.values() for path in each.paths}
    hits = [hit for hit in _folder_hits(tree) if not hit.row.fixtures or not catalog.is_fixture(f"{hit.path}/x")]
    for hit in sorted(hits, key=lambda hit: hit.path):
        if not _is_claimed(hit.path, claimed):
            files = _files(listing, hit.path) - sum(
                each.files for root, each in found.items() if root.startswith(f"{hit.path}/")
            )
            if files > 0:
                path = PurePosixPath(hit.path)
                at = PurePosixPath(listing.path_at(listing.span(hit.path)[0]))
                found[hit.path] = Found(hit.row, path, (path,), at, files)
            if hit.row.kind in CLAIMING:
                claimed.add(hit.path)
    singles = [hit for hit in _file_hits(tree) if not _is_claimed(hit.path, claimed) and _is_meant(listing, hit)]
    return (*found.values(), *_grouped(singles))


def _files(listing: Listing, folder: str) -> int:
    return listing.count(*listing.span(folder))


def _is_claimed(path: str, claimed: set[str]) -> bool:
    while path:
        if path in claimed:
            return True
        path = parent(path)
    return False


def _folder_hits(tree: Tree) -> Iterator[Hit]:
    listing = tree.listing
    hidden, named, rooted = _folder_rows()
    for path, key in _hidden(listing, folder=True):
        if key in hidden:
            yield Hit(hidden[key], path)
    for row in named:
        for path in listing.folders(row.name.strip("*/")) if "*" not in row.name else _suffixed(listing, row):
            yield Hit(row, path)
    for row in rooted:
        path = row.name.strip("/")
        if listing.has_folder(path) and _is_build_output(listing, path):
            yield Hit(row, path)
    tagged = list(listing.named(catalog.CACHEDIR_TAG))
    tree.prefetch(tagged)
    for tag in tagged:
        if parent(tag) and _has_signature(tree, tag):
            yield Hit(catalog.row(catalog.CACHEDIR_TAG), parent(tag))


def _folder_rows() -> tuple[dict[bytes, Artefact], list[Artefact], list[Artefact]]:
    """The rows that name folders: hidden ones by name, others to search for one by one, and those at the root only."""
    hidden: dict[bytes, Artefact] = {}
    named, rooted = [], []
    for row in catalog.ROWS:
        if not row.is_folder or row.kind in {Kind.ENVIRONMENT, Kind.OPTIONAL}:
            continue
        if row.name.startswith("/"):
            rooted.append(row)
        elif row.name.startswith("."):
            hidden[row.name[:-1].lower().encode()] = row
        else:
            named.append(row)
    return hidden, named, rooted


def _hidden(listing: Listing, *, folder: bool) -> Iterator[tuple[str, bytes]]:
    """(path, folded name) of every hidden folder or file; a folder of many files comes once for each run of them."""
    folded = listing.folded
    for needle in (b"\0.", b"/."):
        position = 0
        while (position := folded.find(needle, position)) >= 0:
            match = COMPONENT.match(folded, position + 1)
            end = match.end() if match else position + 2
            if (folded[end : end + 1] == b"/") is folder:
                start = listing.start_of(position + 1)
                path = listing.raw[start:end].decode("utf-8", "surrogateescape")
                yield path, folded[position + 1 : end]
                if folder:
                    end = max(end, listing.span(path)[1] - 1)
            position = end


def _suffixed(listing: Listing, row: Artefact) -> Iterator[str]:
    """Folders by the end of their name, where the files are there that prove it: `x.egg-info/` with PKG-INFO."""
    suffix = row.name.strip("*/")
    for proof in PROOF_OF_METADATA[suffix]:
        for path in listing.ending(f"{suffix}/{proof}"):
            yield parent(path)


def _is_build_output(listing: Listing, folder: str) -> bool:
    """A JavaScript action ships its `dist/`, and `site/` is MkDocs' only where MkDocs is."""
    if folder == "site":
        return "mkdocs.yml" in listing or "mkdocs.yaml" in listing
    return not any(name in listing for name in ("action.yml", "action.yaml"))


def _has_signature(tree: Tree, tag: str) -> bool:
    try:
        return tree.read(tag).startswith(catalog.CACHEDIR_SIGNATURE)
    except UnreadableError:  # the name alone, in a partial clone, is proof enough: nothing else is called so
        return True


def _file_hits(tree: Tree) -> Iterator[Hit]:
    listing = tree.listing
    rows = {row.name.lower(): row for row in catalog.ROWS if not row.is_folder and row.kind is not Kind.OPTIONAL}
    for path, key in _hidden(listing, folder=False):
        name = key.decode("utf-8", "surrogateescape")
        row = rows.get(name) or next((rows[p + "*"] for p in (".coverage.", ".env.") if name.startswith(p)), None)
        if row is not None:
            yield Hit(row, path)
    for name, row in rows.items():
        if not name.startswith("*") and (not name.startswith(".") or "/" in name) and row.name != catalog.CACHEDIR_TAG:
            yield from (Hit(row, path) for path in listing.named(name))
    for match in SUFFIX_FILE.finditer(listing.folded):
        suffix = match.group()[:-1].decode("ascii")
        yield Hit(rows["*" + suffix], listing.path_at(listing.start_of(match.start())))
    yield from (Hit(rows["*$py.class"], path) for path in listing.ending("$py.class"))


def _is_meant(listing: Listing, hit: Hit) -> bool:
    """Whether a file really is what its name says."""
    if hit.row.fixtures and catalog.is_fixture(hit.path):
        return False
    folder, _, name = hit.path.rpartition("/")
    if hit.row.kind is Kind.SECRET:
        return not name.lower().endswith(catalog.SECRET_TEMPLATES)
    if hit.row.name in {"*.so", "*.pyd"}:
        stem = f"{folder}/{name.split('.')[0]}".lstrip("/")
        return any(stem + ending in listing for ending in COMPILED_FROM)
    return True


def _grouped(hits: list[Hit]) -> Iterator[Found]:
    """A file with a name of its own is one artefact; files known by their ending are one artefact a folder."""
    groups: dict[tuple[str, str, str], list[Hit]] = {}
    for hit in hits:
        by_ending = "*" in hit.row.name and not hit.row.name.startswith(".")
        root = parent(hit.path) or "." if by_ending else hit.path
        groups.setdefault((hit.row.code, hit.row.ignore, root), []).append(hit)
    for (_, _, root), members in sorted(groups.items(), key=lambda item: item[0][2]):
        paths = tuple(PurePosixPath(path) for path in sorted({hit.path for hit in members}))
        yield Found(members[0].row, PurePosixPath(root), paths, paths[0], len(paths))
