"""What `init` writes so that one command rebuilds: pins of Python and of managers, and that command in the read-me.

What it leaves to people, because a manager must be run for it or somebody must choose, is said as their next step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from shlex import quote
from typing import NamedTuple

from kempt import managers
from kempt.engine import evidence
from kempt.engine.project.init_python import PIN, Pins
from kempt.errors import ToolError, UnreadableError
from kempt.formats import markdown, toml
from kempt.host.env import environ
from kempt.host.run import find_program, run
from kempt.host.scratch import Scratch
from kempt.model.finding import Create, Level, Replace, Untrack
from kempt.model.manager import Manager
from kempt.model.repo import Repo, Service
from kempt.rules import environment_off_root, hooking, locking, missing_lock_hook, unpinned_manager, versioning

POETRY_SETTINGS = "poetry.toml"
HEADING = "Set up"
ONE = "This installs what the lock file says:"
SEVERAL = "These install what the lock files say, each from the top of a clone:"
MOST_COMMANDS, SHOWN = 6, 3
"""A list of more commands is no set-up that a person follows."""
PATIENCE_SECONDS, OUTPUT_LIMIT = 60.0, 1024**2
_VERSION = re.compile(rb"\d+(?:\.\d+)+")


class Next(NamedTuple):
    """A step that is left to people: what to type or to do, and why."""

    what: str
    why: str


class Unlocked(NamedTuple):
    """A service without a lock whose manager can write one. `lock` is the path that it will have."""

    service: Service
    manager: Manager
    lock: PurePosixPath

    @property
    def command(self) -> str:
        """What writes it, as it is typed at the top of the repository."""
        return locking.in_folder(self.service, self.manager.lock_command)

    @property
    def add_command(self) -> str:
        """What gives it to git."""
        return f"git add {quote(str(self.lock))}"


class Needs(NamedTuple):
    """What a project lacks: files to write, by path, locks that managers can write, and steps that are left."""

    contents: Mapping[str, bytes]
    unlocked: tuple[Unlocked, ...] = ()
    next: tuple[Next, ...] = ()


def needs(repo: Repo, *, lock: bool) -> Needs:
    """What a project lacks for one command to rebuild it. With `lock`, its managers are about to write the locks."""
    services = sorted(_installed(repo), key=lambda each: (len(each.root.parts), str(each.root)))
    contents: dict[str, bytes] = {}
    left: list[Next] = []
    pins = Pins(repo)
    for service in services:
        pins.add(service)
    contents |= pins.contents
    left += (
        Next(f"write the Python that is meant into {root / PIN}", f"no Python that fits is installed here ({wanted})")
        for root, wanted in pins.open.items()
    )
    left += _require_managers(repo, services, contents)
    contents |= _keep_environments_in(repo)
    unlocked = tuple(_unlocked(repo, services, left))
    locked = [each for each in services if each.application and _is_locked(each)]
    left += _name_commands(repo, [*locked, *(each.service for each in unlocked if lock)], contents)
    if not lock:
        left += (_lock_step(each) for each in unlocked)
    return Needs(contents, unlocked if lock else (), tuple(left))


def _installed(repo: Repo) -> Iterator[Service]:
    """The repository's own services that something is installed for, by a manager that kempt knows."""
    for service in locking.own_services(repo):
        if (service.dependency and service.lock is None) or locking.known(service) is None:
            continue
        if _is_locked(service) or locking.asks_for_packages(repo, service):
            yield service


def _is_locked(service: Service) -> bool:
    return service.lock is not None or bool(service.requirements)


# --- the version of the manager ------------------------------------------------------------------------
def _require_managers(repo: Repo, services: Iterable[Service], contents: dict[str, bytes]) -> Iterator[Next]:
    """Write the oldest version in use that kempt sees: what is installed, what wrote the lock, what scripts name."""
    installed: dict[str, str] = {}
    waiting: dict[str, list[str]] = {}
    for service in services:
        manager = locking.known(service)
        if manager is None or not manager.pin or (service.manifest or PurePosixPath()).name != locking.PYPROJECT:
            continue
        path, table, key = _place_of_pin(repo, service, manager)
        if key in toml.table(repo.documents.toml(path), *table.split(".") if table else ()):
            continue
        if manager.name not in installed:
            installed[manager.name] = installed_version(manager)
        if not installed[manager.name]:
            waiting.setdefault(manager.name, []).append(path)
            continue
        version = _oldest([installed[manager.name], *_named(repo, service, manager)])
        text = _text(repo, path)
        new = toml.with_entry(text, table, key, f">={version}")
        if new != text:
            contents[path] = new.encode("utf-8", "surrogateescape")
    for name, paths in waiting.items():
        manager = managers.manager(name)
        more = f" and {len(paths) - SHOWN:,} more" if len(paths) > SHOWN else ""
        where = f"{', '.join(paths[:SHOWN])}{more}"
        why = f"{manager.title} is not installed here, so its version is unknown"
        yield Next(f"write {manager.pin.rpartition('.')[2]} into {where}", why)


def _place_of_pin(repo: Repo, service: Service, manager: Manager) -> tuple[str, str, str]:
    """The file, the table and the key where the manager reads its required version.

    uv reads a `uv.toml` beside the manifest, and then nothing of the manifest's table.
    """
    table, _, key = manager.pin.rpartition(".")
    own = str(service.root / "uv.toml")
    if manager.name == "uv" and own in repo.tree.listing:
        return own, "", key
    return str(service.manifest), table, key


