"""From the repositories of a fleet to trees that can be examined: folders in place, remotes without a checkout."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Self
from urllib.parse import urlsplit

from kempt.engine.fleet.credentials import all_spellings
from kempt.engine.fleet.remotes import RemoteCalls, Together
from kempt.engine.wanted import named, wanted
from kempt.errors import KemptError, RemoteError, ToolError
from kempt.formats.redaction import redacted
from kempt.host.git import Git
from kempt.host.heads import head_of
from kempt.host.ignores import SharedIgnores
from kempt.host.objects import ObjectTree
from kempt.host.scratch import Scratch
from kempt.host.workers.lanes import Lanes
from kempt.model.fleet import Task, Wishes
from kempt.model.tree import Entry, Ignores, Tree

MOST_THREADS = 32
"""Remotes that one worker waits for at a time, whatever their hosts."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
AHEAD = 8
"""Repositories that are ready or under way for each that a host may be asked for at once: disk and memory."""


class Acquired:
    """One repository, ready to be examined, unchanged, or failed. For a `with` block, or `close` it.

    `tree` and `ignores` are None where it is unchanged or failed. `head` is the commit, `branch` what it is the tip of
    ("" where HEAD is detached), `received` the bytes that came for it: packs and the line of its HEAD, without what the
    transport adds. `note` tells of a repository that was found elsewhere. `error` says why it failed; content that
    turns out to be missing while a tree is read sets it too, so ask again after the examination: what was not read is
    never clean.
    """

    def __init__(self, task: Task, secrets: Iterable[str] = ()) -> None:
        """`secrets` stand in no message of this repository."""
        self.task = task
        self.tree: Tree | None = None
        self.ignores: Ignores | None = None
        self.head = ""
        self.branch = ""
        self.received = 0
        self.unchanged = False
        self.note = ""
        self.error: KemptError | None = None
        self._secrets = tuple(secrets)
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was opened, and remove what was fetched."""
        self._held.close()

    def fail(self, error: KemptError) -> None:
        """Take note of an error, the first of which counts, without any secret in it."""
        error.message = redacted(error.message, self._secrets)
        error.hint = redacted(error.hint, self._secrets)
        error.args = (error.message,)
        self.error = self.error or error

    @contextmanager
    def failing(self) -> Iterator[None]:
        """What goes wrong in this block is its error, whoever catches it afterwards."""
        try:
            yield
        except KemptError as error:
            self.fail(error)
            raise

    def hold(self, close: Callable[[], object]) -> None:
        """Have this done by `close`."""
        self._held.callback(close)


class FleetTree(ObjectTree):
    """A commit whose faults are those of its repository: no rule that crashes over one makes it a mere finding."""

    def __init__(self, acquired: Acquired, git: Git, commit: str, fetch: Callable[[Sequence[str]], None]) -> None:
        super().__init__(git, commit, fetch)
        self._acquired = acquired
        self._may_ask_for_more = False

    def fetch_wanted(self) -> None:
        """Have all that rules are known to read.

        The first thing that they ask for beyond it brings along what they may ask for next.
        """
        self.prefetch(wanted(self.listing))
        self._may_ask_for_more = True

    def prefetch(self, paths: Iterable[str]) -> None:
        """As any tree."""
        asked = list(paths)
        if self._may_ask_for_more and any(path not in self._blobs and path in self.listing for path in asked):
            self._may_ask_for_more = False
            files = {path: content for path, content in self._blobs.items() if isinstance(content, bytes)}
            asked += named(files, self.listing)
        with self._acquired.failing():
            super().prefetch(asked)

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """As any tree."""
        with self._acquired.failing():
            return super().sizes(entries)


def acquire(tasks: Sequence[Task], wishes: Wishes) -> Iterator[Acquired]:
    """Each repository as it is ready, folders first and in order. Nothing is raised for one of them.

    A folder is opened when its turn comes; it ends with this iterator at the latest. Remotes are asked on threads,
    `wishes.limits.at_once` of each host at a time; where the iterator is left early, what runs is ended.
    """
    secrets = all_spellings(wishes.credentials)
    with Scratch() as scratch, SharedIgnores() as ignores:
        for task in tasks:
            if task.target.is_local:
                yield _guarded(Acquired(task), lambda found: _open_folder(found, scratch, ignores))
        remotes = [task for task in tasks if not task.target.is_local]
        if remotes:
            yield from _acquire_remotes(remotes, wishes, secrets, ignores)


def _acquire_remotes(
    tasks: Sequence[Task], wishes: Wishes, secrets: Sequence[str], ignores: Ignores
) -> Iterator[Acquired]:
    together = Together()
    lanes = Lanes[Task, Acquired](
        lambda task: _guarded(Acquired(task, secrets), lambda found: _fetch_remote(found, wishes, together, ignores)),
        lambda task: urlsplit(task.target.url).netloc.rpartition("@")[2],
        width=wishes.limits.at_once, threads=MOST_THREADS, ahead=AHEAD * max(1, wishes.limits.at_once),
        stop=together.programs.stop, drop=Acquired.close,
    )  # fmt: skip
    yield from lanes.results(tasks)


def _guarded(acquired: Acquired, work: Callable[[Acquired], None]) -> Acquired:
    """What `work` makes of a repository; its error, and nothing held, where it fails."""
    try:
        work(acquired)
    except KemptError as error:
        acquired.fail(error)
    except Exception as error:  # noqa: BLE001 - the boundary: on a thread, nobody else would hear of it
        is_full = isinstance(error, OSError) and error.errno in FULL
        said = "the disk of this machine's temporary files is full" if is_full else "kempt crashed"
        code = "no-space" if is_full else "engine-crash"
        acquired.fail(KemptError(f"{said}: {type(error).__name__}: {error}", code=code))
    except BaseException:
        acquired.close()
        raise
    if acquired.error is not None:
        acquired.head = acquired.branch = ""  # nothing was looked at
        acquired.unchanged = False
    if acquired.error is not None or acquired.unchanged:
        acquired.tree = acquired.ignores = None
        acquired.close()
    return acquired


def _open_folder(acquired: Acquired, scratch: Scratch, ignores: Ignores) -> None:
    """The commit at HEAD of a repository on this machine; its work tree and index are not looked at."""
    known = acquired.task.known_head
    git = Git.open(acquired.task.target.url, scratch=scratch)
    acquired.hold(git.close)
    acquired.branch, acquired.head = head_of(git.git_dir)
    if not acquired.head or acquired.head != known:
        tree = _opened(acquired, git)
        acquired.head = tree.commit
        if acquired.head != known:
            _ = tree.listing  # a commit whose folders are missing is found out here
            acquired.tree, acquired.ignores = tree, ignores
    acquired.unchanged = acquired.head == known


def _opened(acquired: Acquired, git: Git) -> FleetTree:
    def lack(oids: Sequence[str]) -> None:
        raise ToolError(
            f"{len(oids):,} of the objects of {acquired.head or 'HEAD'} are missing: a partial clone, or damage",
            code="KPT004", hint=f"git -C {git.work_tree or git.git_dir} fetch --refetch, or name its URL instead",
        )  # fmt: skip

    try:
        return FleetTree(acquired, git, acquired.head or "HEAD", lack)
    except ToolError as error:
        if acquired.branch and not acquired.head:
            raise RemoteError(f"its branch {acquired.branch} has no commit yet", code="empty") from error
        raise


def _fetch_remote(acquired: Acquired, wishes: Wishes, together: Together, ignores: Ignores) -> None:
    """The commit at HEAD of a remote, without history, and of its files those that the rules read."""
    task = acquired.task
    calls = RemoteCalls(task.target.url, wishes, together)
    remote = calls.remote
    acquired.hold(remote.git.close)
    try:
        acquired.head, acquired.branch = calls.head()
        acquired.unchanged = acquired.head == task.known_head
        if acquired.unchanged:
            return
        calls.fetch_commit("sha1" if len(acquired.head) == 40 else "sha256")  # noqa: PLR2004 - hexadecimal digits

        def fetch(oids: Sequence[str]) -> None:
            try:
                calls.fetch_blobs(oids)
            finally:
                acquired.received = remote.received

        acquired.head = head_of(remote.git.git_dir).commit or acquired.head
        tree = FleetTree(acquired, remote.git, acquired.head, fetch)
        tree.fetch_wanted()
        acquired.tree, acquired.ignores = tree, ignores
    finally:
        acquired.received, acquired.note = remote.received, calls.note
