"""One pass over a folder: what in it can be made again, known by name or by content, and never entered."""

from __future__ import annotations

from collections.abc import Callable

from kempt.engine.disk.names import FOLDERS, MANIFESTS, PROJECT_FILES, ROOTED, folder_row
from kempt.engine.disk.recognition import Around, Recognition, is_locked
from kempt.errors import UsageError
from kempt.host.env import home_folder
from kempt.host.folders import is_folder, real
from kempt.host.own_names import stamp_of
from kempt.host.paths import is_below, name_of, parent_of
from kempt.host.scanning import entries_of, identify, is_there, mounts_below, names_in, walk
from kempt.model.artefact import Delete
from kempt.model.cleaning import Scan
from kempt.model.disk import Spared

_BESIDE = PROJECT_FILES | {"conf.py", "mkdocs.yml"}
Tell = Callable[[str], None]


def scan(path: str, *, tell: Tell | None = None) -> Scan:
    """What below a folder can be made again. Nothing is changed, no link is followed, no mount point crossed.

    A folder that cannot be listed is told in `unlisted`, and the scan goes on. `path` may itself be such a thing.
    `tell` is given a path now and then, to show how far it is. Raises UsageError where the path is not one to clean.
    """
    root = root_of(path)
    seen = identify(root)
    if seen is None:
        raise UsageError(f"no such folder: {path}")
    mounts = mounts_below(root)
    recognition = Recognition(seen[0].dev, mounts)
    around = _above(root)
    unlisted: tuple[tuple[str, str], ...] = ()
    if not _is_one_thing(root, recognition, around):
        unlisted = walk(root, around, recognition.visit, tell=tell)
    return Scan(
        root, tuple(sorted(recognition.found, key=lambda each: each.thing.path)), tuple(sorted(recognition.spared)),
        tuple(Spared(*each) for each in sorted(unlisted)), tuple(recognition.repositories),
        tuple(recognition.own),
    )  # fmt: skip


def _is_one_thing(root: str, recognition: Recognition, around: Around) -> bool:
    """Whether the folder itself is what its name says, as the folder that it lies in shows."""
    name = name_of(root)
    row = folder_row(name)
    if name not in ROOTED and (row is None or row.delete is Delete.NO):
        return False
    beside = entries_of(parent_of(root))[1]
    for _ in recognition.visit(parent_of(root), [name], [each for each in beside if each in _BESIDE], around):
        pass
    return name not in ROOTED or bool(recognition.found or recognition.spared)


def scan_environment(root: str, *, project: str, repository: str, tell: Tell | None = None) -> Scan:
    """The bytecode inside an environment."""
    seen = identify(root)
    if seen is None:
        return Scan(root, ())
    recognition = Recognition(seen[0].dev, mounts_below(root), inside=root)
    unlisted = walk(root, Around(project, repository), recognition.visit, tell=tell)
    found = tuple(sorted(recognition.found, key=lambda each: each.thing.path))
    return Scan(root, found, (), tuple(Spared(*each) for each in sorted(unlisted)))


def root_of(path: str) -> str:
    """The folder that a path names, absolute and without links. Raises UsageError for what is not to be cleaned."""
    if not path:
        raise UsageError("an empty path", hint="a variable of the shell that is not set")
    root = real(path)
    if not is_there(root):
        raise UsageError(f"no such folder: {path}")
    if not is_folder(root):
        raise UsageError(f"{path} is a file; what is cleaned is a folder", hint="kempt clean FOLDER")
    if parent_of(root) == root:
        raise UsageError(f"{path} is the whole file system", hint="name the folders that hold your projects")
    home = real(home_folder())
    if is_below(home, root):
        what = "is your home folder" if home == root else "holds your home folder"
        raise UsageError(f"{path} {what}", hint="name the folders that hold your projects")
    _refuse_inside(path, root)
    return root


def _refuse_inside(path: str, root: str) -> None:
    """Raises UsageError for a folder within something that goes or stays as a whole."""
    place = root
    while (parent := parent_of(place)) != place:
        what = _whole(name_of(place), place, itself=place == root)
        if what:
            raise UsageError(f"{path} lies inside {what}: {place}", hint=f"kempt clean {parent}")
        place = parent


def _whole(name: str, place: str, *, itself: bool) -> str:
    """What a folder is that nobody cleans in part, in words; empty for any other."""
    if name == ".git":
        return "git's own folder"
    if stamp_of(name):
        return "the trash of kempt"
    if itself:
        return ""
    if is_there(place, "pyvenv.cfg") and not PROJECT_FILES & names_in(place):
        return "an environment"
    row = FOLDERS.get(name)
    return f"the {row.kind} of {row.tool}" if row is not None and row.delete is Delete.YES else ""


def _above(root: str) -> Around:
    """What holds for a folder because of those above it: its project, its repository."""
    around = Around()
    place = root
    while (parent := parent_of(place)) != place:
        place = parent
        if not around.repository and is_there(place, ".git"):
            around = around._replace(repository=place)
        if not around.project and any(is_there(place, name) for name in MANIFESTS):
            around = around._replace(project=place, locked=is_locked(place, (names := names_in(place)), names))
        if around.repository and around.project:
            break
    return around._replace(project=around.project or around.repository)
