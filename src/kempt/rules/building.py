"""What the rules on images share: each command of a RUN that fills a download cache, and where that cache lies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from posixpath import isabs, join, normpath
from typing import NamedTuple

from kempt.formats.dockerfile.expansion import expanded
from kempt.managers import commands
from kempt.model.dockerfile import Dockerfile, Instruction, Mount, Stage
from kempt.model.finding import Location
from kempt.model.installs import Doing, Effect
from kempt.model.pipeline import UNPLACED, Command, Word
from kempt.model.repo import Repo
from kempt.rules import filling

NOWHERE = "/dev/null"
"""No folder: who is told to cache there does not cache."""
KEPT_OUT = frozenset({"cache", "tmpfs", "bind"})
"""Mounts whose content is in no layer."""
NO_CACHE = {"pip": "--no-cache-dir", "uv": "--no-cache", "poetry": "--no-cache", "pdm": "--no-cache"}
"""The flag that keeps a manager from using its cache."""
MOST = 100
"""Installs of a file that are looked at."""
_USERS_HOME = re.compile(r"~(\w[\w.-]*)(?=/|$)")
_WINDOWS = re.compile(r"\b(?:windows|nanoserver|windowsservercore)")
_SHOWN = 60
_AS_USER = re.compile(
    r"\b(?:sudo|runuser|doas)\s(?:[^;&|\n]*?\s)?(?:-[A-Za-z]*u\s*|--user[=\s]\s*)([\w.-]+)[^;&|]*\Z"
    r"|\bsu\s+(?:-l?\s+|--login\s+)?([a-zA-Z_][\w.-]*)\s+(?:-\w*c|--command)[^\"']*[\"'][^\"']*\Z"
    r"|\b(?:gosu|su-exec)\s+([\w.-]+)(?::\S*)?\s+\Z"
)
"""What makes another user run the command that stands behind it."""
_OF_CONDA = re.compile(r"(?:^|/)(?:mini(?:conda|forge)3?|anaconda3?|mambaforge|micromamba)(?:[:@]|$)")
_LOOKED_BACK = 400
_OF_PROJECT = frozenset({Effect.CHECKED, Effect.FROZEN, Effect.UNLOCKED})


class Filled(NamedTuple):
    """A command that fills a download cache.

    `place` is the folder of the cache, absolute; empty where it is not known. `off` says what keeps the command from
    using it, empty where nothing does, and `idle` why it downloads nothing that would be kept. `words` are those of the
    manager's own command line, wrappers taken off.
    """

    file: Dockerfile
    stage: Stage
    run: Instruction
    command: Command
    words: tuple[Word, ...]
    doing: Doing
    place: str
    off: str = ""
    idle: str = ""

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
    return tuple(file for file in repo.automation.dockerfiles if file.stages and not is_of_windows(file))


def is_of_windows(file: Dockerfile) -> bool:
    """Whether an image is one of Windows, as far as its base and the escape character tell."""
    return file.escape == "`" or any(_WINDOWS.search(stage.base.lower()) for stage in file.stages)


def filled(file: Dockerfile, stages: Sequence[Stage]) -> Iterator[Filled]:
    """The commands of these stages that fill a download cache, in the order in which they run."""
    return islice(_in_order(file, stages), MOST)


def _in_order(file: Dockerfile, stages: Sequence[Stage]) -> Iterator[Filled]:
    """`uv run` in an environment that is there already downloads nothing: it leaves some 30 kB (uv 0.13.9)."""
    has_environment = False
    for stage in stages:
        has_environment = has_environment or any("venv" in name for copy in stage.copies for name in copy.sources)
        for run in stage.runs:
            for each in of_run(file, stage, run):
                runs = each.manager == "uv" and bool(each.doing.runs) and commands.program(each.words) == "uv"
                asks = any(word.text.startswith("--with") for word in each.words)
                yield each._replace(idle="uv run") if runs and has_environment and not asks else each
                has_environment = has_environment or (each.manager == "uv" and each.doing.effect in _OF_PROJECT)


def of_run(file: Dockerfile, stage: Stage, run: Instruction) -> Iterator[Filled]:
    """The commands of a RUN that fill a download cache."""
    before: Command | None = None
    for command in run.commands:
        found = _filled(file, stage, run, command, before)
        before = command
        if found is not None:
            yield found


def _filled(
    file: Dockerfile, stage: Stage, run: Instruction, command: Command, before: Command | None
) -> Filled | None:
    variables = variables_of(run, command)
    words = filling.own_words(command, variables)
    doing = filling.understood(words, variables) or filling.piped(words, before)
    if doing is None or doing.effect not in filling.FILLING:
        return None
    place = _place(file, run, words, doing, variables)
    off = filling.off(doing, words, variables)
    idle = NOWHERE if place == NOWHERE else filling.idle(doing, words, variables)
    return Filled(file, stage, run, command, words, doing, place, off, idle)


def variables_of(run: Instruction, command: Command) -> Mapping[str, str]:
    """The variables that a command of a RUN gets, as far as they are written down."""
    return {**run.state.variables, **dict(command.assignments)} if command.assignments else run.state.variables


def _place(
    file: Dockerfile, run: Instruction, words: Sequence[Word], doing: Doing, variables: Mapping[str, str]
) -> str:
    if doing.manager == "conda":
        return _of_conda(file, run, variables)
    if doing.manager not in NO_CACHE and doing.manager != "pipenv":
        return ""
    known, home = commands.downloads(doing.manager), _home(file, run, words, variables)
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


def _of_conda(file: Dockerfile, run: Instruction, variables: Mapping[str, str]) -> str:
    """The folder of conda's archives: its own images have it all in `/opt/conda`."""
    if given := variables.get("CONDA_PKGS_DIRS", ""):
        return absolute(given, run, variables)
    root = variables.get("MAMBA_ROOT_PREFIX", "")
    if not root and any(_OF_CONDA.search(stage.base) for stage in file.stages):
        root = "/opt/conda"
    return absolute(f"{root}/pkgs", run, variables) if root else ""


