"""One rule on a repository of a test, without the others: what it finds, and what its fixes make of a file."""

from __future__ import annotations

from kempt.engine.project.settling import edited
from kempt.engine.project.whole_fixes import edits_of
from kempt.model.config import Config
from kempt.model.finding import Finding, Replace, Safety
from kempt.model.rule import Rule
from support.checking import surveyed
from support.repositories import Repository

ROUNDS = 5


def judged(repository: Repository, rule: Rule, config: Config | None = None) -> list[Finding]:
    """What one rule says of a repository."""
    with surveyed(repository) as repo:
        return list(rule.check(repo if config is None else repo._replace(config=config)))


def said(repository: Repository, rule: Rule) -> list[str]:
    """Line and message of what one rule says."""
    return [f"{each.location.line}: {each.message}" for each in judged(repository, rule)]


def mended_file(
    repository: Repository, path: str, *rules: Rule, unsafe: bool = False, config: Config | None = None
) -> str:
    """A file after the fixes of these rules, all together, until nothing changes."""
    allowed = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    place = repository.root / path
    for _ in range(ROUNDS):
        findings = [finding for rule in rules for finding in judged(repository, rule, config)]
        fixes = [finding.fix for finding in findings if finding.fix is not None and finding.fix.safety in allowed]
        edits = [edit for edit in edits_of(fixes) if isinstance(edit, Replace) and str(edit.path) == path]
        before = place.read_bytes()
        place.write_bytes(edited(before, edits))
        if place.read_bytes() == before:
            break
    return place.read_bytes().decode("utf-8", "surrogateescape")
