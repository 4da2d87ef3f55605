"""What `uses:` names: an action with its version, or a place in this repository."""

from __future__ import annotations

import re
from typing import NamedTuple

COMMENT = re.compile(r"[ \t'\"]*+#[ \t]*+(?:[\w./-]*@)?v?(\d++(?:\.\d++)*+)", re.IGNORECASE)
VERSION = re.compile(r"(?:[\w./-]*/)?v?(\d++(?:\.\d++)*+)", re.IGNORECASE)
NEWEST = 9999

Version = tuple[int, int, int]


class Uses(NamedTuple):
    """An action: its name in small letters without `@…`, its version, and whether a commit is named.

    A tag `v5` is the newest of its major; a branch and a commit without a version beside it are the newest of all.
    """

    name: str
    version: Version
    by_commit: bool = False

    @property
    def is_local(self) -> bool:
        """Whether it lies in this repository."""
        return self.name.startswith("./")


def read(value: str, behind: str) -> Uses:
    """What a `uses:` says; `behind` is what stands after it on its line, where people note the version of a commit."""
    if value.startswith(("./", "../")) or value == ".":
        return Uses(value, (NEWEST, NEWEST, NEWEST))
    name, _, ref = value.partition("@")
    match = VERSION.fullmatch(ref) if not _is_commit(ref) else COMMENT.match(behind)
    numbers = [int(number[:4]) for number in match[1].split(".")[:3]] if match else []
    numbers += [NEWEST] * (3 - len(numbers))
    return Uses(name.strip().lower(), (numbers[0], numbers[1], numbers[2]), _is_commit(ref))


def _is_commit(ref: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", ref) is not None
