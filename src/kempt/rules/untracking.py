"""What the rules on tracked artefacts share: one finding for each artefact, and the fix that takes it out of git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kempt.formats import gitignore
from kempt.model.artefact import Found, Kind
from kempt.model.finding import Edit, Finding, Fix, Ignore, Location, Safety, Untrack
from kempt.model.repo import Repo
from kempt.model.rule import Rule

TOP = PurePosixPath(".gitignore")


NAMED_PATHS = 3


def findings(
    rule: Rule, repo: Repo, describe: Callable[[Found], str], safety: Safety | None = Safety.SAFE
) -> Iterator[Finding]:
    """One finding for each tracked artefact of this rule. No fix is offered where `safety` is None."""
    for found in repo.artefacts.tracked:
        if found.row.code == rule.code:
            fix = None if safety is None else Fix(f"untrack {shown(found)}", safety, edits(repo, found))
            yield rule.finding(
                Location(found.at), describe(found), about=found.root, key=found.row.ignore, level=found.row.level,
                notes=(history_note(found),), fix=fix, service=service_of(repo, found.at),
                files=found.files, bytes=found.bytes,
            )  # fmt: skip


def shown(found: Found) -> str:
    """The artefact as a message names it: its folder, or the first of its files where they lie loose in one."""
    if len(found.paths) == 1:
        return f"`{found.paths[0]}`"
    if found.row.kind is Kind.ENVIRONMENT:
        return f"`{found.root}`"
    return f"`{found.paths[0]}` and {len(found.paths) - 1:,} more in `{found.root}`"


def questions(rule: Rule, repo: Repo) -> Iterator[str]:
    """Whether the ignore rules would keep each artefact out once it is untracked."""
    for found in repo.artefacts.tracked:
        if found.row.code == rule.code:
            yield from (str(probe) for probe in _probes(repo, found))


def edits(repo: Repo, found: Found) -> tuple[Edit, ...]:
    """Untrack the artefact, and ignore it unless it ignores itself or is ignored already."""
    lines: list[Edit] = []
    if not found.row.self_ignoring:
        verdicts = (repo.ignores.get(str(probe)) for probe in _probes(repo, found))
        if not all(verdict is not None and verdict.ignored for verdict in verdicts):
            lines = list(_ignore_lines(repo, found))
    return (Untrack(found.paths), *dict.fromkeys(lines))


def history_note(found: Found) -> str:
    """Untracking does not shrink the history: what does, as text for a person."""
    paths = " ".join(f"--path {_quoted(str(path))}" for path in found.paths[:NAMED_PATHS])
    more = "" if len(found.paths) <= NAMED_PATHS else " ..."
    return f"git's history still holds the bytes; to rewrite it: git filter-repo --invert-paths {paths}{more}"


def service_of(repo: Repo, path: PurePosixPath) -> PurePosixPath | None:
    """The innermost service that a path lies in."""
    parents = set(path.parents)
    inside = [service.root for service in repo.services if service.root in parents]
    return max(inside, key=lambda root: len(root.parts), default=None)


def nearest_ignore_file(repo: Repo, folder: PurePosixPath) -> PurePosixPath:
    """The ignore file at or above a folder that is nearest to it; the one at the top where there is none."""
    here = {each.path.parent: each.path for each in repo.ignore_files}
    return next((here[parent] for parent in (folder, *folder.parents) if parent in here), TOP)


def _probes(repo: Repo, found: Found) -> Iterator[PurePosixPath]:
    """Paths that stand for the artefact: a file inside each of its folders, or its files."""
    for path in found.paths:
        yield path / "kempt-probe" if repo.tree.listing.has_folder(str(path)) else path


def _ignore_lines(repo: Repo, found: Found) -> Iterator[Ignore]:
    """The catalog's line where it names these paths as they are spelled, else a line for the very place."""
    usual = found.row.ignore.strip("/")
    verdicts = (repo.ignores.get(str(probe)) for probe in _probes(repo, found))
    sources = (each.source for each in verdicts if each is not None and not each.ignored)
    exception = next((each for each in sources if each.parent in found.paths[0].parents), None)
    written = any(
        each.text == found.row.ignore for file in repo.ignore_files if file.path == TOP for each in file.patterns
    )
    if exception is None and not written and usual and all(fnmatchcase(path.name, usual) for path in found.paths):
        yield Ignore(TOP, found.row.ignore)
        return
    for path in found.paths:
        inside = exception is not None and path in exception.parents
        file = nearest_ignore_file(repo, path.parent) if exception is None or inside else exception
        relative = path.relative_to(file.parent)
        if found.row.name.startswith("*.") and not found.row.is_folder:
            folder = gitignore.pattern_for(str(relative.parent), folder=True) if relative.parent.name else "/"
            yield Ignore(file, f"{folder}*{path.suffix}")
        else:
            yield Ignore(file, gitignore.pattern_for(str(relative), folder=repo.tree.listing.has_folder(str(path))))


def _quoted(path: str) -> str:
    safe = path.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum() and path.isascii()
    return path if safe and not path.startswith("-") else "'" + path.replace("'", "'\\''") + "'"
