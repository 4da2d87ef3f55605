"""What `check` ends in."""

from typing import NamedTuple

from kempt.model.finding import Finding, Level
from kempt.model.rule import Rule


class Suppressed(NamedTuple):
    """A finding that is not counted, and what silenced it: "comment", "per-path-ignores", "allow" or "baseline"."""

    finding: Finding
    by: str


class Trouble(NamedTuple):
    """A repository or step that could not be checked: never "clean"."""

    message: str
    hint: str = ""
    code: str = ""


class Report(NamedTuple):
    """The outcome of one check.

    `files` counts tracked files, those of the folder `inside` if only that was asked for; `seconds` is wall time;
    `fixed` what `--fix` mended.
    """

    root: str
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    errors: tuple[Trouble, ...] = ()
    files: int = 0
    seconds: float = 0.0
    fixed: tuple[Finding, ...] = ()
    inside: str = ""

    def count(self, level: Level) -> int:
        """How many findings have this level."""
        return sum(finding.level == level for finding in self.findings)

    def rule(self, code: str) -> Rule:
        """The rule of a code; KeyError if this report does not know it."""
        return next(rule for rule in self.rules if rule.code == code)
