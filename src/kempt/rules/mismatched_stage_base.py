"""KPT510 mismatched-stage-base: an environment is copied to a stage that has another Python."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.dockerfile import Copy, Dockerfile, Stage
from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, staging
from kempt.rules.staging import Base


def check(repo: Repo) -> Iterator[Finding]:
    """An environment is bound to the path and the version of its interpreter, and wheels to a C library."""
    for file in building.files(repo):
        made = staging.made(file)
        for stage in file.built:
            for copy in stage.copies:
                finding = _judged(file, stage, copy, staging.copied_environment(copy, made))
                if finding is not None:
                    yield finding


def _judged(file: Dockerfile, stage: Stage, copy: Copy, environment: str) -> Finding | None:
    if not environment or copy.stage is None or _brings_python(stage):
        return None
    origin = file.stages[copy.stage]
    there, here = staging.base_of(file, origin), staging.base_of(file, stage)
    why = _difference(there, here)
    if not why:
        return None
    return RULE.finding(
        building.location(file, copy.instruction.start),
        f"`{environment}` of `{copy.origin}` does not fit: {why}", key=f"{copy.origin} {environment}",
    )  # fmt: skip


def _brings_python(stage: Stage) -> bool:
    """Whether the interpreter is copied along, or installed."""
    sources = [source.rstrip("/") for copy in stage.copies if copy.origin for source in copy.sources]
    if any("python" in source and "site-packages" not in source for source in sources) or "/usr/local" in sources:
        return True
    return any("python install" in " ".join(command.argv) for run in stage.runs for command in run.commands)


def _difference(there: Base, here: Base) -> str:
    if not there.kind or not here.kind:
        return ""
    if there.libc != here.libc:
        return f"it is made for {there.libc}, and this image has {here.libc}"
    if there.kind != here.kind:
        places = {"python": "/usr/local/bin", "system": "/usr/bin"}
        return f"its Python lies in {places[there.kind]}, and here in {places[here.kind]}"
    if there.python and here.python and there.python != here.python:
        return f"it is made for Python {there.python}, and this image has {here.python}"
    return ""


RULE = Rule(
    "KPT510", "mismatched-stage-base", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="an environment is copied to a stage that has another Python",
    help="build both stages on images with the same Python at the same place",
)  # fmt: skip
