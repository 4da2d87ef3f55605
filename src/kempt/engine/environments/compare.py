"""Two fingerprints, line by line, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kempt.model.verify import Difference

_SITE = re.compile(r"(?:lib(?:64)?/[^/]+|Lib)/site-packages/")
_SCRIPTS = re.compile(r"(?:bin|Scripts)/")


def line_path(path: str) -> str:
    """What a line of a fingerprint calls a path of the environment: `site/...`, `scripts/...` or `data/...`."""
    for place, name in ((_SITE, "site/"), (_SCRIPTS, "scripts/")):
        if match := place.match(path):
            return f"{name}{path[match.end() :]}"
    return f"data/{path}"


def changes(before: Iterable[str], after: Iterable[str]) -> tuple[Difference, ...]:
    """What is not the same, by path: what is there only before, only after, and what has another content."""
    old, new = _by_path(before), _by_path(after)
    found = [Difference(path, "it has gone") for path in old.keys() - new.keys()]
    found += [Difference(path, "it has come") for path in new.keys() - old.keys()]
    found += [Difference(path, "its content has changed") for path in old.keys() & new.keys() if old[path] != new[path]]
    return tuple(sorted(found))


def _by_path(lines: Iterable[str]) -> Mapping[str, str]:
    return {path: rest for path, _, rest in (line.partition("\t") for line in lines)}
