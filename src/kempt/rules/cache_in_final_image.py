"""KPT501 cache-in-final-image: an install leaves its download cache in a layer of the image that is shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.dockerfile import Dockerfile, Instruction, Stage
from kempt.model.finding import Finding, Fix, Level, Safety
from kempt.model.pipeline import Command
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, removing
from kempt.rules.building import Filled

KNOWN_BASES = frozenset({
    "python", "debian", "ubuntu", "alpine", "uv", "fedora", "rockylinux", "almalinux", "pypy", "miniconda3",
    "miniforge3", "micromamba",
})  # fmt: skip
"""Images that set no variable which turns a cache off."""
SETTINGS = {"pip": "pip.conf", "uv": "uv.toml", "poetry": "poetry config", "pdm": "pdm config"}
"""What may turn a cache off, or move it, without being read here."""
_SCRIPT = re.compile(
    r"(?:\./|/)?[\w./-]*(?:install|setup|build|deps|requirements|bootstrap|provision)[\w-]*\.(?:sh|bash)"
)


def check(repo: Repo) -> Iterator[Finding]:
    """Builders may keep their caches: only the layers of the final stage, and of those it is FROM, are shipped."""
    for file in building.files(repo):
        seen = dict[str, int]()
        for each in building.filled(file, file.shipped):
            if removing.is_left(each) and removing.removal(each) is None:
                seen[each.text] = seen.get(each.text, 0) + 1
                yield _finding(each, seen[each.text])
        for stage, run in file.layers():
            yield from _of_script(repo, file, stage, run)


def _finding(each: Filled, count: int) -> Finding:
    flag = building.NO_CACHE.get(each.manager, "")
    edits = building.with_flag(each, flag) if flag else ()
    return RULE.finding(
        each.command.location, f"`{each.text}` leaves {each.where} in the image", level=_level(each),
        key=f"{each.text} {count}", help=_help(each, flag),
        fix=Fix(f"add `{flag}`", Safety.SAFE, edits) if edits else None,
    )  # fmt: skip


def _level(each: Filled) -> Level | None:
    """A base image that is not known may turn the cache off; a user without a known home may be unable to write one."""
    told = SETTINGS.get(each.manager, "")
    if (not each.place and each.manager != "conda") or (told and told in each.file.text):
        return Level.INFO
    first = each.file.shipped[0].base
    name = first.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return None if name in KNOWN_BASES else Level.WARNING


def _help(each: Filled, flag: str) -> str:
    if flag:
        return f"add {flag}, or keep the cache out: RUN --mount=type=cache,target={each.place or 'CACHE'}"
    if each.manager == "conda":
        return "end the RUN with && conda clean --all --yes"
    return f"keep the cache out: RUN --mount=type=cache,target={each.place or 'CACHE'}"


def _of_script(repo: Repo, file: Dockerfile, _stage: Stage, run: Instruction) -> Iterator[Finding]:
    """A script of the repository may install; what it does is not read here."""
    for command in run.commands:
        name = _script(command)
        if name and any(True for _ in repo.tree.listing.named(name.rpartition("/")[2])) and not _is_mounted(run):
            yield RULE.finding(
                command.location, f"`{name}` may install and leave a cache: that is not known here",
                level=Level.INFO, key=name, help="prove it on the image: kempt image NAME",
            )  # fmt: skip


def _is_mounted(run: Instruction) -> bool:
    return any(mount.kind == "cache" for mount in run.mounts)


def _script(command: Command) -> str:
    """The script that a command runs, by itself or through a shell."""
    argv = command.argv
    if argv and argv[0].rpartition("/")[2] in {"sh", "bash"}:
        argv = tuple(word for word in argv[1:] if word[:1] != "-")
    return argv[0] if argv and _SCRIPT.fullmatch(argv[0]) else ""


RULE = Rule(
    "KPT501", "cache-in-final-image", promise=4, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="an install leaves its download cache in a layer of the image that is shipped",
    help="turn the cache off, or mount it",
)  # fmt: skip
