"""The settings in force in a project, for a person who asks."""

from __future__ import annotations

from kempt.engine.configuration import load_config
from kempt.engine.sources import open_source
from kempt.errors import KemptError, UnreadableError
from kempt.model.config import Config


def effective(path: str = ".", *, config_file: str | None = None, isolated: bool = False) -> Config:
    """The settings that `check` would use. Outside git, those that `check --no-git` would.

    Raises ConfigError where they are wrong, and UnreadableError where their file cannot be read or parsed.
    """
    try:
        return _of(path, config_file, git=True, isolated=isolated)
    except KemptError as error:
        if error.code != "KPT003":
            raise
        return _of(path, config_file, git=False, isolated=isolated)


def _of(path: str, config_file: str | None, *, git: bool, isolated: bool) -> Config:
    with open_source(path, git=git) as source:
        config, faults = load_config(source.tree, None, config_file, {}, isolated=isolated)
    for fault in faults:
        raise UnreadableError(fault.message, path=str(fault.path), line=fault.line)
    return config
