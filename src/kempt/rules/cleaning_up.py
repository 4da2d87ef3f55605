"""What the rules on hooks, scripts and CI share about clean-up: which bytecode and caches a command deletes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import catalog
from kempt.formats import find, script_commands
from kempt.formats.find import Act, Find
from kempt.model.artefact import Delete, Kind
from kempt.model.pipeline import Command
from kempt.model.repo import Repo

BYTECODE = ("__pycache__", "m.cpython-312.pyc")
INSIDE = ("lib", "python3.12", "site-packages", "shop", *BYTECODE)
"""Where bytecode lies in an environment."""
CACHES = tuple(
    row.name.strip("/")
    for row in catalog.ROWS
    if row.kind in {Kind.BYTECODE, Kind.TOOL_CACHE} and row.delete is Delete.YES
)
"""Names and endings of what is made again by itself."""
SOURCE = ("shop", "module.py")
"""What deletes this is no clean-up of caches."""
CLEANERS = frozenset({"pyclean", "py3clean", "pypyclean"})
HERE = frozenset({"$PWD", "${PWD}", "$(pwd)", "`pwd`", "${CURDIR}"})
TOP = frozenset({
    "$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "${{ github.workspace }}", "$CI_PROJECT_DIR", "${CI_PROJECT_DIR}",
    "$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}", "$(Build.SourcesDirectory)", "$BITBUCKET_CLONE_DIR",
    "${BITBUCKET_CLONE_DIR}", "$CIRCLE_WORKING_DIRECTORY", "$(git rev-parse --show-toplevel)",
})  # fmt: skip
"""Expansions that name the folder of the command, and the top of the repository."""
SUBSTITUTED = re.compile(r"\$\((find\s.*)\)|`(find\s.*)`", re.DOTALL)
CODE_OPTION = re.compile(r"-[A-Za-z]*c")
DELETES_IN_PYTHON = re.compile(r"\b(?:rmtree|unlink|remove|rmdir)\b")
NAMES_IN_PYTHON = re.compile(r"__pycache__|\.py\[|\.pyc|\.\w+_cache")
WALKS_IN_PYTHON = re.compile(
    r"(?:Path\(\s*(?:[\"']\./?[\"'])?\s*\)|cwd\(\))\s*\.\s*(?:rglob\b|glob\(\s*[\"']\*\*)|\bwalk\(\s*[\"']\.[\"']"
)
SPARES_IN_PYTHON = re.compile(r"venv|site-packages|\benv\b")
MOST_COMMANDS = 8
"""How far a pipeline is followed."""


class Sweep(NamedTuple):
    """A search that deletes what it meets; with `piped`, what it prints and the filters let through."""

    find: Find
    folder: str | None
    piped: bool = False
    filters: tuple[tuple[str, ...], ...] = ()


def deleted_cache(commands: Sequence[Command]) -> str:
    """The name of a cache in the work tree that the first of these commands deletes; empty where it deletes none."""
    command = commands[0]
    argv = command.argv
    program = argv[0].rpartition("/")[2] if argv else ""
    if program in CLEANERS:
        return BYTECODE[0]
    if program == "git":
        return "what is ignored" if _is_sweeping_git(argv) else ""
    if (code := _python_code(argv)) and DELETES_IN_PYTHON.search(code):
        named = NAMES_IN_PYTHON.search(code)
        return "" if named is None else BYTECODE[0] if named[0].startswith((".py[", ".pyc")) else named[0]
    if program == "rm":
        target = next((name for word in argv[1:] if (name := _named_cache(word))), "")
        if target:
            return target
    return next((name for sweep in sweeps(commands) if (name := _swept_cache(sweep))), "")


def stripped_environment(commands: Sequence[Command], environments: Iterable[str]) -> str:
    """The environment whose bytecode the first of these commands deletes along with the project's, else empty."""
    command = commands[0]
    swept = tuple(sweeps(commands))
    code = _python_code(command.argv)
    for environment in environments:
        if any(_strips(sweep, environment) for sweep in swept):
            return environment
        if code and _walks(code) and _below(environment, resolved(command.folder, ".")):
            return environment
    return ""


def environments(repo: Repo) -> tuple[str, ...]:
    """Where the environments of the services lie, as paths from the root."""
    found = (service.root / service.env_dir for service in repo.services)
    inside = (str(path) for path in found if not path.is_absolute() and ".." not in path.parts)
    return tuple(dict.fromkeys((*inside, ".venv")))


def following(commands: Sequence[Command]) -> Iterator[Sequence[Command]]:
    """Each command with those after it."""
    return (commands[number : number + MOST_COMMANDS] for number in range(len(commands)))


def sweeps(commands: Sequence[Command]) -> Iterator[Sweep]:
    """The searches of the first of these commands that delete; the others say what its output is piped into."""
    from kempt.formats import shell

    command = commands[0]
    program = command.argv[0].rpartition("/")[2] if command.argv else ""
    if program == "find":
        search = find.parse(command.argv)
        filters = _filters(commands) if search else None
        if search is not None and (search.acts or filters is not None):
            yield Sweep(search, command.folder, filters is not None, filters or ())
    elif program == "rm":
        for match in filter(None, map(SUBSTITUTED.fullmatch, command.argv[1:])):
            inner = [
                script_commands.command(each, command.location, folder=command.folder)
                for each in shell.parse(match[1] or match[2]).commands
            ]
            search = find.parse(inner[0].argv) if inner else None
            if search is not None:
                greps = tuple(each.argv for each in inner[1:] if each.argv[:1] in {("grep",), ("egrep",)})
                yield Sweep(search, command.folder, piped=True, filters=greps)


