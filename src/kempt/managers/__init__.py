"""The package managers: one file each, which holds all that kempt knows about it. Pure: nothing is run here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kempt.model.manager import Manager

NAMES = ("uv", "poetry", "pdm", "pipenv", "pylock", "pip")
"""Those that kempt can work with, the one that decides where a manifest could be several managers' first."""


def manager(name: str) -> Manager:
    """The manager of this name, loaded when it is first asked for. Raises KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(name)
    module: Any = import_module(f"kempt.managers.{name}")
    found: Manager = module.MANAGER
    return found
