"""KPT110 tracked-but-ignored: files that the ignore rules name and git tracks all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog
from kempt.model.finding import Finding, Fix, Level, Location, Safety, Untrack
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import untracking

FOLDERS = (".venv", "venv", "env", "virtualenv", ".virtualenv", ".direnv", ".pixi")
"""Conventional names of environments; caches and litter are known by their own rules, ignored or not."""


def asks(repo: Repo) -> Iterator[str]:
    """The first file of each candidate folder, or every tracked file where the settings say `all`."""
    if repo.config.tracked_but_ignored == "all":
        return (path for path in repo.tree.listing if not _is_reported(repo, path))
    return (repo.tree.listing.path_at(repo.tree.listing.span(folder)[0]) for folder in _candidates(repo))


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever wrote the pattern wanted these files out of git; the pattern came after the files."""
    if repo.config.tracked_but_ignored == "all":
        groups: dict[tuple[PurePosixPath, int], list[PurePosixPath]] = {}
        for path in asks(repo):
            verdict = repo.ignores.get(path)
            if verdict is not None and verdict.ignored:
                groups.setdefault((verdict.source, verdict.line), []).append(PurePosixPath(path))
        for paths in groups.values():
            yield _finding(repo, paths[0], tuple(paths), len(paths))
        return
    listing = repo.tree.listing
    for folder in _candidates(repo):
        span = listing.span(folder)
        verdict = repo.ignores.get(listing.path_at(span[0]))
        if verdict is not None and verdict.ignored:
            yield _finding(repo, PurePosixPath(folder), (PurePosixPath(folder),), listing.count(*span))


def _finding(repo: Repo, root: PurePosixPath, paths: tuple[PurePosixPath, ...], files: int) -> Finding:
    at = paths[0] if len(paths) > 1 else PurePosixPath(_first(repo, str(root)))
    verdict = repo.ignores[str(at)]
    return RULE.finding(
        Location(at), f"`{root}` is tracked although `{verdict.pattern}` ({verdict.source}:{verdict.line}) ignores it",
        about=root, fix=Fix(f"untrack `{root}`", Safety.UNSAFE, (Untrack(paths),)), files=files,
        service=untracking.service_of(repo, at),
    )  # fmt: skip


def _first(repo: Repo, root: str) -> str:
    listing = repo.tree.listing
    return listing.path_at(listing.span(root)[0]) if listing.has_folder(root) else root


def _candidates(repo: Repo) -> Iterator[str]:
    for name in FOLDERS:
        for folder in repo.tree.listing.folders(name):
            if not _is_reported(repo, folder) and not catalog.is_fixture(f"{folder}/x"):
                yield folder


def _is_reported(repo: Repo, path: str) -> bool:
    lineage = {PurePosixPath(path), *PurePosixPath(path).parents}
    return any(not lineage.isdisjoint(found.paths) for found in repo.artefacts)


RULE = Rule(
    "KPT110", "tracked-but-ignored", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="files are tracked although the ignore rules name them",
    help="untrack them with kempt check --fix --unsafe-fixes, or drop the pattern",
)  # fmt: skip
