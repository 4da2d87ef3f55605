"""Changing git's index: all entries at once or none, and never from a state other than the one that was looked at.

`git update-index` would do that alone, were it not for two things. A kempt that is killed leaves it running with half
its input, which it takes for all. And between looking and changing, another git can stage something. So git edits a
copy, and the copy takes the index's place under git's own lock (index.lock) if the index is still the one copied.

git is shown an empty work tree meanwhile: writing an index, it compares files that changed in the same instant as the
index did, and runs the repository's filters on them. As nothing is compared, the new index keeps the old one's time:
an entry that could not be trusted to be unchanged is then still not trusted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from kempt.errors import KemptError, ToolError, UnsafeError
from kempt.host.clock import wait
from kempt.host.files import copy_file, expect_of, settle
from kempt.host.folders import Folder
from kempt.host.git import Git
from kempt.model.plan import IndexChange, Tracked
from kempt.model.tree import SUBMODULE

ATTEMPTS, PAUSE_SECONDS = 6, 0.1  # an editor's `git status` holds the index for a moment


class Looked(NamedTuple):
    """What the index holds for some paths. `unmerged`: in a merge conflict. `blocked`: an entry lies above or below."""

    found: dict[str, Tracked]
    unmerged: frozenset[str]
    blocked: frozenset[str]


class _BusyError(UnsafeError):
    """Another git holds the index or has just changed it."""


def look_up(git: Git, paths: Iterable[str], leaving: Container[str] = ()) -> Looked:
    """What the index holds for these paths, in one call of git; entries of `leaving` block nothing."""
    wanted = frozenset(paths)
    above = {folder for path in wanted for folder in _ancestors(path)}
    found: dict[str, Tracked] = {}
    unmerged: set[str] = set()
    below: set[str] = set()
    blockers: set[str] = set()
    last = ""
    for tag, mode, oid, stage, path in _records(git):
        if stage != "0":
            unmerged.add(path)
        elif path in wanted:
            found[path] = Tracked(mode, oid, tag)
        if path in leaving:
            continue
        if path in above:
            blockers.add(path)
        if (folder := path.rpartition("/")[0]) != last:
            last = folder
            below.update(wanted.intersection(_ancestors(path)))
    blocked = below | {path for path in wanted if blockers and not blockers.isdisjoint(_ancestors(path))}
    return Looked(found, frozenset(unmerged & wanted), frozenset(blocked))


def same_content(one: Tracked | None, other: Tracked | None) -> bool:
    """Whether two states of an entry are the same to git's history: mode and object id, whatever the flags."""
    return (one and one[:2]) == (other and other[:2])


def confirm(looked: Looked, changes: Iterable[IndexChange]) -> tuple[IndexChange, ...]:
    """The changes that are not made already, each with the flags that its entry has now.

    Raises UnsafeError where an entry is not as in its change's `before`, in a merge conflict or in another's way.
    """
    confirmed = []
    for path, before, after in changes:
        found = looked.found.get(path)
        if path in looked.unmerged:
            raise UnsafeError("in a merge conflict", path=path, hint="resolve the merge first")
        if not same_content(found, before):
            raise UnsafeError("its entry in git's index changed since the plan was made", path=path)
        if after is not None and path in looked.blocked:
            raise UnsafeError("another entry of git's index is in its way", path=path)
        if not same_content(found, after):
            confirmed.append(IndexChange(path, found, after))
    return tuple(confirmed)


def blob_id(git: Git, content: bytes, *, write: bool = False) -> str:
    """The object id of a content taken as it is, without filters; `write` stores it."""
    options = ("-w",) if write else ()
    return git.run("hash-object", *options, "--stdin", "--no-filters", input=content).out.decode("ascii").strip()


def lost_objects(git: Git, entries: Iterable[Tracked]) -> frozenset[str]:
    """The object ids of those entries whose content git holds no longer: it was pruned since.

    Empty in a partial clone, where missing contents are no loss: git fetches them.
    """
    wanted = sorted({entry.oid for entry in entries if entry.mode != SUBMODULE})
    if not wanted or _is_partial(git):
        return frozenset()
    asked = "\n".join(wanted).encode("ascii") + b"\n"
    lines = git.run("cat-file", "--batch-check=%(objectname)", input=asked).out.decode("ascii").split("\n")
    return frozenset(line.removesuffix(" missing") for line in lines if line.endswith(" missing"))


def refuse_locked(git: Git) -> None:
    """Raises UnsafeError when another git holds the index, and goes on holding it for a moment."""
    lock = index_path(git) + ".lock"

    def look() -> None:
        if os.path.lexists(lock):
            raise _locked(lock)

    _patiently(look)


def change_index(git: Git, changes: Sequence[IndexChange], token: str) -> None:
    """Change these entries, each of them really, at once; leave all others as they are, flags included.

    When this raises, the index holds what it held: UnsafeError where an entry is not as in its change's `before`, is in
    a merge conflict, or another git is at work; ToolError where git fails; KemptError where the disk does.
    """
    if not changes:
        return
    place = index_path(git)
    try:
        with Folder.open(os.path.dirname(place)) as folder:
            _patiently(lambda: _change(git, folder, os.path.basename(place), changes, draft_name(token)))
    except OSError as error:
        raise KemptError(f"cannot write git's index: {error.strerror or error}", path=place) from error


def draft_name(token: str) -> str:
    """What the copy that git edits is called; it lies beside the index."""
    return f"kempt-{token}.index"


