"""KPT503 copied-wheelhouse: wheels, or a home with its caches, are copied from a builder into the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, normpath
from typing import NamedTuple

from kempt.managers import options
from kempt.managers.pip import commands as pip
from kempt.model.dockerfile import Copy, Dockerfile, Instruction, Stage
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, removing

NAMES = frozenset({"wheels", "wheelhouse", ".wheels"})
_CACHE = re.compile(r"(?:/root|/home/[^/]+|~)?/\.cache(?:/.*)?")
_HOME = re.compile(r"/root|/home/[^/]+")


class Made(NamedTuple):
    """What a stage makes: the folders that `pip wheel` writes to, and the caches that its installs leave."""

    wheelhouses: frozenset[str] = frozenset()
    caches: tuple[str, ...] = ()


def check(repo: Repo) -> Iterator[Finding]:
    """What is copied stays in its layer for ever; a mount brings it for as long as the install takes."""
    for file in building.files(repo):
        copies = [(stage, copy) for stage in file.shipped for copy in stage.copies if copy.origin]
        numbers = {copy.stage for _, copy in copies if copy.stage is not None}
        made = {number: _made(file, file.stages[number]) for number in numbers}
        for stage, copy in copies:
            what = _what(copy, made.get(-1 if copy.stage is None else copy.stage, Made()))
            if what:
                yield RULE.finding(
                    building.location(file, copy.instruction.start),
                    f"`{' '.join(copy.sources)}` of `{copy.origin}` is copied into the image: {what}",
                    key=f"{copy.origin} {' '.join(copy.sources)}", fix=_fix(file, stage, copy),
                )  # fmt: skip


def _what(copy: Copy, made: Made) -> str:
    """What it is that comes along; empty where it is none of these."""
    for source in copy.sources:
        path = normpath(source if source.startswith("/") else f"/{source}")
        folder = path.rpartition("/")[0] if path.endswith((".whl", "/*")) else path
        if basename(folder) in NAMES or folder in made.wheelhouses or path.endswith(".whl"):
            return "wheels are no part of what runs"
        if _CACHE.fullmatch(path):
            return "a download cache"
        if (path == "/" or _HOME.fullmatch(path)) and any(building.is_within(each, path) for each in made.caches):
            return "the download cache of an install is in it"
    return ""


def _made(file: Dockerfile, stage: Stage) -> Made:
    """Caches are also those of the stages that it is FROM."""
    chain = [stage]
    while chain[-1].parent is not None:
        chain.append(file.stages[chain[-1].parent])
    left = {each.place for each in building.filled(file, chain) if removing.is_left(each)}
    return Made(frozenset(_wheelhouses(stage)), tuple(left - {""}))


def _wheelhouses(stage: Stage) -> Iterator[str]:
    for run in stage.runs:
        for command in run.commands:
            verb = building.pip_verb(command.words)
            if verb is not None and command.argv[verb] == "wheel":
                found = options.read(command.words, verb + 1, pip.VALUED)
                yield building.absolute(found.value("-w", "--wheel-dir") or ".", run, dict(command.assignments))


def _fix(file: Dockerfile, stage: Stage, copy: Copy) -> Fix | None:
    """A bind mount on the one RUN that uses what is copied, in the place of the copy."""
    users = [each for each in stage.instructions if each is not copy.instruction and _mentions(file, each, copy.target)]
    if len(users) != 1 or users[0].keyword != "RUN" or users[0].json or users[0].heredocs or len(copy.sources) != 1:
        return None
    run, source = users[0], copy.sources[0]
    removed = any(removing.removals(run, command) for command in run.commands)
    if removed or run.start < copy.instruction.start or re.search(r"[*?\[\s,]", source) or copy.instruction.trigger:
        return None
    if not source.startswith("/"):
        return None
    text = file.text
    end = text.find("\n", copy.instruction.end)
    mount = f"--mount=type=bind,from={copy.origin},source={source.rstrip('/') or '/'},target={copy.target} "
    at = run.flags[0].start if run.flags else run.body
    edits = (
        Replace(file.path, copy.instruction.start, len(text) if end < 0 else end + 1, ""),
        Replace(file.path, at, at, mount),
    )
    return Fix("mount it for the install", Safety.SAFE, edits)


def _mentions(file: Dockerfile, each: Instruction, target: str) -> bool:
    return target.rstrip("/") in file.text[each.start : each.end]


RULE = Rule(
    "KPT503", "copied-wheelhouse", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="wheels, or a home with its caches, are copied from a builder into the image",
    help="mount it where it is used: RUN --mount=type=bind,from=STAGE,source=/wheels,target=/wheels",
)  # fmt: skip
