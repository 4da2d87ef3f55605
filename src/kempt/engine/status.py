"""`status`: the four promises of one project. What was not checked is never called kept."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from kempt import rules
from kempt.engine import evidence
from kempt.engine.configuration import load_config
from kempt.engine.project.check import LEVELS, examine, judge
from kempt.engine.selection import NEVER_SUPPRESSED
from kempt.engine.sources import open_source
from kempt.model.config import Config
from kempt.model.finding import Finding, Level, Safety
from kempt.model.listing import Listing
from kempt.model.repo import Service
from kempt.model.report import Report
from kempt.model.status import Promise, State, Status

LOCK_COMMANDS = {
    "uv": ("uv lock --check", "uv lock"),
    "poetry": ("poetry check --lock", "poetry lock"),
    "pdm": ("pdm lock --check", "pdm lock"),
    "pipenv": ("pipenv verify", "pipenv lock"),
}
"""For each manager, what says whether its lock file is fresh, and what writes one; neither touches an environment."""

NO_FINDINGS = frozenset({"KPT003", "KPT004", "KPT005"})
"""Rules that end a run instead of finding something: selecting them or not changes nothing."""


NOT_CI = frozenset({".pre-commit-config.yaml", "mkdocs.yml"})


def status(path: str = ".", *, config_file: str | None = None, isolated: bool = False) -> Status:
    """Where the repository that holds `path` stands. Raises KemptError, as `check` does, when it cannot be checked."""
    started = perf_counter()
    with open_source(path) as source:
        config, faults = load_config(source.tree, None, config_file, {}, isolated=isolated)
        repo, findings = examine(source.tree, source.ignores, config, faults)
        counted, silenced = judge(repo, findings, ())
        listing = source.tree.listing
        own = tuple(service for service in repo.services if not service.demoted)
        promises = (
            _rebuilds(counted, own), _is_clean(counted, len(silenced), config), _caches(listing), _is_lean(listing)
        )  # fmt: skip
        report = Report(
            source.tree.root, rules.ALL, counted, silenced, files=len(listing), seconds=perf_counter() - started
        )
    return Status(report, own, promises)


def _rebuilds(findings: Sequence[Finding], services: Sequence[Service]) -> Promise:
    if wrong := _of_promise(findings, 1):
        return _broken(1, wrong)
    locked = [service for service in services if service.lock is not None]
    if not services:
        return Promise(1, State.UNCHECKED, "no Python project found")
    first = (locked or services)[0]
    folder = str(first.root)
    check, write = LOCK_COMMANDS.get(first.manager, ("", ""))
    if not locked:
        return Promise(1, State.UNCHECKED, "no lock file is tracked", write, folder=folder)
    names = f"`{first.lock}` is" if len(locked) == 1 else f"{len(locked):,} lock files are"
    return Promise(1, State.UNCHECKED, f"{names} tracked; not yet proven", check, folder=folder)


def _is_clean(findings: Sequence[Finding], silenced: int, config: Config) -> Promise:
    if wrong := _of_promise(findings, 2):
        return _broken(2, wrong)
    if any(finding.code in NEVER_SUPPRESSED for finding in findings):
        return Promise(2, State.UNCHECKED, "not everything could be checked", "kempt check")
    off = [
        rule.code for rule in rules.ALL
        if rule.promise == 2 and rule.code not in NO_FINDINGS and not config.wants(rule.code)  # noqa: PLR2004
    ]  # fmt: skip
    if off:
        named = ", ".join(off) if len(off) <= 3 else f"{len(off)} rules"  # noqa: PLR2004 - as many as fit on a line
        return Promise(2, State.UNCHECKED, f"nothing found, but the settings turn {named} off", "kempt config")
    hints = sum(finding.level is Level.INFO for finding in findings)
    said = [f"{hints:,} hint{'s' * (hints != 1)}"] * bool(hints) + [f"{silenced:,} suppressed"] * bool(silenced)
    detail = "; ".join(["nothing tracked that tools make again", *said])
    return Promise(2, State.KEPT, detail, "kempt check" if hints else "")


def _caches(listing: Listing) -> Promise:
    files = [path for path in evidence.scripts(listing) if path.endswith((".yml", ".yaml")) and path not in NOT_CI]
    return Promise(3, State.UNCHECKED, _not_yet(files, "no CI file found"))


def _is_lean(listing: Listing) -> Promise:
    return Promise(4, State.UNCHECKED, _not_yet(list(listing.named("Dockerfile")), "no Dockerfile found"))


def _not_yet(files: Sequence[str], otherwise: str) -> str:
    if not files:
        return otherwise
    more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
    return f"`{files[0]}`{more}: not checked yet"


def _of_promise(findings: Sequence[Finding], number: int) -> list[Finding]:
    promised = {rule.code for rule in rules.ALL if rule.promise == number}
    return sorted((each for each in findings if each.code in promised and each.level is not Level.INFO), key=_weight)


def _weight(finding: Finding) -> tuple[int, str, int]:
    """Errors first; what is tracked weighs more than what might be, and many files more than few."""
    return LEVELS[finding.level], finding.code[: len("KPT1")], -(finding.files or 0)


def _broken(number: int, wrong: Sequence[Finding]) -> Promise:
    """The command mends all that can be mended of it."""
    safeties = {each.fix.safety for each in wrong if each.fix is not None}
    command = "kempt check"
    if Safety.UNSAFE in safeties:
        command = "kempt check --fix --unsafe-fixes"
    elif Safety.SAFE in safeties:
        command = "kempt check --fix"
    return Promise(number, State.BROKEN, "", command, tuple(wrong))
