"""`init --docker`: for each program a Dockerfile of two stages, and for each context a `.dockerignore`.

A Dockerfile that is there is never written over: what `kempt check` says of it is told. A `.dockerignore` that is there
gets the lines that it lacks, at its end, where no later line takes them back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from kempt.engine import images as reading
from kempt.engine.project.init_ci import Files
from kempt.engine.project.init_ci_templates import render
from kempt.engine.project.init_ci_versions import Versions
from kempt.engine.project.init_docker_hints import hints
from kempt.engine.project.init_docker_ignore import Entry, Ignoring, Wanted, copied, ignore_file
from kempt.engine.project.init_docker_packages import below
from kempt.engine.project.init_docker_services import Image, Place, images_of
from kempt.engine.project.init_docker_sources import entries
from kempt.engine.project.init_docker_steps import APP, recipe
from kempt.engine.project.init_pythons import Python
from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.model.repo import Repo
from kempt.rules import locking, staging

WRITTEN = b"written by `kempt init --docker`"
SUITE = "slim-trixie"
"""The flavour of the official image, with its Debian, so that a new Debian comes in by a change of the file only."""
SUITES = {"3.8": "slim-bookworm"}
EXACT = "slim"
"""That of an exact release: each has one, in the Debian of its time, and is not built again once the next is out."""
NAMES = ("Dockerfile", "Containerfile", "dockerfile", "containerfile")
FOLDERS = ("docker", "deploy", "deployment", "build", "container", "images")
"""Where a project's Dockerfile lies, if not at its top."""
SHOWN = 5
"""Codes of rules, and folders, that are named; of more the number is."""
NO_PROGRAM = "give the project a console script, or a module with a __main__.py"


def docker_places(repo: Repo) -> tuple[str, ...]:
    """The paths of the Dockerfiles that would be written: a project with an image is one that is deployed."""
    found, every = images_of(repo).images, tuple(reading.dockerfiles(repo.tree.listing))
    written = (image for image in found if not _kept(repo, image.place, every) and not _is_library(image, found))
    return tuple(image.dockerfile for image in written)


def docker_files(repo: Repo, versions: Versions) -> Files:
    """The Dockerfiles and `.dockerignore` files that are missing, and what is left to people."""
    contents: dict[str, bytes] = {}
    found = images_of(repo)
    places = [*(image.place for image in found.images), *(place for place, _ in found.unfit)]
    every = tuple(reading.dockerfiles(repo.tree.listing))
    kept = {place: own for place in places if (own := _kept(repo, place, every))}
    codes = _codes(repo) if kept else {}
    left = [step for place, own in kept.items() for path in own for step in _say_kept(repo, path, place, codes)]
    left += (step for place, step in found.unfit if place not in kept)
    images = [image for image in found.images if image.place not in kept]
    libraries = [image for image in images if _is_library(image, found.images)]
    left += _say_libraries(libraries)
    contexts: dict[str, list[Entry]] = {}
    for image in images:
        refusal = versions.refusal(image.service, _tool(image))
        if refusal is not None:
            left.append(refusal)
        elif image not in libraries:
            contents[image.dockerfile] = _dockerfile(repo, image, versions).encode()
            contexts.setdefault(image.context, []).extend(entries(repo, image))
            left += _say_written(image)
    for context, wanted in contexts.items():
        ignoring = ignore_file(repo, Wanted(context, (*wanted, *_taken_by_others(repo, context))))
        contents[ignoring.path] = ignoring.content
        left += _say_let_in(ignoring)
    if not places:
        left.append(Next(NO_PROGRAM, "nothing here is a program that an image could run"))
    return Files(contents, tuple(dict.fromkeys(left)))


def _say_written(image: Image) -> Iterator[Next]:
    yield Next(image.build, f"`kempt image {image.name}:latest` then proves that it holds no cache")
    if not image.hashed:
        what = f"write hashes into {below(image.context, image.files[0])} (pip-compile --generate-hashes)"
        yield Next(what, f"without them {image.dockerfile} cannot tell that a package is the one that is meant")


def _say_let_in(ignoring: Ignoring) -> Iterator[Next]:
    """A list of what is let in may lack data too, of which nobody can see that the program reads it."""
    if ignoring.let_in:
        named = f"{', '.join(ignoring.let_in[:SHOWN])}{' and others' if len(ignoring.let_in) > SHOWN else ''}"
        what = f"see whether {ignoring.path} lets in all that the program reads, as data and templates"
        yield Next(what, f"it kept out what the image is built from; kempt lets in {named}")


def _is_library(image: Image, others: Collection[Image]) -> bool:
    """Whether a package in which nothing starts is one of several, and so most likely there for the others."""
    return image.packaged and not any(image.program) and len(others) > 1


def _say_libraries(libraries: Sequence[Image]) -> Iterator[Next]:
    if libraries:
        more = f" and {len(libraries) - SHOWN:,} more" if len(libraries) > SHOWN else ""
        named = f"{', '.join(image.folder for image in libraries[:SHOWN])}{more}"
        what = f"give {named} a console script, or a module with a __main__.py, for an image"
        yield Next(what, "nothing in there starts, so it is taken for a library")


