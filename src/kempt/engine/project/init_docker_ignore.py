"""The `.dockerignore` of a context: caches, secrets and git stay out, and what is built from comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kempt.engine.project.init_docker_packages import below
from kempt.formats import dockerignore
from kempt.model.artefact import Kind
from kempt.model.dockerfile import Dockerfile
from kempt.model.repo import Repo

HEADING = "# What no image needs, written by `kempt init --docker`. From here on it is yours.\n"
ALWAYS = (
    ".git", "**/.venv", "**/__pycache__", "**/*.py[co]", "**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache",
    "**/.hypothesis", "**/.tox", "**/.nox",
)  # fmt: skip
SECRETS = ("**/.env", "**/.env.*")
OWN = ("**/Dockerfile*", "**/*.dockerignore")
KINDS = frozenset({
    Kind.ENVIRONMENT, Kind.BYTECODE, Kind.TOOL_CACHE, Kind.PACKAGE_METADATA, Kind.BUILD_OUTPUT, Kind.TEST_OUTPUT,
    Kind.OS_JUNK, Kind.MANAGER_STATE,
})  # fmt: skip
COVERED = frozenset({"**/*.pyc", "**/*.pyo"})
_SAMPLE = "a"


class Entry(NamedTuple):
    """A file or a folder, relative to the context; `files` have to be let in for it to be there."""

    path: str
    files: tuple[str, ...]


class Wanted(NamedTuple):
    """What a context has to let in: what is bound and copied from it."""

    context: str
    entries: tuple[Entry, ...]

    @property
    def files(self) -> Iterator[str]:
        """The files that have to be there."""
        return (file for entry in self.entries for file in entry.files)


class Ignoring(NamedTuple):
    """A `.dockerignore`: its path, its new content, and what had to be let in again."""

    path: str
    content: bytes
    let_in: tuple[str, ...] = ()


def ignore_file(repo: Repo, wanted: Wanted) -> Ignoring:
    """A context's `.dockerignore`; the content is the old one where nothing is missing.

    What is let in stands before what is kept out: a folder that comes in again brings no caches along.
    """
    path = below(wanted.context, ".dockerignore")
    old = _text(repo, path)
    patterns = list(_patterns(repo, wanted))
    if old is None:
        return Ignoring(path, (HEADING + "".join(f"{each}\n" for each in patterns)).encode())
    out = [each.path for each in wanted.entries if any(dockerignore.is_ignored(old, file) for file in each.files)]
    let_in = tuple(dict.fromkeys(out))
    text = _with_exceptions(old, let_in) if let_in else old
    folders = tuple(f"{each.path}/" for each in wanted.entries if each.path not in each.files)
    patterns = [*(_own(old, wanted) if let_in else ()), *patterns]
    missing = tuple(each for each in patterns if not _keeps_out(text, each, folders) and not _is_meant(text, each))
    text = dockerignore.with_patterns(text, missing) if missing else text
    return Ignoring(path, text.encode("utf-8", "surrogateescape"), let_in)


def copied(file: Dockerfile) -> Iterator[str]:
    """What a Dockerfile takes from its context by name: sources of COPY and ADD, and of bind mounts."""
    for stage in file.stages:
        for copy in stage.copies:
            if not copy.origin:
                yield from copy.sources
        for run in stage.runs:
            yield from (each.options["source"] for each in run.mounts if _is_of_context(each.kind, each.options))


def _is_of_context(kind: str, options: object) -> bool:
    return kind == "bind" and isinstance(options, dict) and "from" not in options and "source" in options


def _patterns(repo: Repo, wanted: Wanted) -> Iterator[str]:
    """What stays out, each once, but for what a Dockerfile takes by name, and what is tracked."""
    rows = (row for row in repo.artefacts.used if row.kind in KINDS)
    named = [*ALWAYS, *(_pattern(row.name) for row in rows), *SECRETS, *OWN]
    for each in dict.fromkeys(named):
        if each not in COVERED and not _is_tracked(repo, wanted.context, each) and not _is_taken(wanted.files, each):
            yield each


def _own(text: str, wanted: Wanted) -> Iterator[str]:
    """What somebody else keeps out of any folder, or of one that comes in again: it stays out."""
    inside = ("**/", *(f"{each.path}/" for each in wanted.entries))
    for line in dict.fromkeys(each.strip() for each in text.splitlines()):
        if line.lstrip("/").startswith(inside) and not _is_taken(wanted.files, line):
            yield line


def _pattern(name: str) -> str:
    """A row of the catalog as a pattern of Docker's, which are anchored."""
    plain = name.rstrip("/")
    return plain.removeprefix("/") if plain.startswith("/") else f"**/{plain}"


def _is_tracked(repo: Repo, context: str, pattern: str) -> bool:
    """Whether a name that is kept out at the top of the context, `dist` for example, is one of the project's own."""
    return "*" not in pattern and pattern != ".git" and repo.tree.listing.has_folder(below(context, pattern))


def _is_taken(paths: Iterable[str], pattern: str) -> bool:
    return any(dockerignore.is_ignored(pattern, each.strip("/")) for each in paths if not re.fullmatch(r"[./*]*", each))


def _keeps_out(text: str, pattern: str, folders: tuple[str, ...]) -> bool:
    """Whether a text keeps out what a pattern would: at the top and, where it goes deeper, below folders too."""
    plain = pattern.replace("[co]", "c")
    folders = ("", f"{_SAMPLE}/", f"src/{_SAMPLE}/", *folders) if plain.startswith("**/") else ("",)
    names = {plain.removeprefix("**/").replace("*", each) for each in ("", _SAMPLE)}
    return all(dockerignore.is_ignored(text, f"{folder}{name}") for folder in folders for name in names)


def _is_meant(text: str, pattern: str) -> bool:
    """Whether somebody lets in git's folder, or files of settings, by name: that is not ours to take back."""
    names = {".git": r"\.git(?:/|$)", **dict.fromkeys(SECRETS, r"\.env\b")}
    found = names.get(pattern)
    return found is not None and any(
        re.search(rf"(?:^|/){found}", line.strip().removeprefix("!").strip())
        for line in text.splitlines() if line.strip().startswith("!")
    )  # fmt: skip


def _with_exceptions(text: str, paths: tuple[str, ...]) -> str:
    """The text with lines that let these files in again."""
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    return before + "".join(
        f"{line}{end}" for line in ("# The image is built from these", *(f"!{each}" for each in paths))
    )


def _text(repo: Repo, path: str) -> str | None:
    """The file as it lies there, tracked or not; None where there is none."""
    from kempt.errors import UnreadableError

    try:
        return repo.tree.read(path).decode("utf-8", "surrogateescape")
    except UnreadableError:
        return None
