"""What a scan recognises in one folder's listing, and what it goes on to enter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from kempt import catalog
from kempt.engine.disk import contents, evidence
from kempt.engine.disk.names import (
    BYTECODE,
    ENVIRONMENT,
    FOLDER_ENDINGS,
    FOLDERS,
    HOLD_ENVIRONMENTS,
    MANIFESTS,
    NEVER_ENTERED,
    OTHER_SYSTEMS,
    PROJECT_FILES,
    ROOTED,
    TAGGED_CACHE,
    UNDONE,
    file_row,
    folder_row,
    is_lock_name,
)
from kempt.formats import pyvenv
from kempt.host.own_names import is_leftover, stamp_of
from kempt.host.paths import is_below, join, name_of, relative
from kempt.host.reading import read_untouched
from kempt.host.scanning import identify, is_there, names_in
from kempt.model.artefact import Artefact, Delete, Kind
from kempt.model.cleaning import Candidate
from kempt.model.disk import Disposable, Spared
from kempt.model.plan import Identity

_FOLDER, _FILE = 0o040000, 0o100000
_PROGRAMS = frozenset({"bin", "Scripts", "lib", "Lib"})  # a template of a pyvenv.cfg has none of them beside it
_CONFIGURATION_LIMIT = 64 * 1024
_ENDINGS = (".pyc", ".pyo", ".class", ".egg", ".lcov")
_PARTS = (".pyc.", ".pyo.")
_NAMED_FOLDERS = frozenset(FOLDERS)
_FOLDER_ENDINGS = tuple(FOLDER_ENDINGS)
_ROOTED = frozenset(ROOTED)
_PROOFS: dict[str, Callable[[frozenset[str]], bool]] = {
    "build": evidence.is_build_folder, "dist": evidence.holds_distributions, "site": evidence.is_site,
}  # fmt: skip
TAGGED = "is tagged as a cache by a tool that kempt does not know"
OWN = ".kempt-"
ASKS = "is not known to be made again by itself"


class Around(NamedTuple):
    """What holds for a folder because of the folders above it."""

    project: str = ""
    repository: str = ""
    locked: bool = False
    other_system: str = ""


class Recognition:
    """What was recognised until now. `visit` is what a walk calls for each folder."""

    def __init__(self, dev: int, mounts: frozenset[str], *, inside: str = "") -> None:
        """`dev` is the file system; `inside` an environment that is entered although it is one, for its bytecode."""
        self.found: list[Candidate] = []
        self.spared: list[Spared] = []
        self.repositories: list[str] = []
        self.own: list[str] = []
        self._dev = dev
        self._mounts = mounts
        self._inside = inside

    def visit(self, path: str, folders: list[str], files: list[str], around: Around) -> Iterator[tuple[str, Around]]:
        """Recognise what lies in a folder; what to enter. The folder itself may turn out to be an environment."""
        if not self._inside and (evidence.is_library(folders, files) or self._is_whole(path, folders, files, around)):
            return
        around = self._around(path, folders, files, around)
        known = [name for name in folders if name in _NAMED_FOLDERS or name.endswith(_FOLDER_ENDINGS)]
        taken = {name for name in known if self._take_folder(path, name, folder_row(name), around)}
        if not _ROOTED.isdisjoint(folders):
            taken |= set(self._built(path, folders, files, around))
        self._take_files(path, files, around)
        for name in folders:
            if name.startswith(OWN) and (stamp_of(name) or is_leftover(name)):
                self.own.append(join(path, name))
            elif OWN not in name and name not in taken and name not in NEVER_ENTERED:
                yield name, around

    def offer(self, path: str, row: Artefact, around: Around, *, asks: str = "", kind: int = _FOLDER) -> None:
        """Take something for what the row says, if it is what its name says."""
        seen = identify(path)
        if seen is None:
            return
        identity, changed = seen
        reason = self._obstacle(path, identity, kind) or (
            f"lies in a {around.other_system} repository, which cannot be asked what it tracks"
            if around.other_system else ""
        )  # fmt: skip
        if reason:
            self.spared.append(Spared(path, reason))
            return
        what = Kind.ENVIRONMENT if row.name in HOLD_ENVIRONMENTS else row.kind
        thing = Disposable(path, what, row.tool, identity, around.project)
        locked = row.name in HOLD_ENVIRONMENTS or (around.locked and _is_beside(path, around.project))
        undone = row.name in UNDONE or (kind == _FOLDER and not contents.is_its_tools(row, path))
        odd = asks or (contents.foreign_files(row, path) if what is Kind.ENVIRONMENT else "")
        name = row.name.strip("/")
        self.found.append(Candidate(thing, name, around.repository, locked, odd, undone, int(changed * 10**9)))

    def _obstacle(self, path: str, identity: Identity, kind: int) -> str:
        if identity.kind != kind:
            return "is a symbolic link, or not what its name says"
        if identity.dev != self._dev:
            return "lies on another file system"
        if path in self._mounts:
            return "is a mount point"
        inner = next((each for each in self._mounts if is_below(each, path)), "") if self._mounts else ""
        return f"holds a mount point: {inner}" if inner else ""

    def _is_whole(self, path: str, folders: list[str], files: list[str], around: Around) -> bool:
        """Whether the folder is one thing, known by what lies in it."""
        if "pyvenv.cfg" in files and not _PROGRAMS.isdisjoint(folders) and self._is_environment(path):
            return self._take_environment(path, folders, files, around)
        if "conda-meta" in folders and is_there(path, "conda-meta", "history"):
            if evidence.is_installation(folders):
                self.spared.append(Spared(path, "is conda's own installation"))
                return True
            return self._take_environment(path, folders, files, around)
        if catalog.CACHEDIR_TAG in files and contents.is_tagged(path):
            asks = "" if name_of(path) == ".cache" else TAGGED
            self.offer(path, TAGGED_CACHE, around, asks=asks)
            return True
        if name_of(path) == ".cache" and around.project:
            self.offer(path, TAGGED_CACHE, around, asks="is called a cache, but no tool tagged it as one")
            return True
        return False

    def _take_environment(self, path: str, folders: list[str], files: list[str], around: Around) -> bool:
        odd = evidence.work_in_environment(folders, files)
        asks = f"holds what is not an environment's: {', '.join(odd[:3])}" if odd else ""
        if odd and not {*odd}.isdisjoint(PROJECT_FILES | {".git"}):  # a project that was made into one
            self.spared.append(Spared(path, asks))
            return True
        self.offer(path, ENVIRONMENT, around, asks=asks)
        return True

    @staticmethod
    def _is_environment(path: str) -> bool:
        settings = pyvenv.parse(read_untouched(join(path, "pyvenv.cfg"), _CONFIGURATION_LIMIT))
        return settings is not None and bool(settings.home)

    def _around(self, path: str, folders: list[str], files: list[str], around: Around) -> Around:
        """What holds for everything below this folder."""
        if not PROJECT_FILES.isdisjoint(files):
            around = around._replace(project=path, locked=is_locked(path, folders, files))
        if ".git" in folders or ".git" in files:
            self.repositories.append(path)
            around = around._replace(repository=path)
            if around.project != path:
                around = around._replace(project=path, locked=False)
        if not OTHER_SYSTEMS.keys().isdisjoint(folders):
            around = around._replace(other_system=next(filter(None, map(OTHER_SYSTEMS.get, folders))))
        return around

    def _take_folder(self, path: str, name: str, row: Artefact | None, around: Around) -> bool:
        """Take a folder that is known by its name; whether it is not to be entered."""
        if row is None or row.delete is Delete.NO:
            return row is not None
        if self._inside and row is not BYTECODE:
            return False
        place = join(path, name)
        self.offer(place, row, around, asks=ASKS if row.delete is Delete.ASK else "")
        return True

    def _built(self, path: str, folders: list[str], files: list[str], around: Around) -> Iterator[str]:
        """Take the folders that count only at a project's root, or where Sphinx has its sources."""
        for name in () if self._inside else _ROOTED.intersection(folders):
            place = join(path, name)
            if name == "_build":
                proven = "conf.py" in files or ("Makefile" in files and "source" in folders)
            else:
                at_home = not MANIFESTS.isdisjoint(files) or (name == "site" and "mkdocs.yml" in files)
                proven = at_home and _PROOFS[name](names_in(place))
            if proven:
                self.offer(place, ROOTED[name], around)
                yield name

    def _take_files(self, path: str, files: list[str], around: Around) -> None:
        likely = [name for name in files if name.endswith(_ENDINGS) or name[:1] in ".TdcC" or ".pyc." in name]
        if not likely:
            return
        for name in likely:
            row = None if self._inside else file_row(name)
            if row is not None and (around.project or row.name == name):
                self.offer(join(path, name), row, around, kind=_FILE)
        if any(name.endswith(_ENDINGS[:3]) or any(part in name for part in _PARTS) for name in likely):
            known = frozenset(files)
            for name, has_source in evidence.legacy_bytecode(known):
                self._take_legacy(join(path, name), around, has_source=has_source)

    def _take_legacy(self, place: str, around: Around, *, has_source: bool) -> None:
        """Take bytecode that lies beside its source, if it is that."""
        if has_source and contents.is_bytecode(place):
            self.offer(place, BYTECODE, around, kind=_FILE)
        elif has_source:
            self.spared.append(Spared(place, "is called like bytecode and is none"))
        elif not self._inside:
            self.spared.append(Spared(place, "has no source beside it, so it may be the only copy"))


def is_locked(path: str, folders: Collection[str], files: Collection[str]) -> bool:
    """Whether a project says which versions its environment gets: in its own folder, or in `requirements`."""
    if any(map(is_lock_name, files)):
        return True
    return "requirements" in folders and any(name.endswith(".txt") for name in names_in(join(path, "requirements")))


def _is_beside(path: str, project: str) -> bool:
    """Whether a project's lock file speaks for what lies here: in its folder, or in a hidden one of it (`.pixi`)."""
    first, slash, _ = relative(path, project).partition("/")
    return not slash or first.startswith(".")
