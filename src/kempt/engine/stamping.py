"""Bytecode is valid for one time of its source: whoever changes that time stamps the bytecode anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kempt.formats import bytecode
from kempt.host.parents import Parents
from kempt.host.reading import read_beginning
from kempt.host.share import write_beginning
from kempt.host.shareable import names_in
from kempt.model.journal import BytecodeChange
from kempt.model.plan import Expect

_SOURCE = ".py"
_WORD = 0xFFFFFFFF
Move = Callable[[str, int, int, int, str], None]


class Stamps:
    """Stamps the bytecode of sources below one root. The folder that was listed last is not listed again."""

    def __init__(self, parents: Parents) -> None:
        self._parents = parents
        self._listed: tuple[str, tuple[str, ...]] = ("", ())

    def move(self, source: str, size: int, old_ns: int, new_ns: int, temporary: str) -> None:
        """Make bytecode that is valid for one time of its source valid for another. `size` is the source's."""
        for path, first in self.fitting(source, size, old_ns, new_ns):
            write_beginning(self._parents, path, first, bytecode.with_stamp(first, new_ns), temporary)

    def fitting(self, source: str, size: int, old_ns: int, new_ns: int) -> Iterator[tuple[str, bytes]]:
        """The bytecode of a source that is valid for a time, with its first bytes; none if both times are one to it."""
        if not source.endswith(_SOURCE) or bytecode.stamp(old_ns) == bytecode.stamp(new_ns):
            return
        above, _, name = source.rpartition("/")
        folder = "/".join(filter(None, (above, bytecode.FOLDER)))
        root = self._parents.root
        if self._listed[0] != folder:
            self._listed = (folder, names_in(root, folder))
        for each in self._listed[1]:
            said = bytecode.name(each)
            if said is not None and said.stem == name[: -len(_SOURCE)]:
                first = read_beginning(f"{root}/{folder}/{each}", bytecode.HEADER)
                header = bytecode.header(first)
                if header and header[:3] == ("time", bytecode.stamp(old_ns), size & _WORD):
                    yield f"{folder}/{each}", first


def planned_back(change: BytecodeChange, source: Expect) -> Expect:
    """What a source looks like once a change is taken back."""
    same = is_source(source, change.source_was, change.mtime_ns)
    return source._replace(mtime_ns=change.source_was.mtime_ns) if same else source


def dated_back(change: BytecodeChange, source: Expect) -> Expect:
    """`planned_back` where the source may be another file by now: undo of later changes gives names files of their own.

    Its size and its time, to the nanosecond, are those that the change left.
    """
    return planned_back(change._replace(source_was=change.source_was._replace(inode=0)), source)


def is_source(found: Expect, planned: Expect, *times: int) -> bool:
    """Whether a source is the planned one, changed last at one of these times. Inode 0: it got a new one meanwhile."""
    same = planned.inode in {0, found.inode} and (found.size, found.dev) == (planned.size, planned.dev)
    return same and found.mtime_ns in times
