"""What a kempt that was stopped left in a cache: things under the name that they had while they were removed."""

from __future__ import annotations

from kempt.engine.disk.caches.layouts.use import last_use, together
from kempt.host.own_names import is_leftover
from kempt.model.caches import CacheEntry, Remake, Survey

NAME = "the rest of what an earlier prune was removing"


def leftovers(survey: Survey) -> tuple[CacheEntry, ...]:
    """One for each; nothing brings them back, and nothing looks for them."""
    found = []
    for path in survey.items:
        if is_leftover(path.rpartition("/")[2]) and not _lies_in_one(path.rpartition("/")[0]):
            items = [item for each, item in survey.items.items() if f"{each}/".startswith(f"{path}/")]
            found.append(CacheEntry(NAME, (path,), Remake.NOTHING, together(items), *last_use(items, survey)))
    return tuple(found)


def without_leftovers(survey: Survey) -> Survey:
    """The survey as if they were not there: what only they lead to, nothing leads to."""
    return survey._replace(
        items={path: item for path, item in survey.items.items() if not _lies_in_one(path)},
        links={path: target for path, target in survey.links.items() if not _lies_in_one(path)},
    )


def _lies_in_one(path: str) -> bool:
    return any(map(is_leftover, path.split("/")))
