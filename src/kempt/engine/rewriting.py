"""Bytecode that comes to be the same in several environments, and that gets back what it had. Each step for itself.

The time of the source and the stamp of its bytecode change together: first the source's, then the file takes the place
of the old one, then other bytecode of the same source is stamped. A kempt that is killed between leaves bytecode that
Python would make anew; the journal says enough for the next run, or undo, to finish it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from kempt.engine.stamping import Move, dated_back, is_source
from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.formats import bytecode
from kempt.formats.file_names import with_token
from kempt.host.files import expect_of, remove_temporary, temporary_name
from kempt.host.parents import Parents
from kempt.host.reading import read_beginning, read_regular
from kempt.host.rewriting import LIMIT, date, rewriting
from kempt.host.shareable import stat_at
from kempt.model.journal import BytecodeChange
from kempt.model.plan import Expect, Left, RewriteBytecode

_WORD = 0xFFFFFFFF
_AFRESH = "Python made it anew since"


class Rewriter:
    """Rewrites bytecode below one root. `move` stamps other bytecode of a source."""

    def __init__(self, parents: Parents, move: Move) -> None:
        self._root, self._parents, self._move = parents.root, parents, move

    def take(self, step: RewriteBytecode, change: BytecodeChange) -> None:
        """Do it. Raises UnsafeError where anything is not as the plan says, and KemptError where the system refuses."""
        now = self._source(step)
        if not step.digest:
            self._date(step, now)
        else:
            with rewriting(self._parents, step, change.temporary, lambda content: _changed(content, step, now)) as it:
                self._date(step, now)
                try:
                    it.finish()
                except (OSError, KemptError):
                    if now.mtime_ns != step.mtime_ns:
                        date(self._parents, step.source, now._replace(mtime_ns=step.mtime_ns), now.mtime_ns)
                    raise
        try:
            self._move(step.source, now.size, now.mtime_ns, step.mtime_ns, change.temporary)
        except UnsafeError as error:  # not refused: the file has changed by now
            raise KemptError(error.message, path=error.path) from error

    def clear(self, change: BytecodeChange) -> tuple[str, ...]:
        """Remove what a step that was stopped left, and finish it or take it back; the temporary files that are gone.

        The source may have its new time already, and its bytecode the old one's stamp.
        """
        temporary = change.path[: change.path.rfind("/") + 1] + change.temporary
        gone = (temporary,) if remove_temporary(self._root, temporary) else ()
        found = stat_at(self._root, change.source)
        was, new_ns = change.source_was, change.mtime_ns
        if found is None or not is_source(expect_of(found), was, new_ns):
            return gone
        first = read_beginning(f"{self._root}/{change.path}", bytecode.HEADER)
        with suppress(KemptError):
            if _fits(first, was) and not _fits(first, was._replace(mtime_ns=new_ns)):
                date(self._parents, change.source, expect_of(found), was.mtime_ns)
            else:
                self._move(change.source, was.size, was.mtime_ns, new_ns, change.temporary)
        return gone

    def back(self, change: BytecodeChange) -> Iterator[RewriteBytecode | Left]:
        """What takes a step back, by what the world says; nothing where it was not done."""
        if change.back:
            yield Left(change.path, "`kempt dedupe --bytecode` does it again")
            return
        found, source = stat_at(self._root, change.path), stat_at(self._root, change.source)
        if found is None or source is None:
            yield Left(change.path, "gone since")
            return
        planned = expect_of(source)
        step = RewriteBytecode(
            change.path, "", change.means, expect_of(found), change.source, planned,
            dated_back(change, planned).mtime_ns, change.at, change.after, change.before,
            self._digest_before(change), change.was.mtime_ns, change.bytes, change.environment, back=True,
        )  # fmt: skip
        if step.digest or step.mtime_ns != planned.mtime_ns:
            yield step
        if not step.digest and expect_of(found)[:2] != change.was[:2]:
            yield Left(change.path, _AFRESH)

    def _digest_before(self, change: BytecodeChange) -> str:
        """What the digest was, if the file is as the change left it; else empty."""
        try:
            content = read_regular(f"{self._root}/{change.path}", LIMIT)
        except UnreadableError:
            return ""
        before = with_token(content, change.at, change.after, change.before)
        return digest_of(before) if before is not None and digest_of(content) == change.digest else ""

    def _source(self, step: RewriteBytecode) -> Expect:
        """The source as it is now: as planned, or dated already by a step for other bytecode of it."""
        found = stat_at(self._root, step.source)
        now = found and expect_of(found)
        if now is None or not is_source(now, step.planned, step.planned.mtime_ns, step.mtime_ns):
            raise UnsafeError("its source changed since the plan was made", path=step.path)
        return now

    def _date(self, step: RewriteBytecode, now: Expect) -> None:
        if now.mtime_ns != step.mtime_ns:
            date(self._parents, step.source, now, step.mtime_ns)


def announce(step: RewriteBytecode, stamp: str, number: int) -> BytecodeChange:
    """What undo and a later run need to know of a step. `stamp` is that of the run, `number` that of the step."""
    return BytecodeChange(
        step.path, step.source, temporary_name(f"{stamp}-{number}"), step.means, step.expect, step.planned,
        step.mtime_ns, step.at, step.before, step.after, step.digest, step.bytes, step.environment, step.back,
    )  # fmt: skip


def digest_of(content: bytes) -> str:
    """The SHA-256 of a bytecode file, whatever its stamp says."""
    return hashlib.sha256(bytecode.with_stamp(content[: bytecode.HEADER], 0) + content[bytecode.HEADER :]).hexdigest()


def _changed(content: bytes, step: RewriteBytecode, source: Expect) -> bytes:
    """What a file is to hold. Raises UnsafeError where it holds something else than planned, or is older than that."""
    fits = _fits(content, source)
    if not fits and not step.back:
        raise UnsafeError("it was not made for its source as that is now", path=step.path)
    after = with_token(content, step.at, step.before, step.after)
    if after is None or digest_of(after) != step.digest:
        raise UnsafeError("changed since the plan was made", path=step.path)
    first, rest = after[: bytecode.HEADER], after[bytecode.HEADER :]
    return (bytecode.with_stamp(first, step.mtime_ns) if fits else first) + rest


def _fits(content: bytes, source: Expect) -> bool:
    """Whether Python would run it for its source: its stamp is the time and size of that."""
    header = bytecode.header(content)
    return header is not None and header[:3] == ("time", bytecode.stamp(source.mtime_ns), source.size & _WORD)
