"""Finding tracked environments by what they hold, never by what they are called.

A folder is an environment when its `pyvenv.cfg` says so, when conda's history lies in it, when it is pixi's or PDM's
own, or when it holds twenty files or more of site-packages in the place where only an environment has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog
from kempt.errors import UnreadableError
from kempt.model.artefact import Found
from kempt.model.listing import Listing
from kempt.model.tree import Tree

ENOUGH_FILES = 20
MARKER = "pyvenv.cfg"
SITE_PACKAGES = r"(?i)(?:(?P<root>.+?)/)?(?:lib/python[^/]*|lib64/python[^/]*|Lib|lib)/site-packages"
USUAL_CHILDREN = frozenset(
    {
        "bin", "scripts", "lib", "lib64", "include", "share", "etc", "man", "libs", "dlls", "doc", "tcl", "tools",
        "library", "menu", "sbin", "var", "condabin", "compiler_compat", "shell", "conda-meta", "conda-bld", "pkgs",
        "ssl", "pyvenv.cfg", "cachedir.tag", ".gitignore", ".lock", "pip-selfcheck.json",
    }
)  # fmt: skip
"""What may lie in an environment; a `.py` file or a folder of them beside these is somebody's work."""
OWN_PLACES = (
    r"(?i)pyvenv\.cfg|pip-selfcheck\.json|conda-meta|lib64|(?:lib|lib64|include)/python[^/]*|lib/site-packages|include/site"
    r"|share/python-wheels"
)
"""What nothing but an environment makes; `bin` and `Scripts` are its own where one of ACTIVATORS lies in them."""
ACTIVATORS = ("activate", "activate.bat", "activate_this.py", "python", "python3", "python.exe")
SOURCE_ENDINGS = (".py", ".toml", ".cfg", ".txt", ".ipynb", "pipfile")
WHOLE = frozenset({"PDM", "pixi"})


def environments(tree: Tree) -> dict[str, Found]:
    """The tracked environments by root, outermost only; those that are test data are left out."""
    roots: dict[str, tuple[str, str]] = {}
    for root, at, detail in _evidence(tree):
        if not catalog.is_fixture(f"{root}/x"):
            roots.setdefault(root, (at, detail))
    found: dict[str, Found] = {}
    claimed: set[str] = set()
    for root in sorted(roots, key=lambda each: (bool(each), each.count("/"))):
        if claimed.isdisjoint(_lineage(root)):
            found[root] = _found(tree.listing, root, *roots[root])
            claimed.update(map(str, found[root].paths))
    return found


def _evidence(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """(root, file to point at, what the content says) of everything that looks like an environment."""
    listing = tree.listing
    markers = list(listing.named(MARKER))
    tree.prefetch(markers)
    for marker in markers:
        detail = _python(tree, marker)
        if detail is not None:
            yield parent(marker), marker, detail
    for history in listing.named("conda-meta/history"):
        yield parent(parent(history)), history, "conda"
    for name, tool in (("__pypackages__", "PDM"), (".pixi/envs", "pixi")):
        for root in listing.folders(name):
            yield root, _first(listing, root), tool
    for root in listing.folders("site-packages"):
        match = re.fullmatch(SITE_PACKAGES, root)
        if match and listing.count(*listing.span(root)) >= ENOUGH_FILES:
            top = match["root"] or ""
            marker = f"{top}/{MARKER}" if top else MARKER
            yield top, marker if marker in listing else _first(listing, root), ""


def _python(tree: Tree, marker: str) -> str | None:
    """What a `pyvenv.cfg` says: "Python 3.9", "" without a version, None where it marks no environment."""
    from kempt.formats import pyvenv

    try:
        settings = pyvenv.parse(tree.read(marker))
    except UnreadableError:  # a partial clone holds no contents: then the folders around it must speak
        top = parent(marker)
        inside = (f"{top}/{name}".lstrip("/") for name in ("bin", "Scripts", "lib", "Lib"))
        return "" if any(map(tree.listing.has_folder, inside)) else None
    if settings is None:
        return None
    version = ".".join(settings.version.split(".")[:2])
    return f"Python {version}" if version else ""


def _found(listing: Listing, root: str, at: str, detail: str) -> Found:
    """The environment, limited to its own folders where it shares its root with a project's sources."""
    shared = detail not in WHOLE and (not root or any(_is_source(listing, each) for each in _children(listing, root)))
    paths = list(_own_paths(listing, root)) if shared else [root]
    files = sum(1 if path in listing else listing.count(*listing.span(path)) for path in paths)
    spelled = tuple(PurePosixPath(path) for path in paths)
    return Found(catalog.row(".venv/"), PurePosixPath(root or "."), spelled, PurePosixPath(at), files, detail)


def _is_source(listing: Listing, child: str) -> bool:
    """Whether a file or folder at the top of an environment is not of its making."""
    if child.rpartition("/")[2].lower() in USUAL_CHILDREN:
        return False
    start, end = listing.span(child)
    return (
        child.lower().endswith(SOURCE_ENDINGS) if child in listing else listing.folded.find(b".py\0", start, end) >= 0
    )


def _own_paths(listing: Listing, root: str) -> Iterator[str]:
    prefix = f"{root}/" if root else ""
    for child in _children(listing, root):
        name = child.removeprefix(prefix).lower()
        if name in {"bin", "scripts"}:
            if any(listing.has_folder(child) and f"{child}/{each}" in listing for each in ACTIVATORS):
                yield child
        elif child in listing or name == "conda-meta":
            if re.fullmatch(OWN_PLACES, name):
                yield child
        else:
            yield from (
                each for each in _children(listing, child) if re.fullmatch(OWN_PLACES, each.removeprefix(prefix))
            )


def _children(listing: Listing, root: str) -> Iterator[str]:
    position, end = listing.span(root)
    prefix = f"{root}/" if root else ""
    while position < end:
        path = listing.path_at(position)
        name, slash, _ = path[len(prefix) :].partition("/")
        yield prefix + name
        position = listing.span(prefix + name)[1] if slash else listing.after(position)


def _first(listing: Listing, root: str) -> str:
    return listing.path_at(listing.span(root)[0])


def parent(path: str) -> str:
    """The folder of a path, "" at the top."""
    return path.rpartition("/")[0]


def _lineage(path: str) -> Iterator[str]:
    """The path itself and all folders above it."""
    while path:
        yield path
        path = parent(path)
