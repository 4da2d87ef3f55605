"""What a command line does with packages: the one question that is put to every manager.

The verbs, and what each does to a lock, were measured with uv 0.13.9, Poetry 2.5.1, PDM 2.29.3, Pipenv 2026.10.3 and
pip 26.3. What no manager knows is None, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kempt.model.installs import Doing, Downloads
    from kempt.model.pipeline import Word

PROGRAMS = {
    "uv": "uv", "uvx": "uv", "poetry": "poetry", "pdm": "pdm", "pipenv": "pipenv", "pip": "pip", "pipx": "pip",
    "pip-sync": "pip",
}  # fmt: skip
"""Programs, and the manager that knows them."""
TESTED = {"uv": "0.13.9", "poetry": "2.5.1", "pdm": "2.29.3", "pipenv": "2026.10.3", "pip": "26.3"}
"""The versions that kempt was tried with: what a fix pins where the project names none."""
_VERSIONED = re.compile(r"pip\d*(?:\.\d+)?(?:\.exe)?|(uvx?|poetry|pdm|pipenv|pipx|pip-sync)(?:\.exe)?")


def understand(words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What a command does, `variables` being those in force; None where it has nothing to do with packages."""
    name = program(words)
    if name not in PROGRAMS:
        return None
    module: Any = import_module(f"kempt.managers.{PROGRAMS[name]}.commands")
    found: Doing | None = module.understand(name, words, variables)
    return found


def downloads(manager: str) -> Downloads:
    """The download cache of a manager. Raises KeyError for one that kempt does not work with."""
    if manager not in PROGRAMS.values():
        raise KeyError(manager)
    module: Any = import_module(f"kempt.managers.{manager}.commands")
    found: Downloads = module.DOWNLOADS
    return found


def program(words: Sequence[Word]) -> str:
    """The name of the program: without its folder, `pip3.12` as `pip`; empty where the name is not written down.

    A program of the folder itself (`./uv`) is the repository's own, whatever it is called.
    """
    folder, _, name = words[0].text.replace("\\", "/").rpartition("/") if words else ("", "", "")
    if folder == ".":
        return words[0].text
    match = _VERSIONED.fullmatch(name)
    if match is None:
        return name
    return match[1] or "pip"
