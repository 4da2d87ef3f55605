"""What images are made of: one for each service that is a program, one for each such member of a uv workspace.

Only what the repository says decides, as for CI. What keeps a service from having an image is told with what mends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, count
from pathlib import PurePosixPath
from posixpath import commonpath, normpath, relpath
from shlex import quote
from typing import Any, NamedTuple

from kempt.engine import path_dependencies
from kempt.engine.project.init_ci_services import foreign
from kempt.engine.project.init_docker_packages import below, is_packaged
from kempt.engine.project.init_docker_programs import Program, program_of
from kempt.engine.project.init_docker_requirements import requirements_of
from kempt.engine.project.init_pythons import AGAIN, Python, python_of
from kempt.engine.project.init_rebuild import Next
from kempt.formats import toml
from kempt.formats.requirement import normalised_name
from kempt.managers.uv.workspace import Project, discover
from kempt.model.repo import Repo, Service
from kempt.rules import locking

SPELLED = re.compile(r"[\w./@+-]*")
"""Paths that can stand in a `--mount` and a COPY as they are."""
PATHS_FIT = frozenset({"uv", "poetry"})
"""Managers whose environment can hold what lies beside the project as a package, not as a link to it."""
WITH_PYPY = frozenset({"uv", "pip", "pylock"})
"""Managers that do with any Python: uv is a program of its own, and PyPy brings a pip."""
_MANIFESTS = {"uv": ("uv.toml",), "pdm": ("pdm.toml",)}
"""What a manager reads beside the manifest and the lock."""


class Place(NamedTuple):
    """Where an image belongs: the folder of its program in a service, and what it is called."""

    service: Service
    folder: str
    name: str


class Image(NamedTuple):
    """An image of one program.

    Folders are relative to the repository, "." at its top: the Dockerfile lies in `folder`, and `context` is sent to
    the builder. All other paths are relative to the context: `home` is the folder of the lock and the environment,
    `source` that of the program, and `files` are what the dependencies are installed from.

    `project` is the name of the program's project as a manager spells it, empty where it has none. `packaged`: it is
    built and installed, and else its source is copied. `members`: it shares its lock with others of a workspace.
    `beside`: what it installs by its path, relative to the repository. `python` is the one that it runs on.
    `hashed`: requirements hold hashes. `dynamic`: only a build of the project can tell what it asks for.
    """

    service: Service
    folder: str
    context: str
    home: str
    source: str
    name: str
    files: tuple[str, ...]
    program: Program
    python: Python
    project: str = ""
    packaged: bool = False
    members: bool = False
    beside: tuple[str, ...] = ()
    hashed: bool = True
    dynamic: bool = False

    @property
    def manager(self) -> str:
        """The manager that installs it."""
        return self.service.manager

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(self.service, self.folder, self.name)

    @property
    def dockerfile(self) -> str:
        """The path of its Dockerfile."""
        return below(self.folder, "Dockerfile")

    @property
    def build(self) -> str:
        """What builds it, typed at the top of the repository."""
        file = "" if self.folder == self.context else f" -f {quote(self.dockerfile)}"
        return f"docker build -t {self.name}{file} {quote(self.context)}"


class Found(NamedTuple):
    """The images that can be made, and for each other one what mends it."""

    images: tuple[Image, ...] = ()
    unfit: tuple[tuple[Place, Next], ...] = ()


def images_of(repo: Repo) -> Found:
    """The images of a repository's own services, and what keeps others from having one."""
    images, unfit = list[Image](), dict[Place, Next]()
    for service in locking.own_services(repo):
        if locking.known(service) is None or (service.dependency and service.lock is None):
            continue
        if service.lock is None and not service.requirements:
            if locking.asks_for_packages(repo, service):
                what = f"lock {'the project' if str(service.root) == '.' else service.root}, {AGAIN}"
                unfit[_place(repo, service, str(service.root))] = Next(what, "an image is installed from a lock file")
            continue
        for folder in _folders(repo, service):
            found = _image(repo, service, folder)
            if isinstance(found, Image):
                images.append(found)
            else:
                unfit[_place(repo, service, folder)] = found
    names = _unlike(tuple(each.place for each in images))
    return Found(tuple(each._replace(name=names[each.place]) for each in images), tuple(unfit.items()))


