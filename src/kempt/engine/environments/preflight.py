"""What must hold before anything is installed: looked at without a network, and without writing anything.

Managers look late: uv and Poetry make `.venv` before they find that the lock is stale or missing, and with no lock at
all some of them resolve anew and call it done.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from kempt import managers
from kempt.engine.environments import marker
from kempt.engine.environments.needs import require_manager, require_python, why_anew
from kempt.engine.environments.project import Project
from kempt.engine.environments.ready import Ready
from kempt.engine.environments.refused import Refused, refused
from kempt.engine.environments.scrub import scrubbed
from kempt.errors import KemptError, ToolError, UnreadableError
from kempt.host.environments import Place, place_of
from kempt.host.repositories import exists
from kempt.host.run import find_program, run
from kempt.model.locks import Freshness, LockState, Origin
from kempt.model.manager import Manager, Setup
from kempt.model.repo import Service
from kempt.model.sync import SyncOptions
from kempt.model.verify import Reason, Refusal

CHECK_SECONDS = 120.0
OUTPUT_LIMIT = 16 * 1024**2
UNSUPPORTED = {"pixi": "pixi install --locked", "conda": "conda env update --prune --file environment.yml"}


def preflight(project: Project, service: Service, options: SyncOptions, settings: str = "") -> Ready | Refusal:
    """Whether a service can be installed as its lock says, and with what."""
    try:
        return _ready(project, service, options, settings)
    except Refused as answer:
        return answer.refusal
    except KemptError as error:
        return refused(error, Reason.MISSING if isinstance(error, ToolError) else Reason.USAGE)


def lock_refusal(project: Project, service: Service) -> Refusal | None:
    """What is wrong with the lock of a service, as its files tell; None where nothing is. Nothing is run."""
    try:
        manager = _manager(service)
        _refuse_lock(project, service, manager, manager.freshness(service, project.documents))
    except Refused as answer:
        return answer.refusal
    return None


def lock_digest(project: Project, service: Service) -> tuple[str, str]:
    """The path and the SHA-256 of what is installed from: the lock, or the requirements files one after the other."""
    paths = [service.lock] if service.lock is not None else list(service.requirements)
    digest = hashlib.sha256(b"".join(project.documents.read(path) or b"" for path in paths))
    return str(paths[0]) if paths else "", digest.hexdigest()


def _ready(project: Project, service: Service, options: SyncOptions, settings: str) -> Ready:
    manager = _manager(service)
    environment = project.environment(service)
    place = place_of(environment)
    _refuse_place(service, environment, place)
    state = manager.freshness(service, project.documents)
    _refuse_lock(project, service, manager, state)
    require_manager(project, service, manager, settings)
    interpreter, notes = require_python(project, service, options, environment)
    setup = Setup(
        project.folder(service), environment, interpreter.path, options.offline, find_program("uv") or "",
        options.cache, place is Place.ENVIRONMENT,
    )  # fmt: skip
    if state.freshness is Freshness.UNKNOWN:
        notes += _asked(service, manager, setup, settings)
    wanted = manager.wanted(service, project.documents, interpreter.target)
    _refuse_faults(project, service)  # what was parsed meanwhile
    lock, digest = lock_digest(project, service)
    return Ready(
        service,
        manager,
        setup,
        interpreter,
        wanted,
        lock,
        digest,
        why_anew(environment, place, interpreter),
        notes,
    )


def _manager(service: Service) -> Manager:
    if service.manager not in managers.NAMES:
        command = UNSUPPORTED.get(service.manager, "")
        raise Refused(Reason.USAGE, f"kempt does not install with {service.manager}", command)
    return managers.manager(service.manager)


def _refuse_place(service: Service, environment: str, place: Place) -> None:
    """What is no environment may be somebody's work; what a killed run of kempt left half-made is not."""
    begun = place is Place.FOLDER and marker.is_begun(environment)
    if place in {Place.LINK, Place.FILE, Place.FOLDER} and not begun:
        raise Refused(Reason.USAGE, f"{service.env_dir} is {place}, so kempt leaves it alone; move it away first")


def _refuse_lock(project: Project, service: Service, manager: Manager, state: LockState) -> None:
    _refuse_faults(project, service)
    _refuse_locks(project, service, manager)
    if state.freshness is Freshness.STALE:
        name = service.lock.name if service.lock else "the lock"
        reason = f": {state.reason}" if state.reason else ""
        raise Refused(Reason.LOCK, f"{name} is stale{reason}", _locking(service, manager), "KPT303")
    _refuse_unhashed(project, service, manager)


