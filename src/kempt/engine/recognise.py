"""Finding tracked artefacts: the catalog's rows looked up in a repository's listing, without splitting or decoding it.

One search for a literal per row that has a name of its own, one for everything hidden. What lies inside a recognised
folder is not looked at again, so fourteen thousand files of one environment cost what one file costs.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import catalog
from kempt.engine.environments_found import environments, parent
from kempt.errors import UnreadableError
from kempt.model.artefact import Artefact, Found, Kind
from kempt.model.finding import Level
from kempt.model.listing import Listing
from kempt.model.tree import Tree

CLAIMING = frozenset({Kind.ENVIRONMENT, Kind.TOOL_CACHE, Kind.BYTECODE, Kind.PACKAGE_METADATA})
SUFFIX_FILE = re.compile(rb"\.(?:pyc|pyo|whl|so|pyd|lcov|egg)\0")
PROOF_OF_METADATA = {".egg-info": ("PKG-INFO", "SOURCES.txt"), ".dist-info": ("RECORD",)}
ALL_RULES = ""
COMPILED_FROM = (".pyx", ".c", ".cpp", ".cc")


class Hit(NamedTuple):
    """A path, or a folder, that a row names."""

    row: Artefact
    path: str


def recognise(tree: Tree) -> tuple[Found, ...]:
    """Everything tracked that the catalog knows, environments first, then by path."""
    listing = tree.listing
    found = environments(tree)
    claims = dict.fromkeys((str(path) for each in found.values() for path in each.paths), ALL_RULES)
    hits = [hit for hit in _folder_hits(tree) if not hit.row.fixtures or not catalog.is_fixture(f"{hit.path}/x")]
    for hit in sorted(hits, key=lambda hit: hit.path):
        if not _is_claimed(hit, claims):
            found[hit.path] = _folder(listing, hit)
            claims[hit.path] = ALL_RULES if hit.row.kind in CLAIMING else hit.row.code
    singles = [hit for hit in _file_hits(tree) if not _is_claimed(hit, claims) and _is_meant(listing, hit)]
    everything = (*found.values(), *_grouped(singles))
    return tuple(each for each in _without_inner_files(everything) if each.files > 0)


def _folder(listing: Listing, hit: Hit) -> Found:
    start, end = listing.span(hit.path)
    path = PurePosixPath(hit.path)
    return Found(hit.row, path, (path,), PurePosixPath(listing.path_at(start)), listing.count(start, end))


def _is_claimed(hit: Hit, claims: Mapping[str, str]) -> bool:
    """Whether a recognised folder holds the hit and speaks for it: for all rules, or for the hit's own."""
    path = hit.path
    while path:
        if claims.get(path) in {ALL_RULES, hit.row.code}:
            return True
        path = parent(path)
    return False


def _without_inner_files(everything: Collection[Found]) -> Iterator[Found]:
    """Each file counted once: what is found inside a folder does not count for the folder as well."""
    inner = Counter[str]()
    wholes = {str(each.root) for each in everything if each.paths == (each.root,)}
    for each in everything:
        around = parent(str(each.paths[0]))
        while around and around not in wholes:
            around = parent(around)
        inner[around] += each.files
    for each in everything:
        whole = each.paths == (each.root,)
        yield each._replace(files=each.files - inner[str(each.root)]) if whole else each


def _folder_hits(tree: Tree) -> Iterator[Hit]:
    listing = tree.listing
    hidden, named, rooted = _folder_rows()
    tags = list(_tagged(tree))
    for hit in _hidden(listing, hidden.get, folder=True):
        yield _weighed(hit, tags)
    for row in named:
        for path in listing.folders(row.name.strip("*/")) if "*" not in row.name else _suffixed(listing, row):
            yield _weighed(Hit(row, path), tags)
    for row in rooted:
        path = row.name.strip("/")
        if listing.has_folder(path) and _is_build_output(listing, path):
            yield Hit(row, path)
    yield from (Hit(catalog.row(catalog.CACHEDIR_TAG), path) for path in tags)


def _tagged(tree: Tree) -> Iterator[str]:
    """Folders that their own CACHEDIR.TAG calls a cache."""
    tags = [tag for tag in tree.listing.named(catalog.CACHEDIR_TAG) if parent(tag)]
    tree.prefetch(tags)
    return (parent(tag) for tag in tags if _has_signature(tree, tag))


def _weighed(hit: Hit, tags: Collection[str]) -> Hit:
    """A cache that is only frowned upon by its name is an error where a tag proves it."""
    if (
        hit.row.level is Level.WARNING
        and hit.row.kind is Kind.TOOL_CACHE
        and (any(tag == hit.path or tag.startswith(f"{hit.path}/") for tag in tags))
    ):
        return hit._replace(row=hit.row._replace(level=Level.ERROR))
    return hit


@lru_cache(1)
def _folder_rows() -> tuple[Mapping[bytes, Artefact], Sequence[Artefact], Sequence[Artefact]]:
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


def _hidden(listing: Listing, row_of: Callable[[bytes], Artefact | None], *, folder: bool) -> Iterator[Hit]:
    """Every hidden folder, or file, that has a row; a folder comes once for each run of its files."""
    folded = listing.folded
    for needle in (b"\0.", b"/.") if listing.holds_hidden else ():
        position = 0
        while (position := folded.find(needle, position)) >= 0:
            start = position + 1
            end = folded.index(b"\0", start)
            slash = folded.find(b"/", start, end)
            position = end if slash < 0 else slash
            row = row_of(folded[start:position]) if (slash >= 0) is folder else None
            if row is not None:
                path = os.fsdecode(listing.raw[listing.start_of(start) : position])
                yield Hit(row, path)
                if folder:
                    position = max(position, listing.span(path)[1] - 1)


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


@lru_cache(1)
def _file_rows() -> Mapping[str, Artefact]:
    """The rows that name files, by their name in lower case."""
    return {row.name.lower(): row for row in catalog.ROWS if not row.is_folder and row.kind is not Kind.OPTIONAL}


def _file_hits(tree: Tree) -> Iterator[Hit]:
    listing = tree.listing
    rows = _file_rows()

    def hidden(name: bytes) -> Artefact | None:
        text = name.decode("utf-8", "surrogateescape")
        return rows.get(text) or next((rows[p + "*"] for p in (".coverage.", ".env.") if text.startswith(p)), None)

    yield from _hidden(listing, hidden, folder=False)
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
        by_ending = "*" in hit.row.name and hit.row.kind is not Kind.SECRET
        root = parent(hit.path) or "." if by_ending else hit.path
        groups.setdefault((hit.row.code, hit.row.ignore, root), []).append(hit)
    for (_, _, root), members in sorted(groups.items(), key=lambda item: item[0][2]):
        paths = tuple(PurePosixPath(path) for path in sorted({hit.path for hit in members}))
        yield Found(members[0].row, PurePosixPath(root), paths, paths[0], len(paths))
