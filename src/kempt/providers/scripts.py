"""Shell in YAML: the commands of a scalar, or of several that share one shell, with their places in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from kempt.formats.yaml.positions import positions
from kempt.model.finding import Location
from kempt.model.pipeline import UNPLACED, Branch, Command, Text, Word

if TYPE_CHECKING:
    from kempt.formats import shell
    from kempt.formats.yaml import Document, Positions, Scalar

NOWHERE = (UNPLACED, UNPLACED)
FOLDERS_LIMIT = 32
"""Folders that one script runs in; where there are more, none of them is known."""

Start = str | None | tuple[str | None, ...]
"""Where a script starts: in one folder, or in one of several each time, as the rows of a matrix say."""


class Run(NamedTuple):
    """What a script does, and what it leaves behind for the steps after it.

    `exported` are the variables that it exports, `written` those that it hands to later steps through a file
    (`$GITHUB_ENV`), `on_path` the folders that it puts on PATH, here or there. `activates` says that it activates an
    environment. `errexit` is what it sets itself, None where it does not.
    """

    commands: tuple[Command, ...] = ()
    exported: Mapping[str, str] = {}
    errexit: bool | None = None
    on_path: tuple[str, ...] = ()
    activates: bool = False
    written: Mapping[str, str] = {}


def place(scalar: Scalar, path: PurePosixPath) -> Location:
    """Where a scalar stands."""
    return Location(path, scalar.line, scalar.column)


def text(scalar: Scalar, path: PurePosixPath) -> Text:
    """A scalar as a value with its place."""
    return Text(scalar.value, place(scalar, path), scalar.start, scalar.end, scalar.style)


def commands(document: Document, scalar: Scalar, path: PurePosixPath, *, folder: Start = "") -> Run:
    """The commands of one script. `folder` is where it starts, relative to the repository's root."""
    return sequence(document, (scalar,), path, folder=folder)


def sequence(document: Document, scalars: Iterable[Scalar], path: PurePosixPath, *, folder: Start = "") -> Run:
    """The commands of scripts that run one after the other in one shell: folders, exports and `set -e` go on."""
    from kempt.formats import shell  # here: a file without scripts needs no shell

    parts = tuple(scalars)
    whole = shell.parse("\n".join(part.value for part in parts))
    if not whole.has_errors or len(parts) == 1:
        return _run(document, parts, whole, path, folder)
    runs = [_run(document, (part,), shell.parse(part.value), path, folder) for part in parts]  # one is broken
    return Run(
        tuple(command for run in runs for command in run.commands),
        {name: value for run in runs for name, value in run.exported.items()},
        next((run.errexit for run in reversed(runs) if run.errexit is not None), None),
        tuple(each for run in runs for each in run.on_path),
        any(run.activates for run in runs),
        {name: value for run in runs for name, value in run.written.items()},
    )


def _run(
    document: Document, parts: Sequence[Scalar], parsed: shell.Shell, path: PurePosixPath, folder: Start
) -> Run:  # fmt: skip
    places = _Places(document, parts, path)
    starts = folder if isinstance(folder, tuple) and len(folder) <= FOLDERS_LIMIT else (None,)
    starts = starts if isinstance(folder, tuple) else (folder,)
    found = tuple(_command(each, places, parsed, starts) for each in parsed.commands)
    exported = {each.name: each.value for each in parsed.exported if each.exported}
    on_path = [exported["PATH"]] if "PATH" in exported else []
    written: dict[str, str] = {}
    for command in found:
        said = command.argv[1:] if command.argv[:1] in {("echo",), ("printf",)} else ()
        for _, target in command.redirects if said else ():
            if "GITHUB_PATH" in target:
                on_path.append(said[-1])
            elif "GITHUB_ENV" in target and "=" in said[-1]:
                name, _, value = said[-1].partition("=")
                written[name] = value
    return Run(found, exported, parsed.errexit, tuple(on_path), any(map(is_activation, found)), written)


