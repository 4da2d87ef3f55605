"""What a step finds around it, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kempt.model.finding import Location
from kempt.model.pipeline import Artifacts, CacheUse, Command, Text, Tool
from kempt.providers.github.globs import matches
from kempt.providers.github.keys import from_workspace
from kempt.providers.github.machine import Machine

if TYPE_CHECKING:
    from kempt.model.provider import Files


MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
"""What a lock is made from: it changes for other reasons than the versions that are installed."""


class Checkout(NamedTuple):
    """Where in the workspace this repository is, and where others are. None: it is not known."""

    own: str | None = ""
    foreign: tuple[str, ...] = ()

    def folder(self, written: str) -> str | None:
        """A folder of the workspace as one of the repository; None where it is outside or not known."""
        path = _normal(written)
        if path is None or self.own is None:
            return None
        if any(_below(path, each) is not None for each in self.foreign):
            return None
        return _below(path, self.own)

    def glob(self, written: str) -> str:
        """A glob of the workspace as one of the repository; as it is written where it reaches elsewhere."""
        negated, glob = written[:1] == "!", from_workspace(written.removeprefix("!"))
        below = _below(glob, self.own or "")
        return ("!" if negated else "") + (glob if below is None else below)


class Around(NamedTuple):
    """What an action finds: the repository, the machine, the variables in force, and its own place.

    `caches_by_itself`: some event starts the job for which setup-uv 10 caches unasked.
    """

    files: Files
    machine: Machine
    location: Location
    block: tuple[int, int]
    variables: Mapping[str, str]
    checkout: Checkout = Checkout()
    caches_by_itself: bool = True


class Effect(NamedTuple):
    """What an action does. `variables`, `on_path` and `activates` are for the steps after it."""

    caches: tuple[CacheUse, ...] = ()
    tools: tuple[Tool, ...] = ()
    artifacts: tuple[Artifacts, ...] = ()
    commands: tuple[Command, ...] = ()
    pythons: tuple[Text, ...] = ()
    variables: Mapping[str, str] = {}
    on_path: tuple[str, ...] = ()
    activates: bool = False
    opaque: str = ""
    checkout: Checkout | None = None


def follows_lock(around: Around, globs: tuple[str, ...], lock: str = "") -> bool:
    """Whether globs match the tracked locks of a name; where there are none, something that is no manifest."""
    found = matches(around.files.listing, globs)
    names = {path.rpartition("/")[2] for path in found}
    if lock and next(around.files.listing.named(lock), None) is not None:
        return lock in names
    return bool(names.difference(MANIFESTS))


def _normal(written: str) -> str | None:
    """A folder without `.` and with `..` taken back; None where it leaves the workspace or a run decides."""
    path = from_workspace(written.strip()).removesuffix("/")
    if path in {"$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "${{ github.workspace }}"}:
        return ""
    if path.startswith(("/", "~", "\\")) or "$" in path:
        return None
    found: list[str] = []
    for part in path.split("/"):
        if part == ".." and not found:
            return None
        if part == "..":
            found.pop()
        elif part not in {"", "."}:
            found.append(part)
    return "/".join(found)


def _below(path: str, folder: str) -> str | None:
    if not folder or path == folder:
        return path if not folder else ""
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None
