"""What the facts of an environment mean: who made it, when it was last used, and whether it still works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kempt.engine.disk.envs_projects import changed_ns, lock_after, loss_of, runner_of
from kempt.host.environment_facts import Facts, modified_ns
from kempt.host.folders import is_folder
from kempt.managers.environment_names import is_pipenv
from kempt.model.disk import Process
from kempt.model.envs import Found, LastUse, Project, State

DAY_NS = 24 * 3600 * 10**9
AT_INSTALL_NS = 15 * 60 * 10**9
"""Bytecode written so soon after the packages was compiled by the installer."""
EMPTIED_DAYS = 7
"""An environment alone in its folder may be one that a project is just begun with."""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_BY_LOCK = (("poetry.lock", "Poetry"), ("pdm.lock", "PDM"), ("Pipfile.lock", "Pipenv"))
_SHARED_PLACES = frozenset({"Pipenv", "virtualenvwrapper"})


class Around(NamedTuple):
    """What is known from outside an environment: processes in it, work at it, whether its disk keeps access times."""

    processes: tuple[Process, ...] = ()
    active: str = ""
    begun: bool = False
    held: bool = False
    keeps_access_times: bool = False
    bytecode_ns: int = 0
    now_ns: int = 0


def manager_of(found: Found, facts: Facts, settings: Mapping[str, str]) -> str:
    """Who made it: what it holds says it, or where it lies, or its pyvenv.cfg."""
    if "uv-receipt.toml" in facts.names:
        return "uv tool"
    if "pipx_metadata.json" in facts.names:
        return "pipx"
    if runner := runner_of(found.path):
        return runner
    if found.row is not None:
        if found.row.manager in _SHARED_PLACES:
            return "Pipenv" if is_pipenv(found.path.rpartition("/")[2]) else "virtualenvwrapper"
        return found.row.manager
    return _by_content(found, settings)


def _by_content(found: Found, settings: Mapping[str, str]) -> str:
    if found.kind != "venv":
        return found.kind
    folder = found.path.rpartition("/")[0]
    locks = modified_ns([f"{folder}/{name}" for name in ("uv.lock", *(name for name, _ in _BY_LOCK))])
    if len(locks) == 1 and (owner := dict(_BY_LOCK).get(next(iter(locks)).rpartition("/")[2])):
        return owner
    return "uv" if "uv" in settings else "virtualenv" if "virtualenv" in settings else "venv"


def python_of(found: Found, facts: Facts, settings: Mapping[str, str]) -> str:
    """X.Y.Z or X.Y, as far as the environment tells without being run."""
    if found.kind == "PDM":
        return max((name for name in facts.names if _VERSION.fullmatch(name)), key=len, default="")
    match = _VERSION.search(settings.get("version") or settings.get("version_info") or "")
    return match[0] if match else facts.version


def last_use(facts: Facts, project: Project | None, around: Around) -> LastUse | None:
    """The latest sign of use, and what it is. None where there is none."""
    if around.processes:
        first = around.processes[0]
        return LastUse(around.now_ns, f"{first.name} ({first.pid}) {first.how}")
    installed = facts.installed_ns
    bytecode = max(facts.bytecode_ns, around.bytecode_ns)
    signs = [(installed, "packages installed"), (facts.made_ns, "made")]
    if not installed <= bytecode <= installed + AT_INSTALL_NS:
        signs.insert(0, (bytecode, "bytecode written"))
    if around.keeps_access_times:
        signs.append((facts.read_ns if facts.read_ns > facts.made_ns else 0, "Python started"))
    else:
        signs.append((changed_ns(project), "its project changed"))
    newest, evidence = max(signs, key=lambda sign: sign[0])
    if not newest:
        return None
    sure = around.keeps_access_times and bool(facts.read_ns)
    return LastUse(min(newest, around.now_ns), evidence, sure)


def state_of(
    found: Found, facts: Facts, settings: Mapping[str, str], project: Project | None, around: Around
) -> tuple[State, str]:
    """How it stands, and why, in words."""
    if around.processes:
        return State.IN_USE, _users(around.processes)
    if around.active:
        return State.IN_USE, around.active
    if around.held:
        return State.IN_USE, "a program is at work on it"
    if around.begun:
        return State.INCOMPLETE, "`kempt sync` was stopped on it, or is at work"
    if found.kind == "venv":
        state, reason = _of_venv(facts, settings)
        if reason:
            return state, reason
    return _of_project(found, facts, project, around)


def _of_venv(facts: Facts, settings: Mapping[str, str]) -> tuple[State, str]:
    if facts.configuration is None:
        return State.BROKEN, f"pyvenv.cfg cannot be read: {facts.trouble}"
    if facts.target:
        return State.BROKEN, f"its Python is gone: {facts.target}"
    if not facts.python:
        return State.INCOMPLETE, "it has no Python"
    home = settings.get("home", "")
    if home.startswith("/") and "\0" not in home and not is_folder(home):
        return State.BROKEN, f"the Python that it was made from is gone: {home}"
    return (State.INCOMPLETE, "it has no place for packages") if facts.packages is None else (State.OK, "")


def _of_project(found: Found, facts: Facts, project: Project | None, around: Around) -> tuple[State, str]:
    newest = max(facts.installed_ns, facts.made_ns, facts.read_ns if around.keeps_access_times else 0)
    settled = around.now_ns - newest > EMPTIED_DAYS * DAY_NS
    if (loss := loss_of(found, project)) and (settled or (project is not None and project.root)):
        return State.ORPHANED, loss
    if not runner_of(found.path) and (lock := lock_after(project, facts.installed_ns or facts.made_ns)):
        return State.STALE, f"{lock} is newer than its packages"
    return State.OK, ""


def _users(processes: tuple[Process, ...]) -> str:
    first = processes[0]
    more = f", and {len(processes) - 1:,} more" if len(processes) > 1 else ""
    return f"{first.name} ({first.pid}) {first.how}{more}"
