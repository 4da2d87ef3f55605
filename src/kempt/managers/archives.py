"""The files of a locked package, as Poetry and PDM list them: one inline table a line."""

from __future__ import annotations

import re
from typing import NamedTuple

ROW = re.compile(rb"\{(file|url) = \"([^\"\n]*+)\", hash = \"([^\"\n]*+)\"")


class Archives(NamedTuple):
    """File names of wheels, whether there is anything else, and the hashes of all."""

    wheels: tuple[str, ...] = ()
    sdist: bool = False
    hashes: tuple[str, ...] = ()


def read(rows: bytes) -> Archives:
    """The files of an array `[{file = "…", hash = "…"}, …]`; with `url` for `file`, its last part is the name."""
    found = [(kind, place.decode("utf-8", "replace"), digest) for kind, place, digest in ROW.findall(rows)]
    names = [place.partition("#")[0].rpartition("/")[2] if kind == b"url" else place for kind, place, _ in found]
    wheels = tuple(name for name in names if name.endswith(".whl"))
    return Archives(wheels, len(wheels) < len(names), tuple(digest.decode("ascii", "replace") for *_, digest in found))
