"""pip with requirements files: hashed, compiled by pip-tools or uv, or merely pinned."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.formats import requirements
from kempt.formats.requirement import normalised_name
from kempt.formats.requirements import Requirement
from kempt.managers import conditions
from kempt.managers.pip.freshness import freshness
from kempt.managers.pip.settings import HARMLESS
from kempt.model.documents import Documents
from kempt.model.locks import LockedPackage, Origin, Target, Wanted
from kempt.model.manager import Command, Manager, Setup
from kempt.model.repo import Service

ARCHIVES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
VCS = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
NESTING_LIMIT = 20
IS_THERE = (
    "import importlib.util, runpy\n"
    "if not importlib.util.find_spec('pip'): runpy.run_module('ensurepip', run_name='__main__')"
)
"""An environment that uv or `venv --without-pip` made has no pip: Python's own copy is put there then, offline."""


def packages(content: bytes) -> tuple[LockedPackage, ...]:
    """All that a requirements file names, pinned or not; a version is that of a pin or of a file's name.

    The name is empty where only a build can tell it. Files that it includes (`-r`) are not read.
    """
    return tuple(_package(each) for each in requirements.parse(content).requirements)


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """All lines whose marker holds; None where one is without a pin or a name, or where two disagree."""
    found: dict[str, str] = {}
    for path, each in _installed(service, documents):
        package = _package(each)
        if not conditions.holds(each.marker, target):
            continue
        name = package.name or _project_at(path.parent, package, documents)
        if not name or (package.origin is Origin.INDEX and not package.version):
            return None
        if found.setdefault(name, package.version) != package.version:
            return None
    return Wanted(found) if found else None


def install(service: Service, setup: Setup) -> tuple[Command, ...]:
    """Make the environment where there is none, and install the requirements by their hashes, nothing else.

    No `--only-binary :all:`: a source archive whose hash is in the file is what the file says, and a project that wants
    wheels only can write that line into it.
    """
    return (*made(setup), _install(service, setup, "install what the requirements files say"))


def reinstall(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Write all files of all distributions anew.

    All, because `--require-hashes` takes its hashes from a file of requirements, and the one in the repository is the
    only one there is: pip before 25 does not take them from `--constraint`, and pip refuses constraints with extras.
    Not `--force-reinstall`: that removes first, and stops at a distribution without RECORD.
    """
    purpose = f"install {', '.join(names)} anew, with all others"
    return (*made(setup), _install(service, setup, purpose, "--ignore-installed"))


def remove(_service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Uninstall distributions."""
    argv = (*pip(setup), "uninstall", "--yes", *names)
    return (*made(setup), Command(argv, f"remove {', '.join(names)}", variables(setup)))


def check(_service: Service, _setup: Setup) -> Command | None:
    """No command says offline whether a requirements file is fresh."""
    return None


def python_of(setup: Setup) -> str:
    """The environment's interpreter."""
    windows = setup.python.lower().endswith(".exe")
    return f"{setup.environment}\\Scripts\\python.exe" if windows else f"{setup.environment}/bin/python"


def pip(setup: Setup) -> tuple[str, ...]:
    """The environment's pip; `-I` keeps a `pip.py` of the project from being run instead."""
    return python_of(setup), "-I", "-m", "pip"


def variables(setup: Setup) -> tuple[tuple[str, str], ...]:
    """What keeps pip from reading settings files, and from asking anything."""
    null = "nul" if setup.python.lower().endswith(".exe") else "/dev/null"  # os.devnull there: no other word will do
    found = [("PIP_CONFIG_FILE", null), ("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_INPUT", "1")]
    return (*found, ("PIP_CACHE_DIR", setup.cache)) if setup.cache else tuple(found)


def made(setup: Setup) -> tuple[Command, ...]:
    """Make the environment, or see that the one that is there has a pip."""
    if setup.exists:
        return (Command((python_of(setup), "-I", "-c", IS_THERE), "see that pip is in the environment"),)
    return (Command((setup.python, "-I", "-m", "venv", setup.environment), "make the environment"),)


def _install(service: Service, setup: Setup, purpose: str, *more: str) -> Command:
    files = (word for path in service.requirements for word in ("-r", _from_root(service, path)))
    offline = ("--no-index",) if setup.offline else ()
    argv = (*pip(setup), "install", "--require-hashes", "--no-deps", "--no-compile", *more, *offline, *files)
    return Command(argv, purpose, variables(setup))


def _from_root(service: Service, path: PurePosixPath) -> str:
    """A repository's path as seen from the service's root."""
    if path.is_relative_to(service.root):
        return str(path.relative_to(service.root))
    return posixpath.join(*(".." for _ in service.root.parts), str(path))


def _installed(service: Service, documents: Documents) -> Iterator[tuple[PurePosixPath, Requirement]]:
    """The requirements of a service's files and of those that they include, each with its file."""
    waiting, seen = [(path, 0) for path in reversed(service.requirements)], set[PurePosixPath]()
    while waiting:
        path, depth = waiting.pop()
        if path in seen or depth > NESTING_LIMIT:
            continue
        seen.add(path)
        parsed = requirements.parse(documents.read(path) or b"")
        yield from ((path, each) for each in parsed.requirements)
        nested = [posixpath.normpath(path.parent / file) for file in parsed.values("--requirement")]
        waiting += [(PurePosixPath(each), depth + 1) for each in nested]


def _package(each: Requirement) -> LockedPackage:
    file = re.split(r"[#?]", each.place, maxsplit=1)[0].replace("\\", "/").rpartition("/")[2]
    wheel, sdist = file.endswith(".whl"), file.endswith(ARCHIVES)
    version = each.pin or (file.split("-")[1] if wheel and file.count("-") > 1 else "")
    return LockedPackage(
        each.name, version, _origin(each, archive=wheel or sdist), each.place, each.marker, (file,) if wheel else (),
        sdist, each.hashes, each.editable, each.line,
    )  # fmt: skip


def _origin(each: Requirement, *, archive: bool) -> Origin:
    if not each.place:
        return Origin.INDEX
    if VCS.match(each.place):
        return Origin.VCS
    if "://" in each.place and not each.place.lower().startswith("file:"):
        return Origin.URL
    return Origin.FILE if archive else Origin.FOLDER


def _project_at(folder: PurePosixPath, package: LockedPackage, documents: Documents) -> str:
    """The name of the project that a path leads to, empty where its manifest does not say."""
    if package.origin is not Origin.FOLDER:
        return ""
    place = PurePosixPath(posixpath.normpath(folder / package.place.split("[")[0]))
    project = documents.toml(place / "pyproject.toml").get("project")
    name = project.get("name") if isinstance(project, dict) else None
    return normalised_name(name) if isinstance(name, str) else ""


MANAGER = Manager(
    name="pip",
    title="pip",
    program="pip",
    locks=("requirements.txt",),
    table="tool.pip-tools",
    lock_command="pip-compile --generate-hashes",
    check_command="",
    install_command="python -m venv .venv && .venv/bin/python -m pip install --require-hashes -r requirements.txt",
    exact=False,
    prefixes=("PIP_",),
    harmless=HARMLESS,
    freshness=freshness,
    packages=packages,
    wanted=wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
)
