"""The fixed point: fixes are tried on a tree in memory, and the rules are asked again, until nothing more is mended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from kempt.engine.overlay import Overlay
from kempt.engine.project.whole_fixes import edits_of
from kempt.engine.survey import CONFLICT
from kempt.errors import UnreadableError
from kempt.formats import gitignore, toml
from kempt.host.trees import is_below
from kempt.model.config import Config
from kempt.model.finding import Create, Edit, Finding, Ignore, Replace, Safety, Untrack
from kempt.model.report import Suppressed
from kempt.model.tree import Tree

ROUNDS = 10


class Judged(NamedTuple):
    """The findings of a tree that count, and those that are silenced."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


class Settled(NamedTuple):
    """A tree with all that could be mended, and what was found before and after.

    `aside`: patterns for ignore files that are left as they are, since somebody is at work on them.
    """

    overlay: Overlay
    before: Judged
    after: Judged
    aside: Mapping[str, tuple[str, ...]]


class Edits(NamedTuple):
    """The edits of one round. `contents`: new texts by path; `aside`: patterns for files with unstaged changes."""

    contents: Mapping[str, bytes]
    untracked: Collection[str]
    aside: Mapping[str, tuple[str, ...]]


def settle(
    tree: Tree,
    look_at: Callable[[Tree], Judged],
    choose: Callable[[tuple[Finding, ...]], list[Edit]],
    is_busy: Callable[[Overlay, str], bool] = lambda _overlay, _path: False,
) -> Settled:
    """The tree after all rounds. `choose` picks the edits of one; a file that `is_busy` is left alone."""
    overlay, seen, aside = Overlay(tree), list[Judged](), dict[str, tuple[str, ...]]()
    for _ in range(ROUNDS + 1):
        seen.append(look_at(overlay))
        edits = _edits(overlay, choose(seen[-1].findings), is_busy)
        aside |= edits.aside
        if not edits.contents and not edits.untracked:
            break
        overlay = overlay.with_changes(edits.contents, edits.untracked)
        if not len(overlay.listing):  # nothing else was tracked, so nothing is left to find
            seen.append(Judged((), ()))
            break
    return Settled(overlay, seen[0], seen[-1], aside)


def chosen(findings: Iterable[Finding], config: Config, *, unsafe: bool) -> list[Edit]:
    """The edits of the fixes that may be applied in one round."""
    allowed = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    fixes = (each.fix for each in findings if each.fix is not None and config.may_fix(each.code))
    return edits_of(fix for fix in fixes if fix.safety in allowed)


def _edits(overlay: Overlay, edits: list[Edit], is_busy: Callable[[Overlay, str], bool]) -> Edits:
    """One round of edits: those that overlap another wait for the next round, texts that break are dropped."""
    untracked = {str(path) for edit in edits if isinstance(edit, Untrack) for path in edit.paths} - overlay.untracked
    contents: dict[str, bytes] = {}
    aside: dict[str, tuple[str, ...]] = {}
    gone = overlay.untracked.union(untracked)
    for path in sorted({str(edit.path) for edit in edits if not isinstance(edit, Untrack)}):
        if is_below(path, gone):
            continue  # what leaves git with its folder is not mended on the way out
        own = [edit for edit in edits if not isinstance(edit, Untrack) and str(edit.path) == path]
        old = content_of(overlay, path)
        if is_busy(overlay, path):
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


def content_of(tree: Tree, path: str) -> bytes | None:
    """What a file holds; None where it is not there or cannot be read."""
    try:
        return tree.read(path)
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
