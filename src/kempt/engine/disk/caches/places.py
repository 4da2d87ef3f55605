"""Where tools keep their caches: by their variables, by their settings, else by the custom of the platform. Pure."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import NamedTuple

from kempt.model.caches import CacheFacts, Where

Read = Callable[[str], str]
LISTED = "pkgs_dirs"


class World(NamedTuple):
    """What decides where caches are: variables, the system ("linux", "darwin", "win32"), the home folder.

    `read` gives the text of a file, empty where there is none.
    """

    env: Mapping[str, str]
    system: str
    home: str
    read: Read

    @property
    def paths(self) -> ModuleType:
        """How paths are written there."""
        return ntpath if self.system == "win32" else posixpath


def places(facts: CacheFacts, world: World) -> tuple[Where, ...]:
    """The folders that may hold the cache, as the first one who says something has it."""
    for said in (_by_variable(facts, world), _by_settings(facts, world)):
        if said:
            return said
    custom = facts.windows if world.system == "win32" else facts.unix
    return tuple(Where(expanded(each, world)) for each in custom)


def expanded(pattern: str, world: World) -> str:
    """A folder whose first word is in braces, as a path."""
    word, _, below = pattern.partition("/")
    base = _FOLDERS[word](world) if word in _FOLDERS else ""
    if not base:
        return pattern
    return str(world.paths.normpath(world.paths.join(base, *below.split("/"))))


def refusal(path: str, world: World) -> str:
    """Why a folder is no cache's own, whatever a variable says; empty where nothing speaks against it."""
    home = world.paths.normpath(world.home)
    place = world.paths.normpath(path)
    if not world.paths.isabs(path):
        return "is a relative path: each project would have its own"
    if world.paths.dirname(place) == place:
        return "is the root of a file system"
    if place == home or home.startswith(place.rstrip("/\\") + world.paths.sep):
        return "holds your home folder"
    return ""


def _by_variable(facts: CacheFacts, world: World) -> tuple[Where, ...]:
    for variable in facts.variables:
        name, _, below = variable.partition("/")
        value = world.env.get(name, "").strip()
        if not value:
            continue
        values = value.replace(",", _separator(world)).split(_separator(world)) if name.endswith("_DIRS") else [value]
        return tuple(_where(each.strip(), below, name, world) for each in values if each.strip())
    return ()


def setting(facts: CacheFacts, key: str, world: World) -> tuple[tuple[str, ...], str]:
    """What a tool's settings say to a key, and the file that does; nothing where none does."""
    for pattern in facts.settings:
        path = expanded(pattern, world)
        if values := tuple(_settings(world.read(path), key, pattern)):
            return values, path
    return (), ""


def _by_settings(facts: CacheFacts, world: World) -> tuple[Where, ...]:
    values, file = setting(facts, facts.key, world)
    return tuple(_where(each, "", file, world) for each in values)


def _where(value: str, below: str, said_by: str, world: World) -> Where:
    tail = value[1:].lstrip("/\\") if value.startswith("~") and value[1:2] in {"", "/", "\\"} else None
    path = value if tail is None else world.paths.join(world.home, tail)
    if below:
        path = world.paths.join(path, below)
    why = refusal(path, world)
    return Where(value if why else world.paths.normpath(path), said_by, why)


def _settings(text: str, key: str, file: str) -> Iterator[str]:
    if not text.strip():
        return
    if file.endswith(".toml"):
        yield from _of_toml(text, key)
    elif file.endswith(".condarc"):
        yield from _of_condarc(text)
    else:
        yield from _of_ini(text, key)


def _of_toml(text: str, key: str) -> Iterator[str]:
    import tomllib

    try:
        value: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str) and value.strip():
        yield value.strip()


def _of_ini(text: str, key: str) -> Iterator[str]:
    from configparser import Error, RawConfigParser

    section, _, option = key.partition(".")
    parser = RawConfigParser()
    try:
        parser.read_string(text)
    except Error:
        return
    if value := parser.get(section, option, fallback="").strip():
        yield value


def _of_condarc(text: str) -> Iterator[str]:
    """The list below `pkgs_dirs:`; lines are enough for what conda itself writes."""
    inside = False
    for line in text.splitlines():
        word = line.split("#")[0].strip()
        if inside and word.startswith("- "):
            yield word[2:].strip().strip("\"'")
        elif word:
            inside = word.rstrip(": ") == LISTED


def _separator(world: World) -> str:
    return ";" if world.system == "win32" else ":"


def _cache(world: World) -> str:
    return _below_home(world, "Library", "Caches") if world.system == "darwin" else _xdg(world)


def _xdg(world: World) -> str:
    return _moved(world, "XDG_CACHE_HOME", ".cache")


def _config(world: World) -> str:
    if world.system == "win32":
        return _roaming(world)
    if world.system == "darwin":
        return _below_home(world, "Library", "Application Support")
    return _xdg_config(world)


def _xdg_config(world: World) -> str:
    return _roaming(world) if world.system == "win32" else _moved(world, "XDG_CONFIG_HOME", ".config")


def _roaming(world: World) -> str:
    return world.env.get("APPDATA") or _below_home(world, "AppData", "Roaming")


def _below_home(world: World, *names: str) -> str:
    return str(world.paths.join(world.home, *names))


def _local(world: World) -> str:
    return world.env.get("LOCALAPPDATA") or _below_home(world, "AppData", "Local")


def _moved(world: World, variable: str, below_home: str) -> str:
    """By the XDG Base Directory Specification, which a relative path does not follow."""
    moved = world.env.get(variable, "")
    return moved if world.paths.isabs(moved) else _below_home(world, below_home)


_FOLDERS: Mapping[str, Callable[[World], str]] = {
    "{cache}": _cache,
    "{config}": _config,
    "{home}": lambda world: world.home,
    "{local}": _local,
    "{xdg}": _xdg,
    "{xdg-config}": _xdg_config,
}