def _unlike(places: tuple[Place, ...]) -> dict[Place, str]:
    """The name of each image; where several are called the same, the folder tells them apart."""
    names = [each.name for each in places]
    found, alone = dict[Place, str](), {each for each in names if names.count(each) == 1}
    for place in places:
        other = place.name if place.folder == "." else _slug(place.folder)
        others = chain((other,), (f"{other}-{number}" for number in count(2)))
        used = {*alone, *found.values()}
        found[place] = place.name if place.name in alone else next(each for each in others if each not in used)
    return found


def _place(repo: Repo, service: Service, folder: str) -> Place:
    return Place(service, folder, _name(folder, repo.documents.toml(below(folder, locking.PYPROJECT))))


def _folders(repo: Repo, service: Service) -> Iterator[str]:
    """The folders of a service's programs: its own, and those of a workspace's members that can be run.

    Where none says that it can, those that no other member asks for are what the workspace is for.
    """
    running = [str(path.parent) for path in service.members if _runs(repo, service, str(path.parent))]
    own = str(service.root)
    is_project = not service.members or "project" in repo.documents.toml(service.root / locking.PYPROJECT)
    yield from running if running or is_project else _unrequired(repo, service)
    if is_project and (_runs(repo, service, own) or (service.application and not running)):
        yield own


def _unrequired(repo: Repo, service: Service) -> Iterator[str]:
    """The members that no other one takes from the workspace, those made to be published left out."""
    workspace = discover(str(service.root), repo.documents)
    for name, project in workspace.projects.items():
        published = "classifiers" in project.table("project") and "build-system" in project.document
        if name not in workspace.required and project.folder != str(service.root) and not published:
            yield project.folder


def _runs(repo: Repo, service: Service, folder: str) -> bool:
    """Whether a folder holds a program by its own word: a console script, a module or a file that is started."""
    packaged = is_packaged(repo, service, folder)
    return any(program_of(repo, service, folder, packaged=packaged))


def _image(repo: Repo, service: Service, folder: str) -> Image | Next:
    document = repo.documents.toml(below(folder, locking.PYPROJECT))
    home = str(service.root)
    beside = tuple(_beside(repo, service))
    python = python_of(repo, service)
    if isinstance(python, Next):
        return python
    unfit = _unfit(service, beside) or _unfit_python(service, python)
    if unfit is not None:
        return unfit
    chosen = requirements_of(repo, service) if service.lock is None else None
    if isinstance(chosen, Next):
        return chosen
    context = normpath(commonpath([f"./{each}" for each in (home, *(path for path, _ in beside))]))
    locks = chosen.files if chosen is not None else tuple(_installed_from(repo, service, beside))
    files = tuple(relpath(path, context) for path in locks)
    places = (relpath(home, context), relpath(folder, context))
    project = Project(folder, document).name
    words = all(SPELLED.fullmatch(each) for each in (*files, *places, project))
    if not words or foreign(folder):
        why = "the name of a folder or a file of it cannot stand in a Dockerfile as it is"
        return Next(f"write a Dockerfile for {folder} by hand", why)
    packaged = is_packaged(repo, service, folder)
    return Image(
        service, folder, context, *places, _name(folder, document), files,
        program_of(repo, service, folder, packaged=packaged), python, project, packaged, bool(service.members),
        tuple(path for path, _ in beside),
        hashed=chosen is None or chosen.hashed, dynamic=_is_dynamic(repo, service, folder, beside),
    )  # fmt: skip


def _unfit(service: Service, beside: tuple[tuple[str, bool], ...]) -> Next | None:
    """Why what a project installs by its path cannot come into an image; None where it can."""
    for path, linked in beside:
        if path.startswith(".."):
            return Next(f"write a Dockerfile for {service.root} by hand", f"{path} lies outside of the repository")
        if service.manager not in PATHS_FIT:
            why = f"it installs {path} by its path, which kempt writes images for with uv and Poetry only"
            return Next(f"write a Dockerfile for {service.root} by hand", why)
        if linked:
            why = f"it installs {path} as a link to its source, which is in no environment"
            return Next(f"take `develop = true` from {path} in {service.manifest}, {AGAIN}", why)
    return None


