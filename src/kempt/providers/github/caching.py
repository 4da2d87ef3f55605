"""The cache that a job should have, in GitHub's words: the path, the key, the step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kempt.formats import yaml
from kempt.model.pipeline import Job, Pipeline, Step
from kempt.model.provider import Wanted
from kempt.providers.github import setup_python, setup_uv
from kempt.providers.github.actions import CHECKOUT
from kempt.providers.github.spots import Spot, listed, spelled
from kempt.providers.writing import counted

ACTION = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"
SYSTEM_FOLDERS = ("linux", "macos", "windows")
PLAIN = re.compile(r"[\w.@+ /-]++")
"""Paths of locks that can stand in `hashFiles('…')` as they are."""


def paths(job: Job, wanted: Wanted, before: Mapping[str, str]) -> tuple[str, ...]:
    """What to cache: the folders of a manager's downloads where the job's steps have them; empty if not known.

    `before` are the variables that are set already where the cache is restored.
    """
    step = first_use(job, wanted.manager)
    variables: Mapping[str, str] = step.variables if step else {}
    folders = _moved(job, wanted, variables, before) if variables else ()
    folders = folders if wanted.downloads.variable in variables else folders or _default(job, wanted, variables)
    kept = wanted.downloads.kept
    return tuple(f"{folder}/{name}" for folder in folders for name in kept) if kept else folders


def key(found: Iterable[Spot], wanted: Wanted, old: str = "") -> tuple[str, str] | None:
    """The key, and the prefix that restores an older cache; None if the locks cannot be named."""
    steps = tuple(found)
    python = _python(steps) or wanted.python
    hashed = wanted.locks if python else wanted.hashed
    if not wanted.locks or not all(map(PLAIN.fullmatch, hashed)) or _is_moved(steps):
        return None
    middle = f"-py{python}" if python and "\n" not in python else ""
    prefix = f"{counted(old)}{wanted.manager}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}{middle}-"
    named = ", ".join(f"'{name}'" for name in hashed)
    return f"{prefix}${{{{ hashFiles({named}) }}}}", prefix


def step(found: Iterable[Spot], pipeline: Pipeline, job: Job, wanted: Wanted) -> str:
    """The step that restores and saves the cache, as YAML; empty where that cannot be written."""
    written, folders = key(found, wanted), paths(job, wanted, ahead(pipeline, job, first_use(job, wanted.manager)))
    if written is None or not folders:
        return ""
    where = listed(folders).replace("\n", "\n  ")
    lines = (f"uses: {ACTION}", "with:", f"  path: {where}", f"  key: {spelled(written[0])}")
    return "\n".join((*lines, f"  restore-keys: {spelled(written[1])}"))


def ahead(pipeline: Pipeline, job: Job, step: Step | None) -> Mapping[str, str]:
    """The variables in force right before a step: those of the step before it, or those that all steps have."""
    number = next((number for number, each in enumerate(job.steps) if each is step), 0)
    if number:
        return job.steps[number - 1].variables
    start, end = job.block
    return {
        each.name: each.text.value
        for each in pipeline.variables
        if each.scope == "pipeline" or (each.scope == "job" and start <= each.text.start < end)
    }


def globs(found: Iterable[Spot], spot: Spot, wanted: Wanted) -> tuple[str, ...]:
    """The locks as the setup action of a step wants them: setup-uv begins at its working directory."""
    folder = spot.input("working-directory")
    if not wanted.locks or not all(map(PLAIN.fullmatch, wanted.locks)) or _is_moved(tuple(found)):
        return ()
    if spot.uses.name != setup_uv.NAME or spot.uses.version < setup_uv.KNOWS_WORKSPACE or folder is None:
        return wanted.locks
    start = folder.value.removeprefix("./").strip("/")
    below = tuple(lock.removeprefix(f"{start}/") for lock in wanted.locks if lock.startswith(f"{start}/"))
    return below if len(below) == len(wanted.locks) else ()


def first_use(job: Job, manager: str) -> Step | None:
    """The first step of a job in its own file that calls a manager."""
    programs = {manager, f"{manager}x"} if manager == "uv" else {manager}
    calling = (step for step in job.steps if any(_program(command.argv) in programs for command in step.commands))
    first = next(calling, None)
    return first if first is not None and first.own else None


def _program(argv: tuple[str, ...]) -> str:
    name = argv[0].rpartition("/")[2] if argv else ""
    return "pip" if re.fullmatch(r"pip\d?(?:\.\d+)?", name) else name


def _moved(job: Job, wanted: Wanted, variables: Mapping[str, str], before: Mapping[str, str]) -> tuple[str, ...]:
    """Where a variable says that downloads lie."""
    if wanted.downloads.variable in variables:
        place = _spelled(wanted.downloads.variable, variables, before)
        return (place,) if place else ()
    if "XDG_CACHE_HOME" in variables and job.system in {"linux", "macos"}:
        place = _spelled("XDG_CACHE_HOME", variables, before)
        return (f"{place}/{wanted.downloads.linux}",) if place else ()
    return ()


def _spelled(name: str, variables: Mapping[str, str], before: Mapping[str, str]) -> str:
    """The variable itself, so that its value need not be said twice; its value where a later step sets it."""
    if before.get(name) == variables[name]:
        return f"${{{{ env.{name} }}}}"
    value = variables[name].replace("$RUNNER_TEMP/", "${{ runner.temp }}/")
    return "" if "$" in value.replace("${{ runner.temp }}", "") else value


def _default(job: Job, wanted: Wanted, variables: Mapping[str, str]) -> tuple[str, ...]:
    systems = (job.system,) if job.system in SYSTEM_FOLDERS else SYSTEM_FOLDERS
    if "XDG_CACHE_HOME" in variables:
        return ()
    downloads = wanted.downloads
    folders = {"linux": f"~/.cache/{downloads.linux}", "macos": downloads.macos, "windows": downloads.windows}
    return tuple(dict.fromkeys(folders[system] for system in systems))


def _python(steps: tuple[Spot, ...]) -> str:
    """The version of Python in the words of the steps: what they are given, or what comes out of setup-python."""
    for spot in steps:
        if spot.uses.name not in {setup_python.NAME, setup_uv.NAME, setup_python.PDM}:
            continue
        said = spot.input("python-version")
        if said is not None and said.value.strip() and "\n" not in said.value.strip():
            return said.value.strip()
        name = yaml.text_of(yaml.get(spot.node, "id"))
        if spot.uses.name == setup_python.NAME and name:
            return f"${{{{ steps.{name}.outputs.python-version }}}}"
    return ""


def _is_moved(steps: tuple[Spot, ...]) -> bool:
    """Whether a checkout goes into a folder, so that paths of the workspace are not those of the repository."""
    return any(spot.uses.name == CHECKOUT and spot.input("path") is not None for spot in steps)
