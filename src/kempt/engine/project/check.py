"""`check`: a repository's files to a report. Nothing is changed and nothing of the repository is run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from time import perf_counter

from kempt import rules
from kempt.engine import selection
from kempt.engine.configuration import load_config
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.errors import KemptError, UnreadableError, UsageError
from kempt.formats import gitignore
from kempt.model.config import Config
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Fault, Repo
from kempt.model.report import Report, Suppressed
from kempt.model.rule import Rule
from kempt.model.tree import Ignores, Tree

NEEDS_ALL_FILES = ("KPT006", "KPT2", "KPT3", "KPT4", "KPT6", "KPT7")
"""Rules that say nothing true of a few names: what is of use, what ignore rules miss, what lies beside a manifest."""

LEVELS = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def check(
    path: str = ".",
    *,
    staged: bool = False,
    rev: str | None = None,
    git: bool = True,
    names: Iterable[str] | None = None,
    config: Config | None = None,
    config_file: str | None = None,
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
    baseline: Collection[str] = (),
) -> Report:
    """Check one repository and return what was found.

    `path` is a work tree, a folder in one, or with `rev` also a bare git directory. By default the paths of git's index
    are checked with the contents on disk; `staged` takes the contents that are staged, `rev` those of a commit, and
    `git=False` a plain folder whose files all count as tracked. `names` are the only files to look at, git unasked.
    Settings come from `config`, else from `config_file`, else from the repository unless `isolated`; `overrides` are
    laid over them, spelled as in the file. `baseline` holds fingerprints of findings that are known.

    Raises KemptError when nothing could be checked: outside git (KPT003), git failed (KPT004), no files (KPT005).
    """
    started = perf_counter()
    with open_source(path, staged=staged, rev=rev, git=git, names=names) as source:
        settings, faults = load_config(source.tree, config, config_file, overrides or {}, isolated=isolated)
        if names is not None:
            settings = settings._replace(extend_ignore=(*settings.extend_ignore, *NEEDS_ALL_FILES))
        repo, findings = examine(source.tree, source.ignores, settings, faults)
        counted, silenced = judge(repo, findings, baseline)
        inside = tuple(finding for finding in counted if source.covers(finding))
        return Report(
            source.tree.root, rules.ALL, inside, silenced, files=source.file_count, inside=source.inside,
            seconds=perf_counter() - started,
        )  # fmt: skip


def examine(tree: Tree, ignores: Ignores, config: Config, faults: Iterable[Fault] = ()) -> tuple[Repo, list[Finding]]:
    """The facts of a tree and what the chosen rules say of them, unjudged. Raises KPT005 for a tree without files."""
    if len(tree.listing) == 0:
        raise KemptError(
            f"nothing to check: no file is tracked in {tree.root}",
            code="KPT005",
            hint="git add the project's files first",
        )
    if not any(config.wants(rule.code) for rule in rules.ALL):
        raise UsageError("nothing would be checked: every rule is off", hint="kempt config shows the settings")
    repo = survey(tree, config, faults)
    chosen = [rule for rule in rules.ALL if config.wants(rule.code) or rule.code in selection.NEVER_SUPPRESSED]
    questions = {question for rule in chosen for question in _guarded_questions(rule, repo)}
    files = {str(each.path): gitignore.encode(each.text) for each in repo.ignore_files}
    repo = repo._replace(ignores=ignores.ask(files, questions))
    return repo, [finding for rule in chosen for finding in run_rule(rule, repo)]


def run_rule(rule: Rule, repo: Repo) -> list[Finding]:
    """What one rule finds. If it crashes, that is a finding (KPT000), and the other rules go on."""
    try:
        return list(rule.check(repo))
    except UnreadableError as error:
        return [_by_code("KPT001").finding(Location(_path(error.path)), error.message)]
    except Exception as error:  # noqa: BLE001 - the boundary: a broken rule must not hide what the others found
        message = f"{rule.code} {rule.name} crashed: {type(error).__name__}: {error}"
        return [_by_code("KPT000").finding(Location(_path(None)), message, key=rule.code)]


def judge(
    repo: Repo, findings: Iterable[Finding], baseline: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """Counted findings in the order to show them (worst first, then by place), and the silenced ones."""
    unused = _by_code("KPT006") if repo.config.wants("KPT006") else None
    counted, silenced = selection.split(repo, findings, baseline, unused)
    return worst_first(counted), silenced


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order to show them: the worst first, then by place."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[int, str, int, str]:
    return LEVELS[finding.level], str(finding.location.path), finding.location.line, finding.code


def _guarded_questions(rule: Rule, repo: Repo) -> list[str]:
    try:
        return list(rule.asks(repo))
    except Exception:  # noqa: BLE001 - the same boundary: the rule will crash again when it runs, and be reported then
        return []


def _by_code(code: str) -> Rule:
    return next(rule for rule in rules.ALL if rule.code == code)


def _path(path: str | None) -> PurePosixPath:
    return PurePosixPath(path or ".")
