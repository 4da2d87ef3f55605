"""uv's cache: links in `wheels-v*` to unpacked wheels in `archive-v*`, and source archives with what was built of them.

The numbers of the buckets grow with uv's versions, so none is known here: what counts is what links lead to. Where an
archive is half removed uv installs the broken package without a word, so what names an archive goes first (`.http`,
which holds its name, then the link), and the archive after it, as a whole (measured, uv 0.13.9: each state between is
mended by the next install).

Each install reads `NAME.http` beside the link, or the link, and METADATA and RECORD in the archive, whatever the link
mode (measured, uv 0.13.9), which is the evidence of use. With hard links (uv's way on Linux and Windows) an archive
that an environment uses shares its files with it, and removing it would free next to nothing.
"""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.engine.disk.caches.layouts.use import LINKED, last_use, together
from kempt.model.caches import CacheEntry, CacheFacts, Item, Look, Remake, Survey

_BUCKET = re.compile(r"([a-z][a-z-]*)-v\d+")
KNOWN = frozenset(
    {"archive", "binaries", "builds", "environments", "flat-index", "git", "interpreter", "python", "sdists", "simple",
     "tool", "wheels"}
)  # fmt: skip
"""The names of buckets that were seen, without their numbers."""
POINTERS = (".http", ".rev")
BESIDE = (*POINTERS, ".msgpack", ".lock")
REVISIONS = ("revision.http", "revision.rev")
HELD = "environments share its files"


class _Parts(NamedTuple):
    """What a cache consists of: archives by path, what links to them, and folders of source archives."""

    archives: frozenset[str]
    links: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]


def is_whole(_facts: CacheFacts, path: str) -> bool:
    """Whether a folder is an archive, an environment, or the sources that a source archive was unpacked to."""
    bucket, _, below = path.partition("/")
    kind = _kind(bucket)
    if kind in {"archive", "builds"}:
        return bool(below) and "/" not in below
    return kind == "sdists" and path.endswith("/src")


def entries(survey: Survey, _look: Look) -> tuple[CacheEntry, ...]:
    """One for each wheel, each source archive, each environment of `uvx`, and each page of an index.

    Archives that nothing leads to are entries as well, unless a bucket is there that may lead to them unseen.
    """
    if any(_moved(survey)):
        return ()
    parts = _parts(survey)
    reached = frozenset(parts.links)
    found = [*_wheels(survey, parts), *_from_source(survey, parts)]
    found += _pages(survey, found)
    if not remarks(survey) and not _leads_unseen(survey):
        found += (_unreachable(survey, path) for path in parts.archives - reached)
    return tuple(found)


def remarks(survey: Survey) -> tuple[str, ...]:
    """What is left alone: buckets of a name, or of a build, that is not known."""
    unknown = [name for name in sorted(_buckets(survey)) if not _is_known(survey, name)]
    return (
        *(f"{name} is a link, so all is left alone: what it leads to is not looked at" for name in _moved(survey)),
        *(f"{name} is left alone: {_because(survey, name)}" for name in unknown),
    )


def _because(survey: Survey, bucket: str) -> str:
    """Why a bucket is left alone. Environments of scripts go with `uv cache prune` (measured, uv 0.13.9)."""
    if _kind(bucket) == "environments" and any(_is_script(path) for path in survey.items if _top(path) == bucket):
        return "environments of scripts are in it; `uv cache prune` removes those"
    return "its layout is not known"


def _is_script(path: str) -> bool:
    """Whether it marks an environment that stands in the bucket itself: those of `uvx` are links, one folder deeper."""
    return path.endswith("/pyvenv.cfg") and path.count("/") == len(("environment", "pyvenv.cfg"))


def _moved(survey: Survey) -> Iterator[str]:
    """Buckets that are links, to another disk perhaps."""
    for path, item in survey.items.items():
        if "/" not in path and item.target and _kind(path):
            yield path


def _is_known(survey: Survey, bucket: str) -> bool:
    """Whether a bucket is built as those that were seen: only then is what nothing leads to really unreachable."""
    kind = _kind(bucket)
    inside = [path for path in survey.items if path.startswith(f"{bucket}/")]
    files = [path for path in inside if survey.items[path].identity.kind == stat.S_IFREG]
    match kind:
        case "wheels":
            return all(path.endswith(BESIDE) or path.rpartition("/")[2].startswith(".") for path in files)
        case "sdists":
            named = {path.rpartition("/")[2] for path in files}
            return not named.isdisjoint(REVISIONS) or all(name.startswith(".") for name in named)
        case "environments":
            return all(survey.items[path].target for path in inside if path.count("/") > 1)
        case _:
            return kind in KNOWN


def _leads_unseen(survey: Survey) -> bool:
    """Whether there is a pointer without its link: it leads to an archive where a uv does without links."""
    return any(
        path.endswith(POINTERS) and _kind(_top(path)) == "wheels" and path.rpartition(".")[0] not in survey.items
        for path in survey.items
    )


def _kind(bucket: str) -> str:
    found = _BUCKET.fullmatch(bucket)
    return found[1] if found else ""


def _buckets(survey: Survey) -> Iterator[str]:
    for path, item in survey.items.items():
        if "/" not in path and item.identity.kind == stat.S_IFDIR and not path.startswith("."):
            yield path


