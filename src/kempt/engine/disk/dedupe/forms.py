"""What bytecode files hold once their sources' names are put alike: the work of a processor, for many files at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kempt.engine.rewriting import digest_of
from kempt.errors import UnreadableError
from kempt.formats import bytecode
from kempt.formats.file_names import Spot, find, is_known, token
from kempt.host.reading import read_regular
from kempt.host.rewriting import LIMIT

OTHER_KIND = "bytecode that Python compares with its source by a hash, or never"
UNKNOWN = "bytecode for a Python that kempt does not know; 3.8 to 3.14 it does"
MALFORMED = "bytecode that holds no code that can be read, or names several sources"
UNREADABLE = "bytecode that cannot be read"


class Task(NamedTuple):
    """Bytecode files of one source in several environments, by absolute path, and the name that they get in common."""

    name: str
    paths: tuple[str, ...]


class Form(NamedTuple):
    """One file: what stands at `at` and what takes its place; the digest then, whatever the stamp; stamp and size.

    `why` says why it must stay as it is; then the rest means nothing.
    """

    why: str
    at: int = 0
    before: bytes = b""
    after: bytes = b""
    digest: str = ""
    stamp: tuple[int, int] = (0, 0)

    @property
    def is_put(self) -> bool:
        """Whether it has the name in common already."""
        return self.before == self.after


def forms(tasks: Sequence[Task]) -> list[list[Form]]:
    """For each task, what each of its files is. Files that differ in nothing but the name are read through once."""
    return [_forms(each) for each in tasks]


def _forms(task: Task) -> list[Form]:
    known: list[tuple[bytes, Spot]] = []
    return [_form(path, task.name, known) for path in task.paths]


def _form(path: str, name: str, known: list[tuple[bytes, Spot]]) -> Form:
    try:
        content = read_regular(path, LIMIT)
    except UnreadableError:
        return Form(UNREADABLE)
    header = bytecode.header(content)
    if header is None or not header.kind:
        return Form(MALFORMED)
    if header.kind != "time":
        return Form(OTHER_KIND)
    if not is_known(content):
        return Form(UNKNOWN)
    spot = next((spot for each, pattern in known if (spot := _alike(content, each, pattern))), None)
    if spot is None:
        spot = find(content)
        if spot is None:
            return Form(MALFORMED)
        known.append((content, spot))
    end = spot.at + len(spot.token)
    after = token(name, spot.token)
    digest = digest_of(content[: spot.at] + after + content[end:])
    return Form("", spot.at, spot.token, after, digest, (header.mtime, header.size))


def _alike(content: bytes, other: bytes, pattern: Spot) -> Spot | None:
    """Where the name stands in a file that is another one but for that and the stamp: where it stands there.

    It is a name there too, whatever it says, because everything around it is the same.
    """
    at, end = pattern.at, pattern.at + len(pattern.token)
    rest = len(other) - end
    here = content[at : len(content) - rest]
    first, known = content[:at], other[:at]
    same = first[: bytecode.HEADER][:8] == known[:8] and first[bytecode.HEADER :] == known[bytecode.HEADER :]
    if not same or len(here) < 2 or content[len(content) - rest :] != other[end:] or not _is_text(here, pattern.token):  # noqa: PLR2004
        return None
    return Spot(at, here)


def _is_text(raw: bytes, like: bytes) -> bool:
    """Whether it is one text as `marshal` writes it, of the same kind as another."""
    width = 1 if like[0] & 0x7F in b"zZ" else 4
    return raw[0] == like[0] and len(raw) == 1 + width + int.from_bytes(raw[1 : 1 + width], "little")
