"""KPT202 ignored-source: an ignore pattern without an anchor hides folders that hold the project's own sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule

NAMES = frozenset(
    {
        "bin", "build", "data", "dist", "downloads", "eggs", "env", "instance", "lib", "lib64", "logs", "obj", "out",
        "parts", "sdist", "share", "site", "target", "tmp", "var", "venv", "wheels",
    }
)  # fmt: skip
"""Folder names that templates of ignore files name without an anchor, and that sources have as well."""


def asks(repo: Repo) -> Iterator[str]:
    """One Python file of each tracked folder whose name some unanchored pattern has."""
    return (path for _, path in _candidates(repo))


def check(repo: Repo) -> Iterator[Finding]:
    """Tracked files stay tracked, but the next file added to such a folder is left out without a word."""
    hidden: dict[tuple[PurePosixPath, int, str], list[str]] = {}
    for folder, path in _candidates(repo):
        verdict = repo.ignores.get(path)
        if verdict is not None and verdict.ignored and "/" not in verdict.pattern.rstrip("/"):
            hidden.setdefault((verdict.source, verdict.line, verdict.pattern), []).append(folder)
    for (source, line, pattern), folders in hidden.items():
        named = ", ".join(f"`{folder}`" for folder in folders[:3]) + (" and others" if len(folders) > 3 else "")
        yield RULE.finding(Location(source, line), f"`{pattern}` hides tracked sources: {named}", key=pattern)


def _candidates(repo: Repo) -> Iterator[tuple[str, str]]:
    """(folder, a Python file in it)."""
    listing = repo.tree.listing
    bodies = {each.body.lower() for file in repo.ignore_files for each in file.patterns if not each.negated}
    claimed = {str(path) for found in repo.artefacts for path in found.paths}
    for name in sorted(bodies & NAMES):
        for folder in listing.folders(name):
            start, end = listing.span(folder)
            python = listing.folded.find(b".py\0", start, end)
            if python >= 0 and folder not in claimed:
                yield folder, listing.path_at(listing.start_of(python))


RULE = Rule(
    "KPT202", "ignored-source", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="an ignore pattern without an anchor hides folders that hold the project's own sources",
    help="anchor the pattern: `/build/` matches at the top only",
)  # fmt: skip