def _unfit_python(service: Service, python: Python) -> Next | None:
    """Why there is no image with a Python: of its kind there is none, or it is not known to do with the manager."""
    if not python.word or (python.is_pypy and service.manager in WITH_PYPY):
        return None
    what = f"write a Dockerfile for {service.root} by hand, or a version as {python.short} into {python.file}"
    if python.is_pypy:
        return Next(what, f"{python.file} says {python.word}, and kempt writes images with PyPy for uv and pip only")
    return Next(what, f"{python.file} says {python.word[:40]}, and there is no official image of that Python")


def _beside(repo: Repo, service: Service) -> Iterator[tuple[str, bool]]:
    """What a service installs by its path, and whether Poetry links to it."""
    if service.manager in {"uv", "poetry", "pdm"} and service.lock is not None:
        for manifest in (service.root / locking.PYPROJECT, *service.members):
            document = repo.documents.toml(manifest)
            folder = "" if str(manifest.parent) == "." else str(manifest.parent)
            installed = _without_groups(document) if service.manager == "poetry" else document
            for path in path_dependencies.of_pyproject(installed, folder):
                if path != folder:
                    yield path or ".", service.manager == "poetry" and _is_linked(document, folder, path)


def _without_groups(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `--only main` installs; uv compares the whole of a manifest with its lock, Poetry a digest of it."""
    wishes = toml.table(document, "tool", "poetry", "dependencies")
    return {"project": toml.table(document, "project"), "tool": {"poetry": {"dependencies": wishes}}}


def _is_linked(document: Mapping[str, Any], folder: str, path: str) -> bool:
    wishes = toml.table(document, "tool", "poetry", "dependencies").values()
    return any(
        isinstance(each, Mapping) and each.get("develop") is True
        and normpath(f"{folder or '.'}/{each.get('path')}") == normpath(path)
        for each in wishes
    )  # fmt: skip


def _installed_from(repo: Repo, service: Service, beside: tuple[tuple[str, bool], ...]) -> Iterator[str]:
    """The lock, and all that its manager reads to see that it is fresh."""
    yield str(service.lock)
    if service.manager == "pylock":
        return
    if service.manifest is not None:
        yield str(service.manifest)
    yield from map(str, service.members)
    settings = [str(service.root / name) for name in _MANIFESTS.get(service.manager, ())]
    settings += [_told(repo, path) for path, _ in beside] if service.manager == "uv" else []
    yield from (path for path in dict.fromkeys(settings) if path in repo.tree.listing)


def _is_dynamic(repo: Repo, service: Service, folder: str, beside: tuple[tuple[str, bool], ...]) -> bool:
    """Whether only a build can tell what some project asks for: `uv sync --locked` would need its source."""
    manifests = (PurePosixPath(folder) / locking.PYPROJECT, service.root / locking.PYPROJECT, *service.members)
    for manifest in manifests:
        dynamic = toml.table(repo.documents.toml(manifest), "project").get("dynamic")
        if isinstance(dynamic, list) and not {"dependencies", "optional-dependencies"}.isdisjoint(map(str, dynamic)):
            return True
    return any(not _told(repo, path) for path, _ in beside)


def _told(repo: Repo, path: str) -> str:
    """The file that says what lies there, an archive or a project; empty where only a build can say it."""
    found = (path, below(path, locking.PYPROJECT))
    return next((each for each in found if each in repo.tree.listing), "")


def _name(folder: str, document: Mapping[str, Any]) -> str:
    """What the image is called: as the project, else as its folder."""
    given = toml.table(document, "project").get("name") or toml.table(document, "tool", "poetry").get("name")
    text = given if isinstance(given, str) else (folder if folder != "." else "app").rpartition("/")[2]
    return _slug(text)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", normalised_name(text)).strip("-") or "app"
