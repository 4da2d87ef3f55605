"""Every environment below a folder and in the known central places: whose it is, when it was used, what it weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kempt.catalog.places import PLACES
from kempt.engine.disk.envs_found import Tell, found_by, search
from kempt.engine.disk.envs_judged import Around, last_use, manager_of, python_of, state_of
from kempt.engine.disk.envs_kept import Standing, with_dependents
from kempt.engine.disk.envs_places import home_folder
from kempt.engine.disk.envs_projects import candidates_of, project_of
from kempt.engine.environments import marker
from kempt.formats import pyvenv
from kempt.host.clock import now, ticks
from kempt.host.environment_facts import Facts, facts_of
from kempt.host.environment_search import plain
from kempt.host.lock import is_locked_alone
from kempt.host.measuring import Measured, Scales
from kempt.host.mounts import Mounts
from kempt.host.processes import can_tell, using
from kempt.host.repositories import exists
from kempt.model.disk import Process, Spared
from kempt.model.envs import Environment, Environments, Found, Place


def environments(
    paths: Sequence[str] = (".",), *, central: bool = True, sizes: bool = True, jobs: int = 1, tell: Tell | None = None
) -> Environments:
    """The environments at and below the paths and, with `central`, in the places where managers keep them elsewhere.

    Nothing in them is run or changed. `sizes` weighs them, which takes as long as `du`, on up to `jobs` processors;
    `tell` gets a line for each step on the way. What cannot be looked into ends in `unread`. Raises UsageError for a
    path that is missing.
    """
    say = tell or _quiet
    begun = ticks()
    searched = [search(path, say) for path in paths]
    found = found_by(searched, central=central)
    scales = Scales()
    measured: dict[str, Measured] = {}
    if sizes and found:
        say(f"weighing {_count(len(found))}")
        roots = [each.path for each in found]
        measured = dict(zip(roots, scales.weigh_all(roots, jobs), strict=True))
    say(f"looking at {_count(len(found))}")
    with Mounts() as mounts:
        look = _Look(found, [each for one in searched for each in one.projects], mounts)
        listed = [each for one in found if (each := look.at(one, measured.get(one.path)))]
    unread = tuple(Spared(path, reason) for one in searched for path, reason in one.unlisted if exists(path))
    return Environments(
        tuple(map(plain, paths)), with_dependents(listed, look.homes), unread,
        scales.total() if sizes else None, look.now_ns, ticks() - begun, home_folder(), can_tell(),
    )  # fmt: skip


def _quiet(_line: str) -> None:
    """Say nothing."""


def _count(number: int) -> str:
    """So many environments, in words."""
    return f"{number:,} environment{'s' * (number != 1)}"


class _Look:
    """One run's look at all environments: what they share is asked once."""

    def __init__(self, found: Sequence[Found], projects: Iterable[str], mounts: Mounts) -> None:
        self.homes: dict[str, str] = {}
        self.now_ns = int(now() * 10**9)
        self._standing = Standing(home_folder(), plain("."), mounts)
        self._candidates = candidates_of(found, (plain("."), *projects))
        self._mounts = mounts
        self._processes: Mapping[str, tuple[Process, ...]] = using([each.path for each in found])

    def at(self, found: Found, measured: Measured | None) -> Environment | None:
        """One environment; None where it is gone by now."""
        facts = facts_of(found.path, found.kind)
        if facts is None:
            return None
        settings = pyvenv.settings(facts.configuration or b"")
        self.homes[found.path] = settings.get("home", "")
        around = self._around(found, measured.bytecode_ns if measured else 0)
        manager = manager_of(found, facts, settings)
        project = project_of(found, facts, manager, settings, self._candidates)
        state, reason = state_of(found, facts, settings, project, around)
        return Environment(
            found.path, manager, python_of(found, facts, settings), facts.identity, found.place, project,
            facts.packages, state, reason, last_use(facts, project, around), measured and measured.weight,
            around.processes, self._standing.kept(found, facts, state, reason), _removal(found, manager, facts),
        )  # fmt: skip

    def _around(self, found: Found, bytecode_ns: int) -> Around:
        keeps = self._mounts.keeps_access_times(found.path) is True
        return Around(
            self._processes.get(found.path, ()), self._standing.active(found.path), marker.is_begun(found.path),
            is_locked_alone(f"{found.path}/.lock"), keeps, bytecode_ns, self.now_ns,
        )  # fmt: skip


_REMOVALS = {row.manager: row.removal for row in PLACES if row.removal}


def _removal(found: Found, manager: str, facts: Facts) -> str:
    """The manager's own command that removes it, where kempt leaves that to it."""
    from shlex import quote

    row: Place | None = found.row
    pattern = row.removal if row is not None and row.removal else _REMOVALS.get(manager, "")
    return pattern.replace("{name}", quote(found.path.rpartition("/")[2])) if pattern and facts.names else ""
