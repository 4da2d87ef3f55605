"""The managers' own install scripts, fetched from the web and run at once: which version they bring.

uv's script brings the version of its address, whatever `UV_VERSION` says. Poetry's and PDM's take the newest unless
they are told another by an option or a variable, get-pip unless it is given a requirement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kempt.model.pipeline import Command

FETCHERS = frozenset({"curl", "wget"})
RUNNER = re.compile(r"(?:ba|da|z|a)?sh|python[\d.]*")
FETCHED = re.compile(r"(?:[$<]\(|`)\s*(?:curl|wget)\s")
"""A script that is fetched in the middle of a word: `bash <(curl …)`, `sh -c "$(curl …)"`."""
ADDRESSES = {
    "uv": re.compile(r"https?://astral\.sh/uv/\S*\binstall\.sh|\S+/astral-sh/uv/releases/\S*\buv-installer\.sh"),
    "poetry": re.compile(r"https?://install\.python-poetry\.org\S*|\S+/poetry/\S*\b(?:get|install)-poetry\.py"),
    "pdm": re.compile(
        r"https?://(?:\w+\.)?pdm(?:-project|\.fming)\.(?:org|dev)/\S*install\S*|\S+/pdm/\S*\binstall-pdm\.py"
    ),
    "pip": re.compile(r"https?://bootstrap\.pypa\.io/\S*\bget-pip\.py"),
}
OPTIONS = {"poetry": frozenset({"--version"}), "pdm": frozenset({"--version", "-v"})}
VARIABLES = {"poetry": "POETRY_VERSION", "pdm": "PDM_VERSION"}
PLAIN = {"uv": "https://astral.sh/uv/install.sh"}
"""Addresses that a version can be put into."""
VERSION = re.compile(r"\d+\.\d+|\$|\{\{|<<")
"""A version in an address, or what a run puts there."""
BOUND = re.compile(r"[=~<]=|<")


class Script(NamedTuple):
    """An install script that takes the newest version of a manager. `reader` runs it, None where that is one word."""

    manager: str
    reader: Command | None = None


def newest(command: Command, following: Iterable[Command], variables: Mapping[str, str]) -> Script | None:
    """The install script that a command fetches and runs, if nothing says which version it brings.

    `following` are the commands after it, `variables` those in force.
    """
    program = _name(command.argv)
    words: Sequence[str] = command.argv[1:]
    reader = None
    if program in FETCHERS and RUNNER.fullmatch(_name(command.piped_into)):
        reader = next((each for each in following if each.argv == command.piped_into), None)
    elif RUNNER.fullmatch(program):
        words = [word for word in words if FETCHED.search(word)]
    else:
        return None
    for manager, pattern in ADDRESSES.items():
        address = next((match[0] for word in words if (match := pattern.search(word))), "")
        if address:
            told = dict((*variables.items(), *command.assignments, *(reader.assignments if reader else ())))
            options = (*command.argv, *command.piped_into)
            return None if _is_told(manager, address, options, told) else Script(manager, reader)
    return None


def _is_told(manager: str, address: str, words: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether the address, an option, a requirement or a variable says the version."""
    if VERSION.search(address) or VARIABLES.get(manager) in variables:
        return True
    if manager == "pip":
        return any(word.startswith("pip") and BOUND.search(word) for word in words)
    return any(word.partition("=")[0] in OPTIONS.get(manager, ()) for word in words)


def _name(argv: Sequence[str]) -> str:
    return argv[0].rpartition("/")[2] if argv else ""
