"""Hugging Face's cache: for each repository its `blobs`, `snapshots` of links to them, and `refs` that name snapshots.

Source: huggingface_hub's `utils/_cache_manager.py` (its `DeleteCacheStrategy`) and `file_download.py`. A revision goes
in an order that never leaves a name for what is gone: its refs, its snapshot, then the blobs that no other one has.
"""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterator, Mapping

from kempt.engine.disk.caches.layouts.use import last_use, together
from kempt.model.caches import CacheEntry, CacheFacts, Look, Remake, Survey

SHOWN_DIGITS = 8
KINDS = ("models--", "datasets--", "spaces--")


def is_whole(_facts: CacheFacts, path: str) -> bool:
    """Whether a folder is a snapshot: `models--org--name/snapshots/<revision>`."""
    parts = path.split("/")
    return len(parts) == 3 and parts[1] == "snapshots" and parts[0].startswith(KINDS)  # noqa: PLR2004


def entries(survey: Survey, look: Look) -> tuple[CacheEntry, ...]:
    """One for each revision."""
    snapshots = [path for path, item in survey.items.items() if item.whole]
    owners: dict[str, set[str]] = {}
    for link, target in survey.links.items():
        blob = posixpath.normpath(posixpath.join(posixpath.dirname(link), target))
        owners.setdefault(blob, set()).add("/".join(link.split("/")[:3]))
    return (*(_revision(survey, look, path, owners) for path in snapshots), *_unowned(survey, owners))


def _revision(survey: Survey, look: Look, path: str, owners: Mapping[str, set[str]]) -> CacheEntry:
    folder, _, revision = path.split("/")
    refs = [each for each in _refs(survey, folder) if look.read(each).strip() == revision]
    blobs = [blob for blob, snapshots in owners.items() if path in snapshots and blob in survey.items]
    own = [blob for blob in blobs if owners[blob] == {path}]
    paths = (*refs, path, *sorted(own))
    used, evidence = last_use((survey.items[blob] for blob in blobs or (path,)), survey)
    kind, _, name = folder.partition("--")
    title = f"{kind.removesuffix('s')} {name.replace('--', '/')} {revision[:SHOWN_DIGITS]}"
    weight = together(survey.items[each] for each in paths)
    return CacheEntry(title, paths, Remake.DOWNLOAD, weight, used, evidence)


def _unowned(survey: Survey, owners: Mapping[str, set[str]]) -> Iterator[CacheEntry]:
    """Blobs that no revision has: a download that was stopped, or is under way."""
    for path, item in survey.items.items():
        folder, _, name = path.partition("/blobs/")
        if name and path not in owners and folder.startswith(KINDS):
            title = f"blob {name[:SHOWN_DIGITS]} of no revision"
            yield CacheEntry(title, (path,), Remake.DOWNLOAD, item.weight, *last_use((item,), survey))


def _refs(survey: Survey, folder: str) -> Iterator[str]:
    for path, item in survey.items.items():
        if path.startswith(f"{folder}/refs/") and item.identity.kind == stat.S_IFREG:
            yield path
