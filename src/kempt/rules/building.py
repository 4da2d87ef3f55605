"""What the rules on images share: each command of a RUN that fills a download cache, and where that cache lies.

The reading of `PIP_NO_CACHE_DIR` and `UV_NO_CACHE` was measured (pip 26.3, uv 0.13.9); ARG is in RUN's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from posixpath import isabs, normpath
from typing import NamedTuple

from kempt.formats.dockerfile.expansion import expanded
from kempt.managers import commands, options
from kempt.model.dockerfile import Dockerfile, Instruction, Mount, Stage
from kempt.model.finding import Location, Replace
from kempt.model.installs import INSTALLING, Doing, Effect
from kempt.model.pipeline import UNPLACED, Command, Word
from kempt.model.repo import Repo

CONDA = frozenset({"conda", "mamba", "micromamba"})
FILLING = INSTALLING | {Effect.CHANGES, Effect.TOOL}
"""What downloads packages."""
KEPT_OUT = frozenset({"cache", "tmpfs", "bind"})
"""Mounts whose content is in no layer."""
NO_CACHE = {"pip": "--no-cache-dir", "uv": "--no-cache", "poetry": "--no-cache", "pdm": "--no-cache"}
"""The flag that keeps a manager from using its cache."""
_FLAGS = {"uv": ("--no-cache", "--no-cache-dir"), "poetry": ("--no-cache",), "pdm": ("--no-cache",)}
_CONDA_VERBS = frozenset({"install", "create", "update", "env"})
MOST = 100
"""Installs of a file that are looked at."""
_WITHOUT_FLAGS = frozenset({"pipx", "pip-sync"})
"""Programs that take pip's options only inside of `--pip-args`."""
_WINDOWS = re.compile(r"\b(?:windows|nanoserver|windowsservercore)")
_SHOWN = 60


class Filled(NamedTuple):
    """A command that fills a download cache.

    `place` is the folder of the cache, absolute; empty where it is not known. `off` says what keeps the command from
    using it, empty where nothing does. `words` are those of the manager's own command line, wrappers taken off.
    """

    file: Dockerfile
    stage: Stage
    run: Instruction
    command: Command
    words: tuple[Word, ...]
    doing: Doing
    place: str
    off: str = ""

    @property
    def manager(self) -> str:
        """Whose cache it is."""
        return self.doing.manager

    @property
    def text(self) -> str:
        """The command, as a finding quotes it."""
        text = " ".join(" ".join(self.command.argv).split())
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"

    @property
    def where(self) -> str:
        """The cache in words."""
        return f"`{self.place}`" if self.place else f"{self.manager}'s cache"


def files(repo: Repo) -> tuple[Dockerfile, ...]:
    """The Dockerfiles of a repository that have a stage; those of Windows images have other shells and places."""
    return tuple(file for file in repo.automation.dockerfiles if file.stages and not _is_of_windows(file))


def _is_of_windows(file: Dockerfile) -> bool:
    return file.escape == "`" or any(_WINDOWS.search(stage.base.lower()) for stage in file.stages)


def filled(file: Dockerfile, stages: Sequence[Stage]) -> Iterator[Filled]:
    """The commands of these stages that fill a download cache, in the order in which they run."""
    return islice((each for stage in stages for run in stage.runs for each in of_run(file, stage, run)), MOST)


def of_run(file: Dockerfile, stage: Stage, run: Instruction) -> Iterator[Filled]:
    """The commands of a RUN that fill a download cache."""
    found = (_filled(file, stage, run, command) for command in run.commands)
    return (each for each in found if each is not None)


def _filled(file: Dockerfile, stage: Stage, run: Instruction, command: Command) -> Filled | None:
    words = own_words(command)
    variables = {**run.state.variables, **dict(command.assignments)}
    doing = understood(words, variables)
    if doing is None or doing.effect not in FILLING:
        return None
    return Filled(
        file, stage, run, command, words, doing,
        _place(doing.manager, words, variables, run), _off(doing, words, variables),
    )  # fmt: skip


def own_words(command: Command) -> tuple[Word, ...]:
    """The words without `pyenv exec`, which runs what follows it."""
    if command.argv[:2] != ("pyenv", "exec"):
        return command.words
    from kempt.formats import shell  # here: few files have it, and every run loads the rules

    rest = tuple(shell.Word(word.text, word.start, word.end) for word in command.words[2:])
    return tuple(Word(word.text, word.start, word.end) for word in shell.normalised(rest))


