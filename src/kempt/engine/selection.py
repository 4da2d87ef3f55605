"""Which findings count: suppression as data, decided after the rules have run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kempt.errors import UnreadableError
from kempt.formats import toml
from kempt.model.config import table_of
from kempt.model.finding import Finding, Fix, Location, Replace, Safety, Untrack
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
        exempt = _exempt(repo, finding)
        globs.update(exempt.values())
        by = _silencer(repo, finding, baseline, comments, exempt)
        if by:
            silenced.append(Suppressed(finding, by))
        else:
            counted.append(_without(finding, exempt))
    if unused is not None:
        counted += _idle_comments(repo, comments, unused)
        counted += _idle_globs(repo, globs, unused)
    return tuple(counted), tuple(silenced)


def _silencer(
    repo: Repo, finding: Finding, baseline: Collection[str], comments: set[int], exempt: Mapping[str, tuple[str, str]]
) -> str:
    """What silences a finding, "" if nothing does; comments that did are noted."""
    if finding.code in NEVER_SUPPRESSED:
        return ""
    for number, comment in enumerate(repo.suppressions):
        here = comment.path == finding.location.path and finding.location.line in {0, *comment.covers}
        if here and finding.code.startswith(comment.codes or ("-",)):
            comments.add(number)
            return "comment"
    if len(exempt) == len(_places(finding)):
        return next(iter(exempt.values()))[0]
    return "baseline" if baseline and finding.fingerprint in baseline else ""


def _exempt(repo: Repo, finding: Finding) -> dict[str, tuple[str, str]]:
    """Those places of a finding that a path setting takes out: place → (setting, glob)."""
    if finding.code in NEVER_SUPPRESSED:
        return {}
    settings = [each for each in _path_settings(repo) if finding.code.startswith(each[2])]
    found = {}
    for place in _places(finding):
        setting = next(((key, glob) for key, glob, _ in settings if matches(place, glob)), None)
        if setting is not None:
            found[place] = setting
    return found


def _places(finding: Finding) -> tuple[str, ...]:
    """Where a finding is: the files that lie loose in one folder, or the one place it points to."""
    edits = () if finding.fix is None else finding.fix.edits
    loose = next((edit.paths for edit in edits if isinstance(edit, Untrack)), ())
    here = finding.location.path
    return tuple(map(str, loose)) if here in loose else (str(here),)


def _without(finding: Finding, exempt: Collection[str]) -> Finding:
    """The finding with a fix that leaves exempt files tracked."""
    if finding.fix is None or not exempt:
        return finding
    edits = (
        Untrack(tuple(path for path in edit.paths if str(path) not in exempt)) if isinstance(edit, Untrack) else edit
        for edit in finding.fix.edits
    )
    return finding._replace(fix=finding.fix._replace(edits=tuple(edits)))


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
        if number in used or (comment.codes and not any(repo.config.wants(code) for code in comment.codes)):
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
            where = PurePosixPath(repo.config.origin(key))
            yield rule.finding(
                Location(where, _line(repo, where, glob)), f"`{glob}` in {key} silences nothing", key=f"{key} {glob}",
                fix=_without_setting(repo, where, key, glob),
            )  # fmt: skip


def _settings_text(repo: Repo, where: PurePosixPath) -> str:
    """The settings file, if it belongs to the tree that is checked; "" for one that was named from outside."""
    try:
        return "" if where.is_absolute() else repo.tree.read(str(where)).decode("utf-8")
    except (UnreadableError, UnicodeDecodeError):
        return ""


def _line(repo: Repo, where: PurePosixPath, glob: str) -> int:
    lines = _settings_text(repo, where).split("\n")
    return next((number for number, line in enumerate(lines, start=1) if f'"{glob}"' in line or f"'{glob}'" in line), 1)


def _without_setting(repo: Repo, where: PurePosixPath, key: str, glob: str) -> Fix | None:
    text = _settings_text(repo, where)
    shorter = toml.without_entry(text, table_of(where.name), key, glob) if text else text
    if shorter == text:
        return None
    return Fix(f"remove `{glob}` from {key}", Safety.SAFE, (Replace(where, 0, len(text), shorter),))
