"""Whose a file of an environment is: the distributions whose RECORD names it."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from kempt.errors import UnreadableError
from kempt.formats import record
from kempt.host.reading import read_regular
from kempt.model.environment import Fingerprint


def owners(found: Fingerprint, paths: Iterable[str]) -> set[str]:
    """The distributions that own these files; "" among them where one is nobody's.

    `paths` are as lines of a fingerprint begin: `site/<path below site-packages>`, or others of the environment.
    """
    wanted = {path.removeprefix("site/") for path in paths}
    known: set[str] = set()
    owned: set[str] = set()
    for each in found.distributions:
        try:
            content = read_regular(f"{found.environment}/{each.folder}/RECORD", record.LIMIT)
        except UnreadableError:
            continue
        rows = wanted.intersection(normpath(path) for path in record.parse(content).rows)
        folder = each.folder.rpartition("/")[2]
        rows |= {path for path in wanted if path.startswith(f"{folder}/")}
        if rows:
            owned.add(each.name)
            known |= rows
    return owned | ({""} if wanted - known else set())
