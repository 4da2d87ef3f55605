"""Programs that only run another one: taken off, so that a command begins with what really runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kempt.formats.shell.data import Word


class Wrapper(NamedTuple):
    """How to get past it: its options that take a value, how many words stand before the program, if they are numbers.

    `sets`: it takes assignments. `unless`: with one of these options it runs nothing.
    """

    values: frozenset[str] = frozenset()
    operands: int = 0
    numbers: bool = False
    sets: bool = False
    unless: frozenset[str] = frozenset()


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NONE = Wrapper()
WRAPPERS = {
    "sudo": Wrapper(
        _options("-u -g -C -D -h -p -r -t -T -U -R --user --group --host --chdir --prompt --role --type"),
        sets=True,
        unless=_options("-l -v -e -k -K --list --validate --edit"),
    ),
    "doas": Wrapper(_options("-u -C")),
    "runuser": Wrapper(_options("-u -g -G --user --group --supp-group"), unless=_options("-c --command -l --login")),
    "env": Wrapper(_options("-u -C --unset --chdir"), sets=True, unless=_options("-S --split-string")),
    "time": Wrapper(_options("-f -o --format --output")),
    "exec": Wrapper(_options("-a")),
    "command": Wrapper(unless=_options("-v -V")),
    "builtin": _NONE,
    "nohup": _NONE,
    "setsid": _NONE,
    "unbuffer": _NONE,
    "chronic": _NONE,
    "winpty": _NONE,
    "travis_retry": _NONE,
    "retry": Wrapper(
        _options("-t -n -d -s -r -a --tries --times --delay --sleep --attempts --max-attempts"), numbers=True
    ),
    "travis_wait": Wrapper(numbers=True),
    "nice": Wrapper(_options("-n --adjustment")),
    "ionice": Wrapper(_options("-c -n -p --class --classdata"), unless=_options("-p --pid")),
    "stdbuf": Wrapper(_options("-i -o -e --input --output --error")),
    "timeout": Wrapper(_options("-k -s --kill-after --signal"), operands=1),
    "gtimeout": Wrapper(_options("-k -s --kill-after --signal"), operands=1),
    "xvfb-run": Wrapper(_options("-e -f -n -p -s -w --error-file --auth-file --server-num --server-args --wait")),
    "dbus-run-session": Wrapper(_options("--config-file --dbus-daemon")),
    "catchsegv": _NONE,
}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_MOST = 16  # wrappers in wrappers
_NUMBER = re.compile(r"\d+[smhd]?\Z")
_PYTHON = re.compile(r"(?:python|pypy|py)(?:\d+(?:\.\d+)*)?t?w?(?:\.exe)?\Z")
_PYTHON_VALUES = frozenset({"-W", "-X", "--check-hash-based-pycs"})


def program(words: Sequence[Word]) -> str:
    """The name of the program, without its folder; empty where there are no words."""
    return words[0].text.rpartition("/")[2] if words else ""


def peeled(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[tuple[str, str], ...]]:
    """The words of what really runs, and the assignments that `env` and `sudo` make for it."""
    assignments: tuple[tuple[str, str], ...] = ()
    for _ in range(_MOST):
        wrapper = WRAPPERS.get(program(words))
        if wrapper is None:
            break
        at = _after_options(words, wrapper)
        made = []
        while wrapper.sets and 0 < at < len(words) and (match := _ASSIGNMENT.match(words[at].text)):
            made.append((match.group(1), words[at].text[match.end() :]))
            at += 1
        at += wrapper.operands if at > 0 else 0
        while wrapper.numbers and 0 < at < len(words) and _NUMBER.match(words[at].text):
            at += 1
        if not 0 < at < len(words):
            break
        words, assignments = words[at:], (*assignments, *made)
    return words, assignments


def normalised(words: Sequence[Word]) -> tuple[Word, ...]:
    """`python -m pip install` as `pip install`, whatever Python it is and however it is called; others as they are."""
    words = tuple(words)
    if not _is_python(words):
        return words
    at = 1
    while at < len(words) and (option := words[at].text).startswith("-"):
        if re.match(r"-[bBdEhiIOPqRsSuvVx]*c|-\Z", option):
            return words
        if match := re.match(r"-[bBdEiIOPqsSuvx]*m", option):
            return _module(words, at, match.end())
        at += 2 if option in _PYTHON_VALUES else 1
    return words


def _is_python(words: tuple[Word, ...]) -> bool:
    if not words:
        return False
    return bool(_PYTHON.match(program(words))) or (not words[0].literal and "py" in words[0].text.lower())


def _module(words: tuple[Word, ...], at: int, skipped: int) -> tuple[Word, ...]:
    option = words[at]
    if option.text[skipped:]:
        plain = option.end - option.start == len(option.text)
        first = Word(option.text[skipped:], option.start + skipped if plain else -1, option.end if plain else -1)
        return (first, *words[at + 1 :])
    return words[at + 1 :] or words


def _after_options(words: tuple[Word, ...], wrapper: Wrapper) -> int:
    """The index after a wrapper's options; 0 where it runs nothing."""
    at = 1
    while at < len(words) and (option := words[at].text).startswith("-"):
        if option in wrapper.unless:
            return 0
        if option == "--":
            return at + 1
        at += 2 if _takes_next(option, wrapper.values) else 1
    return at


def _takes_next(option: str, values: frozenset[str]) -> bool:
    """Whether the option's value is the next word: `-u user`, `-Eu user`; not `-n10`, `--user=x`."""
    if option.startswith("--") or len(option) <= len("-u"):
        return option in values
    return option[:2] not in values and f"-{option[-1]}" in values
