"""KPT503 copied-wheelhouse: wheels, or a home with its caches, are copied from a builder into the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, normpath
from typing import NamedTuple

from kempt.managers import commands, options
from kempt.managers.pip import commands as pip
from kempt.model.dockerfile import Copy, Dockerfile, Stage
from kempt.model.finding import Finding, Fix, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, filling, image_edits, removing
from kempt.rules.building import Filled

NAMES = frozenset({"wheels", "wheelhouse", ".wheels"})
WHEELS = "wheels are no part of what runs"
CACHE = "a download cache"
INSIDE = "the download cache of an install is in it"
_MANAGERS = "|".join(sorted(commands.downloads(name).linux for name in ("pip", "uv", "poetry", "pdm", "pipenv")))
_CACHE = re.compile(rf"(?:/root|/home/[^/]+|~)?/\.cache/(?:{_MANAGERS})(?:/.*)?")


class Copied(NamedTuple):
    """A COPY from another stage, and the stage that it stands in."""

    file: Dockerfile
    stage: Stage
    copy: Copy


class Made(NamedTuple):
    """What a stage makes: the folders that `pip wheel` writes to, and the installs that leave their caches."""

    wheelhouses: frozenset[str] = frozenset()
    left: tuple[Filled, ...] = ()


def check(repo: Repo) -> Iterator[Finding]:
    """What is copied stays in its layer for ever; a mount brings it for as long as the install takes."""
    for file in building.files(repo):
        copies = [(stage, copy) for stage in file.shipped for copy in stage.copies if copy.origin]
        numbers = {copy.stage for _, copy in copies if copy.stage is not None}
        made = {number: _made(file, file.stages[number]) for number in numbers}
        for stage, copy in copies:
            of_stage = made.get(-1 if copy.stage is None else copy.stage, Made())
            what = _what(copy, of_stage)
            if what:
                names = " ".join(copy.sources)
                yield RULE.finding(
                    building.location(file, copy.instruction.start),
                    f"`{names}` of `{copy.origin}` is copied into the image: {what}",
                    key=f"{copy.origin} {names}", fix=_fix(repo, Copied(file, stage, copy), of_stage, what),
                )  # fmt: skip


def _what(copy: Copy, made: Made) -> str:
    """What it is that comes along; empty where it is none of these."""
    for path in _sources(copy):
        folder = path.rpartition("/")[0] if path.endswith((".whl", "/*")) else path
        if basename(folder) in NAMES or folder in made.wheelhouses or path.endswith(".whl"):
            return WHEELS
        if _CACHE.fullmatch(path) or path in {each.place for each in made.left}:
            return CACHE
        if any(building.is_within(each.place, path) for each in made.left):
            return CACHE if basename(path) == ".cache" else INSIDE
    return ""


def _sources(copy: Copy) -> Iterator[str]:
    return (normpath(source if source.startswith("/") else f"/{source}") for source in copy.sources)


def _made(file: Dockerfile, stage: Stage) -> Made:
    """Caches are also those of the stages that it is FROM."""
    chain = [stage]
    while chain[-1].parent is not None:
        chain.append(file.stages[chain[-1].parent])
    chain.reverse()
    left = (
        each
        for each in building.filled(file, chain)
        if each.place and removing.is_left(each) and removing.removal(each, chain) is None
    )
    return Made(frozenset(_wheelhouses(stage)), tuple(left))


def _wheelhouses(stage: Stage) -> Iterator[str]:
    for run in stage.runs:
        for command in run.commands:
            verb = filling.pip_verb(command.words)
            if verb is not None and command.argv[verb] == "wheel":
                found = options.read(command.words, verb + 1, pip.VALUED)
                yield building.absolute(found.value("-w", "--wheel-dir") or ".", run, dict(command.assignments))


def _fix(repo: Repo, copied: Copied, made: Made, what: str) -> Fix | None:
    """A mount in the place of the copy; where the cache is in a folder of other things, it is kept out of that."""
    if what != INSIDE:
        from kempt.rules import mounting  # here: few repositories have it to do

        return mounting.mounted(*copied, writable=what == CACHE)
    inside = [each for each in made.left if any(building.is_within(each.place, path) for path in _sources(copied.copy))]
    fixes = [image_edits.keeping_out(repo, each) for each in inside]
    edits = tuple(dict.fromkeys(edit for fix in fixes if fix is not None for edit in fix.edits))
    return Fix("keep the cache out of it where it is filled", Safety.SAFE, edits) if edits and all(fixes) else None


RULE = Rule(
    "KPT503", "copied-wheelhouse", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="wheels, or a home with its caches, are copied from a builder into the image",
    help="mount it where it is used: RUN --mount=type=bind,from=STAGE,source=/wheels,target=/wheels",
)  # fmt: skip
