"""Files that come to lie on the same blocks, and that get their own again. Each step stands for itself.

A name that becomes a link has another time of last change. Bytecode is valid for one time of its source, so it is
stamped anew in the same step, and before its source changes: a kempt that is stopped between the two leaves bytecode
that the next run, or undo, finds and finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from kempt.engine.stamping import Stamps, dated_back
from kempt.engine.telling import told
from kempt.errors import KemptError, UnsafeError
from kempt.formats import bytecode
from kempt.host.files import expect_of, remove_temporary, temporary_name
from kempt.host.hashing import hash_file
from kempt.host.lock import environment_lock, is_locked_alone
from kempt.host.parents import Parents
from kempt.host.share import sharing, unsharing
from kempt.host.shareable import shares, stat_at
from kempt.host.state import state_folder
from kempt.model.journal import BytecodeChange, ShareChange
from kempt.model.plan import Expect, Left, Means, Outcome, Result, ShareFile, ShareStep, UnshareFile


class Sharer:
    """Shares files below one root, and holds the locks of the environments that they lie in until it is closed."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.parents = Parents(root)
        self._locks = ExitStack()
        self._refused: dict[str, UnsafeError | None] = {}
        self.stamps = Stamps(self.parents)
        self._dated: dict[str, BytecodeChange] = {}

    def close(self) -> None:
        """Let go of the locks and of the folders."""
        self.parents.close()
        self._locks.close()

    def take(self, step: ShareFile | UnshareFile, change: ShareChange) -> Outcome:
        """Do it, and tell how it ended. Whatever is not as the plan says is refused."""
        return self.attempt(step, lambda: self._take(step, change))

    def attempt(self, step: ShareStep, work: Callable[[], None]) -> Outcome:
        """Do what a step needs, with its environment locked, and tell how it ended."""
        try:
            self._hold(step.environment)
            work()
        except UnsafeError as error:
            return Outcome(step, Result.REFUSED, detail=told(error))
        except KemptError as error:
            return Outcome(step, Result.FAILED, detail=told(error))
        return Outcome(step, Result.DONE, step.bytes, files=1)

    def clear(self, change: ShareChange) -> tuple[str, ...]:
        """Remove the temporary files of a step that was stopped; those that are gone."""
        folder = change.path.rpartition("/")[0]
        paths = ("/".join(filter(None, (folder, inner, change.temporary))) for inner in ("", bytecode.FOLDER))
        return tuple(each for each in paths if remove_temporary(self._root, each))

    def expect(self, changes: Iterable[BytecodeChange]) -> None:
        """Say what is taken back first: sources have their old times again then."""
        self._dated = {each.source: each for each in changes if not each.back}

    def back(self, change: ShareChange) -> Iterator[UnshareFile | Left]:
        """What takes a step back, by what the world says; nothing where it was not done."""
        found = stat_at(self._root, change.path)
        if found is None or change.unshared:
            yield Left(change.path, "`kempt dedupe` shares it again" if found else "gone since")
            return
        before = change.before
        step = UnshareFile(
            change.path, change.means, self._expected(change.path, expect_of(found)), before.mtime_ns, before.mtime_ns,
            bytes=getattr(found, "st_blocks", 0) * 512 or found.st_size, environment=change.environment,
        )  # fmt: skip
        is_new = step.expect[3:] != before[3:]
        if change.means is Means.LINK:
            yield from self._link_back(step, change, found.st_nlink)
        elif step.expect[:2] != before[:2]:
            yield Left(change.path, "replaced since" if is_new else "edited since")
        elif is_new is (change.means is Means.CLONE) and shares(self._root, change.path) is not False:
            yield step

    def _expected(self, path: str, found: Expect) -> Expect:
        """What a file looks like once the bytecode that was made from it is taken back."""
        change = self._dated.get(path)
        return found if change is None else dated_back(change, found)

    def _link_back(self, step: UnshareFile, change: ShareChange, names: int) -> Iterator[UnshareFile | Left]:
        """A name that was made one of another file.

        By now it may lead to one more file, since other changes were made and taken back: what it holds and when that
        changed last tell what is to be done. Numbers of inodes do not, as they are given again.
        """
        now = step.expect
        is_joined = names > 1 and self._is_one(now, change)
        if not is_joined and now[:2] == change.before[:2]:
            yield from self._stamps_back(step._replace(shared_ns=change.kept.mtime_ns))
        elif now[:2] == change.kept[:2] and (is_joined or now[3:] == change.kept[3:] or self._holds(change)):
            back = step._replace(shared_ns=now.mtime_ns, digest=change.digest)
            yield back if is_joined else back._replace(bytes=0)
        elif is_joined:
            yield self._parted(step, change)
        elif not self._holds(change):
            yield Left(change.path, "replaced since" if now[3:] != change.kept[3:] else "edited since")

    def _is_one(self, now: Expect, change: ShareChange) -> bool:
        """Whether both names lead to one file, or this one to the file that was kept."""
        other = stat_at(self._root, change.keep)
        ends = [change.kept[3:], *([expect_of(other)[3:]] if other is not None else [])]
        return now[3:] in ends and change.before[3:] != change.kept[3:]

    def _holds(self, change: ShareChange) -> bool:
        """Whether a file holds what it held when it became a name of another one."""
        return bool(change.digest) and hash_file(f"{self._root}/{change.path}").digest == change.digest

    def _parted(self, step: UnshareFile, change: ShareChange) -> UnshareFile:
        """The step for a file that changed since, by whichever name: each of its names gets what it holds today."""
        if self._holds(change):
            return step._replace(shared_ns=step.expect.mtime_ns, digest=change.digest)
        today = step.expect.mtime_ns
        return step._replace(mtime_ns=today, shared_ns=today, edited=True)

    def _stamps_back(self, step: UnshareFile) -> Iterator[UnshareFile]:
        """A file that is as it was: kempt was stopped before that changed, and maybe after its bytecode did."""
        if any(self.stamps.fitting(step.path, step.expect.size, step.shared_ns, step.mtime_ns)):
            yield step._replace(copy=False, bytes=0)

    def _hold(self, environment: str) -> None:
        """Take the lock of an environment, which `kempt sync` holds while it works on it; uv has one of its own."""
        if not environment:
            return
        if environment not in self._refused:
            self._refused[environment] = self._why_not(f"{self._root}/{environment}")
        if error := self._refused[environment]:
            raise error

    def _why_not(self, place: str) -> UnsafeError | None:
        if is_locked_alone(f"{place}/.lock"):
            return UnsafeError("uv is working on this environment", path=place)
        try:
            self._locks.enter_context(environment_lock(state_folder(), place))
        except UnsafeError as error:
            return error
        return None

    def _take(self, step: ShareFile | UnshareFile, change: ShareChange) -> None:
        if isinstance(step, ShareFile):
            self._share(step, change)
        else:
            self._unshare(step, change)

    def _share(self, step: ShareFile, change: ShareChange) -> None:
        with sharing(self.parents, step, change.temporary) as ready:
            if step.means is Means.EXTENTS:
                return
            times = (step.expect.mtime_ns, step.kept.mtime_ns if step.means is Means.LINK else step.expect.mtime_ns)
            self.stamps.move(step.path, step.expect.size, *times, change.temporary)
            try:
                ready.finish()
            except (OSError, KemptError):
                self.stamps.move(step.path, step.expect.size, times[1], times[0], change.temporary)
                raise

    def _unshare(self, step: UnshareFile, change: ShareChange) -> None:
        if not step.copy:
            self._stamp_back(step, change)
            return
        with unsharing(self.parents, step, change.temporary) as ready:
            self._stamp_back(step, change)
            ready.finish()

    def _stamp_back(self, step: UnshareFile, change: ShareChange) -> None:
        self.stamps.move(step.path, step.expect.size, step.shared_ns, step.mtime_ns, change.temporary)


def announce(step: ShareFile | UnshareFile, stamp: str, number: int) -> ShareChange:
    """What undo and a later run need to know of a step. `stamp` is that of the run, `number` that of the step."""
    temporary = temporary_name(f"{stamp}-{number}")
    if isinstance(step, ShareFile):
        return ShareChange(
            step.path, step.keep, step.means, step.expect, step.kept, temporary, step.digest, step.bytes,
            step.environment,
        )  # fmt: skip
    return ShareChange(
        step.path, "", step.means, step.expect, step.expect, temporary, step.digest, step.bytes, step.environment,
        unshared=True,
    )  # fmt: skip
