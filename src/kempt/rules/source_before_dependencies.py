"""KPT512 source-before-dependencies: each change of the source makes the image download all packages again."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.dockerfile import Copy, Dockerfile, Stage
from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, staging
from kempt.rules.building import Filled


def check(repo: Repo) -> Iterator[Finding]:
    """A layer is taken from the cache while nothing before it has changed; `COPY .` changes with each commit."""
    for file in building.files(repo):
        for stage in file.built:
            installs = [each for each in building.filled(file, (stage,)) if staging.is_of_project(each)]
            first = _first(file, stage, installs)
            copy = next((copy for copy in stage.copies if staging.is_whole(copy)), None)
            if first is not None and copy is not None and copy.instruction.start < first.run.start:
                yield _finding(file, copy, first)


def _first(file: Dockerfile, stage: Stage, installs: list[Filled]) -> Filled | None:
    """The first install of dependencies; None where a stage that it is FROM has installed them before."""
    parent = file.stages[stage.parent] if stage.parent is not None else None
    if parent is not None and any(staging.is_of_project(each) for each in building.filled(file, (parent,))):
        return None
    return installs[0] if installs else None


def _finding(file: Dockerfile, copy: Copy, first: Filled) -> Finding:
    written = " ".join((copy.instruction.keyword, *copy.sources))
    return RULE.finding(
        building.location(file, copy.instruction.start),
        f"`{written}` stands before `{first.text}`: each change of the source downloads all packages again",
        key=written,
    )  # fmt: skip


RULE = Rule(
    "KPT512", "source-before-dependencies", promise=4, level=Level.WARNING, since="0.1", check=check,
    summary="the source is copied before the dependencies are installed",
    help="copy the manifest and the lock first, install, then copy the rest",
)  # fmt: skip