def resolved(folder: str | None, start: str) -> str | None:
    """A folder that a search starts in, from the root; None where that is not known, or outside."""
    plain = start.rstrip("/") or start
    if plain in TOP:
        return ""
    if plain in HERE:
        return folder
    if plain.startswith(("/", "~")) or any(sign in plain for sign in "$`*?[{"):
        return None
    return script_commands.joined(folder, plain)


def _filters(commands: Sequence[Command]) -> tuple[tuple[str, ...], ...] | None:
    """The words of each `grep` between a command and the `xargs rm` that its output ends in; None where it does not."""
    greps: list[tuple[str, ...]] = []
    wanted = commands[0].piped_into
    for command in islice(commands, 1, None):
        if not wanted or command.argv != wanted:
            continue
        if wanted[0] == "xargs":
            return tuple(greps) if find.REMOVES.search(" ".join(wanted)) else None
        if wanted[0] not in {"grep", "egrep", "sort"}:
            return None
        greps += [wanted] * (wanted[0] != "sort")
        wanted = command.piped_into
    return None


def _strips(sweep: Sweep, environment: str) -> bool:
    for start in sweep.find.starts:
        below = _below(environment, resolved(sweep.folder, start))
        if below and _deleted_at(sweep, start, (*below, *INSIDE)) >= len(below) + len(INSIDE) - 1:
            return True
    return False


def _below(path: str, folder: str | None) -> tuple[str, ...]:
    """The parts of a path from a folder above it; none where the folder is not above it."""
    parts = PurePosixPath(path).parts
    above = () if folder is None else PurePosixPath(folder).parts
    return parts[len(above) :] if folder is not None and parts[: len(above)] == above else ()


def _deleted_at(sweep: Sweep, start: str, below: tuple[str, ...]) -> int:
    """How far below its start a sweep deletes something on the way to a file; -1 where it does not."""
    path = start.rstrip("/") or start
    for depth in range(len(below) + 1):
        path = f"{path}/{below[depth - 1]}" if depth else path
        acts = sweep.find.on(path, "f" if depth == len(below) else "d", depth)
        if Act.DELETED in acts or (sweep.piped and Act.PRINTED in acts and _passes(path, sweep.filters)):
            return depth
        if Act.PRUNED in acts:
            return -1
    return -1


def _passes(path: str, filters: Iterable[tuple[str, ...]]) -> bool:
    """Whether `grep`s let a path through; what they would do is not always known, and then they do."""
    for argv in filters:
        flags = "".join(word for word in argv[1:] if word.startswith("-"))
        pattern = next((word for word in argv[1:] if not word.startswith("-")), "")
        if argv[0] == "grep" and "E" not in flags and "P" not in flags:
            pattern = re.sub(r"\\([|()+?{}])", r"\1", pattern)
        found = find.matches(pattern, path)
        if found is not None and found is ("v" in flags):
            return False
    return True


def _swept_cache(sweep: Sweep) -> str:
    """The name of a cache that a sweep takes, and not everything with it."""
    for start in sweep.find.starts:
        if resolved(sweep.folder, start) is None or _deleted_at(sweep, start, SOURCE) >= 0:
            continue
        for name in CACHES:
            below = ("shop", name.replace("*", "m")) if "*" in name else (name, "x")
            if _deleted_at(sweep, start, below) > 0:
                return name
    return ""


def _named_cache(word: str) -> str:
    """The cache that a word of `rm` names: `**/__pycache__`, `.*_cache/`, `src/*.pyc`."""
    if word.startswith("-"):
        return ""
    last = word.rstrip("/").removesuffix("/*").rpartition("/")[2]
    if not last.strip("*?"):
        return ""
    return next((name for name in CACHES if name == last or (not name.startswith("*") and fnmatchcase(name, last))), "")


def _is_sweeping_git(argv: Sequence[str]) -> bool:
    """`git clean -fdX`: all that is ignored goes, environments and `.env` files too."""
    flags = "".join(word.lstrip("-") for word in argv[2:] if re.fullmatch(r"-\w+", word))
    dry = "n" in flags or "--dry-run" in argv
    return (
        argv[1:2] == ("clean",) and not dry and ("x" in flags or "X" in flags) and ("f" in flags or "--force" in argv)
    )


def _python_code(argv: Sequence[str]) -> str:
    """The program of `python -c`."""
    if not argv or not re.match(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?\Z", argv[0]):
        return ""
    at = next((number for number, word in enumerate(argv) if CODE_OPTION.fullmatch(word)), len(argv))
    return argv[at + 1] if at + 1 < len(argv) else ""


def _walks(code: str) -> bool:
    """Whether a Python program deletes bytecode in all folders below the one it runs in, environments included."""
    return bool(
        DELETES_IN_PYTHON.search(code)
        and NAMES_IN_PYTHON.search(code)
        and WALKS_IN_PYTHON.search(code)
        and not SPARES_IN_PYTHON.search(code)
    )
