"""From findings to one plan that ends them.

Fixes are tried on an overlay in memory, and the rules are asked again, until nothing more can be mended. Only then is a
plan made. So a dry run shows exactly what a real run does, and a fix that leads to the next one costs one run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import rules
from kempt.engine.configuration import load_config
from kempt.engine.overlay import Overlay
from kempt.engine.project.check import examine, judge
from kempt.engine.project.settling import Judged, chosen, content_of, edited, settle
from kempt.engine.sources import Source, open_source
from kempt.errors import UsageError
from kempt.host.files import look
from kempt.host.git import Git
from kempt.host.trees import READ_LIMIT, IndexTree
from kempt.model.config import Config
from kempt.model.finding import Ignore
from kempt.model.plan import Plan, Step, UpdateIndex, WriteFile
from kempt.model.report import Report
from kempt.model.tree import Tree

CRLF = b"\r\n"


class Prepared(NamedTuple):
    """A plan, the findings before it, and those that will be left after it.

    `unstaged` are files that are mended on disk only: they hold changes that somebody has not staged yet.
    """

    plan: Plan
    before: Report
    after: Report
    unstaged: tuple[str, ...] = ()


def plan_fix(path: str = ".", *, staged: bool = False, unsafe: bool = False, config: Config | None = None) -> Plan:
    """The plan that mends what can be mended in a work tree; `kempt.apply` runs it. Nothing is changed here.

    `unsafe` takes fixes that want a look as well: untracking environments, build output, package metadata.
    Raises KemptError as `kempt.check` does.
    """
    return prepare(path, staged=staged, unsafe=unsafe, config=config).plan


def prepare(
    path: str = ".",
    *,
    staged: bool = False,
    unsafe: bool = False,
    config: Config | None = None,
    config_file: str | None = None,
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
    baseline: Collection[str] = (),
) -> Prepared:
    """The plan of `plan_fix`, with the reports before and after it. The keywords are those of `kempt.check`."""
    with open_source(path, staged=staged) as source:
        if source.git is None or source.git.work_tree is None:
            raise UsageError(f"only a work tree can be mended: {path}")
        settings, faults = load_config(source.tree, config, config_file, overrides or {}, isolated=isolated)
        unsafe = unsafe or settings.unsafe_fixes

        def look_at(tree: Tree) -> Judged:
            counted, silenced = judge(*examine(tree, source.ignores, settings, faults), baseline)
            return Judged(tuple(finding for finding in counted if source.covers(finding)), silenced)

        def is_busy(overlay: Overlay, path: str) -> bool:
            return source.staged and path not in overlay.contents and _has_unstaged_changes(source, path)

        done = settle(source.tree, look_at, lambda found: chosen(found, settings, unsafe=unsafe), is_busy)
        before, after = (
            Report(source.tree.root, rules.ALL, *each, files=source.file_count, inside=source.inside)
            for each in (done.before, done.after)
        )
        plan = plan_of(source, source.git, done.overlay, done.aside, "kempt check --fix")
        return Prepared(plan, before, after, tuple(done.aside))


def _has_unstaged_changes(source: Source, path: str) -> bool:
    """Whether the file on disk differs from what is staged: then a person is at work on it."""
    on_disk = look(source.tree.root, path, READ_LIMIT)
    staged = content_of(Overlay(source.tree), path)
    return on_disk is not None and not _is_same(staged, on_disk.content)


def _is_same(staged: bytes | None, on_disk: bytes | None) -> bool:
    """Whether a file on disk is what git holds; a checkout may have turned its line feeds into Windows' line ends."""
    if staged is None or on_disk is None or CRLF in staged:
        return staged == on_disk
    return staged == on_disk.replace(CRLF, b"\n")


def _with_ends_of(model: bytes, content: bytes) -> bytes:
    """The content with the line ends that another version of the file has."""
    plain = content.replace(CRLF, b"\n")
    return plain.replace(b"\n", CRLF) if CRLF in model else plain


def plan_of(
    source: Source, git: Git, overlay: Overlay, aside: Mapping[str, tuple[str, ...]], why: str
) -> Plan:  # fmt: skip
    """The plan that makes the files and the index what the overlay says they are."""
    root = source.tree.root
    steps: list[Step] = []
    for path, content in sorted(overlay.contents.items()):
        found = look(root, path, READ_LIMIT)
        new = _with_ends_of(found.content, content) if found is not None and source.staged else content
        if found is None or found.content != new:
            steps.append(WriteFile(path, new, None if found is None else found.expect))
    for path, patterns in sorted(aside.items()):
        found = look(root, path, READ_LIMIT)
        new = edited(found.content, [Ignore(PurePosixPath(path), each) for each in patterns]) if found else b""
        if found is not None and new != found.content:
            steps.append(WriteFile(path, new, found.expect))
    index = _index_step(source, git, overlay)
    return Plan(root, (*steps, *index), why, git.git_dir, git.index or "")


def _index_step(source: Source, git: Git, overlay: Overlay) -> tuple[UpdateIndex, ...]:
    """What changes in git's index: the untracked entries go, new ignore files come, mended ones that were clean too."""
    index = IndexTree(git)
    remove = index.entries(overlay.untracked)
    known = {entry.path: entry.oid for entry in index.entries(overlay.contents)}
    add = []
    for path, content in sorted(overlay.contents.items()):
        held = content_of(Overlay(index), path) if path in known else None
        clean = held is not None and _is_same(held, content_of(Overlay(source.tree), path))
        if held is None:
            add.append((path, content))
        elif clean and (remove or source.staged):
            add.append((path, _with_ends_of(held, content)))
    if not remove and not add:
        return ()
    return (UpdateIndex(remove, tuple(add), tuple(known.get(path, "") for path, _ in add)),)
