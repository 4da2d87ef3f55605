"""`fleet fix`: what mends each repository of a fleet, as patches. Nothing is pushed, and no repository is changed.

The plan is that of `check --fix`, made on the commit's tree in memory. A patch needs the contents of what is edited,
and both of them are there. Of what leaves git it needs the object ids alone: git takes a deletion in its binary form
without the content, and refuses it where the file is another one. So nothing is fetched for it, however large it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kempt import rules
from kempt.engine.fleet.acquire import Acquired, acquire
from kempt.engine.fleet.strictness import judge_for, settings_for
from kempt.engine.overlay import Overlay
from kempt.engine.project.check import examine
from kempt.engine.project.settling import Judged, Settled, chosen, content_of, settle
from kempt.errors import KemptError
from kempt.host.git import Git
from kempt.host.gitdir import GitDir
from kempt.host.hunks import hunks_between
from kempt.host.trees import is_below, is_plain
from kempt.host.workers.overtime import Overtime, at_most
from kempt.model.fleet import Target, Task, Wishes
from kempt.model.patches import Mended, Part, Patch
from kempt.model.tree import REGULAR, SUBMODULE, SYMLINK, Entry, Tree

SHA1_DIGITS = 40
GITLINK_HUNK = "@@ -1 +0,0 @@\n-Subproject commit {}\n"


def patches(targets: Iterable[Target], wishes: Wishes, *, unsafe: bool = False) -> Iterator[Patch]:
    """The patch of each repository, as it is ready. Nothing is raised for one of them; its `error` says why not.

    `unsafe` takes fixes that want a look as well.
    """
    with Git(GitDir("", None)) as scratch:
        for acquired in acquire([Task(target) for target in targets], wishes):
            with acquired:
                yield _patch_of(acquired, wishes, scratch, unsafe=unsafe)


def _patch_of(acquired: Acquired, wishes: Wishes, scratch: Git, *, unsafe: bool) -> Patch:
    patch = Patch(*acquired.task.target, acquired.head)
    if acquired.error is not None:
        return patch._replace(error=str(acquired.error))
    try:
        with at_most(wishes.limits.seconds):
            patch = _mended(patch, acquired, wishes, scratch, unsafe=unsafe)
    except Overtime:
        return patch._replace(error=f"it took longer than {wishes.limits.seconds:g} s")
    except KemptError as error:
        return patch._replace(error=str(error))
    except Exception as error:  # noqa: BLE001 - the boundary: a crash in one repository is its row, the others go on
        return patch._replace(error=f"kempt crashed: {type(error).__name__}: {error}")
    return _unless_incomplete(patch, acquired)


def _unless_incomplete(patch: Patch, acquired: Acquired) -> Patch:
    """The patch; none where content was missing when the tree was read."""
    return patch if acquired.error is None else patch._replace(parts=(), mended=(), error=str(acquired.error))


def _mended(patch: Patch, acquired: Acquired, wishes: Wishes, scratch: Git, *, unsafe: bool) -> Patch:
    tree, ignores = acquired.tree, acquired.ignores
    if tree is None or ignores is None:
        raise KemptError("it was not opened")
    settings, faults = settings_for(wishes, tree)

    def look_at(seen: Tree) -> Judged:
        return Judged(*judge_for(wishes, *examine(seen, ignores, settings, faults)))

    unsafe = unsafe or settings.unsafe_fixes
    done = settle(tree, look_at, lambda found: chosen(found, settings, unsafe=unsafe))
    entries, notes = _changed(tree, done.overlay)
    parts = tuple(_part(tree, done.overlay, entry, scratch) for entry in entries)
    mended = tuple(_ended(done)) if parts else ()
    return patch._replace(parts=parts, mended=mended, left=len(done.after.findings), notes=notes)


def _ended(done: Settled) -> Iterator[Mended]:
    """The findings that are there no more."""
    names = {rule.code: rule.name for rule in rules.ALL}
    left = {finding.identity for finding in done.after.findings}
    for finding in done.before.findings:
        if finding.identity not in left:
            yield Mended(finding.code, names[finding.code], str(finding.location.path), finding.message)


def _changed(tree: Tree, overlay: Overlay) -> tuple[list[Entry], tuple[str, ...]]:
    """The files that differ, in git's order, as they were (without an id where they are new), and what cannot be."""
    held = {entry.path: entry for entry in tree.entries((*overlay.contents, *overlay.untracked))}
    leaving = {path for path in held if is_below(path, overlay.untracked) and path not in overlay.contents}
    found, notes = [], []
    for path in sorted({*leaving, *overlay.contents}):
        entry = held.get(path, Entry(REGULAR, "", path))
        if why := _obstacle(tree, overlay, entry, leaves=path in leaving):
            notes.append(f"{path} is not in the patch: {why}")
        else:
            found.append(entry)
    return found, tuple(notes)


def _obstacle(tree: Tree, overlay: Overlay, entry: Entry, *, leaves: bool) -> str:
    """Why git would not take a change of this file, "" where it does."""
    if not is_plain(entry.path):
        return "git refuses its name"
    if leaves:
        return ""
    if entry.oid and (entry.mode in {SYMLINK, SUBMODULE} or content_of(tree, entry.path) is None):
        return "it is no regular file that can be read"
    above = entry.path.rpartition("/")[0]
    while above:
        if above in overlay.listing:
            return f"{above} is a file"
        above = above.rpartition("/")[0]
    return "it is a folder" if not entry.oid and overlay.listing.has_folder(entry.path) else ""


def _part(tree: Tree, overlay: Overlay, entry: Entry, scratch: Git) -> Part:
    """The change of one file."""
    if entry.path not in overlay.contents:
        hunk = GITLINK_HUNK.format(entry.oid) if entry.mode == SUBMODULE else ""
        return Part(entry.path, entry.mode, old=entry.oid, hunks=hunk)
    new = overlay.contents[entry.path]
    part = Part(entry.path, entry.mode, entry.oid, _blob_id(new, _digits(tree)))
    old = tree.read(entry.path) if entry.oid else None
    if not _is_mailable(old or b"") or not _is_mailable(new):
        return part._replace(before=old, after=new)
    return part._replace(hunks=hunks_between(scratch, old or b"", new).decode("utf-8"))


def _is_mailable(content: bytes) -> bool:
    """Whether a text comes through `git am` as it is: it takes carriage returns from line ends, and mail has no NUL."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\r" not in content and b"\0" not in content


def _digits(tree: Tree) -> int:
    """How long object ids are in a repository: 40 digits of SHA-1, or 64 of SHA-256."""
    first = next(iter(tree.listing))
    return max((len(entry.oid) for entry in tree.entries([first])), default=SHA1_DIGITS)


def _blob_id(content: bytes, digits: int) -> str:
    """The object id that git gives a content."""
    import hashlib

    made = hashlib.new("sha1" if digits == SHA1_DIGITS else "sha256", usedforsecurity=False)
    made.update(b"blob %d\0" % len(content))
    made.update(content)
    return made.hexdigest()
