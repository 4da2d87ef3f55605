"""The places outside any project where managers keep environments, as this machine has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kempt.catalog.places import PLACES
from kempt.errors import UnreadableError
from kempt.host.env import environ, platform_name
from kempt.host.environment_search import kind_at, matching, plain
from kempt.host.folders import is_folder, real
from kempt.host.reading import read_regular
from kempt.model.envs import Found, Place

LIMIT = 1024**2
CONDA = Place("conda", "", "", "*")
_UNIX = {"data": ".local/share", "cache": ".cache", "config": ".config", "xdg-data": ".local/share"}
_MACOS = {"data": "Library/Application Support", "cache": "Library/Caches", "config": "Library/Application Support"}
_WINDOWS = {"data": "LOCALAPPDATA", "cache": "LOCALAPPDATA", "config": "APPDATA", "roaming": "APPDATA"}
_XDG = {"data": "XDG_DATA_HOME", "cache": "XDG_CACHE_HOME", "config": "XDG_CONFIG_HOME", "xdg-data": "XDG_DATA_HOME"}
_ENVS_DIRS = re.compile(
    r"^(?:envs_dirs|envs_path)[ \t]*:[ \t]*(?P<inline>\[[^\]\n]*\])?[^\n]*(?P<items>(?:\n[ \t]*-[^\n]*)*)", re.MULTILINE
)


def central_environments() -> tuple[Found, ...]:
    """The environments in the known places, each once; a place that is missing is nothing."""
    variables, system = environ(), platform_name()
    found: dict[str, Found] = {}
    for row, base in _places(variables, system):
        fixed = row.pattern.partition("*")[0].rstrip("/")
        for folder in matching(base, row.pattern):
            if folder not in found and (kind := kind_at(folder)):
                found[folder] = Found(folder, kind, plain(f"{base}/{fixed}" if fixed else base), row)
    for folder in _listed_by_conda(variables):
        if folder not in found and (kind := kind_at(folder)):
            found[folder] = Found(folder, kind, folder.rpartition("/")[0], CONDA)
    return tuple(found.values())


def home_folder() -> str:
    """This user's home without links, empty where no variable says which it is."""
    home = _home(environ())
    return plain(home) if home else ""


def base_folder(base: str, variables: Mapping[str, str], system: str) -> str:
    """The folder that a kind of base means on a system; empty where it cannot be told."""
    home = _home(variables)
    if base == "home" or not home:
        return home
    if system == "win32":
        return variables.get(_WINDOWS.get(base, ""), "")
    if system == "darwin" and base in _MACOS:
        return f"{home}/{_MACOS[base]}"
    named = variables.get(_XDG.get(base, ""), "")
    return named if named.startswith("/") else f"{home}/{_UNIX[base]}" if base in _UNIX else ""


def _home(variables: Mapping[str, str]) -> str:
    return variables.get("HOME") or variables.get("USERPROFILE", "")


def _places(variables: Mapping[str, str], system: str) -> Iterator[tuple[Place, str]]:
    """The rows that hold on this system, each with the folder that its pattern starts from."""
    for row in (*PLACES, *_by_settings(variables, system)):
        if row.systems and system not in row.systems:
            continue
        base = _expanded(variables.get(row.variable, ""), variables) if row.variable else row.base
        if not row.variable and not base.startswith("/"):
            base = base_folder(row.base, variables, system)
        if base:
            yield row, base


def _by_settings(variables: Mapping[str, str], system: str) -> Iterator[Place]:
    """What the managers' own settings of this user name; a folder that is absolute stands in `base`."""
    config = base_folder("config", variables, system)
    poetry = _table(f"{config}/pypoetry/config.toml")
    cache = _expanded(str(poetry.get("cache-dir") or ""), variables)
    kept = _inner(poetry, "virtualenvs", "path").replace("{cache-dir}", cache)
    rows = [("Poetry", kept or (f"{cache}/virtualenvs" if cache else ""))]
    rows.append(("PDM", _inner(_table(f"{config}/pdm/config.toml"), "venv", "location")))
    separator = ";" if system == "win32" else ":"
    for name in ("CONDA_ENVS_DIRS", "CONDA_ENVS_PATH"):
        rows += (("conda", each) for each in variables.get(name, "").split(separator))
    rows += (("conda", each) for each in _condarc(f"{_home(variables)}/.condarc"))
    if executable := variables.get("CONDA_EXE"):
        rows.append(("conda", f"{executable.replace(chr(92), '/').rsplit('/', 2)[0]}/envs"))
    for manager, folder in rows:
        expanded = _expanded(folder, variables)
        if expanded.startswith("/") or expanded[1:2] == ":":
            yield Place(manager, "", expanded, "*")


def _expanded(folder: str, variables: Mapping[str, str]) -> str:
    return f"{_home(variables)}{folder[1:]}" if folder == "~" or folder.startswith("~/") else folder


def _listed_by_conda(variables: Mapping[str, str]) -> Iterator[str]:
    """The environments that conda has noted down: wherever they were made, and its own."""
    for line in _content(f"{_home(variables)}/.conda/environments.txt").splitlines():
        if is_folder(line.strip()):
            yield plain(line.strip())


def _condarc(path: str) -> Iterator[str]:
    """The folders of `envs_dirs`: the lines are simple enough to be read without a YAML parser."""
    for match in _ENVS_DIRS.finditer(_content(path)):
        inline = (match["inline"] or "").strip("[]").split(",")
        items = re.findall(r"-\s*([^\n#]+)", match["items"] or "")
        yield from (each.strip(" \t'\"\r") for each in (*inline, *items) if each.strip())


def _table(path: str) -> dict[str, object]:
    content = _content(path)
    if not content:
        return {}
    from kempt.formats import toml

    found = toml.parse(content.encode("utf-8", "surrogateescape"))
    return found if isinstance(found, dict) else {}


def _inner(table: Mapping[str, Any], name: str, key: str) -> str:
    inner = table.get(name)
    value = inner.get(key) if isinstance(inner, dict) else table.get(f"{name}.{key}")
    return value if isinstance(value, str) else ""


def _content(path: str) -> str:
    try:
        return read_regular(real(path), LIMIT).decode("utf-8", "surrogateescape")
    except UnreadableError:
        return ""
