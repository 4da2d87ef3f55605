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
IGNORE_FILE = ".gitignore"
"""Tracked on purpose wherever it is: a clone without it would ignore nothing."""


def asks(repo: Repo) -> Iterator[str]:
    """The first file of each candidate folder, or every tracked file where the settings say `all`."""
    if repo.config.tracked_but_ignored == "all":
        return iter(_others(repo))
    return _remains(repo)


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever wrote the pattern wanted these files out of git; the pattern came after the files."""
    return _by_pattern(repo) if repo.config.tracked_but_ignored == "all" else _by_folder(repo)


def _by_pattern(repo: Repo) -> Iterator[Finding]:
    """One finding for each pattern that names tracked files."""
    groups: dict[Verdict, list[str]] = {}
    for path in _others(repo):
        verdict = repo.ignores.get(path)
        if verdict is not None and verdict.ignored and not path.endswith(IGNORE_FILE):
            groups.setdefault(verdict, []).append(path)
    for verdict, paths in groups.items():
        more = f" and {len(paths) - 1:,} more are" if len(paths) > 1 else " is"
        yield _finding(repo, f"`{paths[0]}`{more} tracked", verdict, paths, at=paths[0], files=len(paths))


def _by_folder(repo: Repo) -> Iterator[Finding]:
    """One finding for the remains of each environment, told from its first file, which was asked about."""
    listing = _others(repo)
    for path, verdict in repo.ignores.items():
        folder = _environment(listing, path) if verdict.ignored else ""
        if folder:
            files = listing.count(*listing.span(folder))
            yield _finding(repo, f"`{folder}` is tracked", verdict, [folder], at=path, files=files)


def _finding(repo: Repo, what: str, verdict: Verdict, untracked: list[str], *, at: str, files: int) -> Finding:
    paths = tuple(map(PurePosixPath, untracked))
    place = PurePosixPath(at)
    return RULE.finding(
        Location(place), f"{what} although ignored by `{verdict.pattern}` ({verdict.source}:{verdict.line})",
        about=paths[0], key=verdict.pattern, fix=Fix(f"untrack `{paths[0]}`", Safety.UNSAFE, (Untrack(paths),)),
        files=files, service=untracking.service_of(repo, place),
    )  # fmt: skip


def _remains(repo: Repo) -> Iterator[str]:
    """The first file of what is left of each environment that is called like one."""
    listing = _others(repo)
    for name in FOLDERS:
        for folder in listing.folders(name):
            if _is_environment(listing, folder):
                yield _first(listing, folder)


def _environment(listing: Listing, path: str) -> str:
    """The outermost environment whose first file this is, "" if it is none's."""
    parts = path.split("/")
    folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)) if parts[depth - 1].lower() in FOLDERS)
    return next((each for each in folders if _is_environment(listing, each) and path == _first(listing, each)), "")


def _first(listing: Listing, folder: str) -> str:
    return listing.path_at(listing.span(folder)[0])


def _is_environment(listing: Listing, folder: str) -> bool:
    start, end = listing.span(folder)
    prefix = b"\0" + os.fsencode(folder).lower() + b"/"
    begins = any(listing.folded.find(prefix + each, start - 1, end) >= 0 for each in REMAINS)
    return begins and not catalog.is_fixture(f"{folder}/x")


def _others(repo: Repo) -> Listing:
    """The tracked files that no other rule speaks of."""
    listing = repo.tree.listing
    claimed = [str(path) for found in repo.artefacts.tracked for path in found.paths]
    return listing.without(listing.span_of(path) for path in claimed) if claimed else listing


RULE = Rule(
    "KPT110", "tracked-but-ignored", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="files are tracked although the ignore rules name them",
    help="untrack them with kempt check --fix --unsafe-fixes, or drop the pattern",
)  # fmt: skip
