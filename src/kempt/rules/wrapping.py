"""What a RUN starts that may install and is not read as commands: scripts, makefiles, installers from the web.

Whether such a script leaves a cache is not worked out; that it may is said, with the way to prove it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.model.dockerfile import Dockerfile, Heredoc, Instruction
from kempt.model.pipeline import Command
from kempt.model.repo import Repo
from kempt.rules import building

_OTHERS = frozenset({"tox", "nox", "hatch", "pixi", "rye", "pip-compile", "pre-commit", "prek"})
"""Programs that install for themselves, with a cache that is not known here."""
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", ".", "source"})
_INTERPRETER = re.compile(r"(?:python|pypy)[\d.]*")
_MAKERS = {"make": ("Makefile", "makefile", "GNUmakefile"), "gmake": ("Makefile",), "just": ("justfile", ".justfile")}
_INSTALLS = re.compile(
    rb"\b(?:pip[\d.]*|pipx)[\"', ]+(?:install|wheel|download)\b|\bpip-sync\b|\buvx?[\"', ]+(?:sync|pip|tool|run|add)\b"
    rb"|\b(?:poetry|pdm|pipenv|pixi)[\"', ]+(?:install|sync|add|update)\b|\bget-pip\.py\b"
    rb"|\b(?:conda|mamba|micromamba)[\"', ]+(?:install|create|update|env)\b"
)
_FLAGGED = re.compile(rb"--no-cache|PIP_NO_CACHE_DIR|UV_NO_CACHE")
_PIPED = re.compile(r"install\.python-poetry\.org|install-poetry|get-poetry|install-pdm|pdm-project\.org")
_PIP_PART = re.compile(rb"^\s*-\s*pip\s*:", re.MULTILINE)
_FEW = 5
_LONGEST = 1024**2
"""Bytes of a script that are looked at."""


class Wrapped(NamedTuple):
    """What a command starts, by its name, and the tracked file that it is; empty where it comes from the web."""

    command: Command
    name: str
    path: str = ""


def wrapped(repo: Repo, file: Dockerfile, run: Instruction) -> Iterator[Wrapped]:
    """What a RUN starts that holds an install.

    Nothing where a cache is mounted, which is there for what is started, or where one is removed behind it.
    """
    if any(mount.kind == "cache" for mount in run.mounts):
        return
    yield from _of_heredocs(file, run)
    yield from _unread(file, run)
    for number, command in enumerate(run.commands):
        if not any(map(_clears, run.commands[number + 1 :])):
            yield from islice(_of_command(repo, file, run, command), 1)


def _of_command(repo: Repo, file: Dockerfile, run: Instruction, command: Command) -> Iterator[Wrapped]:
    name = _started(command)
    if command.argv[:1] and command.argv[0] in _OTHERS and "--version" not in command.argv:
        yield Wrapped(command, " ".join(command.argv[:2]))
    elif command.argv[1:2] == ("env",) and "PIP_NO_CACHE_DIR" not in run.state.variables:
        yield from (Wrapped(command, f"pip: of {path}", path) for path in _with_pip(repo, command))
    elif name:
        yield from (Wrapped(command, name, path) for path in _tracked(repo, file, command, name))
    elif _is_piped_installer(command):
        yield Wrapped(command, command.argv[-1])


def _clears(command: Command) -> bool:
    """Whether a command removes what looks like a cache of downloads."""
    argv = command.argv
    if argv and argv[0].rpartition("/")[2] == "rm":
        return any(".cache" in word or "cache dir" in word for word in argv)
    return "cache" in argv and not {"purge", "clean", "clear"}.isdisjoint(argv)


def _of_heredocs(file: Dockerfile, run: Instruction) -> Iterator[Wrapped]:
    """Heredocs that are no script of this RUN by themselves: a file, or what another program reads."""
    for heredoc in run.heredocs:
        body = file.text[heredoc.start : heredoc.end].encode("utf-8", "surrogateescape")
        is_read = any(heredoc.start <= command.start < heredoc.end for command in run.commands)
        is_read = is_read or _is_only_written(file, run, heredoc)
        if not is_read and run.commands and _holds_install(body):
            yield Wrapped(run.commands[0], f"<<{heredoc.name}")


def _is_only_written(file: Dockerfile, run: Instruction, heredoc: Heredoc) -> bool:
    """Whether `cat <<EOF > FILE` writes a file that nothing else in the Dockerfile names."""
    writers = [each for each in run.commands if each.argv == ("cat",) or each.argv[:1] == ("tee",)]
    if len(run.heredocs) != 1 or len(writers) != 1 or writers[0].piped_into:
        return False
    writer = writers[0]
    written = [target for operator, target in writer.redirects if operator.startswith(">")] + list(writer.argv[1:])
    names = [name.rpartition("/")[2] for name in written if name[:1] != "-"]
    others = file.text[: heredoc.start] + file.text[heredoc.end :]
    return bool(names) and all(name and "$" not in name and others.count(name) == 1 for name in names)


def _unread(file: Dockerfile, run: Instruction) -> Iterator[Wrapped]:
    """Installs in a part of a RUN that was not understood, as where substitutions are nested hundreds of times."""
    if not run.unread:
        return
    text = file.text[run.body : run.end].encode("ascii", "replace")
    for match in _INSTALLS.finditer(text):
        at = run.body + match.start()
        words = (word for each in run.commands for word in each.words if word.start <= at < word.end)
        if all("$(" in word.text or "`" in word.text for word in words):
            yield Wrapped(Command((), building.location(file, at)), match[0].decode("ascii"))
            return


def _with_pip(repo: Repo, command: Command) -> Iterator[str]:
    """The tracked files of `conda env create -f` that have pip install a part."""
    if command.argv[0].rpartition("/")[2] not in {"conda", "mamba", "micromamba"}:
        return
    names = [word.rpartition("/")[2].rpartition("=")[2] for word in command.argv if word.endswith((".yml", ".yaml"))]
    for path in (path for name in names or ("environment.yml",) for path in repo.tree.listing.named(name)):
        content = _content(repo, path)
        if content is None or _PIP_PART.search(content):
            yield path


def _started(command: Command) -> str:
    """The script that a command runs, by itself or through an interpreter, or the program that reads a makefile."""
    argv = command.argv
    program = argv[0].rpartition("/")[2] if argv else ""
    if program in _MAKERS:
        return program
    if program in _SHELLS or _INTERPRETER.fullmatch(program):
        argv = tuple(word for word in argv[1:] if word[:1] != "-")
        return argv[0] if argv and "$(" not in argv[0] else ""
    return argv[0] if argv and (argv[0].startswith(("./", "/", "$")) or argv[0].endswith((".sh", ".bash"))) else ""


def _tracked(repo: Repo, file: Dockerfile, command: Command, name: str) -> Iterator[str]:
    """The files that a name may mean, and that install. Of makefiles, those that the context has at its top."""
    listing = repo.tree.listing
    if name in _MAKERS:
        folders = {file.context or "", command.folder or ""}
        paths = (f"{folder}/{each}".lstrip("/") for folder in sorted(folders) for each in _MAKERS[name])
        found = [path for path in paths if path in listing]
    else:
        found = list(islice(listing.named(name.rpartition("/")[2]), _FEW))
    yield from (path for path in found if _installs(repo, path))


def _installs(repo: Repo, path: str) -> bool:
    """Whether a file holds an install; one that cannot be read may."""
    content = _content(repo, path)
    return content is None or _holds_install(content)


def _content(repo: Repo, path: str) -> bytes | None:
    try:
        return repo.tree.read(path)[:_LONGEST]
    except UnreadableError:
        return None


def _holds_install(content: bytes) -> bool:
    """Whether a line of a script installs, and does not turn the cache off itself."""
    if _FLAGGED.search(content) and b"export" in content:
        return False
    found = (content[content.rfind(b"\n", 0, match.start()) + 1 :] for match in _INSTALLS.finditer(content))
    lines = (rest.partition(b"\n")[0].strip() for rest in found)
    return any(not line.startswith(b"#") and not _FLAGGED.search(line) for line in lines)


def _is_piped_installer(command: Command) -> bool:
    """Whether a command gets an installer of Poetry or PDM from the web, for an interpreter to run."""
    reader = command.piped_into[0].rpartition("/")[2] if command.piped_into else ""
    is_run = reader in _SHELLS or _INTERPRETER.fullmatch(reader) is not None
    return is_run and any(_PIPED.search(word) for word in command.argv)
