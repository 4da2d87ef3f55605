"""The environment of the programs that install: the user's, without what changes their answer.

Measured on one project and one lock: UV_INDEX_URL makes `uv sync --locked` fail, UV_PROJECT_ENVIRONMENT sends the
environment elsewhere, UV_PYTHON gives another one without a word, and a user's pip.conf finds its way into locks. What
says who the user is and how to reach the network stays: proxies, certificates, keyrings, ~/.netrc, git's settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from kempt.host.env import environ
from kempt.host.scratch import Scratch
from kempt.host.settings import entries, pip_settings, user_settings
from kempt.model.manager import Manager

PREFIXES = ("PYTHON", "CONDA_", "VIRTUALENV_", "_CE_")
NAMES = frozenset(
    {
        "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "__PYVENV_LAUNCHER__", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
        "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX",
    }
)  # fmt: skip
"""What no manager gets: other environments, and the repository of a hook that kempt may run in."""
HARMLESS = frozenset(
    {"PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHON_KEYRING_BACKEND"}
)
NOISE = frozenset({"FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "PYTHONWARNINGS", "PYTHONWARNDEFAULTENCODING"})
"""What changes how managers talk, and not what they do: kept from them without a word."""
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "uv": ("UV_", "uv.toml", ".python-version"), "pip": ("PIP_", "pip.conf"), "pypoetry": ("POETRY_", "config.toml"),
    "pdm": ("PDM_", "config.toml"), "virtualenv": ("VIRTUALENV_", "virtualenv.ini"),
}  # fmt: skip
"""Folders below the user's settings that managers read: how their variables begin, and the files that matter."""
PASSWORDS = {"pypoetry": ("auth.toml",)}
"""What is passed on of these folders all the same."""
MANY = 3


class Scrubbed(NamedTuple):
    """Variables for a program, and what of the user's is not among them."""

    variables: Mapping[str, str]
    withheld: tuple[str, ...]


def scrubbed(manager: Manager, settings: str, more: Iterable[tuple[str, str]] = ()) -> Scrubbed:
    """The variables for a manager. `settings` is the folder of `without_settings`, empty for none; `more` is added."""
    kept, withheld = dict[str, str](), []
    for name, value in environ().items():
        if name in NOISE:
            continue
        if is_withheld(name, manager):
            withheld.append(name)
        else:
            kept[name] = value
    kept = _of_pip(manager) | kept | {"NO_COLOR": "1", **dict(manager.variables)}
    if settings:
        kept |= {
            "XDG_CONFIG_HOME": settings,
            "POETRY_CONFIG_DIR": f"{settings}/pypoetry",
            "PDM_CONFIG_FILE": f"{settings}/pdm/config.toml",
        }
    return Scrubbed({**kept, **dict(more)}, (*_grouped(sorted(withheld)), *_hidden_files(manager)))


def _of_pip(manager: Manager) -> dict[str, str]:
    """What the user's pip.conf says of indexes and certificates, as variables: hashes decide what is installed."""
    if manager.name not in {"pip", "pylock"}:
        return {}
    from kempt.managers.pip.settings import kept

    return dict(kept(pip_settings()))


def is_withheld(name: str, manager: Manager) -> bool:
    """Whether a variable may change what is installed, or where."""
    if name in NAMES:
        return True
    if not name.startswith((*PREFIXES, *manager.prefixes)):
        return False
    harmless = HARMLESS | manager.harmless
    return name not in harmless and not any(fnmatchcase(name, each) for each in harmless if "*" in each)


def without_settings(scratch: Scratch) -> str:
    """A folder of settings that holds all of the user's but for those of package managers."""
    folder, home = scratch.folder("settings"), user_settings()
    for name in entries(home):
        if name not in SETTINGS:
            scratch.link(f"settings/{name}", f"{home}/{name}")
    for name, passed in PASSWORDS.items():
        for each in passed:
            if each in entries(f"{home}/{name}"):
                scratch.link(f"settings/{name}/{each}", f"{home}/{name}/{each}")
    return folder


def _hidden_files(manager: Manager) -> list[str]:
    """The user's settings that this manager would read and does not get."""
    home = user_settings()
    return [
        f"{home}/{folder}/{name}"
        for folder, (prefix, *names) in SETTINGS.items()
        if prefix in manager.prefixes
        for name in entries(f"{home}/{folder}")
        if name in names
    ]


def _grouped(names: list[str]) -> list[str]:
    """Names, those of a tool that has set many as one: `CONDA_*`."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(f"{name.partition('_')[0]}_*", []).append(name)
    return [each for prefix, group in found.items() for each in ([prefix] if len(group) > MANY else group)]
