"""Which environments can go, and the plan that takes them to the trash; nothing is changed here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt.errors import KemptError, UsageError
from kempt.host.env import environ
from kempt.host.environment_facts import leading_into
from kempt.host.git import Git
from kempt.host.paths import parent_of, relative
from kempt.host.processes import using
from kempt.host.weighing import look_inside
from kempt.model.disk import Spared, Weight
from kempt.model.envs import Environment, Environments, Removal, State
from kempt.model.plan import MoveToTrash, Plan, Step

DAY_SECONDS = 24 * 3600
YOUNG_SECONDS = 600
"""What was touched so lately may be being made: nothing else tells, where its maker's folder is another one."""


class Wanted(NamedTuple):
    """Which environments are meant: unused for so many seconds, broken, orphaned; each adds to the others."""

    stale_seconds: int | None = None
    broken: bool = False
    orphaned: bool = False

    @property
    def anything(self) -> bool:
        """Whether any is meant."""
        return self.stale_seconds is not None or self.broken or self.orphaned


def chosen(listed: Environments, wanted: Wanted) -> tuple[Environment, ...]:
    """The environments that are meant, all of them where nothing is asked for."""
    if not wanted.anything:
        return listed.environments
    return tuple(each for each in listed.environments if _is_meant(each, listed.now_ns, wanted))


def plan_removal(listed: Environments, wanted: Wanted, why: str = "kempt envs") -> Removal:
    """What moving the environments that are meant to the trash would do, and which of them stay.

    One that is in use, active or being made stays; the one that kempt runs in; one that holds somebody's work, or files
    that git tracks; one that others need; one whose last use nothing tells, where that is what is asked for; and one
    that its manager removes better itself. Raises UsageError where nothing is asked for.
    """
    if not wanted.anything:
        raise UsageError("which environments?", hint="--stale 90d, --broken or --orphaned says so")
    going: list[Environment] = []
    spared: list[Spared] = []
    meant = chosen(listed, wanted)
    commands = leading_into((each.path for each in meant), environ().get("PATH", ""))
    for each in meant:
        reason = _obstacle(each, listed.now_ns, wanted) or _inside(each, commands.get(each.path, ""))
        reason = reason or _tracked(each.path)
        if reason:
            spared.append(Spared(each.path, reason))
        else:
            going.append(each)
    return Removal(tuple(_plans(going, listed.roots, why)), tuple(going), tuple(spared))


def without_used(removal: Removal) -> Removal:
    """The same without what a process uses by now: a person may have thought about it for long."""
    used = using([each.path for each in removal.environments])
    if not used:
        return removal
    plans = (
        plan._replace(steps=tuple(step for step in plan.steps if not _is_of(step, plan.root, used)))
        for plan in removal.plans
    )
    late = (Spared(path, f"{held[0].name} ({held[0].pid}) {held[0].how}") for path, held in used.items())
    return Removal(
        tuple(plan for plan in plans if plan.steps),
        tuple(each for each in removal.environments if each.path not in used),
        (*removal.spared, *late),
    )


def _is_of(step: Step, root: str, paths: Container[str]) -> bool:
    return isinstance(step, MoveToTrash) and f"{root.rstrip('/')}/{step.path}" in paths


def _is_meant(each: Environment, now_ns: int, wanted: Wanted) -> bool:
    if (wanted.broken and each.state in {State.BROKEN, State.INCOMPLETE}) or (
        wanted.orphaned and each.state is State.ORPHANED
    ):
        return True
    return wanted.stale_seconds is not None and (each.used is None or _is_old(each, now_ns, wanted.stale_seconds))


def _is_old(each: Environment, now_ns: int, seconds: int) -> bool:
    return each.used is not None and each.state is not State.IN_USE and now_ns - each.used.ns >= seconds * 10**9


def _obstacle(each: Environment, now_ns: int, wanted: Wanted) -> str:
    """Why one that is meant stays, in words; empty where it may go."""
    if each.kept:
        return each.kept
    if each.removal:
        return f"its manager removes it: `{each.removal}`"
    if each.used is not None and now_ns - each.used.ns < YOUNG_SECONDS * 10**9:
        return "it was made or used less than 10 minutes ago"
    by_state = _is_meant(each, now_ns, wanted._replace(stale_seconds=None))
    return "" if by_state else _doubt(each)


def _doubt(each: Environment) -> str:
    """Why it cannot be said that it was not used for long."""
    if each.used is None:
        return "nothing tells when it was last used"
    if not each.used.sure and not (each.project and each.project.root):
        return "its disk keeps no access times, so it may have been used since"
    return ""


def _inside(each: Environment, command: str) -> str:
    """What lies in it, or leads into it (`command`), that must not go with it."""
    if command:
        return f"a command starts from it: {command}"
    inside = look_inside(each.path, dev=each.identity.dev)
    if inside.repositories:
        return f"it holds a repository: {inside.repositories[0]}"
    return f"it holds another file system: {inside.foreign[0]}" if inside.foreign else ""


def _tracked(path: str) -> str:
    """Whether git tracks files in it, in words; empty where it tracks none, or where no repository is."""
    folder, _, name = path.rpartition("/")
    try:
        with Git.open(folder or "/") as git:
            if git.work_tree is None:
                return ""
            inside = git.inside(folder or "/")
            relative = f"{inside}/{name}" if inside else name
            tracked = git.run("--literal-pathspecs", "ls-files", "-z", "--", relative).out
    except KemptError as error:
        return "" if error.code == "KPT003" else f"git cannot say whether it tracks files in it: {error.message}"
    return "git tracks files in it: `kempt check` says more" if tracked else ""


def _plans(going: Iterable[Environment], roots: tuple[str, ...], why: str) -> Iterator[Plan]:
    """One plan for each file system, so that one `kempt undo` takes all of it back, at the folder that holds them all.

    Where only the root of everything holds them all, each folder that was asked for, and each central place, has one.
    """
    disks: dict[int, list[Environment]] = {}
    for each in going:
        disks.setdefault(each.identity.dev, []).append(each)
    for held in disks.values():
        groups: dict[str, list[Environment]] = {}
        common = _common([parent_of(each.path) for each in held])
        for each in held:
            groups.setdefault(common or _root(each, roots), []).append(each)
        for root, inside in groups.items():
            yield Plan(root, tuple(_step(each, root) for each in inside), why)


def _common(folders: Sequence[str]) -> str:
    """The innermost folder that holds all of these; empty where that is the root of everything, or of a drive."""
    parts = [folder.split("/") for folder in folders]
    shared = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return "/".join(shared) if len(shared) > 1 else ""


def _root(each: Environment, roots: tuple[str, ...]) -> str:
    if each.place:
        return each.place
    above = [root for root in roots if each.path.startswith(f"{root.rstrip('/')}/")]
    return max(above, key=len, default=parent_of(each.path))


def _step(each: Environment, root: str) -> MoveToTrash:
    weight = each.weight or Weight()
    return MoveToTrash(relative(each.path, root), each.identity, weight.files, weight.bytes)
