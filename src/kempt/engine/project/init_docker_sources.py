"""What an image is built from, which a `.dockerignore` that lets in only what it names may have forgotten.

Code is told as entries of a project's folder, `main.py`, `shop` or `src/shop`, with the files that show whether one is
let in. Of a program that is copied as it lies they are what it starts and what that imports, one from the other; of a
package the modules that it is built of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import normpath

from kempt.engine.project.init_docker_ignore import Entry
from kempt.engine.project.init_docker_packages import below
from kempt.engine.project.init_docker_programs import ASIDE, Program, installed
from kempt.engine.project.init_docker_services import SPELLED, Image
from kempt.errors import UnreadableError
from kempt.formats import requirement, toml
from kempt.managers.uv.workspace import discover, strings
from kempt.model.repo import Repo
from kempt.rules import locking

BUILDING = ("setup.py", "setup.cfg", "MANIFEST.in")
"""What a build reads beside pyproject.toml."""
MARKS = ("__init__.py", "__main__.py")
"""Files by which it is seen that a package is let in."""
IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+(\w[\w., \t]*))", re.MULTILINE)
MOST = 1_000
"""Files of one project of which the imports are read."""


def entries(repo: Repo, image: Image) -> Iterator[Entry]:
    """What an image is built from, what the projects are built from that are installed with it included."""
    prefix = "" if image.context == "." else f"{image.context}/"
    yield from (Entry(path, (path,)) for path in image.files)
    found = dict[str, Entry]()
    for folder in dict.fromkeys(_folders(repo, image)):
        copied = folder == image.folder and not image.packaged
        named = _code(repo, folder, image.program if copied else Program())
        files = (Entry(path, (path,)) for path in _read_by_build(repo, folder, () if copied else BUILDING))
        found |= {each.path: each for each in (*files, *named)}
    for each in found.values():
        if each.path.startswith(prefix) and SPELLED.fullmatch(each.path):
            yield Entry(each.path.removeprefix(prefix), tuple(file.removeprefix(prefix) for file in each.files))


def _folders(repo: Repo, image: Image) -> Iterator[str]:
    """The folders of the projects that are built: the image's own, what it takes from its workspace, and its paths."""
    yield image.folder
    yield from image.beside
    if image.members:
        projects = discover(str(image.service.root), repo.documents).projects
        waiting, seen = [image.project], {image.project}
        while waiting:
            project = projects.get(waiting.pop())
            wishes = strings(project.table("project").get("dependencies")) if project else ()
            asked = {each.name for text in wishes if (each := requirement.parse(text))}
            waiting += sorted((asked & projects.keys()) - seen)
            seen |= asked
            yield from (projects[name].folder for name in asked & projects.keys())


def _read_by_build(repo: Repo, folder: str, more: tuple[str, ...]) -> Iterator[str]:
    """The files that a build of a project reads beside its code: its read-me and its licences, as it names them."""
    project = toml.table(repo.documents.toml(below(folder, locking.PYPROJECT)), "project")
    readme, license_ = project.get("readme"), toml.table(project, "license").get("file")
    named = [locking.PYPROJECT, *more, readme, toml.table(project, "readme").get("file"), license_]
    paths = (normpath(below(folder, name)) for name in named if isinstance(name, str))
    yield from (path for path in paths if path in repo.tree.listing)
    patterns = [normpath(below(folder, each)) for each in strings(project.get("license-files"))]
    if patterns:
        yield from (path for path in _below(repo, folder) if any(fnmatchcase(path, each) for each in patterns))


def _below(repo: Repo, folder: str) -> Iterable[str]:
    """The tracked files of a folder, and of those in it."""
    return repo.tree.listing.paths(*repo.tree.listing.span(folder))


def _code(repo: Repo, folder: str, program: Program) -> Iterator[Entry]:
    """The code of one project: from what a program starts on, else all that is installed of it, else all of it."""
    modules = _modules(repo, folder)
    names = _started(program) or installed(repo, folder)
    starts = [name for name in modules if name in names] or list(modules)
    for name in _with_imported(repo, modules, starts):
        own = modules[name]
        marks = tuple(each for each in own if each.rpartition("/")[2] in MARKS and each.count("/") == _depth(own))
        yield Entry(_path(folder, name, own[0]), marks or own[:1])


def _modules(repo: Repo, folder: str) -> Mapping[str, tuple[str, ...]]:
    """The files of each module and package at the top of a project, or of its `src`, by the name it is imported by."""
    prefix = "" if folder == "." else f"{folder}/"
    found: dict[str, list[str]] = {}
    for path in _below(repo, folder):
        if path.endswith(".py"):
            name = path.removeprefix(prefix).removeprefix("src/").partition("/")[0].removesuffix(".py")
            if name.isidentifier() and name.lower() not in ASIDE and name != "setup":
                found.setdefault(name, []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _depth(paths: Iterable[str]) -> int:
    return min(each.count("/") for each in paths)


def _path(folder: str, name: str, file: str) -> str:
    """The entry that a file of a module belongs to."""
    prefix = "" if folder == "." else f"{folder}/"
    inside = file.removeprefix(prefix)
    top = f"src/{name}" if inside.startswith("src/") else name
    return f"{prefix}{top}.py" if inside == f"{top}.py" else f"{prefix}{top}"


def _started(program: Program) -> frozenset[str]:
    """The modules that a program's command lines name: `python -m shop`, `python main.py`, `uvicorn shop.web:app`."""
    words = [each[-1] for each in (program.command, *program.choices) if len(each) > 1]
    return frozenset(each.partition(":")[0].removesuffix(".py").partition(".")[0] for each in words)


def _with_imported(repo: Repo, modules: Mapping[str, tuple[str, ...]], starts: list[str]) -> Iterator[str]:
    """These modules, and those of the project that they import, one from the other."""
    waiting, seen = list(starts), set(starts)
    left = MOST
    while waiting:
        name = waiting.pop(0)
        yield name
        read = modules[name][: max(left, 0)]
        left -= len(read)
        for path in read:
            more = _imported(repo, path) & modules.keys() - seen
            waiting += sorted(more)
            seen |= more


def _imported(repo: Repo, path: str) -> set[str]:
    try:
        content = repo.tree.read(path)
    except UnreadableError:
        return set()
    found = (one or several for one, several in IMPORT.findall(content))
    return {part.strip().partition(b".")[0].split(b" ")[0].decode() for each in found for part in each.split(b",")}
