"""pre-commit's cache: a folder for each repository of hooks, with the environments in it, and a database of them.

Source: pre_commit/store.py (4.7.0). A row of the table `repos` names a folder, so it has to go before the folder:
pre-commit takes a folder that is named for one that is there. `.pre-commit-hooks.yaml` is read in each run.
"""

from __future__ import annotations

import re
import stat
from typing import Final

from kempt.engine.disk.caches.layouts.use import last_use
from kempt.model.caches import CacheEntry, CacheFacts, Look, Remake, Survey

DATABASE: Final = "db.db"
ROWS: Final = "SELECT path, repo, ref FROM repos"
FORGET: Final = "DELETE FROM repos WHERE path = ?"
_REPOSITORY = re.compile(r"repo[a-z0-9_]{8}")


def is_whole(_facts: CacheFacts, path: str) -> bool:
    """Whether a folder holds a repository of hooks."""
    return _REPOSITORY.fullmatch(path) is not None


def entries(survey: Survey, look: Look) -> tuple[CacheEntry, ...]:
    """One for each repository of hooks, by the name that the database has for it."""
    names = {}
    for path, repository, revision in look.rows(DATABASE, ROWS):
        names[path.replace("\\", "/").rpartition("/")[2]] = f"{repository.rpartition('/')[2]} {revision}"
    return tuple(
        CacheEntry(names.get(path, path), (path,), Remake.DOWNLOAD, item.weight, *last_use((item,), survey))
        for path, item in survey.items.items()
        if item.whole and item.identity.kind == stat.S_IFDIR
    )
