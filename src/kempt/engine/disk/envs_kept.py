"""Why an environment is never removed, whatever is asked for; and what else must not lead into one that is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from kempt.engine.environments_found import SOURCE_ENDINGS, USUAL_CHILDREN
from kempt.host.env import environ
from kempt.host.environment_facts import Facts, has_repository
from kempt.host.environment_search import plain
from kempt.host.folders import is_folder
from kempt.host.mounts import Mounts
from kempt.host.paths import above, parent_of
from kempt.model.envs import Environment, Found, State

_ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
_OWN = USUAL_CHILDREN | {
    "uv-receipt.toml", "pipx_metadata.json", "pipx_shared.pth", ".project", "entry_points.txt", "lib32", "pypy",
    "licenses", "src", "tmp", "log", ".kempt-incomplete", ".tox-info.json", ".tox-config1",
}  # fmt: skip
"""What managers, tox and virtualenvwrapper put at the top of an environment, besides what Python does."""


class Standing:
    """Where this process stands: the Python it runs, the environment that its shell has active, its folder, its home.

    Made once for all environments of a run.
    """

    def __init__(self, home: str, current: str, mounts: Mounts) -> None:
        self.home = home
        self.current = current
        self._mounts = mounts
        self._own = {plain(sys.prefix), plain(sys.base_prefix)}
        self._active = {plain(value): name for name in _ACTIVE if (value := environ().get(name))}

    def active(self, path: str) -> str:
        """Why an environment counts as used by this process or its shell; empty if it does not."""
        if path in self._own:
            return "kempt runs in it"
        return f"it is active in this shell ({self._active[path]})" if path in self._active else ""

    def kept(self, found: Found, facts: Facts, state: State, reason: str) -> str:
        """Why it is never removed, as the end of a sentence; empty where it may be."""
        if state is State.IN_USE:
            return reason
        if reason.startswith("`kempt sync`"):
            return f"{reason}: run it again"
        return self._stands_in(found.path) or _is_root_of_conda(found, facts) or _holds(found, facts)

    def _stands_in(self, path: str) -> str:
        """Why the place of an environment forbids it."""
        if self.current == path or self.current.startswith(f"{path}/"):
            return "the current folder lies in it"
        if path in {self.home, "/"} or self.home.startswith(f"{path}/"):
            return "it is a home folder"
        mounted = self._mounts.inside(path)
        return f"something is mounted in it: {mounted}" if mounted else ""


def _is_root_of_conda(found: Found, facts: Facts) -> str:
    root = found.kind == "conda" and ("condabin" in facts.names or {"pkgs", "envs"} <= set(facts.names))
    return "conda itself lives in it" if root else ""


def _holds(found: Found, facts: Facts) -> str:
    """What lies in it that is somebody's work."""
    if ".git" in facts.names:
        return "it is a repository too"
    strange = [name for name in facts.names if name.lower() not in _OWN]
    if found.kind == "venv":
        for name in strange:
            if name.lower().endswith(SOURCE_ENDINGS):
                return f"it holds a file that no environment has: {name}"
    inner = has_repository(found.path, (*strange, *(("src",) if "src" in facts.names else ())))
    return f"it holds a repository: {inner}" if inner else ""


def with_dependents(
    environments: Iterable[Environment], homes: Mapping[str, str]
) -> tuple[Environment, ...]:  # fmt: skip
    """The same, those kept that others were made from (`homes`: environment to its Python's folder) or that hold some.

    Removing them would break the others.
    """
    listed = tuple(environments)
    users: dict[str, list[str]] = {}
    by_path = {each.path for each in listed}
    for path, home in homes.items():
        for folder in above(plain(home)) if home.startswith("/") and is_folder(home) else ():
            if folder in by_path and folder != path:
                users.setdefault(folder, []).append(path)
    for path in by_path:
        for folder in above(parent_of(path)):
            if folder in by_path:
                users.setdefault(folder, []).append(path)
    return tuple(
        each._replace(kept=f"another environment needs it: {users[each.path][0]}")
        if each.path in users and not each.kept
        else each
        for each in listed
    )
