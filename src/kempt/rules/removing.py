"""What the rules on images know of removals: which commands take a cache away, and whether in the same layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import NamedTuple

from kempt.managers import commands
from kempt.model.dockerfile import Instruction, Stage
from kempt.model.installs import Effect
from kempt.model.pipeline import Command, Word
from kempt.rules import building, filling
from kempt.rules.building import Filled

_CLEANING = frozenset({"rm", "find", "cache", "clean", "--clear"})
"""Words without which no command removes a cache."""
_OF_PACKAGES = re.compile(r"--(?:all|packages|tarballs)|-[a-z]*[apt][a-z]*")
"""What tells `conda clean` to remove more than the index."""
_IN_PARTS = frozenset({"poetry"})
"""Managers whose cache is gone when some folders of it are."""
_AT_EXIT = frozenset({"EXIT", "0"})
_BY_NAME = frozenset({"-name"})
_PICKING = _BY_NAME | {
    "-iname", "-path", "-ipath", "-regex", "-mtime", "-mmin", "-atime", "-newer", "-size", "-maxdepth", "-mindepth",
    "-not", "!", "-prune", "-user", "-group", "-perm", "-empty",
}  # fmt: skip
"""What makes `find` take some of what it finds, and leave the rest."""
_MOST, _LONGEST = 256, 4096
"""Spellings of a word, and characters of it, that are looked at."""
_BRACES = re.compile(r"([^{}$]*)\{([^{}]*,[^{}]*)\}([^{}]*)")


class Removal(NamedTuple):
    """The command that removes a cache, and the RUN that it stands in."""

    run: Instruction
    command: Command


def removals(run: Instruction, command: Command) -> tuple[str, ...]:
    """The folders, absolute, that a command removes with all that is in them."""
    return tuple(path for path in _named(run, command) if path)


def _named(run: Instruction, command: Command) -> Iterator[str]:
    """Each folder that a command removes; empty for one of which is not known which it is."""
    words = [text for word in command.words for text in _spelled(word.text, command)]
    variables, folder = dict(command.assignments), command.folder
    if _is_find(words):
        is_whole = ("-delete" in words or "rm" in words) and not any(word in _PICKING for word in words)
        yield from (building.absolute(word, run, variables, folder) for word in words[1:2] if is_whole)
    elif words and _is_rm(words):
        for word in (word for word in words[1:] if word[:1] != "-"):
            for name in _braces(word, run):
                yield building.absolute(name.removesuffix("/*").removesuffix("/**"), run, variables, folder)


def _is_find(words: Sequence[str]) -> bool:
    return bool(words) and words[0].rpartition("/")[2] == "find"


def _is_rm(words: Sequence[str]) -> bool:
    """Whether it is an `rm` that takes folders."""
    recursive = any(word[:1] == "-" and ("r" in word.lower() or word == "--recursive") for word in words[1:])
    return words[0].rpartition("/")[2] == "rm" and recursive


def _spelled(text: str, command: Command) -> Iterator[str]:
    """A word as often as the variables of the shell in it have values, and not more often than anybody writes."""
    return islice(_each_spelled(text, command), _MOST) if "$" in text and command.values else iter((text,))


def _each_spelled(text: str, command: Command) -> Iterator[str]:
    name = next((name for name, _ in command.values if f"${name}" in text or f"${{{name}}}" in text), "")
    if not name or len(text) > _LONGEST:
        yield text
        return
    pattern = re.compile(rf"\$(?:{re.escape(name)}(?!\w)|\{{{re.escape(name)}\}})")
    rest = command._replace(values=tuple(each for each in command.values if each[0] != name))
    for value in dict(command.values)[name]:
        yield from _each_spelled(value.join(pattern.split(text)), rest)


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
    if any(building.covers(folder, each) for folder in removals(run, command)) or _finds(run, command, each):
        return True
    asked = f"{each.manager} cache dir"
    words = [text for word in command.argv[1:] for text in _spelled(word, command)]
    if command.argv[0].rpartition("/")[2] == "rm" and any(asked in word for word in words):
        return True
    return _clears(run, command, each)


def _finds(run: Instruction, command: Command, each: Filled) -> bool:
    """Whether `find PLACE -name NAME … -exec rm -r` takes the cache, or a folder that it lies in."""
    words = command.argv
    if not each.place or not _is_find(words) or "-name" not in words or not _PICKING.intersection(words) <= _BY_NAME:
        return False
    at = next((number for number, word in enumerate(words) if word == "rm"), 0)
    start = building.absolute(words[1], run, dict(command.assignments), command.folder)
    if not at or not _is_rm(words[at:]) or not start or not building.is_within(each.place, start):
        return False
    pattern = words[words.index("-name") + 1]
    return any(fnmatchcase(part, pattern) for part in each.place.removeprefix(start).split("/") if part)


def _clears(run: Instruction, command: Command, each: Filled) -> bool:
    """Whether a command of the manager itself empties the cache."""
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


def doubtful(each: Filled) -> str:
    """The command behind an install of which is not known whether it removes the cache; empty where there is none."""
    return next((" ".join(command.argv) for command in after(each) if _is_doubtful(each.run, command)), "")


def _is_doubtful(run: Instruction, command: Command) -> bool:
    """Whether a command removes what only the build knows: a variable, what `find` picks, what `xargs` is given."""
    words = command.argv
    if words[:1] == ("xargs",):
        return "rm" in words
    if _is_find(words):
        takes = "rm" in words or "-delete" in words
        return takes and ("" in _named(run, command) or not _PICKING.intersection(words) <= _BY_NAME)
    return "" in _named(run, command)


def is_removed(each: Filled) -> bool:
    """Whether the same RUN removes the cache again, before its layer is made."""
    later = after(each)
    if any(removes(each.run, command, each) for command in later):
        return True
    kept = commands.downloads(each.manager).kept if each.manager in _IN_PARTS and each.place else ()
    gone = [folder for command in later for folder in removals(each.run, command)] if kept else []
    return bool(gone) and all(any(building.is_within(f"{each.place}/{part}", path) for path in gone) for part in kept)


def after(each: Filled) -> tuple[Command, ...]:
    """The commands of the same RUN that run behind it, those of `trap … EXIT` last."""
    place = next(number for number, command in enumerate(each.run.commands) if command is each.command)
    at_exit = (one for command in each.run.commands if command.argv[:1] == ("trap",) for one in _trapped(command))
    return (*each.run.commands[place + 1 :], *at_exit)


def _trapped(command: Command) -> Iterator[Command]:
    """The commands that a shell runs at its end."""
    if len(command.argv) < 3 or _AT_EXIT.isdisjoint(command.argv[2:]):  # noqa: PLR2004 - trap, script, signal
        return
    from kempt.formats import shell  # here: few files have it, and every run loads the rules

    for each in shell.parse(command.argv[1]).commands:
        words = tuple(Word(word.text) for word in shell.normalised(each.words))
        yield command._replace(words=words, folder=each.folder if (each.folder or "").startswith("/") else None)


def is_left(each: Filled) -> bool:
    """Whether the cache stays in the layer of its RUN."""
    return not each.off and not each.idle and building.covering(each) is None and not is_removed(each)


def removal(each: Filled, stages: Sequence[Stage]) -> Removal | None:
    """What removes the cache of a command in a later layer of these stages, the first one first."""
    runs = [run for stage in stages for run in stage.runs]
    place = next((number for number, run in enumerate(runs) if run is each.run), len(runs))
    for run in runs[place + 1 :]:
        for command in run.commands:
            if removes(run, command, each):
                return Removal(run, command)
    return None
