"""`kempt.fingerprint`: the digests that environments of one service root had when they were proven, to be committed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kempt.formats import toml
from kempt.formats.toml import Unparsable
from kempt.model.verify import Pinned

NAME = "kempt.fingerprint"
FORMAT = "kempt-env-1"
HEADER = """\
# What `kempt verify --write` found in an environment that was as its lock file says. Commit this file;
# `kempt verify` compares an environment with the row for its Python and platform.
"""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("python", "platform", "lock", "lock-sha256", "digest")


def parse(content: bytes) -> tuple[Pinned, ...] | Unparsable:
    """The rows, or why there are none."""
    document = toml.parse(content)
    if isinstance(document, Unparsable):
        return document
    written_as = document.get("format")
    if written_as != FORMAT:
        return Unparsable(f"its format is {written_as!r}, and this kempt reads {FORMAT!r}")
    rows = document.get("environment", [])
    if not isinstance(rows, list):
        return Unparsable("`environment` is no list of tables", toml.line_of(content, "environment"))
    found = []
    for row in rows:
        pinned = _row(row)
        if pinned is None:
            return Unparsable("a row of `environment` lacks a key or holds a wrong value")
        found.append(pinned)
    return tuple(found)


def render(rows: Iterable[Pinned]) -> str:
    """The file: one table a row, by platform and Python, so that two people's additions merge."""
    from json import dumps as quoted  # a JSON string is a basic string of TOML

    tables = [
        f"""
[[environment]]
python = {quoted(row.python)}
platform = {quoted(row.platform)}
lock = {quoted(row.lock)}
lock-sha256 = {quoted(row.lock_sha256)}
packages = {row.packages}
digest = {quoted(row.digest)}
"""
        for row in sorted(rows, key=lambda row: (row.platform, _version(row.python), row))
    ]
    return f'{HEADER}format = "{FORMAT}"\n' + "".join(tables)


def with_row(rows: Iterable[Pinned], new: Pinned) -> tuple[Pinned, ...]:
    """The rows with one for the new one's Python and platform, in the place of an older one."""
    place = (new.python, new.platform)
    return (*(row for row in rows if (row.python, row.platform) != place), new)


def _row(row: Any) -> Pinned | None:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in _TEXTS):
        return None
    packages = row.get("packages")
    if type(packages) is not int or not _DIGEST.fullmatch(row["digest"]):
        return None
    return Pinned(row["python"], row["platform"], row["lock"], row["lock-sha256"], packages, row["digest"])


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