def remove_drafts(git: Git, token: str) -> tuple[str, ...]:
    """Remove what a stopped `change_index` left beside the index, its index.lock included; the paths removed."""
    place = index_path(git)
    draft = os.path.join(os.path.dirname(place), draft_name(token))
    for _ in range(ATTEMPTS):
        if not os.path.lexists(draft + ".lock"):
            break
        wait(PAUSE_SECONDS)  # the git that a killed kempt left behind is still writing the copy
    with suppress(OSError), Folder.open(os.path.dirname(place)) as folder:
        names = [name for name in (draft, draft + ".lock", place + ".lock") if os.path.lexists(name)]
        if place + ".lock" in names and not (draft in names and os.path.samefile(draft, place + ".lock")):
            names.remove(place + ".lock")
        for name in reversed(names):  # the lock first: only the draft tells that it is ours
            folder.unlink(os.path.basename(name))
        return tuple(names)
    return ()


def index_path(git: Git) -> str:
    """Where the index lies; links are followed, as git does."""
    return os.path.realpath(git.index or os.path.join(git.git_dir, "index"))


def _change(git: Git, folder: Folder, name: str, changes: Sequence[IndexChange], draft: str) -> None:
    try:
        like = copy_file(folder, name, draft)
        with _index_at(git, os.path.join(folder.path, draft)):
            leaving = {each.path for each in changes if each.after is None}
            paths = [each.path for each in changes]
            _edit(git, confirm(look_up(git, paths, leaving), changes))
            _verify(look_up(git, paths, leaving), changes)
        settle(folder, draft, like)
        _swap_in(folder, draft, name, like)
    finally:
        folder.discard(draft)
        folder.discard(draft + ".lock")


def _edit(git: Git, changes: Sequence[IndexChange]) -> None:
    removed = [each for each in changes if each.after is None and each.before is not None]
    kept = [(each.path, each.after) for each in changes if each.after is not None]
    lines = [b"0 %s\t%s\0" % (b"0" * len(each.before.oid), os.fsencode(each.path)) for each in removed if each.before]
    lines += [b"%s %s\t%s\0" % (state.mode.encode(), state.oid.encode(), os.fsencode(path)) for path, state in kept]
    _update(git, "--index-info", input=b"".join(lines))
    for option, has_flag in (("--skip-worktree", _is_skipped), ("--assume-unchanged", _is_assumed)):
        if flagged := [os.fsencode(path) for path, state in kept if has_flag(state)]:
            _update(git, option, "--stdin", input=b"\0".join(flagged) + b"\0")


def _verify(looked: Looked, changes: Sequence[IndexChange]) -> None:
    """git leaves out a path that it refuses to track, and still says that all is well."""
    for path, _, after in changes:
        if not same_content(looked.found.get(path), after):
            raise ToolError(f"git did not change the entry of {path!r}", code="KPT004")


def _update(git: Git, *options: str, input: bytes) -> None:
    nowhere = git.scratch.folder("empty")
    place = ("-C", nowhere, f"--work-tree={nowhere}")  # both: git takes names from where it stands, too
    git.run(*place, "-c", "core.untrackedCache=keep", "update-index", "-z", *options, input=input)


def _is_skipped(state: Tracked) -> bool:
    return state.tag in {"S", "s"}


def _is_assumed(state: Tracked) -> bool:
    return state.tag.islower()


def _swap_in(folder: Folder, draft: str, name: str, like: os.stat_result | None) -> None:
    """Put the edited copy in the index's place, under git's lock, if the index is still the one that was copied."""
    lock = name + ".lock"
    linked = _take_lock(folder, draft, lock)
    try:
        _refuse_another(folder.lstat(name), like)
        folder.replace(lock if linked else draft, name)
    except BaseException:
        folder.discard(lock)
        raise
    if not linked:
        folder.discard(lock)
    folder.sync()


def _refuse_another(found: os.stat_result | None, like: os.stat_result | None) -> None:
    if (found and expect_of(found)) != (like and expect_of(like)):
        raise _BusyError("git's index changed just now", hint="run it again")


def _take_lock(folder: Folder, draft: str, lock: str) -> bool:
    """Take git's lock; whether index.lock is a second name of the draft, which tells it from another git's lock.

    The name stays ours until it is renamed away or removed: nobody else can make it while it is there.
    """
    try:
        try:
            folder.link(draft, lock)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            os.close(folder.open_file(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            return False
    except FileExistsError:
        raise _locked(os.path.join(folder.path, lock)) from None
    return True


def _locked(lock: str) -> _BusyError:
    return _BusyError("git's index is locked", path=lock, hint="another git is at work; if none is, remove that file")


def _patiently(action: Callable[[], None]) -> None:
    for _ in range(ATTEMPTS - 1):
        try:
            return action()
        except _BusyError:
            wait(PAUSE_SECONDS)
    return action()


@contextmanager
def _index_at(git: Git, path: str) -> Iterator[None]:
    """Let git take another file for its index."""
    own = git.index
    git.index = path
    try:
        yield
    finally:
        git.index = own


def _records(git: Git) -> Iterator[tuple[str, str, str, str, str]]:
    """Tag, mode, object id, stage and path of each entry."""
    for record in git.run("ls-files", "-z", "--stage", "-v").out.split(b"\0")[:-1]:
        head, _, path = record.partition(b"\t")
        tag, mode, oid, stage = head.decode("ascii").split(" ")
        yield tag, mode, oid, stage, os.fsdecode(path)


def _ancestors(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _is_partial(git: Git) -> bool:
    packs = git.run("rev-parse", "--git-path", "objects/pack").out.removesuffix(b"\n")
    with suppress(OSError):
        return any(name.endswith(b".promisor") for name in os.listdir(packs))
    return False
