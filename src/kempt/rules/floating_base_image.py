"""KPT507 floating-base-image: the image that is built on, or copied from, is whatever is the newest."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.managers import commands
from kempt.model.dockerfile import Dockerfile, Instruction
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, staging

LATEST = "latest"


def check(repo: Repo) -> Iterator[Finding]:
    """A new uv, or a new Python, comes in with the next build. Digests are left to tools that keep them up to date."""
    for file in building.files(repo):
        for stage in file.built:
            word = stage.opening.words[0]
            if stage.parent is None and _floats(stage.base, file):
                yield _finding(file, stage.opening, stage.base, (word.start, word.end), word.text)
            for copy in stage.copies:
                if copy.stage is None and staging.split(copy.origin)[0] == "uv" and _floats(copy.origin, file):
                    flag = next(each for each in copy.instruction.flags if each.name == "from")
                    place = (flag.end - len(copy.origin), flag.end)
                    yield _finding(file, copy.instruction, copy.origin, place, file.text[place[0] : place[1]])


def _floats(image: str, file: Dockerfile) -> bool:
    name, tag = staging.split(image)
    known = any(stage.name == image.lower() for stage in file.stages)
    return not known and "@" not in image and "$" not in image and name != "scratch" and tag in {"", LATEST}


def _finding(file: Dockerfile, each: Instruction, image: str, place: tuple[int, int], written: str) -> Finding:
    name, _ = staging.split(image)
    fix = None
    if name == "uv" and written == image and UNPLACED not in place:
        version = commands.TESTED["uv"]
        pinned = f"{image.removesuffix(f':{LATEST}')}:{version}"
        fix = Fix(f"take uv {version}", Safety.UNSAFE, (Replace(file.path, *place, pinned),))
    return RULE.finding(
        building.location(file, each.start), f"`{image}` is another image with each release: no version is named",
        key=image, fix=fix,
    )  # fmt: skip


RULE = Rule(
    "KPT507", "floating-base-image", promise=1, level=Level.INFO, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="the image that is built on, or copied from, is whatever is the newest",
    help="name the version in the tag",
)  # fmt: skip
