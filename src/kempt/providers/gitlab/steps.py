"""A job's scripts as steps, one for each line of `script`: each can be pointed to, and have one put before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Command, Step
from kempt.providers import scripts
from kempt.providers.gitlab.caches import Around, is_own, location, text
from kempt.providers.gitlab.values import Held, Source, Value, items

SHELLS = (("before_script", "script"), ("after_script",))
"""What runs in one shell: a folder and an export of `before_script` are still there in `script`."""

SETS = re.compile(r"\b(?:export|declare|set|PATH|activate)\b")
"""What a line must say to change anything for the lines after it."""

AHEAD = 500
"""How many lines are looked at for the one that a command stands in: few have none."""

Line = tuple[str, Held]


class Steps:
    """Makes steps. Scripts that several jobs share are parsed once."""

    def __init__(self) -> None:
        self._runs: dict[tuple[int | str | None, ...], scripts.Run] = {}

    def of(self, job: Mapping[str, Value], around: Around, *, posix: bool) -> Iterator[Step]:
        """The steps of a job in the order in which they run. Of what is no POSIX shell, no command is read."""
        for sections in SHELLS:
            lines = [(name, held) for name in sections for held in around.config.lines(job.get(name))]
            yield from self._shell(lines, around) if posix else (_step(line, around, ()) for line in lines)
        for item in items(job.get("run")):  # steps of GitLab's own kind, which come from elsewhere
            yield Step(location(item, around), name="run", opaque="run", own=is_own(item, around.config))

    def _shell(self, lines: list[Line], around: Around) -> Iterator[Step]:
        """The lines of one shell. Where they stand in several files, each file's are read on their own."""
        variables = around.variables
        errexit, folder = True, ""
        moved: str | None = folder
        for _, group in groupby(lines, key=lambda line: id(line[1].source)):
            ours = list(group)
            whole = self._run([held for _, held in ours], moved)
            moved = None if any(command.argv[:1] in {("cd",), ("pushd",)} for command in whole.commands) else moved
            for line, commands in zip(ours, shares(ours, whole.commands), strict=True):
                single = self._run([line[1]], "") if SETS.search(value_of(line)) else scripts.Run()
                errexit = errexit if single.errexit is None else single.errexit
                yield _step(line, around, commands)._replace(
                    variables=variables,
                    errexit=errexit,
                    on_path=single.on_path,
                    activates=single.activates,
                )
                if single.exported and around.config.spend(len(variables)):
                    variables = {**variables, **single.exported}

    def _run(self, lines: list[Held], folder: str | None) -> scripts.Run:
        key = (folder, *(id(held.node) for held in lines))
        if key not in self._runs:
            source: Source = lines[0].source
            parts = [held.node for held in lines if isinstance(held.node, yaml.Scalar)]
            self._runs[key] = scripts.sequence(source.document, parts, source.path, folder=folder)
        return self._runs[key]


def value_of(line: Line) -> str:
    """The text of a line."""
    node = line[1].node
    return node.value if isinstance(node, yaml.Scalar) else ""


def shares(lines: list[Line], commands: tuple[Command, ...]) -> list[tuple[Command, ...]]:
    """Which commands each line has: those that stand in it, or begin in it where their place is not exactly known."""
    found: list[list[Command]] = [[] for _ in lines]
    at = 0
    for command in commands:
        at = next((number for number in range(at, min(at + AHEAD, len(lines))) if _holds(lines[number], command)), at)
        found[at].append(command)
    return [tuple(share) for share in found]


def _holds(line: Line, command: Command) -> bool:
    node, text = line[1].node, line[1].source.document.text
    if command.start != UNPLACED:
        return node.start <= command.start < max(node.end, node.start + 1)
    return node.line <= command.location.line <= node.line + text.count("\n", node.start, node.end)


def _step(line: Line, around: Around, commands: tuple[Command, ...]) -> Step:
    name, held = line
    return Step(
        location(held, around),
        name=name,
        commands=commands,
        script=text(held, around),
        variables=around.variables,
        own=is_own(held, around.config),
    )
