"""How environments get their files without a copy for each: what managers offer, and whether that works here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.engine.disk.caches.found import known, this_world
from kempt.engine.disk.caches.places import World, expanded, places
from kempt.host.folders import real
from kempt.host.mounts import Mount, Mounts
from kempt.host.paths import join, name_of, parent_of
from kempt.host.programs import programs
from kempt.host.repositories import exists
from kempt.host.volumes import device
from kempt.model.dedupe import Advice

_SHARING = frozenset({"btrfs", "xfs", "bcachefs", "ocfs2", "apfs", "zfs"})
_PDM_SETTINGS = ("{xdg-config}/pdm/config.toml", "/etc/xdg/pdm/config.toml")
_WORDS = {
    "pip": "copies every file into each environment and has no other way; what it installs can be shared afterwards",
    "Poetry": "copies every file into each environment and has no other way; what it installs can be shared afterwards",
    "Pipenv": "installs with pip, which copies; what it installs can be shared afterwards",
}
_LOCKS = {"uv": "uv.lock", "PDM": "pdm.lock", "Poetry": "poetry.lock", "Pipenv": "Pipfile.lock"}
"""What a project has that a manager works on; pip comes with each environment."""


class _Mode(NamedTuple):
    """uv's link mode, empty for its default, and who says so: a variable or a file."""

    name: str
    said_by: str = ""


def prevent(paths: Sequence[str] = (".",)) -> tuple[Advice, ...]:
    """What to do so that files are not copied again, for environments at these paths; nothing is changed or run."""
    world = this_world()
    cache = real(next((where.path for where in places(known(("uv",))[0], world)), ""))
    advice: list[Advice] = []
    for path in map(real, paths or (".",)):
        advice += _of_uv(path, cache, world)
    advice += _of_pdm(world)
    shown = " ".join(paths)
    advice += (Advice(name, False, words, f"kempt dedupe {shown}") for name, words in _WORDS.items())
    return tuple(dict.fromkeys(_with_place(each, paths, world) for each in advice))


def _with_place(advice: Advice, paths: Sequence[str], world: World) -> Advice:
    """The same, with whether its manager is on PATH, was told something, or has a lock file at one of the paths."""
    name = advice.about
    told = advice.ok or (name == "uv" and any(each.startswith("UV_") for each in world.env))
    here = told or name not in _LOCKS or any(programs((name.lower(),)))
    return advice._replace(here=here or any(exists(join(path, _LOCKS[name])) for path in paths or (".",)))


def _of_uv(path: str, cache: str, world: World) -> Iterator[Advice]:
    mode = _mode(path, world)
    if mode.name == "copy":
        mend = "unset UV_LINK_MODE" if mode.said_by == "UV_LINK_MODE" else f"take link-mode out of {mode.said_by}"
        yield Advice("uv", False, f"{mode.said_by} says link-mode = copy: every file is copied", mend)
    elif mode.name == "symlink":
        words = f"{mode.said_by} says link-mode = symlink: what `uv cache clean` removes is gone from the environments"
        yield Advice("uv", False, words, "choose clone or hardlink")
    place = _existing(cache)
    if not place or device(place) != device(path):
        words = f"its cache, {cache}, lies on another file system than {path}: every file is copied"
        point = _mount_of(path)
        where = join(point.point if point and point.point != "/" else path, ".cache", "uv")
        yield Advice("uv", False, words, f"export UV_CACHE_DIR={where}")
    elif mode.name not in {"copy", "symlink"}:
        yield _by_file_system(path, mode)


def _by_file_system(path: str, mode: _Mode) -> Advice:
    """What uv does where its cache lies on the same file system: it clones; where that cannot be, it makes links."""
    point = _mount_of(path)
    name = point.type if point else ""
    if name in _SHARING and mode.name != "hardlink":
        return Advice("uv", True, f"clones from its cache on {name}: one copy on the disk, and each file its own")
    words = "makes hard links into its cache: one copy on the disk, and an edit in one environment reaches all others"
    return Advice("uv", True, f"{words} and the cache; `kempt verify` finds such an edit")


def _mode(path: str, world: World) -> _Mode:
    """What uv is told, by a variable, by the project or by the user, in this order."""
    if name := world.env.get("UV_LINK_MODE", "").strip():
        return _Mode(name, "UV_LINK_MODE")
    files = [(f"{path}/uv.toml", "link-mode"), (f"{path}/pyproject.toml", "tool.uv.link-mode")]
    files += [(expanded(each, world), "link-mode") for each in known(("uv",))[0].settings]
    for file, key in files:
        if isinstance(said := _setting(world.read(file), key), str):
            return _Mode(said, file)
    return _Mode("")


def _of_pdm(world: World) -> Iterator[Advice]:
    """PDM has a cache of installed packages, which is off unless it is asked for."""
    texts = [world.read(expanded(each, world)) for each in _PDM_SETTINGS]
    said = [_setting(text, "install.cache") for text in texts]
    if world.env.get("PDM_INSTALL_CACHE", "").lower() in {"1", "true", "yes"} or True in said:
        yield Advice("PDM", True, "installs from a cache of its own (install.cache)")
    else:
        words = "copies every file into each environment, unless its install.cache is on"
        yield Advice("PDM", False, words, "pdm config install.cache true && pdm config install.cache_method hardlink")


def _setting(text: str, key: str) -> object:
    """A value of a TOML file; None where there is none, or no TOML."""
    import tomllib

    try:
        value: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _mount_of(path: str) -> Mount | None:
    """The mount that a path without links lies on; None where the system lists none."""
    with Mounts() as mounts:
        return mounts.of(path)


def _existing(path: str) -> str:
    """The path, or the first folder above it that is there; empty where none is."""
    while path and device(path) is None:
        path = parent_of(path) if name_of(path) else ""
    return path