def is_activation(command: Command) -> bool:
    """Whether a command makes the programs of an environment the ones that bare names mean."""
    return command.argv[:1] in {("source",), (".",)} and any("activate" in word for word in command.argv[1:2])


def _command(
    each: shell.Parsed, places: _Places, parsed: shell.Shell, starts: tuple[str | None, ...]
) -> Command:  # fmt: skip
    from kempt.formats import shell

    folders = tuple(dict.fromkeys(_joined(start, each.folder) for start in starts))
    words = tuple(Word(word.text, *places.span((word.start, word.end))) for word in shell.normalised(each.words))
    start, end = places.span((each.start, each.end))
    swallowed = each.swallowed if each.swallowed != NOWHERE else each.followed_by_exit_zero
    exported = tuple((one.name, one.value) for one in parsed.exported if one.exported and one.end <= each.start)
    return Command(
        words, places.location(each.start, each.line), start, end,
        statement=places.span(each.statement),
        assignments=(*exported, *each.assignments),
        swallowed=places.span(swallowed) if swallowed != NOWHERE else NOWHERE,
        otherwise=each.otherwise or (("exit", "0") if swallowed != NOWHERE else ()),
        piped_into=each.piped_into,
        is_test=each.is_test,
        branches=tuple(Branch(branch.test, branch.holds) for branch in each.branches),
        folder=folders[0] if len(folders) == 1 else None,
        folders=folders if len(folders) > 1 else (),
        redirects=tuple((one.operator, one.target) for one in each.redirects),
    )  # fmt: skip


def _joined(start: str | None, folder: str | None) -> str | None:
    """A folder from where the script starts, as one from the root; None where it is not known or not inside."""
    from kempt.formats import shell

    if folder is not None and f"{folder}/".startswith(f"{shell.CHECKOUT}/"):
        return folder.removeprefix(shell.CHECKOUT).strip("/")
    if start is None or folder is None or folder.startswith(("/", "..", "~", "$")):
        return None
    return "/".join(part for part in (start, folder) if part)


@lru_cache(maxsize=1)
def line_starts(text: str) -> tuple[int, ...]:
    """Where the lines of a text begin; asked for each command of one document after the other."""
    return (0, *(match.end() for match in re.finditer("\n", text)))


class _Places:
    """From an index of the joined scripts to its place in the file."""

    def __init__(self, document: Document, parts: Sequence[Scalar], path: PurePosixPath) -> None:
        self._text = document.text
        self._path = path
        self._parts = parts
        self._maps: list[Positions | None] = [positions(document, part) for part in parts]
        self._starts = [0]
        for part in parts:
            self._starts.append(self._starts[-1] + len(part.value) + 1)

    def _find(self, index: int) -> tuple[int, int]:
        """The part that an index is in, and the offset in the text; a negative one where that is not known."""
        last = len(self._parts) - 1
        number = min(max(bisect_right(self._starts, index) - 1, 0), last) if last else 0
        mapped = self._maps[number]
        inside = index - self._starts[number]
        if mapped is None or index < 0 or inside > len(self._parts[number].value):
            return number, UNPLACED
        return number, mapped.at(inside)

    def span(self, of: tuple[int, int]) -> tuple[int, int]:
        """The span in the text; of what reaches over several parts nothing is known."""
        (first, start), (last, end) = self._find(of[0]), self._find(of[1])
        return (start, end) if first == last and UNPLACED not in {start, end} else NOWHERE

    def location(self, index: int, line: int) -> Location:
        """Where a finding points: the exact place, or else the line."""
        number, offset = self._find(index)
        part = self._parts[number]
        if offset == UNPLACED:
            before = self._starts[number] and sum(each.value.count("\n") + 1 for each in self._parts[:number])
            return Location(self._path, part.line + max(line - before, 0) * (part.style in {"|", ">"}))
        starts = line_starts(self._text)
        line = bisect_right(starts, offset)
        return Location(self._path, line, offset - starts[line - 1] + 1)
