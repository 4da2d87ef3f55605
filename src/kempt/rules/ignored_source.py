"""KPT202 ignored-source: an ignore pattern without an anchor hides folders that hold the project's own sources."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.model.tree import Verdict

NAMES = frozenset(
    {
        "bin", "build", "data", "dist", "downloads", "eggs", "env", "instance", "lib", "lib64", "logs", "obj", "out",
        "parts", "sdist", "share", "site", "target", "tmp", "var", "venv", "wheels",
    }
)  # fmt: skip
"""Folder names that templates of ignore files name without an anchor, and that sources have as well."""
NAMED_FOLDERS = 3


def asks(repo: Repo) -> Iterator[str]:
    """One Python file of each tracked folder whose name some unanchored pattern has."""
    return (path for _, path in _candidates(repo))


def check(repo: Repo) -> Iterator[Finding]:
    """Tracked files stay tracked, but the next file added to such a folder is left out without a word."""
    hidden: dict[Verdict, list[str]] = {}
    for folder, path in _candidates(repo):
        verdict = repo.ignores.get(path)
        if verdict is not None and verdict.ignored and verdict.pattern.rstrip("/").lower() in NAMES:
            hidden.setdefault(verdict, []).append(folder)
    for verdict, folders in hidden.items():
        named = ", ".join(f"`{folder}`" for folder in folders[:NAMED_FOLDERS])
        more = " and others" if len(folders) > NAMED_FOLDERS else ""
        message = f"`{verdict.pattern}` hides tracked sources: {named}{more}"
        yield RULE.finding(Location(verdict.source, verdict.line), message, key=verdict.pattern)


def _candidates(repo: Repo) -> Iterator[tuple[str, str]]:
    """(folder, a Python file in it); what lies in tracked environments and the like is nobody's source."""
    everything = repo.tree.listing
    claimed = [everything.span_of(str(path)) for found in repo.artefacts for path in found.paths]
    listing = everything.without(claimed) if claimed else everything
    bodies = {each.body.lower() for file in repo.ignore_files for each in file.patterns if not each.negated}
    for name in sorted(bodies & NAMES):
        for folder in listing.folders(name):
            start, end = listing.span(folder)
            python = listing.folded.find(b".py\0", start, end)
            if python >= 0:
                yield folder, listing.path_at(listing.start_of(python))


RULE = Rule(
    "KPT202", "ignored-source", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="an ignore pattern without an anchor hides folders that hold the project's own sources",
    help="anchor the pattern: `/build/` matches at the top only",
)  # fmt: skip