# --- what is there -------------------------------------------------------------------------------------
def _kept(repo: Repo, place: Place, every: tuple[str, ...]) -> tuple[str, ...]:
    """Of every Dockerfile those that an image has already: in its folder, whatever its name is, or one not tracked."""
    folder = "" if place.folder == "." else place.folder
    tracked = [path for path in every if path.rpartition("/")[0] == folder]
    if not tracked:
        tracked = [path for path in every if _is_named_so(place, path) or _is_of(repo, place, path)]
    lying = (below(place.folder, name) for name in NAMES)
    return tuple(tracked) or tuple(path for path in lying if repo.tree.is_untracked(path))[:1]


def _is_named_so(place: Place, path: str) -> bool:
    """Whether a Dockerfile elsewhere has the program's name: `Dockerfile.api`, `docker/api/Dockerfile`."""
    folder, _, name = path.lower().rpartition("/")
    names = {place.name, place.folder.rpartition("/")[2].lower()} - {".", "app"}
    words = {*re.split(r"[.-]", name), folder.rpartition("/")[2] if name in NAMES else ""}
    return not names.isdisjoint(words) and not folder.startswith(place.folder)


def _is_of(repo: Repo, place: Place, path: str) -> bool:
    """Whether a Dockerfile in another folder, `docker/` or one above, is that of the service, as kempt's rules see it.

    That of an editor (`.devcontainer`) is not.
    """
    file = next((each for each in repo.automation.dockerfiles if str(each.path) == path), None)
    folder = path.rpartition("/")[0]
    hidden = any(part.startswith(".") for part in folder.split("/"))
    if file is None or hidden or place.folder != str(place.service.root):
        return False
    above = below(place.folder, "").startswith(f"{folder}/" if folder else "")
    inside = folder in {below(place.folder, name) for name in FOLDERS}
    meant = above or inside or (file.context or ".") == place.folder
    return meant and staging.service(repo, file) == place.service


def _say_kept(repo: Repo, path: str, place: Place, codes: Mapping[str, set[str]]) -> Iterator[Next]:
    """What `kempt check` says of a Dockerfile; nothing of one that kempt wrote and that nobody has spoiled."""
    said = f"{path} is yours and stays as it is"
    found = sorted(codes.get(path, ()))
    if path not in repo.tree.listing:
        yield Next(f"git add {locking.quoted(PurePosixPath(path))}", f"{said}; git does not track it yet")
    elif found:
        named = f"{', '.join(found[:SHOWN])}{' and others' if len(found) > SHOWN else ''}"
        yield Next("kempt check --fix", f"{said}; kempt check finds {named} in it")
    elif WRITTEN not in _content(repo, path):
        why = f"{said}; kempt check finds nothing in it, and this proves it of an image"
        yield Next(f"kempt image {place.name}:latest", why)


def _codes(repo: Repo) -> Mapping[str, set[str]]:
    """The rules on images that find something in each Dockerfile."""
    from kempt import rules
    from kempt.engine.project.check import judge, run_rule

    concerned = [rule for rule in rules.ALL if rule.code.startswith(reading.FAMILY)]
    counted, _ = judge(repo, [finding for rule in concerned for finding in run_rule(rule, repo)], ())
    found: dict[str, set[str]] = {}
    for each in counted:
        if each.code.startswith(reading.FAMILY):
            found.setdefault(str(each.location.path), set()).add(each.code)
    return found


def _taken_by_others(repo: Repo, context: str) -> Iterator[Entry]:
    """What Dockerfiles that are there take from a context: it has to stay in."""
    for file in repo.automation.dockerfiles:
        if (file.context or ".") == context:
            paths = (normpath(each.lstrip("/")) for each in copied(file) if each.strip("./*"))
            yield from (Entry(path, (path,)) for path in paths)


def _content(repo: Repo, path: str) -> bytes:
    try:
        return repo.tree.read(path)
    except UnreadableError:
        return b""


# --- what is written -----------------------------------------------------------------------------------
def _dockerfile(repo: Repo, image: Image, versions: Versions) -> str:
    made = recipe(repo, image, versions.of(image.service, _tool(image)))
    source = "" if image.packaged else image.source
    values = {
        "name": image.name, "build": image.build, "python": image.python, "base": _base(image.python),
        "program": image.program.lines, "recipe": made, "hints": tuple(hints(repo, image, made.system)),
        "context_is_home": image.home == ".", "source": source,
        "workdir": normpath(f"{APP}/{source}"),
    }  # fmt: skip
    return render("image.jinja", values)


def _tool(image: Image) -> str:
    """The program that installs."""
    return "uv" if image.manager == "pylock" else image.manager


def _base(python: Python) -> str:
    """The official image of a Python."""
    if python.is_pypy:
        return f"pypy:{python.release}{f'-{python.pypy}' if python.pypy else ''}-{EXACT}"
    return f"python:{python.release}-{SUITES.get(python.short, SUITE) if python.release == python.short else EXACT}"
