"""KPT506 ineffective-cache-mount: a cache mount that the install beside it does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import normpath

from kempt.managers import commands
from kempt.model.dockerfile import Dockerfile, Instruction, Mount, Stage
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, image_edits
from kempt.rules.building import Filled

MANAGERS = ("pip", "uv", "poetry", "pdm", "pipenv")
FOLDERS = {commands.downloads(name).linux: name for name in MANAGERS}
_CACHE = re.compile(r".*/\.cache(?:/([\w-]+))?(?:/.*)?")
LINK_MODE = "UV_LINK_MODE"


def check(repo: Repo) -> Iterator[Finding]:
    """The place that is mounted is not the one that is used, belongs to another user, or the cache is turned off."""
    for file in building.files(repo):
        told = set[str]()
        for stage in file.built:
            for run in stage.runs:
                found = building.of_run(file, stage, run) if run.mounts else ()
                installs = [each for each in found if not each.idle]
                for mount in _wrong(run, installs):
                    yield _judged(repo, run, mount, installs)
                if not told and (linking := _unlinked(file, stage, run, installs)) is not None:
                    told.add(LINK_MODE)
                    yield linking


def _wrong(run: Instruction, installs: Sequence[Filled]) -> Iterator[Mount]:
    """The cache mounts that look like those of a manager, where no install in the RUN uses them."""
    are_placed = bool(installs) and all(each.place for each in installs)
    for mount in run.mounts:
        own = [each for each in installs if building.covers(mount.target, each)]
        if mount.kind != "cache" or not (own or (are_placed and _is_of_manager(mount))):
            continue
        if all(each.off or building.is_of_other(run, mount) for each in own):
            yield mount


def _is_of_manager(mount: Mount) -> bool:
    """Whether the place is the default cache of a manager, for whatever user."""
    match = _CACHE.fullmatch(mount.target)
    return match is not None and (match[1] is None or match[1] in FOLDERS)


def _judged(repo: Repo, run: Instruction, mount: Mount, installs: Sequence[Filled]) -> Finding:
    file = installs[0].file
    own = [each for each in installs if building.covers(mount.target, each)]
    off = [each for each in own or installs if each.off]
    if off and (own or all(each.off for each in installs)):
        why, edits, title = f"`{off[0].off}` turns the cache off", _without_flags(off), f"remove `{off[0].off}`"
        if repo.config.docker_fix == image_edits.FLAG:
            edits, title = (image_edits.without_flag(file, mount.start, mount.end),), "remove the mount"
    elif own:
        why = f"it belongs to root, and `{run.state.user}` cannot write to it"
        is_placed = all(each.place for each in own)
        edits = _with_owner(file, run, mount) if run.state.user.isdigit() and is_placed else ()
        title = f"add `uid={run.state.user}`"
    else:
        used = next(each for each in installs if not each.off)
        why, title = f"`{used.text}` uses `{used.place}`", f"mount `{used.place}`"
        edits = _with_target(file, mount, used.place)
    return RULE.finding(
        building.location(file, mount.start), f"the cache mount on `{mount.target}` is of no use: {why}",
        key=f"{mount.target} {installs[0].text}",
        fix=Fix(title, Safety.SAFE, edits) if edits else None,
    )  # fmt: skip


def _without_flags(off: Sequence[Filled]) -> tuple[Replace, ...]:
    """Take the flags away; none where a variable turns the cache off, or a string of the JSON form would be left."""
    edits: list[Replace] = []
    for each in off:
        word = next((word for word in each.words if word.text == each.off and word.text.startswith("-")), None)
        if word is None or word.start < 0 or each.run.json:
            return ()
        start = word.start
        while each.file.text[start - 1] in " \t":
            start -= 1
        edits.append(Replace(each.file.path, start, word.end, ""))
    return tuple(edits)


def _with_owner(file: Dockerfile, run: Instruction, mount: Mount) -> tuple[Replace, ...]:
    quoted = file.text[mount.end - 1] in "\"'"
    return () if quoted else (Replace(file.path, mount.end, mount.end, f",uid={run.state.user}"),)


def _with_target(file: Dockerfile, mount: Mount, place: str) -> tuple[Replace, ...]:
    written = next((mount.options[name] for name in ("target", "dst", "destination") if name in mount.options), "")
    at = file.text.find(written, mount.start, mount.end) if written else -1
    is_once = file.text.count(written, mount.start, mount.end) == 1 if written else False
    if not is_once or any(each.isspace() or each == "," for each in place):
        return ()
    return (Replace(file.path, at, at + len(written), normpath(place)),)


def _unlinked(file: Dockerfile, stage: Stage, run: Instruction, installs: Sequence[Filled]) -> Finding | None:
    """uv links from its cache; a mount is another file system, so that it warns, and copies."""
    used = [each for each in installs if each.manager == "uv" and not each.off]
    mounted = next((mount for each in used if (mount := building.covering(each)) and mount.kind == "cache"), None)
    if mounted is None or LINK_MODE in run.state.variables or LINK_MODE in dict(used[0].command.assignments):
        return None
    if any(word.startswith("--link-mode") for word in used[0].command.argv):
        return None
    indent = file.text[file.text.rfind("\n", 0, run.start) + 1 : run.start]
    line, end = f"ENV {LINK_MODE}=copy", "\r\n" if "\r\n" in file.text else "\n"
    return RULE.finding(
        building.location(file, mounted.start),
        f"uv cannot link out of the mount on `{mounted.target}`: it warns, and copies",
        level=Level.INFO, key=f"{LINK_MODE} {stage.number}", help=f"say so: {line}",
        fix=Fix(f"add `{line}`", Safety.SAFE, (Replace(file.path, run.start, run.start, line + end + indent),)),
    )  # fmt: skip


RULE = Rule(
    "KPT506", "ineffective-cache-mount", promise=4, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a cache mount is not used by the install beside it",
    help="mount the folder that the install uses, for its user, and leave the cache on",
)  # fmt: skip
