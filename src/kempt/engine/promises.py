"""The four promises of one examined repository: `status` shows them, a fleet counts them.

What was not checked is never called kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from kempt import rules
from kempt.engine.cached import caches
from kempt.engine.images import dockerfiles
from kempt.engine.lean import images
from kempt.engine.rebuilds import rebuilds, remedy
from kempt.engine.selection import NEVER_SUPPRESSED
from kempt.model.config import OFF_BY_DEFAULT, Config
from kempt.model.finding import Finding, Level, Safety
from kempt.model.listing import Listing
from kempt.model.repo import Repo
from kempt.model.status import Promise, State

NO_FINDINGS = frozenset({"KPT003", "KPT004", "KPT005"})
"""Rules that end a run instead of finding something: selecting them or not changes nothing."""
LEVELS = tuple(Level)
"""The worst first."""


def promises(repo: Repo, findings: Sequence[Finding], silenced: int) -> tuple[Promise, ...]:
    """Where a repository stands, from the findings that count and the number of those that were silenced."""
    return (
        _rebuilds(findings, repo),
        _is_clean(findings, silenced, repo.config),
        _caches(findings, repo),
        _is_lean(findings, repo, repo.tree.listing),
    )


def _rebuilds(findings: Sequence[Finding], repo: Repo) -> Promise:
    """Broken by findings, with the command that ends the worst of them; else as the locks are."""
    if wrong := _of_promise(findings, 1):
        worst, broken = wrong[0], _broken(1, wrong[:1])._replace(findings=tuple(wrong))
        command, folder = (broken.command, ".") if worst.fix else remedy(worst, repo)
        return broken._replace(command=command, folder=folder)
    if any(finding.code in NEVER_SUPPRESSED for finding in findings):
        return Promise(1, State.UNCHECKED, "not everything could be checked", "kempt check")
    promise = rebuilds(repo)
    off = _rules_off(1, repo.config) if promise.state is State.KEPT else ""
    if off:
        return Promise(1, State.UNCHECKED, f"nothing found, but the settings turn {off} off", "kempt config")
    return promise


def _is_clean(findings: Sequence[Finding], silenced: int, config: Config) -> Promise:
    if wrong := _of_promise(findings, 2):
        return _broken(2, wrong)
    if any(finding.code in NEVER_SUPPRESSED for finding in findings):
        return Promise(2, State.UNCHECKED, "not everything could be checked", "kempt check")
    if off := _rules_off(2, config):
        return Promise(2, State.UNCHECKED, f"nothing found, but the settings turn {off} off", "kempt config")
    hints = sum(finding.level is Level.INFO for finding in findings)
    said = [f"{hints:,} hint{'s' * (hints != 1)}"] * bool(hints) + [f"{silenced:,} suppressed"] * bool(silenced)
    detail = "; ".join(["nothing tracked that tools make again", *said])
    return Promise(2, State.KEPT, detail, "kempt check" if hints else "")


def _rules_off(number: int, config: Config) -> str:
    """The rules of a promise that the settings turn off, in words; empty where none is."""
    codes = [
        rule.code for rule in rules.ALL if rule.promise == number and rule.code not in NO_FINDINGS | OFF_BY_DEFAULT
    ]
    off = [code for code in codes if not config.wants(code)]
    return ", ".join(off) if len(off) <= 3 else f"{len(off)} rules"  # noqa: PLR2004 - as many as fit on a line


def _caches(findings: Sequence[Finding], repo: Repo) -> Promise:
    if wrong := _of_promise(findings, 3):
        return _broken(3, wrong)
    if any(finding.code in NEVER_SUPPRESSED for finding in findings):
        return Promise(3, State.UNCHECKED, "not everything could be checked", "kempt check")
    if off := _rules_off(3, repo.config):
        return Promise(3, State.UNCHECKED, f"nothing found, but the settings turn {off} off", "kempt config")
    return caches(repo, findings)


def _is_lean(findings: Sequence[Finding], repo: Repo, listing: Listing) -> Promise:
    if wrong := _of_promise(findings, 4):
        return _broken(4, wrong)
    if any(finding.code in NEVER_SUPPRESSED for finding in findings):
        return Promise(4, State.UNCHECKED, "not everything could be checked", "kempt check")
    named = tuple(dockerfiles(listing))
    if named and (off := _rules_off(4, repo.config)):
        return Promise(4, State.UNCHECKED, f"nothing found, but the settings turn {off} off", "kempt config")
    return images(repo, findings, named)


def _of_promise(findings: Sequence[Finding], number: int) -> list[Finding]:
    promised = {rule.code for rule in rules.ALL if rule.promise == number}
    return sorted((each for each in findings if each.code in promised and each.level is not Level.INFO), key=_weight)


def _weight(finding: Finding) -> tuple[int, str, int]:
    """Errors first; what is tracked weighs more than what might be, and many files more than few."""
    return LEVELS.index(finding.level), finding.code[: len("KPT1")], -(finding.files or 0)


def _broken(number: int, wrong: Sequence[Finding]) -> Promise:
    """The command mends all that can be mended of it."""
    safeties = {each.fix.safety for each in wrong if each.fix is not None}
    command = "kempt check"
    if Safety.UNSAFE in safeties:
        command = "kempt check --fix --unsafe-fixes"
    elif Safety.SAFE in safeties:
        command = "kempt check --fix"
    return Promise(number, State.BROKEN, "", command, tuple(wrong))
