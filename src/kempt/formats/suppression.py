"""`# kempt: ignore[KPT201, KPT205] reason` comments, in any file whose comments begin with `#`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from kempt.model.repo import Suppression

MARK = "kempt: ignore["
_COMMENT = r"#[ \t]*kempt: ignore\[([^\]\n]{0,200})\][^\n]{0,500}"


def parse(path: PurePosixPath, text: str) -> tuple[Suppression, ...]:
    """Every suppression of a file. One on a line of its own covers the next line that holds anything but a comment.

    Ignore files know no other: there `#` after a pattern is a part of it (gitignore(5)).
    """
    if MARK not in text:
        return ()
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for index, line in enumerate(lines):
        match = re.search(_COMMENT, line.removesuffix("\r"))
        if match is None or (path.name.endswith("ignore") and match.start() > 0):
            continue
        codes = tuple(code for code in re.split(r"[,\s]+", match.group(1)) if code)
        if line[: match.start()].strip():
            before = line[: match.start()].rstrip(" \t")
            cut = (starts[index] + len(before), starts[index] + match.end())
            found.append(Suppression(path, index + 1, (index + 1,), codes, *cut))
        else:
            cut = (starts[index], min(starts[index + 1], len(text)))
            found.append(Suppression(path, index + 1, (_next_line(lines, index) + 1,), codes, *cut))
    return tuple(found)


def _next_line(lines: list[str], index: int) -> int:
    """The first line after `index` that is neither blank nor a comment (or the one after it)."""
    after = range(index + 1, len(lines))
    return next((n for n in after if lines[n].strip() and not lines[n].lstrip().startswith("#")), index + 1)
