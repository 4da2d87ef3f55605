"""KPT501 cache-in-final-image: an install leaves its download cache in a layer of the image that is shipped."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.dockerfile import Dockerfile, Instruction
from kempt.model.finding import Finding, Level, Location, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, image_edits, removing, wrapping
from kempt.rules.building import Filled

KNOWN_BASES = frozenset({
    "python", "debian", "ubuntu", "alpine", "uv", "fedora", "rockylinux", "almalinux", "pypy", "miniconda3",
    "miniforge3", "micromamba",
})  # fmt: skip
"""Images that set no variable which turns a cache off."""
SETTINGS = {"pip": "pip.conf", "uv": "uv.toml", "poetry": "poetry config", "pdm": "pdm config"}
"""What may turn a cache off, or move it, without being read here."""


def check(repo: Repo) -> Iterator[Finding]:
    """Builders may keep their caches: only the layers of the final stage, and of those it is FROM, are shipped."""
    for file in repo.automation.dockerfiles:
        if file.unclear:
            message = f"which stage is built is not known: `{file.unclear}` names it by a variable without a value"
            yield _unknown(building.location(file, 0), "target", message)
    for file in building.files(repo):
        seen, count = dict[str, int](), 0
        for each in building.filled(file, file.shipped):
            count += 1
            if removing.is_left(each) and removing.removal(each, file.shipped) is None:
                seen[each.text] = seen.get(each.text, 0) + 1
                yield _finding(repo, each, seen[each.text])
        if count == building.MOST:
            yield _unknown(building.location(file, 0), "count", f"only its first {count:,} installs were looked at")
        for _, run in file.layers():
            yield from _of_scripts(repo, file, run)
        yield from _of_triggers(file)


def _finding(repo: Repo, each: Filled, count: int) -> Finding:
    doubtful = removing.doubtful(each)
    said = f"`{each.text}` leaves {each.where} in the image"
    if doubtful:
        said = f"`{each.text}` may leave {each.where} in the image: what `{doubtful[:40]}` removes is not known here"
    return RULE.finding(
        each.command.location, said, level=Level.INFO if doubtful else _level(each), key=f"{each.text} {count}",
        help=_help(each), fix=None if doubtful else image_edits.keeping_out(repo, each),
    )  # fmt: skip


def _level(each: Filled) -> Level | None:
    """A base image that is not known may turn the cache off; a user without a known home may be unable to write one."""
    told = SETTINGS.get(each.manager, "")
    if (not each.place and each.manager != "conda") or (told and told in each.file.text):
        return Level.INFO
    first = each.file.shipped[0].base
    name = first.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return None if name in KNOWN_BASES else Level.WARNING


def _help(each: Filled) -> str:
    flag = building.NO_CACHE.get(each.manager, "")
    if flag:
        return f"add {flag}, or keep the cache out: RUN --mount=type=cache,target={each.place or 'CACHE'}"
    if each.manager == "conda":
        return "end the RUN with && conda clean --all --yes"
    return f"keep the cache out: RUN --mount=type=cache,target={each.place or 'CACHE'}"


def _of_triggers(file: Dockerfile) -> Iterator[Finding]:
    """What stands behind ONBUILD runs in the builds of other images, of which nothing is known."""
    for stage in file.shipped:
        for run in (each for each in stage.instructions if each.keyword == "RUN" and each.trigger):
            for each in building.of_run(file, stage, run):
                if removing.is_left(each):
                    message = f"`{each.text}` leaves {each.where} in each image that is built on this one"
                    yield RULE.finding(
                        each.command.location, message, level=Level.INFO, key=f"ONBUILD {each.text}", help=_help(each)
                    )


def _of_scripts(repo: Repo, file: Dockerfile, run: Instruction) -> Iterator[Finding]:
    """What is started may install; what it does with its cache is not known here."""
    for each in wrapping.wrapped(repo, file, run):
        message = f"`{each.name}` may install and leave a cache: that is not known here"
        yield _unknown(each.command.location, each.name, message)


def _unknown(location: Location, key: str, message: str) -> Finding:
    return RULE.finding(location, message, level=Level.INFO, key=key, help="prove it on the image: kempt image NAME")


RULE = Rule(
    "KPT501", "cache-in-final-image", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="an install leaves its download cache in a layer of the image that is shipped",
    help="turn the cache off, or mount it",
)  # fmt: skip