def _parts(survey: Survey) -> _Parts:
    archives = frozenset(path for path, item in survey.items.items() if item.whole and _kind(_top(path)) == "archive")
    links: dict[str, list[str]] = {}
    listed = ((path, item.target) for path, item in survey.items.items() if item.target)
    for path, target in (*listed, *survey.links.items()):
        archive = _led_to(survey.root, path, target)
        if archive in archives:
            links.setdefault(archive, []).append(path)
    return _Parts(archives, {path: tuple(each) for path, each in links.items()}, _sources(survey))


def _sources(survey: Survey) -> tuple[str, ...]:
    """The folders of source archives, none of which lies in another one."""
    found: dict[str, None] = {}
    for path in sorted(survey.items, key=lambda path: path.count("/")):
        folder, _, name = path.rpartition("/")
        is_named = name in REVISIONS and survey.items[path].identity.kind == stat.S_IFREG
        if is_named and "/" in folder and _kind(_top(path)) == "sdists" and not _by_folder((folder,), tuple(found)):
            found[folder] = None
    return tuple(found)


def _led_to(root: str, link: str, target: str) -> str:
    """The path of what a link leads to, below the root: older uvs made absolute links."""
    path = posixpath.normpath(posixpath.join(root, posixpath.dirname(link), target))
    return path.removeprefix(f"{root.rstrip('/')}/")


def _top(path: str) -> str:
    return path.partition("/")[0]


def _wheels(survey: Survey, parts: _Parts) -> Iterator[CacheEntry]:
    """What links outside of source archives lead to, and links that lead nowhere."""
    for archive, links in parts.links.items():
        if not any(_kind(_top(link)) == "sdists" for link in links):
            yield _wheel(survey, links, archive)
    known = {link for links in parts.links.values() for link in links}
    for path, item in survey.items.items():
        if item.target and path not in known and _kind(_top(path)) == "wheels":
            yield _wheel(survey, (path,), "")


def _wheel(survey: Survey, links: tuple[str, ...], archive: str) -> CacheEntry:
    first = links[0].split("/")
    beside = [path for link in links for ending in BESIDE if (path := f"{link}{ending}") in survey.items]
    pointers = [path for path in beside if path.endswith(POINTERS)]
    rest = [path for path in beside if path not in pointers]
    name = f"{first[-2]} {first[-1]}"
    remake = Remake.DOWNLOAD
    if _kind(first[0]) == "environments":
        name, remake = f"environment {first[-1]}", Remake.CREATE
    paths = (*pointers, *links, *((archive,) if archive else ()), *rest)
    used = _used(survey, [survey.items[path] for path in paths])
    held = HELD if archive and survey.items[archive].weight.shared else ""
    return CacheEntry(name, paths, remake, together(survey.items[each] for each in paths), *used, held=held)


def _used(survey: Survey, items: list[Item]) -> tuple[int, str]:
    """By what was read, or by hard links that were made since."""
    used, evidence = last_use(items, survey)
    linked = max(each.linked_ns for each in items)
    return (linked, LINKED) if linked > used else (used, evidence)


def _from_source(survey: Survey, parts: _Parts) -> Iterator[CacheEntry]:
    """Source archives: the folder of one holds the links to the archives of what was built of it, and goes first."""
    inside = _by_folder(survey.items, parts.sources)
    built: dict[str, list[str]] = {}
    for archive, links in parts.links.items():
        folders = {next(iter(_by_folder((link,), parts.sources)), "") for link in links}
        if len(folders) == 1 and "" not in folders:
            built.setdefault(folders.pop(), []).append(archive)
    for folder in parts.sources:
        archives = built.get(folder, [])
        items = [survey.items[path] for path in (folder, *inside[folder], *archives)]
        used = _used(survey, items)
        held = HELD if any(survey.items[archive].weight.shared for archive in archives) else ""
        name = " ".join(folder.split("/")[-2:])
        yield CacheEntry(name, (folder, *archives), Remake.CREATE, together(items), *used, built=True, held=held)


def _by_folder(paths: Iterable[str], folders: tuple[str, ...]) -> dict[str, list[str]]:
    """The paths below each of the folders."""
    known, found = frozenset(folders), dict[str, list[str]]()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in known:
            above = above.rpartition("/")[0]
        if above:
            found.setdefault(above, []).append(path)
    return found


def _pages(survey: Survey, others: Iterable[CacheEntry]) -> list[CacheEntry]:
    """What an index says of a package: as long in use as the package is, which could not be found without it."""
    newest: dict[str, tuple[int, str]] = {}
    for each in others:
        package = each.name.partition(" ")[0]
        newest[package] = max(newest.get(package, (0, "")), (each.used_ns, each.evidence))
    found = []
    for path, item in survey.items.items():
        if _kind(_top(path)) in {"simple", "flat-index"} and item.identity.kind == stat.S_IFREG:
            name = path.rpartition("/")[2].partition(".")[0]
            used = max(last_use((item,), survey), newest.get(name, (0, "")))
            found.append(CacheEntry(f"index page {name}", (path,), Remake.DOWNLOAD, item.weight, *used))
    return found


def _unreachable(survey: Survey, path: str) -> CacheEntry:
    item = survey.items[path]
    return CacheEntry(
        f"{path}, which nothing leads to", (path,), Remake.NOTHING, item.weight, *last_use((item,), survey)
    )