def _refuse_faults(project: Project, service: Service) -> None:
    """Files of the service that could not be read, or do not parse."""
    own = {service.lock, service.manifest, *service.locks, *service.members, *service.requirements}
    for fault in (*project.repo.faults, *getattr(project.documents, "faults", ())):
        if fault.path in own:
            message = f"{fault.path.name} cannot be used: {fault.message} (line {fault.line})"
            raise Refused(Reason.LOCK, message, code=fault.code)


def _refuse_locks(project: Project, service: Service, manager: Manager) -> None:
    """No lock, several managers' locks, one that git does not know, or one that is gone."""
    if service.lock is not None and len(service.locks) > 1:
        _refuse_competing(project, service)
    paths = [service.lock] if service.lock is not None else list(service.requirements)
    if not paths:
        _refuse_untracked(project, service)
        raise Refused(
            Reason.LOCK, f"there is no {' or '.join(manager.locks) or 'lock'}", _locking(service, manager), "KPT301"
        )
    for path in paths:
        if project.documents.read(path) is None or not exists(f"{project.root}/{path}"):
            raise Refused(Reason.LOCK, f"{path.name} is tracked, and not there", f"git restore {path}", "KPT001")


def _refuse_competing(project: Project, service: Service) -> None:
    from kempt.rules import competing_locks  # with it come all rules, which a run without this question does not need

    for finding in competing_locks.check(project.repo._replace(services=(service,))):
        raise Refused(Reason.LOCK, finding.message, finding.help, finding.code)


def _locking(service: Service, manager: Manager) -> str:
    """The command that writes the lock, as a person types it at the repository's root."""
    from shlex import quote

    command = manager.lock_command
    return command if str(service.root) == "." else f"cd {quote(str(service.root))} && {command}"


def _refuse_untracked(project: Project, service: Service) -> None:
    from kempt.rules import locking

    for path in map(str, locking.expected_locks(service)):
        if not project.tree.is_untracked(path):
            continue
        files = {
            name: content for name in project.tree.listing.named(".gitignore") if (content := _read(project, name))
        }
        verdict = project.ignores.ask(files, [path]).get(path)
        name = PurePosixPath(path).name
        if verdict is not None and verdict.ignored:
            where = f"{verdict.source}:{verdict.line}"
            message = f"git does not track {name}, because {where} ignores it (`{verdict.pattern}`)"
            raise Refused(Reason.LOCK, message, f"kempt check --fix && git add {path}", "KPT203")
        raise Refused(Reason.LOCK, f"git does not track {name}", f"git add {path}", "KPT304")


def _refuse_unhashed(project: Project, service: Service, manager: Manager) -> None:
    """Requirements files that leave something open: pip would take what is newest today."""
    if service.lock is not None:
        return
    for path in service.requirements:
        for package in manager.packages(project.documents.read(path) or b""):
            if package.origin is not Origin.INDEX:
                continue
            if not package.version or not package.hashes:
                missing = "hash" if package.version else "version"
                raise Refused(
                    Reason.LOCK, f"{path.name} line {package.line}: {package.name} has no {missing}",
                    _locking(service, manager), "KPT306",
                )  # fmt: skip


def _asked(service: Service, manager: Manager, setup: Setup, settings: str) -> tuple[str, ...]:
    """Ask the manager itself whether the lock is fresh; what remains unknown is said."""
    command = manager.check(service, setup)
    program = find_program(command.argv[0]) if command and "/" not in command.argv[0] else command and command.argv[0]
    if command is None or not program:
        return ("whether the lock is fresh was not compared: nothing in it tells",)
    env = {**scrubbed(manager, settings).variables, **dict(command.variables)}
    done = run((program, *command.argv[1:]), env=env, cwd=setup.root, timeout=CHECK_SECONDS, limit=OUTPUT_LIMIT)
    if done.status == 0:
        return ()
    name = service.lock.name if service.lock else "the lock"
    raise Refused(
        Reason.LOCK, f"{name} is stale, says `{' '.join(command.argv)}`",
        _locking(service, manager), "KPT303",
    )  # fmt: skip


def _read(project: Project, path: str) -> bytes:
    try:
        return project.tree.read(path)
    except UnreadableError:
        return b""