def installed_version(manager: Manager) -> str:
    """What the installed manager says of itself, empty where it is not there; asked outside of the repository."""
    program = find_program(manager.program)
    if program is None:
        return ""
    try:
        with Scratch() as scratch:
            argv = (program, "--version")
            done = run(argv, env=environ(), cwd=scratch.path, timeout=PATIENCE_SECONDS, limit=OUTPUT_LIMIT)
    except ToolError:
        return ""
    match = _VERSION.search(done.out) if done.status == 0 else None
    return match[0].decode("ascii") if match else ""


def _named(repo: Repo, service: Service, manager: Manager) -> Iterator[str]:
    """The versions that wrote the lock, that CI files, scripts and images install, and that hooks run."""
    yield versioning.writer(repo, service)
    words = {b"name": manager.program.encode(), b"upper": manager.program.upper().encode()}
    patterns = [re.compile(pattern % words) for pattern in unpinned_manager.NAMED]
    for _, content in locking.scripts(repo):
        text = unpinned_manager.COMMENT.sub(b"", content)
        yield from (version.decode("ascii") for pattern in patterns for version in pattern.findall(text))
    wanted = missing_lock_hook.HOOKS.get(manager.name)
    for file in repo.automation.hooks if wanted else ():
        for hook in file.hooks:
            version = hooking.version(file, hook) if wanted and hooking.comes_from(hook, wanted.address) else None
            yield ".".join(map(str, version or ()))


def _oldest(versions: Iterable[str]) -> str:
    """X.Y of the oldest of these, empty for none."""
    minors = [[int(part) for part in version.split(".")[:2]] for version in versions if version]
    return ".".join(map(str, min(minors, default=[])))


def _keep_environments_in(repo: Repo) -> Iterator[tuple[str, bytes]]:
    """Poetry's own settings file, which says that the environment stays in the project; who says otherwise means it."""
    from kempt.engine.project.settling import edited

    for finding in environment_off_root.check(repo):
        edits = finding.fix.edits if finding.fix and finding.level is Level.WARNING else ()
        for edit in edits:
            adds = isinstance(edit, Create) or (isinstance(edit, Replace) and edit.start == edit.end)
            if adds and not isinstance(edit, Untrack) and edit.path.name == POETRY_SETTINGS:
                yield str(edit.path), edited(repo.documents.read(edit.path), edits)


# --- locks ---------------------------------------------------------------------------------------------
def _unlocked(repo: Repo, services: Iterable[Service], left: list[Next]) -> Iterator[Unlocked]:
    """The applications without a lock. Where several managers could write it, that is somebody's choice."""
    for service in services:
        if not service.application or not locking.is_unlocked(service):
            continue
        locks = locking.expected_locks(service)
        waiting = [path for path in locks if repo.tree.is_untracked(str(path))]
        manager = locking.known(service)
        if waiting:
            left.append(Next(f"git add {quote(str(waiting[0]))}", "git does not track it, so no clone has it"))
        elif len(locks) == 1 and manager is not None:
            yield Unlocked(service, manager, locks[0])
        else:
            left.append(
                Next(locking.lock_command(service), f"{_place(service)} has no lock; this is uv's command for one")
            )


def _lock_step(unlocked: Unlocked) -> Next:
    command = f"{unlocked.command} && git add {quote(unlocked.lock.name)}"
    return Next(command, f"{_place(unlocked.service)} has no lock; `kempt init --lock` writes it")


def _place(service: Service) -> str:
    return "the project" if str(service.root) == "." else str(service.root)


# --- the read-me ---------------------------------------------------------------------------------------
def _name_commands(repo: Repo, services: Iterable[Service], contents: dict[str, bytes]) -> Iterator[Next]:
    """Add the commands that no read-me names yet to the one at the top. Where there is none, none is made.

    The read-me of a library is for those who install it from an index; theirs is another command.
    """
    readme = next((path for path in repo.tree.listing.named("README.md") if "/" not in path), None)
    if readme is None:
        return
    said = "\n".join(_text(repo, path) for path in evidence.README if path in repo.tree.listing)
    commands = list(dict.fromkeys(_missing_commands(repo, services, said)))
    if not commands:
        return
    if len(commands) > MOST_COMMANDS:
        yield Next(f"say in {readme} how services are installed", f"{len(commands):,} commands are too many for a list")
        return
    block = "".join(f"$ {command}\n" for command in commands)
    text = _text(repo, readme)
    body = f"{ONE if len(commands) == 1 else SEVERAL}\n\n```console\n{block}```\n"
    new = markdown.with_section(text, HEADING, body)
    if new != text:
        contents[readme] = new.encode("utf-8", "surrogateescape")


def _missing_commands(repo: Repo, services: Iterable[Service], said: str) -> Iterator[str]:
    for service in services:
        manager = locking.known(service)
        if manager is None or not _fits(repo, service, manager):
            continue
        own = _text(repo, str(service.root / "README.md"))
        if not any(markdown.names(text, manager.install_command) for text in (said, own)):
            yield locking.in_folder(service, manager.install_command)


def _fits(repo: Repo, service: Service, manager: Manager) -> bool:
    """Whether the command works here: the files that it names are there, and name versions and hashes."""
    named = [word for word in manager.install_command.split() if word.endswith((".txt", ".toml"))]
    if any(str(service.root / name) not in repo.tree.listing for name in named):
        return False
    for path in service.requirements if service.lock is None else ():
        packages = manager.packages(repo.documents.read(path) or b"")
        if not packages or not all(each.version and each.hashes for each in packages):
            return False
    return True


def _text(repo: Repo, path: str) -> str:
    """The text of a tracked file, empty where there is none that can be read."""
    if path not in repo.tree.listing:
        return ""
    try:
        return repo.tree.read(path).decode("utf-8", "surrogateescape")
    except UnreadableError:
        return ""
