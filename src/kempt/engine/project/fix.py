"""From findings to one plan that ends them.

Fixes are tried on an overlay in memory, and the rules are asked again, until nothing more can be mended. Only then is a
plan made. So a dry run shows exactly what a real run does, and a fix that leads to the next one costs one run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import rules
from kempt.engine.configuration import load_config
from kempt.engine.overlay import Overlay
from kempt.engine.project.check import examine, judge
from kempt.engine.project.whole_fixes import edits_of
from kempt.engine.sources import Source, open_source
from kempt.engine.survey import CONFLICT
from kempt.errors import UnreadableError, UsageError
from kempt.formats import gitignore, toml
from kempt.host.files import look
from kempt.host.git import Git
from kempt.host.trees import READ_LIMIT, IndexTree, is_below
from kempt.model.config import Config
from kempt.model.finding import Create, Edit, Finding, Ignore, Replace, Safety, Untrack
from kempt.model.plan import Plan, Step, UpdateIndex, WriteFile
from kempt.model.report import Report

ROUNDS = 10
CRLF = b"\r\n"


class Prepared(NamedTuple):
    """A plan, the findings before it, and those that will be left after it.

    `unstaged` are files that are mended on disk only: they hold changes that somebody has not staged yet.
    """

    plan: Plan
    before: Report
    after: Report
    unstaged: tuple[str, ...] = ()


class Edits(NamedTuple):
    """The edits of one round. `contents`: new texts by path; `aside`: patterns for files with unstaged changes."""

    contents: Mapping[str, bytes]
    untracked: Collection[str]
    aside: Mapping[str, tuple[str, ...]]


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
        overlay, reports, aside = Overlay(source.tree), [], dict[str, tuple[str, ...]]()
        for _ in range(ROUNDS + 1):
            repo, findings = examine(overlay, source.ignores, settings, faults)
            counted, silenced = judge(repo, findings, baseline)
            inside = tuple(finding for finding in counted if source.covers(finding))
            reports.append(
                Report(source.tree.root, rules.ALL, inside, silenced, files=source.file_count, inside=source.inside)
            )
            edits = _edits(source, overlay, chosen(inside, settings, unsafe=unsafe))
            aside |= edits.aside
            if not edits.contents and not edits.untracked:
                break
            overlay = overlay.with_changes(edits.contents, edits.untracked)
            if not len(overlay.listing):  # nothing else was tracked, so nothing is left to find
                reports.append(reports[-1]._replace(findings=(), suppressed=()))
                break
        return Prepared(
            plan_of(source, source.git, overlay, aside, "kempt check --fix"), reports[0], reports[-1], tuple(aside)
        )


def chosen(findings: Iterable[Finding], config: Config, *, unsafe: bool) -> list[Edit]:
    """The edits of the fixes that may be applied in one round."""
    allowed = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    fixes = (each.fix for each in findings if each.fix is not None and config.may_fix(each.code))
    return edits_of(fix for fix in fixes if fix.safety in allowed)


def _edits(source: Source, overlay: Overlay, edits: list[Edit]) -> Edits:
    """One round of edits: those that overlap another wait for the next round, texts that break are dropped."""
    untracked = {str(path) for edit in edits if isinstance(edit, Untrack) for path in edit.paths} - overlay.untracked
    contents: dict[str, bytes] = {}
    aside: dict[str, tuple[str, ...]] = {}
    gone = overlay.untracked.union(untracked)
    for path in sorted({str(edit.path) for edit in edits if not isinstance(edit, Untrack)}):
        if is_below(path, gone):
            continue  # what leaves git with its folder is not mended on the way out
        own = [edit for edit in edits if not isinstance(edit, Untrack) and str(edit.path) == path]
        old = _content(overlay, path)
        if source.staged and path not in overlay.contents and _has_unstaged_changes(source, path):
            aside[path] = tuple(edit.pattern for edit in own if isinstance(edit, Ignore))
        elif (new := edited(old, own)) != (old or b"") and _still_parses(path, old, new):
            contents[path] = new
    return Edits(contents, untracked, aside)


def edited(old: bytes | None, edits: Iterable[Edit]) -> bytes:
    """The text after these edits of one file; `old` is None where there is none yet."""
    text = (old or b"").decode("utf-8", "surrogateescape")
    patterns = []
    limit = len(text) + 1
    for edit in sorted(edits, key=lambda each: each.start if isinstance(each, Replace) else -1, reverse=True):
        match edit:
            case Replace(_, start, end, replacement) if end <= limit:
                text, limit = text[:start] + replacement + text[end:], start
            case Create(_, content) if old is None:
                text = content
            case Ignore(_, pattern):
                patterns.append(pattern)
            case _:
                continue
    return gitignore.with_patterns(text, patterns).encode("utf-8", "surrogateescape")


def _content(overlay: Overlay, path: str) -> bytes | None:
    try:
        return overlay.read(path)
    except UnreadableError:
        return None


def _still_parses(path: str, old: bytes | None, content: bytes) -> bool:
    """Whether a text is whole: one that a merge left with conflict markers is a person's to mend first."""
    if CONFLICT.search(content):
        return False
    if path.endswith((".yml", ".yaml")):
        from kempt.formats import yaml

        return isinstance(yaml.parse(content), yaml.Document) or isinstance(yaml.parse(old or b""), yaml.Unparsable)
    return not (path.endswith(".toml") and isinstance(toml.parse(content), toml.Unparsable))


def _has_unstaged_changes(source: Source, path: str) -> bool:
    """Whether the file on disk differs from what is staged: then a person is at work on it."""
    on_disk = look(source.tree.root, path, READ_LIMIT)
    staged = _content(Overlay(source.tree), path)
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
        held = _content(Overlay(index), path) if path in known else None
        clean = held is not None and _is_same(held, _content(Overlay(source.tree), path))
        if held is None:
            add.append((path, content))
        elif clean and (remove or source.staged):
            add.append((path, _with_ends_of(held, content)))
    if not remove and not add:
        return ()
    return (UpdateIndex(remove, tuple(add), tuple(known.get(path, "") for path, _ in add)),)
