"""Edits of Dockerfiles that several rules make: a flag, a mount, an instruction that goes."""

from __future__ import annotations

import re

from kempt.managers import commands
from kempt.model.dockerfile import Dockerfile, Instruction
from kempt.model.finding import Fix, Replace, Safety
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.rules import building
from kempt.rules.building import Filled

FLAG, MOUNT = "flag", "mount"
_WITHOUT_FLAGS = frozenset({"pipx", "pip-sync"})
"""Programs that take pip's options only inside of `--pip-args`."""
_OF_PIPX = "--pip-args=--no-cache-dir"
_GAP = re.compile(r"[ \t]*(?:[\\`][ \t]*\r?\n[ \t]*)?")
_PLAIN = re.compile(r"[\w./@+-]+")


def keeping_out(repo: Repo, each: Filled) -> Fix | None:
    """What keeps the cache of an install out of its layer, as the setting `docker-fix` wants it.

    A flag works with every builder, a mount keeps builds fast and needs BuildKit or buildah: left to itself, kempt
    takes the flag in what is shipped and the mount in a builder. Where the one cannot be, the other is taken; a
    mount in the place of a flag only where the file has mounts already.
    """
    wanted = repo.config.docker_fix
    if wanted not in {FLAG, MOUNT}:
        wanted = FLAG if each.stage in each.file.shipped else MOUNT
    flag, mount = _flag(each), _mount(each)
    if wanted == MOUNT:
        return mount or flag
    has_mounts = any(run.mounts for stage in each.file.stages for run in stage.runs)
    return flag or (mount if has_mounts else None)


def _flag(each: Filled) -> Fix | None:
    flag = building.NO_CACHE.get(each.manager, "")
    if commands.program(each.words) == "pipx" and not any(word.text.startswith("--pip-args") for word in each.words):
        flag = _OF_PIPX
    edits = with_flag(each, flag) if flag else ()
    return Fix(f"add `{flag}`", Safety.SAFE, edits) if edits else None


def _mount(each: Filled) -> Fix | None:
    """Root may write to a mount as it is; another user only where it is a number, which the mount can be given."""
    from kempt.rules import removing  # here: most fixes are flags

    user = each.run.state.user
    is_root = user in {"root", "0", ""}
    if not (is_root or user.isdigit()) or _PLAIN.fullmatch(each.place or " ") is None or "/" not in each.place[1:]:
        return None
    if any(
        building.is_within(each.place, gone) for one in each.run.commands for gone in removing.removals(each.run, one)
    ):
        return None  # a mount cannot be removed: the RUN would fail
    owner = "" if is_root else f",uid={user}"
    edits = with_mount(each.file, each.run, f"cache,target={each.place}{owner}")
    return Fix(f"mount `{each.place}`", Safety.SAFE, edits)


def with_flag(each: Filled, flag: str) -> tuple[Replace, ...]:
    """Put an option after the verb, in the JSON form as a string of its own."""
    takes_none = commands.program(each.words) in _WITHOUT_FLAGS and flag != _OF_PIPX
    if takes_none or each.doing.verb >= len(each.words) or each.words[each.doing.verb].end == UNPLACED:
        return ()
    end = each.words[each.doing.verb].end
    is_string = each.run.json and each.file.text[end - 1 : end] == '"'
    return (Replace(each.file.path, end, end, f', "{flag}"' if is_string else f" {flag}"),)


def with_mount(file: Dockerfile, run: Instruction, mount: str) -> tuple[Replace, ...]:
    """Put a mount before all other flags of a RUN; `mount` is what follows `type=`."""
    at = run.flags[0].start if run.flags else run.body
    return (Replace(file.path, at, at, f"--mount=type={mount} "),)


def without_flag(file: Dockerfile, start: int, end: int) -> Replace:
    """Take a flag of an instruction away, with the blanks and the continuation behind it."""
    match = _GAP.match(file.text, end)
    return Replace(file.path, start, match.end() if match else end, "")


def without(file: Dockerfile, each: Instruction) -> Replace:
    """Take an instruction away, with its line and what stands before it there."""
    start, end = file.text.rfind("\n", 0, each.start) + 1, file.text.find("\n", each.end)
    return Replace(file.path, start, len(file.text) if end < 0 else end + 1, "")
