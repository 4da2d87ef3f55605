"""KPT703 shared-environment: a project takes packages from an environment that is not its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog
from kempt.errors import UnreadableError
from kempt.formats import toml
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.model.tree import SYMLINK
from kempt.rules import locking, referring

OPTION = rb"--system-site-packages|include-system-site-packages\s{0,9}=\s{0,9}true"
PYTHONPATH = rb"PYTHONPATH[\"']?[ \t]{0,9}[:=][^\n]{0,300}?(?:envs?|conda)[\w.-]{0,40}/[^\n:;\"']{0,200}site-packages"
SIGNS = (
    (b"system-site-packages", OPTION, "the packages of the system's Python"),
    (b"PYTHONPATH", PYTHONPATH, "those of another environment"),
)
COMMENT = (b"#", b"//", b"rem ", b"REM ")
POINTER = ".venv"


def check(repo: Repo) -> Iterator[Finding]:
    """What the lock does not name is installed there by somebody else, in whatever version."""
    yield from _scripts(repo)
    yield from _settings(repo)
    yield from _pointers(repo)


def _scripts(repo: Repo) -> Iterator[Finding]:
    for path, content in _texts(repo):
        for hint, pattern, what in SIGNS:
            for match in re.finditer(pattern, content) if hint in content else ():
                start = content.rfind(b"\n", 0, match.start()) + 1
                if not content[start : match.start()].lstrip().startswith(COMMENT):
                    line = content.count(b"\n", 0, match.start()) + 1
                    yield _finding(repo, path, line, f"an environment is given {what}", f"{what} {path}")


def _texts(repo: Repo) -> Iterator[tuple[str, bytes]]:
    yield from locking.scripts(repo)
    yield from ((path, repo.documents.read(path) or b"") for path in repo.documents.paths if path.endswith(".env"))


def _settings(repo: Repo) -> Iterator[Finding]:
    """Poetry's own switch for it."""
    for path in repo.documents.paths:
        if path.endswith("poetry.toml") and not catalog.is_fixture(path):
            options = toml.table(repo.documents.toml(path), "virtualenvs", "options")
            if options.get("system-site-packages") is True:
                line = toml.line_of(repo.documents.read(path) or b"", "system-site-packages", "virtualenvs")
                yield _finding(repo, path, line, f"an environment is given {SIGNS[0][2]}", "option")


def _pointers(repo: Repo) -> Iterator[Finding]:
    """A tracked `.venv` that is a link, or a file that names the environment of another project."""
    for path in repo.tree.listing.named(POINTER):
        if path.rpartition("/")[2] != POINTER or catalog.is_fixture(path):
            continue
        if any(entry.mode == SYMLINK for entry in repo.tree.entries((path,))):
            yield _finding(repo, path, 0, f"`{path}` is a link to an environment somewhere else", "link")
            continue
        try:
            place = repo.tree.read(path).decode("utf-8", "replace").strip()
        except UnreadableError:
            continue
        folder = path.rpartition("/")[0]
        service = referring.owner(repo, PurePosixPath(path))
        root = "" if service is None or service.root == PurePosixPath(".") else str(service.root)
        if "/" in place and _leaves(place, folder, root):
            yield _finding(repo, path, 1, f"`{path}` leads to the environment of another project: {place}", "redirect")


def _leaves(place: str, folder: str, root: str) -> bool:
    """Whether a path in a file of `folder` leads out of the service at `root`."""
    depth = len(folder.split("/")) - len(root.split("/")) if folder else 0
    return referring.is_absolute(place) or referring.is_above("x/" * depth + place)


def _finding(repo: Repo, path: str, line: int, message: str, key: str) -> Finding:
    where = PurePosixPath(path)
    return RULE.finding(
        Location(where, line), message, key=key, level=referring.milder(repo, where),
        service=getattr(referring.owner(repo, where), "root", None),
    )  # fmt: skip


RULE = Rule(
    "KPT703", "shared-environment", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a project takes packages from an environment that is not its own",
    help="name the packages in the manifest, lock, and give each project an environment of its own",
)  # fmt: skip
