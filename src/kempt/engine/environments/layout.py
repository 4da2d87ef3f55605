"""Where things are in an environment."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from kempt.errors import UnreadableError, UsageError
from kempt.formats import pyvenv
from kempt.host.folders import real
from kempt.host.reading import read_regular
from kempt.host.walking import Walk

CONFIGURATION = "pyvenv.cfg"
CONFIGURATION_LIMIT = 64 * 1024
PYTHON_NAME = re.compile(r"(?:python|pypy)(?:\d(?:\.\d+)?t?)?w?(?:\.exe)?|𝜋thon|libpypy\S*\.(?:so|dylib|dll)")
"""What an interpreter is called; `𝜋thon` is a joke of CPython 3.14 that `venv` copies."""
_SITE = re.compile(r"(?:lib|lib64)/(?:python|pypy)\d[^/]*/site-packages|Lib/site-packages")
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_VIRTUAL_ENV = re.compile(rb"^\s*(?:export )?VIRTUAL_ENV=(['\"]?)((?:/|[A-Za-z]:)[^\r\n'\"]*)\1\s*$", re.MULTILINE)


class Layout(NamedTuple):
    """An environment's places, relative to its root; `site` and `scripts` end with `/`.

    `root` is absolute and without links. `python` is X.Y.Z, as far as pyvenv.cfg and the interpreter's place tell.
    """

    root: str
    settings: dict[str, str]
    python: str
    site: tuple[str, ...]
    scripts: str

    @property
    def minor(self) -> str:
        """X.Y, empty where pyvenv.cfg names no version."""
        return ".".join(self.python.split(".")[:2])

    @property
    def system_site(self) -> bool:
        """Whether the packages of the base interpreter are seen."""
        return self.settings.get("include-system-site-packages", "").lower() == "true"

    @property
    def by_uv(self) -> bool:
        """Whether uv made it, which installs nothing of its own into it."""
        return "uv" in self.settings


def require_environment(environment: str) -> dict[str, str]:
    """What pyvenv.cfg says. Raises UsageError where the folder is no environment."""
    try:
        content = read_regular(f"{real(environment)}/{CONFIGURATION}", CONFIGURATION_LIMIT)
    except UnreadableError as error:
        raise UsageError(
            f"no environment: {CONFIGURATION} cannot be read: {error.message}", path=environment, hint=_HINT
        ) from error
    if pyvenv.parse(content) is None:
        raise UsageError(f"no environment: {CONFIGURATION} names no interpreter", path=environment, hint=_HINT)
    return pyvenv.settings(content)


_HINT = "name the folder that holds pyvenv.cfg, such as .venv"


def layout_of(walk: Walk, settings: dict[str, str]) -> Layout:
    """The places of an environment that was walked."""
    said = _VERSION.search(settings.get("version") or settings.get("version_info") or "")
    site = sorted(f"{folder}/" for folder in walk.folders if _SITE.fullmatch(folder))
    windows = site == ["Lib/site-packages/"] or ("Scripts" in walk.folders and "bin" not in walk.folders)
    scripts = "Scripts/" if windows else "bin/"
    return Layout(walk.root, settings, said[0] if said else "", tuple(site), scripts)


def made_at(root: str, scripts: str) -> str:
    """The path that the environment was made at, as its `activate` says; empty where it does not say."""
    try:
        content = read_regular(f"{root}/{scripts}activate", CONFIGURATION_LIMIT)
    except UnreadableError:
        return ""
    match = _VIRTUAL_ENV.search(content)
    return match[2].decode("utf-8", "surrogateescape") if match else ""


def inside(root: str, path: str) -> str | None:
    """A path relative to the environment, without `.` and `..`; None for one that leads out of it."""
    plain = posixpath.normpath(path)
    if plain.startswith("/"):
        return plain[len(root) + 1 :] if plain.startswith(f"{root}/") else None
    return None if plain == ".." or plain.startswith("../") else plain