def understood(words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What a command does with packages; here also `pip wheel`, `pip download` and conda's commands."""
    name = commands.program(words)
    if name in CONDA:
        verbs = [number for number, word in enumerate(words) if number and word.text[:1] != "-"]
        if verbs and words[verbs[0]].text in _CONDA_VERBS:
            return Doing("conda", Effect.TOOL, verbs[0])
        return Doing("conda", Effect.CLEARS, verbs[0]) if verbs and words[verbs[0]].text == "clean" else None
    if name == "pip" and (other := pip_verb(words)) is not None:
        from kempt.managers.pip import commands as pip  # here, as `managers.commands` does

        found = options.read(words, other + 1, pip.VALUED)
        return pip.packages(found, other, hashed=False)
    return commands.understand(words, variables)


def pip_verb(words: Sequence[Word]) -> int | None:
    """The number of the word `wheel` or `download` of pip."""
    if commands.program(words) != "pip":
        return None
    from kempt.managers.pip import commands as pip  # here, as `managers.commands` does

    before = options.read(words, 1, pip.VALUED, whole=False)
    is_other = bool(before.rest) and before.rest[0][1].text in {"wheel", "download"}
    return before.rest[0][0] if is_other else None


def _off(doing: Doing, words: Sequence[Word], variables: Mapping[str, str]) -> str:
    """What turns the cache off: a flag, or a variable with its value."""
    texts = _until_program(doing, words)
    if doing.manager in {"pip", "pipenv"}:
        flag = next((text for text in texts if text.startswith("--no-ca") and "--no-cache-dir".startswith(text)), "")
        flag = flag or next((text for text in texts if text.startswith("--pip-args") and "--no-cache-dir" in text), "")
        value = variables.get("PIP_NO_CACHE_DIR", "")
        return flag or (f"PIP_NO_CACHE_DIR={value}" if value else "")
    flag = next((text for text in texts if text in _FLAGS.get(doing.manager, ())), "")
    if doing.manager == "uv":
        value = variables.get("UV_NO_CACHE", "")
        short = "-n" if "-n" in texts else ""
        return flag or short or (f"UV_NO_CACHE={value}" if options.is_on(value) else "")
    if doing.manager == "pdm" and not flag:
        value = variables.get("PDM_NO_CACHE", "")
        return f"PDM_NO_CACHE={value}" if options.is_on(value) else ""
    return flag


def _until_program(doing: Doing, words: Sequence[Word]) -> list[str]:
    """The words before those of a program that is started."""
    end = len(words) - len(doing.runs) if doing.runs else len(words)
    return [word.text for word in words[1:end]]


def _place(manager: str, words: Sequence[Word], variables: Mapping[str, str], run: Instruction) -> str:
    if manager not in NO_CACHE and manager != "pipenv":
        return ""
    known, home = commands.downloads(manager), run.state.home
    if "HOME" in variables:
        home = variables["HOME"]
    given = ""
    for number, word in enumerate(words):
        if word.text.startswith("--cache-dir="):
            given = word.text.partition("=")[2]
        elif word.text == "--cache-dir" and number + 1 < len(words):
            given = words[number + 1].text
    given = given or variables.get(known.variable, "")
    if not given and (base := variables.get("XDG_CACHE_HOME", "")):
        given = f"{base}/{known.linux}"
    if not given:
        return f"{home}/.cache/{known.linux}" if home else ""
    return absolute(given, run, variables)


def absolute(text: str, run: Instruction, variables: Mapping[str, str] | None = None) -> str:
    """A path of a command as an absolute one; empty where something in it is not known."""
    home = run.state.home
    known = {**run.state.variables, **(variables or {})}
    if home:
        known.setdefault("HOME", home)
        text = home + text[1:] if text == "~" or text.startswith("~/") else text
    path = expanded(text, known)
    if not path or "$" in path or "`" in path or path.startswith("~"):
        return ""
    return normpath(path if isabs(path) else f"{run.state.folder}/{path}")


def covering(each: Filled) -> Mount | None:
    """The mount that keeps the cache out of the layer."""
    return next((mount for mount in each.run.mounts if mount.kind in KEPT_OUT and covers(mount.target, each)), None)


def mount_over(run: Instruction, path: str) -> Mount | None:
    """The mount that keeps a path out of the layer."""
    return next(
        (mount for mount in run.mounts if mount.kind in KEPT_OUT and is_within(path, mount.target or "-")), None
    )


def covers(folder: str, each: Filled) -> bool:
    """Whether the cache of a command lies in a folder. Where it is not known, a folder that looks like it will do."""
    if not folder:
        return False
    if each.place:
        return is_within(each.place, folder)
    if each.manager == "conda":
        return folder.rstrip("/").endswith("/pkgs")
    last = commands.downloads(each.manager).linux
    return folder.endswith(("/.cache", f"/.cache/{last}"))


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def with_flag(each: Filled, flag: str) -> tuple[Replace, ...]:
    """Put an option after the verb, in the JSON form as a string of its own."""
    name = commands.program(each.words)
    if name in _WITHOUT_FLAGS or each.doing.verb >= len(each.words) or each.words[each.doing.verb].end == UNPLACED:
        return ()
    end = each.words[each.doing.verb].end
    is_string = each.run.json and each.file.text[end - 1 : end] == '"'
    return (Replace(each.file.path, end, end, f', "{flag}"' if is_string else f" {flag}"),)


def location(file: Dockerfile, offset: int) -> Location:
    """Line and column of an offset."""
    return Location(file.path, file.text.count("\n", 0, offset) + 1, offset - file.text.rfind("\n", 0, offset))
