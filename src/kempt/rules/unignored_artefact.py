"""KPT201 unignored-artefact: the next `git add .` would take something that the project's tools make again."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import gitignore
from kempt.model.artefact import Artefact, Kind
from kempt.model.finding import Finding, Fix, Ignore, Level, Location, Safety
from kempt.model.ignore import Pattern
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import untracking

PROBE = "kempt_probe"
CONTENTS = {
    "__pycache__/": "kempt_probe.cpython-311.pyc",
    "*.egg-info/": "PKG-INFO",
    ".ipynb_checkpoints/": "x-checkpoint.ipynb",
}
"""What git would find inside, where some patterns name the contents and not the folder (`*.pyc`)."""
NAMED_ROOTS = 3
POINTER_PATTERN = ".venv/"
"""With the slash, a `.venv` that is a file or a link is not ignored: KPT205 says so where this pattern stands."""


class Gap(NamedTuple):
    """One artefact that one service's ignore rules let in.

    `file` is the ignore file that must name it, `exception` the pattern in it that lets it in, if one does.
    """

    service: Service
    file: PurePosixPath
    exception: Pattern | None
    only_as_file: bool


def asks(repo: Repo) -> Iterator[str]:
    """A path for every artefact the project's tools make, in every service root."""
    for row in _rows(repo):
        for service in _services(repo, row):
            yield from _probes(row, service)


def check(repo: Repo) -> Iterator[Finding]:
    """Asked of git: would `git add .` take it? One finding for each artefact and ignore file that must name it."""
    for row in _rows(repo):
        groups: dict[PurePosixPath, list[Gap]] = {}
        for gap in _gaps(repo, row):
            groups.setdefault(gap.file, []).append(gap)
        for file, gaps in groups.items():
            yield _finding(file, row, gaps)


def _rows(repo: Repo) -> tuple[Artefact, ...]:
    """The artefacts to ask about: none that ignores itself, no secret where one of the name is tracked on purpose."""
    listing = repo.tree.listing
    return tuple(
        row for row in repo.artefacts.used
        if not row.self_ignoring and not (row.kind is Kind.SECRET and next(listing.named(row.name), None))
    )  # fmt: skip


def _services(repo: Repo, row: Artefact) -> Iterator[Service]:
    """The services that may hold the artefact.

    Documentation is built at the top; and a `build/` that is tracked either has a finding of its own or holds sources.
    """
    for service in repo.services:
        above = service.demoted or (row.level is Level.INFO and service.root != PurePosixPath("."))
        tracked = row.kind is Kind.BUILD_OUTPUT and repo.tree.listing.has_folder(
            str(service.root / row.name.strip("/"))
        )
        if not above and not tracked:
            yield service


def _probes(row: Artefact, service: Service) -> tuple[str, ...]:
    """Paths the artefact would have: `.venv` is asked as a folder and as a file."""
    name = row.name.strip("/").replace("*", PROBE)
    path = str(service.root / name)
    if row.name == ".venv/":
        return f"{path}/{PROBE}", path
    return (f"{path}/{CONTENTS.get(row.name, PROBE)}",) if row.is_folder else (path,)


def _gaps(repo: Repo, row: Artefact) -> Iterator[Gap]:
    for service in _services(repo, row):
        verdicts = [repo.ignores.get(probe) for probe in _probes(row, service)]
        closed = [verdict for verdict in verdicts if verdict is not None and verdict.ignored]
        told_by_kpt205 = any(verdict.pattern.lstrip("/") == POINTER_PATTERN for verdict in closed)
        if len(closed) < len(verdicts) and not told_by_kpt205:
            yield Gap(service, *_file_for(repo, row, service), only_as_file=bool(closed))


def _file_for(repo: Repo, row: Artefact, service: Service) -> tuple[PurePosixPath, Pattern | None]:
    """The ignore file to mend: the one whose exception lets the artefact in, else that at the top, else the nearest."""
    here = {each.path.parent: each for each in repo.ignore_files}
    for folder in (service.root, *service.root.parents):
        for pattern in reversed(here[folder].patterns if folder in here else ()):
            if pattern.negated and fnmatchcase(row.name.strip("/"), pattern.body):
                return here[folder].path, pattern
    top = untracking.TOP
    return (top if top.parent in here else untracking.nearest_ignore_file(repo, service.root)), None


def _finding(file: PurePosixPath, row: Artefact, gaps: list[Gap]) -> Finding:
    roots = [gap.service.root for gap in gaps]
    name = row.name.strip("/")
    where = "" if roots == [PurePosixPath(".")] else " in " + ", ".join(f"`{root}`" for root in roots[:NAMED_ROOTS])
    more = f" and {len(roots) - NAMED_ROOTS} more" if len(roots) > NAMED_ROOTS else ""
    what = f"`{name}` where it is a file or a link" if all(gap.only_as_file for gap in gaps) else f"`{name}`"
    exception = next((gap.exception for gap in gaps if gap.exception is not None), None)
    line, why = (0, "") if exception is None else (exception.line, f", because of `{exception.text}`")
    patterns = _patterns(file, row, roots)
    return RULE.finding(
        Location(file, line), f"`git add .` would take {what}{where}{more}{why}", key=row.name, level=_level(row, gaps),
        fix=Fix(f"ignore `{row.ignore}`", Safety.SAFE, tuple(Ignore(file, pattern) for pattern in patterns)),
        service=roots[0] if len(roots) == 1 else None,
    )  # fmt: skip


def _patterns(file: PurePosixPath, row: Artefact, roots: list[PurePosixPath]) -> tuple[str, ...]:
    """The lines to append: one for all services, or one for each where the row speaks of a service's own top."""
    if "/" not in row.ignore.rstrip("/"):
        return (row.ignore,)
    places = (root.relative_to(file.parent) for root in roots)
    return tuple(gitignore.pattern_for(str(place / row.ignore.strip("/")), folder=row.is_folder) for place in places)


def _level(row: Artefact, gaps: list[Gap]) -> Level:
    """An environment is an error, unless the tool that makes it ignores it itself: all but the `venv` module do."""
    if row.level is Level.INFO or all(gap.only_as_file for gap in gaps):
        return Level.INFO
    if row.kind is not Kind.ENVIRONMENT:
        return Level.WARNING
    made_by_hand = [gap.service for gap in gaps if gap.service.manager == "pip" or row.tool == "venv"]
    if not made_by_hand:
        return Level.INFO
    return Level.ERROR if any(service.application for service in made_by_hand) else Level.WARNING


RULE = Rule(
    "KPT201", "unignored-artefact", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.SAFE,
    summary="the next `git add .` would take something that the project's tools make again",
    help="kempt check --fix appends the pattern",
)  # fmt: skip
