"""Which findings count: suppression as data, decided after the rules have run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kempt.model.finding import Finding, Fix, Location, Replace, Safety
from kempt.model.repo import Repo
from kempt.model.report import Suppressed
from kempt.model.rule import Rule

NEVER_SUPPRESSED = ("KPT000", "KPT001", "KPT002")


def split(
    repo: Repo, findings: Iterable[Finding], baseline: Collection[str], unused: Rule | None
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """The findings that count and those that are silenced, with one more finding for each suppression of no use.

    `baseline` holds fingerprints; `unused` is the rule that reports idle suppressions, None when it is off.
    """
    counted, silenced = [], []
    comments: set[int] = set()
    globs: set[tuple[str, str]] = set()
    for finding in findings:
        by = _silencer(repo, finding, baseline, comments, globs)
        if by:
            silenced.append(Suppressed(finding, by))
        else:
            counted.append(finding)
    if unused is not None:
        counted += _idle_comments(repo, comments, unused)
        counted += _idle_globs(repo, globs, unused)
    return tuple(counted), tuple(silenced)


def _silencer(
    repo: Repo, finding: Finding, baseline: Collection[str], comments: set[int], globs: set[tuple[str, str]]
) -> str:
    """What silences a finding, "" if nothing does; comments and globs that did are noted."""
    if finding.code in NEVER_SUPPRESSED:
        return ""
    for number, comment in enumerate(repo.suppressions):
        here = comment.path == finding.location.path and finding.location.line in {0, *comment.covers}
        if here and finding.code.startswith(comment.codes or ("-",)):
            comments.add(number)
            return "comment"
    for key, glob, codes in _path_settings(repo):
        if finding.code.startswith(codes) and matches(str(finding.location.path), glob):
            globs.add((key, glob))
            return key
    return "baseline" if finding.fingerprint in baseline else ""


def _path_settings(repo: Repo) -> list[tuple[str, str, tuple[str, ...]]]:
    """(setting, glob, codes that are off below it)."""
    settings = [("per-path-ignores", glob, codes) for glob, codes in repo.config.per_path_ignores.items()]
    return settings + [("allow", glob, ("KPT1",)) for glob in repo.config.allow]


def matches(path: str, glob: str) -> bool:
    """Whether a glob names a path or a folder above it; `*` crosses folders, as in Ruff's per-file-ignores."""
    glob = glob.removeprefix("./").rstrip("/")
    return fnmatchcase(path, glob) or fnmatchcase(path, f"{glob}/*")


def _idle_comments(repo: Repo, used: set[int], rule: Rule) -> Iterable[Finding]:
    for number, comment in enumerate(repo.suppressions):
        if number in used or not any(repo.config.wants(code) for code in comment.codes):
            continue
        codes = ", ".join(comment.codes)
        edit = Replace(comment.path, comment.start, comment.end, "")
        yield rule.finding(
            Location(comment.path, comment.line), f"`kempt: ignore[{codes}]` silences nothing",
            key=codes, fix=Fix("remove the comment", Safety.SAFE, (edit,)),
        )  # fmt: skip


def _idle_globs(repo: Repo, used: set[tuple[str, str]], rule: Rule) -> Iterable[Finding]:
    for key, glob, codes in _path_settings(repo):
        if (key, glob) not in used and any(map(repo.config.wants, codes)) and repo.config.source:
            where = PurePosixPath(repo.config.source)
            yield rule.finding(Location(where), f"`{glob}` in {key} silences nothing", key=f"{key} {glob}")
