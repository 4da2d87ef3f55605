"""What an `if:` says, and what names and environments of jobs say about what they are there for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from kempt.model.pipeline import Step
from kempt.providers.github import known

ON_HIT = re.compile(
    r"cache-hit\s{0,8}!=\s{0,8}'?true|cache-hit\s{0,8}==\s{0,8}(?:'?false|'')|!\s{0,8}\(?[\w.-]{0,200}cache-hit\b"
)
"""Conditions that do not hold if a cache was restored."""
ON_RELEASE = re.compile(
    r"startsWith\(\s*github\.ref,\s*'refs/tags|github\.ref_type\s*==\s*'tag'|github\.event_name\s*==\s*'release'"
)
ENVIRONMENT = re.compile(r"pypi|release|publish", re.IGNORECASE)
UPDATE = re.compile(
    r"(?<![a-z])(?:latest|upgrade[sd]?|upgrading|lowest|minimal|minimum|nightly|upstream|canary|bleeding|re-?lock"
    r"|renovate|dependabot|min(?:-|\s)(?:deps|versions?)|(?:update|bump)s?[\s_-]+(?:\w+[\s_-]+)?(?:dep|lock|req|package|uv))",
    re.IGNORECASE,
)
RUNNERS = re.compile(r"\$\{\{.*?\}\}|(?:ubuntu|macos|windows)-latest", re.DOTALL)
UPLOADS = frozenset(
    {("twine", "upload"), ("uv", "publish"), ("poetry", "publish"), ("pdm", "publish"), ("hatch", "publish"),
     ("flit", "publish"), ("maturin", "publish"), ("maturin", "upload")}
)  # fmt: skip
BY_CLOCK = frozenset({"schedule", "workflow_dispatch"})


def both(*conditions: str) -> str:
    """One condition that holds if all hold."""
    said = [condition.strip() for condition in conditions if condition.strip()]
    return " && ".join(said)


def skips_on_hit(condition: str) -> bool:
    """Whether it does not hold if a cache was restored."""
    return ON_HIT.search(condition[:4000]) is not None


def only_releases(condition: str) -> bool:
    """Whether it holds for releases and tags only."""
    return ON_RELEASE.search(condition[:4000]) is not None and "||" not in condition


def publishes(environment: str, uses: Iterable[str], steps: Iterable[Step]) -> bool:
    """Whether a job publishes a package."""
    if ENVIRONMENT.search(environment) or known.PUBLISHING.intersection(uses):
        return True
    return any(_words(command.argv) & UPLOADS for step in steps for command in step.commands)


def updates(names: Iterable[str], uses: Iterable[str], steps: Iterable[Step], events: frozenset[str]) -> bool:
    """Whether a job is there to change dependencies: by its name, or by the clock and with a pull request."""
    if any(UPDATE.search(RUNNERS.sub("", name[:500])) for name in names):
        return True
    if not events or not events <= BY_CLOCK:
        return False
    asks = any(("gh", "pr") in _words(command.argv) for step in steps for command in step.commands)
    return asks or bool(known.PULL_REQUESTS.intersection(uses))


def _words(argv: tuple[str, ...]) -> set[tuple[str, str]]:
    """Each two words of a command that follow each other."""
    return set(pairwise(argv))
