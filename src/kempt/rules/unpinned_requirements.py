"""KPT306 unpinned-requirements: an application is installed from requirements without versions or without hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

OTHER_PURPOSE = r"(?i)constraint|(?<![a-z])docs?(?![a-z])"
"""Files that narrow what others install, and those for documentation: nobody runs the project from them."""


def check(repo: Repo) -> Iterator[Finding]:
    """One finding for each file: at the first package without a version, else at the first without a hash.

    A file beside a lock of another kind is not what the application is installed from.
    """
    for service in locking.own_services(repo):
        if service.application and service.lock is None:
            for path in service.requirements:
                if not re.search(OTHER_PURPOSE, str(path)):
                    yield from _of_file(repo, service, path)


def _of_file(repo: Repo, service: Service, path: PurePosixPath) -> Iterator[Finding]:
    from kempt.formats import requirements

    parsed = requirements.parse(repo.documents.read(path) or b"")
    named = [each for each in parsed.requirements if each.name and not each.place]
    loose = next((each for each in named if not each.pin), None)
    first = loose or next((each for each in named if not each.hashes), None)
    if first is not None:
        asked, lacking = first.text.partition(";")[0].strip(), "version" if loose else "hash"
        message = f"`{path}` names `{asked}` without a {lacking}"
        yield RULE.finding(Location(path, first.line), message, service=service.root)


RULE = Rule(
    "KPT306", "unpinned-requirements", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="an application is installed from requirements without versions or without hashes",
    help="keep the wishes in requirements.in, and write the file with pip-compile --generate-hashes requirements.in",
)  # fmt: skip