def _home(file: Dockerfile, run: Instruction, words: Sequence[Word], variables: Mapping[str, str]) -> str:
    """The home folder that a command works in: that of the user whom `sudo -u`, `su` or `gosu` names, or of the RUN."""
    start = words[0].start
    before = "" if start == UNPLACED else file.text[max(run.body, start - _LOOKED_BACK) : start]
    match = _AS_USER.search(before)
    if match is not None:
        return run.state._replace(variables={}, user=match[1] or match[2] or match[3]).home
    return variables["HOME"].rstrip("/") if "HOME" in variables else run.state.home


def absolute(text: str, run: Instruction, variables: Mapping[str, str] | None = None, folder: str | None = "") -> str:
    """A path of a command as an absolute one; empty where something in it is not known.

    `folder` is where the command runs in the script of its RUN, as `Command.folder` says it.
    """
    home = run.state.home
    known = {**run.state.variables, **(variables or {})}
    if home:
        known.setdefault("HOME", home)
        text = home + text[1:] if text == "~" or text.startswith("~/") else text
    if match := _USERS_HOME.match(text):
        text = run.state._replace(variables={}, user=match[1]).home + text[match.end() :]
    path = expanded(text, known)
    if not path or "$" in path or "`" in path or path.startswith("~"):
        return ""
    if isabs(path):
        return normpath(path)
    return "" if folder is None else normpath(join(run.state.folder, folder, path))


def covering(each: Filled) -> Mount | None:
    """The mount that keeps the cache out of the layer; one that the user cannot write to tells no place."""
    for mount in each.run.mounts:
        if mount.kind in KEPT_OUT and covers(mount.target, each) and (each.place or not is_of_other(each.run, mount)):
            return mount
    return None


def is_of_other(run: Instruction, mount: Mount) -> bool:
    """Whether a cache belongs to root while another user runs: it cannot write there, and pip says so and goes on."""
    if mount.kind != "cache" or run.state.user in {"root", "0", ""}:
        return False
    return not {"uid", "gid", "mode"} & mount.options.keys()


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
        return is_within(each.place, folder) or ("*" in folder and _matches(each.place, folder))
    if each.manager == "conda":
        return folder.rstrip("/").endswith("/pkgs")
    last = commands.downloads(each.manager).linux
    return folder.endswith(("/.cache", f"/.cache/{last}"))


def _matches(place: str, pattern: str) -> bool:
    """Whether a pattern names a folder or one that it lies in, with as many parts."""
    parts, wanted = place.split("/"), pattern.split("/")
    return len(wanted) <= len(parts) and all(map(fnmatchcase, parts, wanted))


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def location(file: Dockerfile, offset: int) -> Location:
    """Line and column of an offset."""
    return Location(file.path, file.text.count("\n", 0, offset) + 1, offset - file.text.rfind("\n", 0, offset))
