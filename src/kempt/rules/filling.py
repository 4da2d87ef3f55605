"""A command of a RUN as the rules on images read it: what it downloads, and what turns its cache off.

The reading of `PIP_NO_CACHE_DIR` and `UV_NO_CACHE` was measured (pip 26.3, uv 0.13.9), and that `--no-index` and wheels
without their dependencies leave nothing. ARG is in RUN's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kempt.formats.dockerfile.expansion import expanded
from kempt.managers import commands, options
from kempt.model.installs import INSTALLING, Doing, Effect
from kempt.model.pipeline import Command, Word

CONDA = frozenset({"conda", "mamba", "micromamba"})
FILLING = INSTALLING | {Effect.CHANGES, Effect.TOOL}
"""What downloads packages."""
_FLAGS = {"uv": ("--no-cache", "--no-cache-dir"), "poetry": ("--no-cache",), "pdm": ("--no-cache",)}
_CONDA_VERBS = frozenset({"install", "create", "update", "env"})
_RUNNERS = {
    "conda": frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}), "pyenv": frozenset[str](),
    "poetry": frozenset({"-C", "--directory", "-P", "--project"}), "pdm": frozenset({"-p", "--project"}),
    "pipenv": frozenset[str](), "hatch": frozenset({"-e", "--env"}), "gosu": frozenset[str](),
    "su-exec": frozenset[str](), "xargs": frozenset({"-n", "-L", "-I", "-P", "-s", "-d", "-a", "-E"}),
}  # fmt: skip
"""Programs that run what follows their verb or a user's name, with those of their options that take a value."""
_AT_ONCE = frozenset({"xargs"})
_AS_OTHERS = frozenset({"gosu", "su-exec"})
_DEEPEST = 4
_GET_PIP = re.compile(r"(?:.*/)?get[-_]pip[\w.-]*\.py")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_ASKING = frozenset({"--help", "-h"})
_SPLIT = re.compile(r"\s+")
_PROGRAMS = ("pip", "uv", "poetry", "pdm", "pipenv", "conda", "mamba")


def own_words(command: Command, variables: Mapping[str, str]) -> tuple[Word, ...]:
    """The words without those of a program that only runs what follows: `conda run -n x`, `poetry run`, `pyenv exec`.

    A program that is a variable is the one that the variable holds, or, where that is not known, is named like.
    """
    words = _named(command.words, variables)
    for _ in range(_DEEPEST):
        inner = _inner(words)
        if inner is None:
            return words
        from kempt.formats import shell  # here: few files have it, and every run loads the rules

        bare = tuple(shell.Word(word.text, word.start, word.end) for word in inner)
        words = tuple(Word(word.text, word.start, word.end) for word in shell.normalised(bare))
    return words


def _named(words: tuple[Word, ...], variables: Mapping[str, str]) -> tuple[Word, ...]:
    """The words, where the first one is a variable with the ones that it stands for."""
    match = _VARIABLE.fullmatch(words[0].text) if words else None
    if match is None:
        return words
    held = _SPLIT.split(variables.get(match[1], "").strip())
    if held == [""]:
        held = [name for name in _PROGRAMS if name in match[1].lower().split("_")][:1]
    if held[1:2] == ["-m"] and "py" in held[0]:
        held = held[2:]
    first = words[0]
    return (*(Word(text, first.start, first.end) for text in held), *words[1:]) if held else words


def _inner(words: tuple[Word, ...]) -> tuple[Word, ...] | None:
    """What a program runs that is there to run others; None where it is no such program."""
    name = commands.program(words)
    name = "conda" if name in CONDA else name
    if name == "find":
        start = next((number for number, word in enumerate(words) if word.text in {"-exec", "-execdir"}), len(words))
        return words[start + 1 :] or None
    if name not in _RUNNERS:
        return None
    before = options.read(words, 1, _RUNNERS[name], whole=False)
    if name in _AT_ONCE or not before.rest:
        return tuple(word for _, word in before.rest) or None
    if before.rest[0][1].text not in {"run", "exec"} and name not in _AS_OTHERS:
        return None
    after = options.read(words, before.rest[0][0] + 1, _RUNNERS[name], whole=False)
    return tuple(word for _, word in after.rest) or None


def understood(words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What a command does with packages; here also `pip wheel`, `pip download`, `get-pip.py` and conda's commands."""
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
    if name.startswith(("python", "pypy")):
        script = next((number for number, word in enumerate(words) if number and word.text[:1] != "-"), 0)
        return Doing("pip", Effect.TOOL, script) if _GET_PIP.fullmatch(words[script].text) else None
    return commands.understand(words, variables)


def piped(words: Sequence[Word], before: Command | None) -> Doing | None:
    """What Python does that reads `get-pip.py` from the command before it."""
    name = commands.program(words)
    if before is None or not before.piped_into or not name.startswith("python"):
        return None
    is_read = before.piped_into[0] == words[0].text and any(_GET_PIP.fullmatch(text) for text in before.argv)
    dash = next((number for number, word in enumerate(words) if word.text == "-"), len(words))
    return Doing("pip", Effect.TOOL, dash) if is_read else None


def pip_verb(words: Sequence[Word]) -> int | None:
    """The number of the word `wheel` or `download` of pip."""
    if commands.program(words) != "pip":
        return None
    from kempt.managers.pip import commands as pip  # here, as `managers.commands` does

    before = options.read(words, 1, pip.VALUED, whole=False)
    is_other = bool(before.rest) and before.rest[0][1].text in {"wheel", "download"}
    return before.rest[0][0] if is_other else None


def off(doing: Doing, words: Sequence[Word], variables: Mapping[str, str]) -> str:
    """What turns the cache off: a flag, or a variable with its value; empty where nothing does."""
    texts = tuple(_spread(_until_program(doing, words), variables))
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


def idle(doing: Doing, words: Sequence[Word], variables: Mapping[str, str]) -> str:
    """What keeps a manager from downloading: `--help`, `--no-index` of pip, or `--no-deps` where all are wheels."""
    asked = next((text for text in _until_program(doing, words) if text in _ASKING), "")
    if asked:
        return asked
    if doing.manager != "pip":
        return ""
    texts = tuple(_spread(_until_program(doing, words), variables))
    if "--no-index" in texts or options.is_on(variables.get("PIP_NO_INDEX")):
        return "--no-index"
    are_wheels = bool(doing.folders) and all(name.endswith(".whl") for name in doing.folders)
    alone = are_wheels and not doing.names and not doing.files
    return "--no-deps" if alone and ("--no-deps" in texts or options.is_on(variables.get("PIP_NO_DEPS"))) else ""


def _spread(texts: Iterable[str], variables: Mapping[str, str]) -> Iterator[str]:
    """The words with the variables that are known, as a shell parts them."""
    for text in texts:
        yield from expanded(text, variables).split() if "$" in text else (text,)


def _until_program(doing: Doing, words: Sequence[Word]) -> list[str]:
    """The words before those of a program that is started."""
    end = len(words) - len(doing.runs) if doing.runs else len(words)
    return [word.text for word in words[1:end]]
