"""Poetry's cache: the answers of indexes, and `artifacts`, the archives that it installs.

`poetry cache clear` knows only the former: it left all of `artifacts` (measured, Poetry 2.5.1). A wheel beside the
source archive that it was built of is no download. `virtualenvs`, beside these, holds environments.
"""

from __future__ import annotations

from collections.abc import Iterator

from kempt.engine.disk.caches.layouts.use import answers, entry_of, is_file
from kempt.model.caches import CacheEntry, Look, Survey

REPOSITORIES = "cache/repositories"
ARTIFACTS = "artifacts/"
ARTIFACT_DEPTH = 5
SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")


def entries(survey: Survey, _look: Look) -> tuple[CacheEntry, ...]:
    """One for each answer, and one for each archive."""
    return (*answers(survey, (REPOSITORIES,)), *_archives(survey))


def _archives(survey: Survey) -> Iterator[CacheEntry]:
    paths = [
        path for path, item in survey.items.items()
        if path.startswith(ARTIFACTS) and path.count("/") == ARTIFACT_DEPTH and is_file(item)
    ]  # fmt: skip
    from_source = {path.rpartition("/")[0] for path in paths if path.endswith(SOURCES)}
    for path in paths:
        folder, _, name = path.rpartition("/")
        yield entry_of(survey, name, [path], built=name.endswith(".whl") and folder in from_source)
