"""What the rules on images know of removals: which commands take a cache away, and whether in the same layer."""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt.managers import commands
from kempt.model.dockerfile import Instruction
from kempt.model.installs import Effect
from kempt.model.pipeline import Command
from kempt.rules import building, filling
from kempt.rules.building import Filled

_CLEANING = frozenset({"rm", "find", "cache", "clean", "--clear"})
"""Words without which no command removes a cache."""
_OF_PACKAGES = re.compile(r"--(?:all|packages|tarballs)|-[a-z]*[apt][a-z]*")
"""What tells `conda clean` to remove more than the index."""
_IN_PARTS = frozenset({"poetry"})
"""Managers whose cache is gone when some folders of it are."""
_BRACES = re.compile(r"([^{}$]*)\{([^{}]*,[^{}]*)\}([^{}]*)")


class Removal(NamedTuple):
    """The command that removes a cache, and the RUN that it stands in."""

    run: Instruction
    command: Command


def removals(run: Instruction, command: Command) -> tuple[str, ...]:
    """The folders, absolute, that a command removes with all that is in them."""
    words = [word.text for word in command.words]
    variables, folder = dict(command.assignments), command.folder
    if not words or words[0].rpartition("/")[2] not in {"rm", "find"}:
        return ()
    if words[0].rpartition("/")[2] == "find":
        is_whole = ("-delete" in words or "rm" in words) and "-name" not in words
        return tuple(building.absolute(word, run, variables, folder) for word in words[1:2] if is_whole)
    if not any(word[:1] == "-" and ("r" in word.lower() or word == "--recursive") for word in words[1:]):
        return ()
    found = (
        building.absolute(name.removesuffix("/*").removesuffix("/**"), run, variables, folder)
        for word in words[1:]
        if word[:1] != "-"
        for name in _braces(word, run)
    )
    return tuple(path for path in found if path)


def _braces(word: str, run: Instruction) -> tuple[str, ...]:
    """`a/{b,c}` as `a/b` and `a/c` where the shell is one that reads it so."""
    match = _BRACES.fullmatch(word) if "{" in word else None
    if match is None or "sh" in {word.rpartition("/")[2] for word in run.state.shell}:
        return (word,)
    return tuple(f"{match[1]}{name}{match[3]}" for name in match[2].split(","))


def removes(run: Instruction, command: Command, each: Filled) -> bool:
    """Whether a command removes the cache that another one filled."""
    if not command.argv or (_CLEANING.isdisjoint(command.argv) and not command.argv[0].endswith(("/rm", "/find"))):
        return False
    if any(building.covers(folder, each) for folder in removals(run, command)):
        return True
    asked = f"{each.manager} cache dir"
    if command.argv[0].rpartition("/")[2] == "rm" and any(asked in word for word in command.argv[1:]):
        return True
    variables = building.variables_of(run, command)
    own = filling.own_words(command, variables)
    doing = filling.understood(own, variables)
    if doing is None or doing.effect is not Effect.CLEARS or doing.manager != each.manager:
        return "--clear" in command.argv and command.argv[0] == each.manager == "pipenv"
    # `poetry cache clear` leaves `artifacts`, where the packages are; with a name, only that package goes
    named = [word for word in (each.text for each in own[doing.verb + 1 :]) if word[:1] != "-"]
    if each.manager == "conda":
        return any(_OF_PACKAGES.fullmatch(word.text) for word in own)
    return each.manager != "poetry" and not named


def is_removed(each: Filled) -> bool:
    """Whether the same RUN removes the cache again, before its layer is made."""
    later = after(each)
    if any(removes(each.run, command, each) for command in later):
        return True
    kept = commands.downloads(each.manager).kept if each.manager in _IN_PARTS and each.place else ()
    gone = [folder for command in later for folder in removals(each.run, command)] if kept else []
    return bool(gone) and all(any(building.is_within(f"{each.place}/{part}", path) for path in gone) for part in kept)


def after(each: Filled) -> tuple[Command, ...]:
    """The commands of the same RUN that stand behind it."""
    place = next(number for number, command in enumerate(each.run.commands) if command is each.command)
    return each.run.commands[place + 1 :]


def is_left(each: Filled) -> bool:
    """Whether the cache stays in the layer of its RUN."""
    return not each.off and not each.idle and building.covering(each) is None and not is_removed(each)


def removal(each: Filled) -> Removal | None:
    """What removes the cache of a command in a later layer of the same image."""
    runs = [run for _, run in each.file.layers() if run.keyword == "RUN"]
    place = next((number for number, run in enumerate(runs) if run is each.run), len(runs))
    for run in runs[place + 1 :]:
        for command in run.commands:
            if removes(run, command, each):
                return Removal(run, command)
    return None
