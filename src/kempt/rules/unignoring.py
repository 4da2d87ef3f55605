"""What the rules on hidden files share: one finding for each pattern, and the edit that lets git see the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kempt.model.finding import Finding, Fix, Level, Location, Replace, Safety
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.model.tree import Verdict

NAMED_PATHS = 3


def questions(repo: Repo, names: Iterable[str]) -> Iterator[str]:
    """These names in every service root."""
    return (str(service.root / name) for name in names for service in _services(repo))


def findings(rule: Rule, repo: Repo, wanted: Callable[[Service], Iterable[str]]) -> Iterator[Finding]:
    """One finding for each pattern that keeps a wanted file of some service out of git.

    A file that is tracked all the same is not kept out. In a library it does less harm than in an application.
    """
    hidden: dict[Verdict, list[tuple[Service, PurePosixPath]]] = {}
    for service in _services(repo):
        for path in (service.root / name for name in wanted(service)):
            verdict = repo.ignores.get(str(path))
            if verdict is not None and verdict.ignored and str(path) not in repo.tree.listing:
                hidden.setdefault(verdict, []).append((service, path))
    for verdict, kept in hidden.items():
        paths = [path for _, path in kept]
        yield rule.finding(
            Location(verdict.source, verdict.line), f"`{verdict.pattern}` keeps {_named(paths)} out of git",
            key=verdict.pattern, level=rule.level if any(service.application for service, _ in kept) else Level.INFO,
            fix=_fix(repo, verdict, paths),
            service=kept[0][0].root if len(kept) == 1 else None,
        )  # fmt: skip


def _services(repo: Repo) -> tuple[Service, ...]:
    return tuple(service for service in repo.services if not service.demoted)


def _named(paths: list[PurePosixPath]) -> str:
    more = f" and {len(paths) - NAMED_PATHS} more" if len(paths) > NAMED_PATHS else ""
    return ", ".join(f"`{path}`" for path in paths[:NAMED_PATHS]) + more


def _fix(repo: Repo, verdict: Verdict, paths: list[PurePosixPath]) -> Fix | None:
    """Remove the pattern if it names this file alone, else except the files from it.

    None where the pattern ignores a folder above them: git does not look into that, whatever exceptions there are.
    """
    file = next(each for each in repo.ignore_files if each.path == verdict.source)
    pattern = next(each for each in file.patterns if each.line == verdict.line)
    last = pattern.body.rpartition("/")[2]
    within = [path.relative_to(file.path.parent) for path in paths]
    open_ones = [path for path in within if not any(fnmatchcase(part, last) for part in path.parts[:-1])]
    names = list(dict.fromkeys(path.name for path in open_ones if fnmatchcase(path.name, last)))
    if pattern.folder_only or not names:
        return None
    if names == [last]:
        return Fix(f"remove `{pattern.text}`", Safety.SAFE, (Replace(file.path, pattern.start, pattern.end, ""),))
    line = file.text[pattern.start : pattern.end]
    end = "\r\n" if line.endswith("\r\n") else "\n"
    exceptions = ("" if line.endswith("\n") else end) + "".join(f"!{name}{end}" for name in names)
    insertion = Replace(file.path, pattern.end, pattern.end, exceptions)
    return Fix(f"except `{'`, `'.join(names)}` from `{pattern.text}`", Safety.SAFE, (insertion,))
