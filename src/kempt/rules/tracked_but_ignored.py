"""KPT110 tracked-but-ignored: files that the ignore rules name and git tracks all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog
from kempt.model.finding import Finding, Fix, Level, Location, Safety, Untrack
from kempt.model.listing import Listing
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.model.tree import Verdict
from kempt.rules import untracking

FOLDERS = (".venv", "venv", "env", "virtualenv", ".virtualenv", ".direnv", ".pixi")
"""Conventional names of environments; caches and litter are known by their own rules, ignored or not."""
REMAINS = (b"bin/activate", b"bin/python", b"scripts/activate", b"scripts/python.exe", b"lib/python", b"lib/site-")
"""What even the remains of an environment begin with; a package called `env` has none of it."""


def asks(repo: Repo) -> Iterator[str]:
    """The first file of each candidate folder, or every tracked file where the settings say `all`."""
    if repo.config.tracked_but_ignored == "all":
        return iter(_others(repo))
    return (first for _, first, _ in _remains(repo))


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever wrote the pattern wanted these files out of git; the pattern came after the files."""
    return _by_pattern(repo) if repo.config.tracked_but_ignored == "all" else _by_folder(repo)


def _by_pattern(repo: Repo) -> Iterator[Finding]:
    """One finding for each pattern that names tracked files."""
    groups: dict[Verdict, list[str]] = {}
    for path in _others(repo):
        verdict = repo.ignores.get(path)
        if verdict is not None and verdict.ignored:
            groups.setdefault(verdict, []).append(path)
    for verdict, paths in groups.items():
        more = f" and {len(paths) - 1:,} more are" if len(paths) > 1 else " is"
        yield _finding(repo, f"`{paths[0]}`{more} tracked", verdict, paths, at=paths[0], files=len(paths))


def _by_folder(repo: Repo) -> Iterator[Finding]:
    """One finding for the remains of each environment."""
    for folder, first, files in _remains(repo):
        verdict = repo.ignores.get(first)
        if verdict is not None and verdict.ignored:
            yield _finding(repo, f"`{folder}` is tracked", verdict, [folder], at=first, files=files)


def _finding(repo: Repo, what: str, verdict: Verdict, untracked: list[str], *, at: str, files: int) -> Finding:
    paths = tuple(map(PurePosixPath, untracked))
    place = PurePosixPath(at)
    return RULE.finding(
        Location(place), f"{what} although ignored by `{verdict.pattern}` ({verdict.source}:{verdict.line})",
        about=paths[0], key=verdict.pattern, fix=Fix(f"untrack `{paths[0]}`", Safety.UNSAFE, (Untrack(paths),)),
        files=files, service=untracking.service_of(repo, place),
    )  # fmt: skip


def _remains(repo: Repo) -> Iterator[tuple[str, str, int]]:
    """(folder, first file, number of files) of what is left of environments and called like one."""
    listing = _others(repo)
    for name in FOLDERS:
        for folder in listing.folders(name):
            start, end = listing.span(folder)
            prefix = b"\0" + os.fsencode(folder).lower() + b"/"
            begins = any(listing.folded.find(prefix + each, start - 1, end) >= 0 for each in REMAINS)
            if begins and not catalog.is_fixture(f"{folder}/x"):
                yield folder, listing.path_at(start), listing.count(start, end)


def _others(repo: Repo) -> Listing:
    """The tracked files that no other rule speaks of."""
    listing = repo.tree.listing
    claimed = [str(path) for found in repo.artefacts for path in found.paths]
    return listing.without(listing.span_of(path) for path in claimed) if claimed else listing


RULE = Rule(
    "KPT110", "tracked-but-ignored", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="files are tracked although the ignore rules name them",
    help="untrack them with kempt check --fix --unsafe-fixes, or drop the pattern",
)  # fmt: skip
