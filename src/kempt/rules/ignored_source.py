"""KPT202 ignored-source: an ignore pattern without an anchor hides folders that hold the project's own sources."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.listing import Listing
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
    listing = _own(repo)
    bodies = {each.body.lower() for file in repo.ignore_files for each in file.patterns if not each.negated}
    for name in sorted(bodies & NAMES):
        for folder in listing.folders(name):
            python = listing.folded.find(b".py\0", *listing.span(folder))
            if python >= 0:
                yield listing.path_at(listing.start_of(python))


def check(repo: Repo) -> Iterator[Finding]:
    """Tracked files stay tracked, but the next file added to such a folder is left out without a word."""
    listing = _own(repo)
    hidden: dict[Verdict, list[str]] = {}
    for path, verdict in repo.ignores.items():
        if verdict.ignored and path.lower().endswith(".py") and path in listing:
            folder = _folder(path, verdict)
            if folder:
                hidden.setdefault(verdict, []).append(folder)
    for verdict, each in hidden.items():
        folders = sorted(set(each))
        named = ", ".join(f"`{folder}`" for folder in folders[:NAMED_FOLDERS])
        more = " and others" if len(folders) > NAMED_FOLDERS else ""
        message = f"`{verdict.pattern}` hides tracked sources: {named}{more}"
        yield RULE.finding(Location(verdict.source, verdict.line), message, key=verdict.pattern)


def _own(repo: Repo) -> Listing:
    """The tracked files but for environments and the like: nobody wrote the sources in there."""
    listing = repo.tree.listing
    claimed = [listing.span_of(str(path)) for found in repo.artefacts.tracked for path in found.paths]
    return listing.without(claimed) if claimed else listing


def _folder(path: str, verdict: Verdict) -> str:
    """The folder on a path that the pattern names, "" where it is none of NAMES."""
    name = verdict.pattern.rstrip("/")
    parts = path.split("/")
    above = len(verdict.source.parent.parts)
    depth = next((number for number in range(above, len(parts) - 1) if parts[number] == name), None)
    return "" if depth is None or name.lower() not in NAMES else "/".join(parts[: depth + 1])


RULE = Rule(
    "KPT202", "ignored-source", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="an ignore pattern without an anchor hides folders that hold the project's own sources",
    help="anchor the pattern: `/build/` matches at the top only",
)  # fmt: skip
