"""What a service needs of this machine: its manager, at the version that the project requires, and a Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kempt.engine.environments import interpreters, target
from kempt.engine.environments.interpreters import Interpreter
from kempt.engine.environments.project import Project
from kempt.engine.environments.refused import Refused
from kempt.engine.environments.scrub import scrubbed
from kempt.formats import pyvenv
from kempt.host.environments import Place, configuration, has_python
from kempt.host.folders import is_folder
from kempt.host.run import find_program, run
from kempt.model.manager import Manager
from kempt.model.repo import Service
from kempt.model.sync import SyncOptions
from kempt.model.verify import Reason

VERSION_SECONDS = 60.0
OUTPUT_LIMIT = 1024**2
WITHOUT_PROGRAM = frozenset({"", "pip", "python"})
"""Programs that come with the environment."""
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def require_manager(project: Project, service: Service, manager: Manager, settings: str) -> None:
    """The manager is missing, or is not the version that the project requires."""
    if manager.program in WITHOUT_PROGRAM:
        return
    program = find_program(manager.program)
    if program is None:
        raise Refused(Reason.MISSING, f"{manager.title} is not installed, or not on PATH", "install it first", "KPT406")
    wanted = _pin(project, service, manager)
    if not wanted:
        return
    found = _version(program, project.folder(service), scrubbed(manager, settings).variables)
    if not _meets(found, wanted):
        raise Refused(
            Reason.MISSING, f"the project requires {manager.title} {wanted}, and this is {found or 'unknown'}"
        )


def _pin(project: Project, service: Service, manager: Manager) -> str:
    place: Any = project.documents.toml(service.manifest) if service.manifest is not None and manager.pin else {}
    for part in manager.pin.split("."):
        place = place.get(part, "") if isinstance(place, Mapping) else ""
    return place.strip() if isinstance(place, str) else ""


def _version(program: str, cwd: str, env: Mapping[str, str]) -> str:
    done = run((program, "--version"), env=env, cwd=cwd, timeout=VERSION_SECONDS, limit=OUTPUT_LIMIT)
    match = _VERSION.search(done.out.decode("utf-8", "replace"))
    return match[0] if match else ""


def _meets(version: str, wanted: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(f"=={wanted}" if wanted[0].isdigit() else wanted).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True  # the manager says what is wrong with it


def require_python(
    project: Project, service: Service, options: SyncOptions, environment: str
) -> tuple[Interpreter, tuple[str, ...]]:
    """The interpreter to make the environment with, and what there is to say of the choice."""
    wish = target.wanted_python(project, service, options.python)
    if wish is None:
        raise Refused(
            Reason.MISSING, "nothing says which Python: there is neither .python-version nor requires-python",
            "kempt sync --python X.Y", "KPT308",
        )  # fmt: skip
    settings = pyvenv.parse(configuration(environment) or b"")
    found = interpreters.find_interpreter(
        wish.minor, wish.fits, settings.home if settings else "", project.folder(service)
    )
    if found is None:
        raise Refused(
            Reason.MISSING, f"Python {wish} is not installed ({wish.source} asks for it)",
            f"uv python install {wish.pin}" if wish.pin and find_program("uv") else "",
        )  # fmt: skip
    note = "" if wish.pin else f"no Python is pinned: took {found.target.python}, which {wish.source} allows"
    return found, (note,) if note else ()


def why_anew(environment: str, place: Place, interpreter: Interpreter) -> str:
    """Why an environment was not made with this interpreter; empty where it was, or where there is none."""
    if place is not Place.ENVIRONMENT:
        return ""
    found = pyvenv.parse(configuration(environment) or b"")
    if found is None:
        return "its pyvenv.cfg says nothing"
    wanted = interpreter.target.python
    if found.version and found.version.split(".")[:2] != wanted.split(".")[:2]:
        return f"it was made with Python {found.version}, and {wanted} is wanted"
    if found.home and not is_folder(found.home):
        return f"its Python is gone ({found.home})"
    if not has_python(environment):
        return "it has no Python that can be started"
    return ""
