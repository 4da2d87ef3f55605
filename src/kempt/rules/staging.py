"""What rules on stages share: whose project an image holds, which Python a base has, where environments lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import NamedTuple

from kempt.managers import options
from kempt.model.dockerfile import Copy, Dockerfile, Instruction, Stage
from kempt.model.installs import Effect
from kempt.model.pipeline import Command
from kempt.model.repo import Repo, Service
from kempt.rules import building, locking
from kempt.rules.building import Filled

WHOLE = frozenset({".", "./", "*", "./*", "/"})
"""How a COPY names the whole context."""
SYSTEMS = frozenset({"debian", "ubuntu", "alpine"})
DEVELOPMENT = re.compile(r"(?:^|[ ./_-])(?:dev|devel|development|docs?|test|tests|ci|debug)(?:$|[ ./_-])")
_VERSION = re.compile(r"\d+\.\d+")
_ENVIRONMENT = re.compile(r"(?:.*/)?\.?v?env")
_CREATORS = {"virtualenv": 1, "venv": 1, "uv": 2}
"""Programs that make an environment, each with the number of the word behind its name."""
_VALUED = frozenset({
    "-p", "--python", "--prompt", "--seeder", "--app-data", "--creator", "--pip", "--setuptools", "--index-url",
    "--default-index", "--extra-search-dir",
})  # fmt: skip


class Base(NamedTuple):
    """A base image: `kind` is "python", "system" or "", `python` its version, `libc` the C library."""

    kind: str
    python: str = ""
    libc: str = "glibc"


def is_whole(copy: Copy) -> bool:
    """Whether a COPY takes the whole context along."""
    return not copy.origin and any(source in WHOLE for source in copy.sources)


def service(repo: Repo, file: Dockerfile) -> Service | None:
    """The service that an image holds: that of the context, of the Dockerfile's folder, or the only one there is."""
    folders = {file.context or ".", str(file.path.parent)}
    own = locking.own_services(repo)
    here = [each for each in own if str(each.root) in folders]
    if here:
        return max(here, key=lambda each: len(each.root.parts))
    return own[0] if len(own) == 1 else None


def is_for_development(file: Dockerfile, stage: Stage) -> bool:
    """Whether a name says that the image is not the one that is deployed."""
    return DEVELOPMENT.search(f"{file.path} {stage.name}".lower()) is not None


def split(image: str) -> tuple[str, str]:
    """The last part of an image's name, and its tag; a digest is left out."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    return name, tag


def base_of(file: Dockerfile, stage: Stage) -> Base:
    """What is known of the image that a stage is built on, through the stages that it is FROM."""
    while stage.parent is not None:
        stage = file.stages[stage.parent]
    name, tag = split(stage.base)
    libc = "musl" if "alpine" in (name, *tag.split("-")) or "alpine" in tag else "glibc"
    if name == "python":
        found = _VERSION.match(tag)
        return Base("python", found[0] if found else "", libc)
    if name == "uv" and (at := tag.find("python")) >= 0:
        found = _VERSION.match(tag, at + len("python"))
        return Base("python", found[0] if found else "", libc)
    if name in SYSTEMS or name.startswith("python3-debian") or (name == "uv" and tag):
        return Base("system", "", libc)
    return Base("")


def environments(file: Dockerfile, stage: Stage) -> Iterator[str]:
    """The folders of a stage, absolute, in which an environment is made."""
    for run in stage.runs:
        for command in run.commands:
            yield from _created(run, command)
        if (active := run.state.variables.get("VIRTUAL_ENV", "")).startswith("/"):
            yield normpath(active)
    for each in building.filled(file, (stage,)):
        if each.manager in {"uv", "poetry", "pdm"} and each.doing.effect in {
            Effect.CHECKED,
            Effect.FROZEN,
            Effect.UNLOCKED,
        }:
            known = {**each.run.state.variables, **dict(each.command.assignments)}
            given = known.get("UV_PROJECT_ENVIRONMENT", "") if each.manager == "uv" else ""
            yield building.absolute(given or ".venv", each.run) if given or not each.doing.folder else ""


def _created(run: Instruction, command: Command) -> Iterator[str]:
    """What `python -m venv`, `virtualenv` and `uv venv` make: the grammar leaves `venv` of the first."""
    program = command.argv[0].rpartition("/")[2] if command.argv else ""
    start = _CREATORS.get(program, 0)
    if not start or (program == "uv" and command.argv[1:2] != ("venv",)):
        return
    named = [word.text for _, word in options.read(command.words, start, _VALUED, whole=False).rest]
    for name in named or ([".venv"] if program == "uv" else []):
        yield building.absolute(name, run, building.variables_of(run, command), command.folder)


def _chain(file: Dockerfile, number: int) -> Iterator[Stage]:
    """A stage, and those that it is FROM."""
    at: int | None = number
    while at is not None:
        yield file.stages[at]
        at = file.stages[at].parent


def made(file: Dockerfile) -> Mapping[int, tuple[str, ...]]:
    """The environments of each stage that another one copies from, by its number."""
    copied = {copy.stage for stage in file.built for copy in stage.copies if copy.stage is not None}
    return {
        number: tuple(path for stage in _chain(file, number) for path in environments(file, stage) if path)
        for number in copied
    }


def copied_environment(copy: Copy, made_in: Mapping[int, tuple[str, ...]]) -> str:
    """The environment of another stage that a COPY takes along, alone or with what is around it; empty for none."""
    if copy.stage is None:
        return ""
    for source in copy.sources:
        path = normpath(source if source.startswith("/") else f"/{source}")
        if "site-packages" in path or _ENVIRONMENT.fullmatch(path):
            return path
        inside = next((each for each in made_in.get(copy.stage, ()) if building.is_within(each, path)), "")
        if inside and inside != "/usr/local":
            return inside
    return ""


def is_of_project(each: Filled) -> bool:
    """Whether an install is one of the project's dependencies: of its lock, of a file, or of its folder."""
    doing = each.doing
    return doing.effect in {Effect.CHECKED, Effect.FROZEN, Effect.UNLOCKED} or bool(
        doing.effect is Effect.PACKAGES and (doing.files or doing.folders)
    )
