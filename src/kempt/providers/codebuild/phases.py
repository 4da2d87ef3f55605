"""The phases of a build as steps. Since version 0.2 all commands of a build run in one shell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Command, Step, Tool
from kempt.providers import scripts
from kempt.providers.codebuild.environment import Environment
from kempt.providers.codebuild.spans import block_of, own

PHASES = ("install", "pre_build", "build", "post_build")
"""In the order in which they run, whatever the order in the file."""
LISTS = ("commands", "finally")
MOVES = re.compile(r"\b(?:cd|chdir|pushd|popd)\b")
OLD = "0.1"


class Part(NamedTuple):
    """The commands of a phase, or those that run at its end whatever happens (`finally`)."""

    phase: yaml.Entry
    kind: str
    scalars: tuple[yaml.Scalar, ...]

    @property
    def name(self) -> str:
        """What the step is called: `build`, `build finally`."""
        return self.phase.key.value if self.kind == LISTS[0] else f"{self.phase.key.value} {self.kind}"


def steps(document: yaml.Document, root: yaml.Node, path: PurePosixPath, env: Environment) -> Iterator[Step]:
    """The steps of a build, in order."""
    variables, before, strict = dict(env.values), list[yaml.Scalar](), None
    old = yaml.text_of(yaml.get(root, "version")) == OLD
    for part in _parts(root):
        step = _step(document, part, path)._replace(variables=dict(variables), tools=_tools(part, path))
        if env.shell:
            yield step._replace(opaque=env.shell)
            continue
        run = _separate(document, part.scalars, path) if old else _together(document, before, part.scalars, path)
        if not old:
            before += [each for each in part.scalars if MOVES.search(each.value)]
            variables |= run.exported
            strict = strict if run.errexit is None else run.errexit
        errexit = not _compound(run.commands, part.scalars) if strict is None else strict
        yield step._replace(commands=run.commands, errexit=errexit, on_path=run.on_path, activates=run.activates)


def _parts(root: yaml.Node) -> Iterator[Part]:
    phases = {entry.key.value: entry for entry in yaml.entries(yaml.get(root, "phases"))}
    for name in PHASES:
        if name in phases:
            for kind in LISTS:
                scalars = yaml.scalars(yaml.get(phases[name].value, kind))
                if scalars or (kind == LISTS[0] and yaml.get(phases[name].value, "runtime-versions")):
                    yield Part(phases[name], kind, scalars)


def _step(document: yaml.Document, part: Part, path: PurePosixPath) -> Step:
    entry = own(part.phase.value, part.kind)
    shown = entry.key if entry else part.phase.key
    script = scripts.text(part.scalars[0], path) if len(part.scalars) == 1 else None
    return Step(scripts.place(shown, path), part.name, script=script, block=block_of(document.text, part.phase))


def _tools(part: Part, path: PurePosixPath) -> tuple[Tool, ...]:
    """CodeBuild installs runtimes before the first command of a phase."""
    if part.kind != LISTS[0]:
        return ()
    python = yaml.get(part.phase.value, "runtime-versions", "python")
    versions = [python] if isinstance(python, yaml.Scalar) else []
    return tuple(Tool("python", scripts.place(each, path), scripts.text(each, path)) for each in versions)


def _together(
    document: yaml.Document, before: Sequence[yaml.Scalar], scalars: Sequence[yaml.Scalar], path: PurePosixPath
) -> scripts.Run:
    """Commands in the shell of all: `before` are earlier ones that move it to another folder."""
    run = scripts.sequence(document, (*before, *scalars), path)
    if not before:
        return run
    earlier = scripts.sequence(document, before, path)
    return run._replace(commands=run.commands[len(earlier.commands) :])


def _separate(document: yaml.Document, scalars: Sequence[yaml.Scalar], path: PurePosixPath) -> scripts.Run:
    """Commands with a shell each, as in version 0.1: no folder and no variable goes on to the next."""
    runs = [scripts.commands(document, each, path) for each in scalars]
    return scripts.Run(tuple(command for run in runs for command in run.commands))


def _compound(commands: Sequence[Command], scalars: Sequence[yaml.Scalar]) -> bool:
    """Whether some command is a script of several statements: only the status of its last one is looked at."""
    starts = sorted(each.start for each in scalars)
    inside = {(bisect_right(starts, each.start), each.statement) for each in commands if each.start >= 0}
    return len(inside) > len({scalar for scalar, _ in inside})
