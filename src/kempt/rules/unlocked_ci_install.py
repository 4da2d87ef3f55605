"""KPT401 unlocked-ci-install: CI installs packages that may be other ones than those of the lock file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from posixpath import normpath

from kempt.model.automation import Act
from kempt.model.finding import Finding, Level, Safety
from kempt.model.installs import Effect
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import installing, locking, referring

STRICT = {"uv": "--locked", "pdm": "--check", "pipenv": "--deploy"}
"""The word that makes a manager install from the lock, or fail (uv 0.13.9, PDM 2.29.3, Pipenv 2026.10.3)."""
PROVEN = frozenset({Effect.CHECKED, Effect.FROZEN, Effect.COMPARES})
LENIENT = frozenset({("poetry", "install"), ("poetry", "sync"), ("pdm", "install"), ("pipenv", "install")})
"""Commands that follow a lock, and where there is none resolve and write one, with status 0 (measured)."""


def check(repo: Repo) -> Iterator[Finding]:
    """`uv sync`, `uv run`, `pdm install` and `pipenv install` write another lock where the manifest asks for it.

    Where a job has followed the lock once, or is told to, what comes after finds the environment ready. Jobs that want
    the newest versions on purpose are left alone, and so is what an unknown action may have set up.
    """
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    told = set[str]()
    for _, job, acts in installing.jobs(repo):
        followed: list[Act] = []
        for act in acts:
            finding = None
            if act.doing.effect is Effect.PACKAGES and act.doing.files:
                followed.append(act)
            if not (job.updates or act.doing.upgrades or installing.may_be_set_elsewhere(job, acts, act)):
                finding = _of_pip(repo, act, followed) if act.doing.effect is Effect.PACKAGES else (
                    None if _is_covered(act, followed, act.doing.manager) else _of_project(repo, act)
                )  # fmt: skip
            if act.doing.effect in PROVEN or (finding is not None and act.doing.effect is not Effect.PACKAGES):
                followed.append(act)
            if finding is not None and finding.fingerprint not in told:
                told.add(finding.fingerprint)
                yield finding


def _is_covered(act: Act, followed: Iterable[Act], *managers: str) -> bool:
    """Whether one of these commands has followed the lock by the time that this one runs.

    What runs where another has failed proves nothing for those that run in any case, nor does what failed for it.
    """
    failed = installing.failures(act)
    return any(
        each.doing.manager in managers and each.root == act.root and set(installing.failures(each)).issubset(failed)
        and not (each.step is act.step and each.command.argv in failed)
        for each in followed
    )  # fmt: skip


def _key(act: Act) -> str:
    """What tells a command from the others of its job, and from itself where it is tried again."""
    return f"{act.job.name} {act.text}" + " otherwise" * len(installing.failures(act))


def _of_project(repo: Repo, act: Act) -> Finding | None:
    service, doing = installing.service(repo, act), act.doing
    if service is None or service.demoted or not _is_its_manifest(act, service):
        return None
    verb = act.command.argv[doing.verb]
    if service.lock is None or service.manager != doing.manager:
        writes = doing.effect is Effect.UNLOCKED or (doing.effect in PROVEN and (doing.manager, verb) in LENIENT)
        return RULE.finding(
            act.command.location, f"`{act.text}` takes the newest versions: there is no lock to hold it to",
            key=_key(act), level=Level.WARNING, service=service.root,
            help=locking.in_folder(service, f"{doing.manager} lock"),
        ) if writes else None  # fmt: skip
    if doing.effect is not Effect.UNLOCKED or (verb == "run" and installing.is_compared(repo, act)):
        return None
    word = STRICT[doing.manager]
    edits = installing.with_word(act, word) if _fits(repo, act) else ()
    fix = installing.fix(f"add `{word}`", Safety.SAFE, edits)
    return RULE.finding(
        act.command.location, f"`{act.text}` may write another `{service.lock.name}` and install from that",
        key=_key(act), service=service.root, help=f"add {word}: it fails where the lock is stale", fix=fix,
        notes=installing.by_hand(act.pipeline, act.command, fix),
    )  # fmt: skip


def _fits(repo: Repo, act: Act) -> bool:
    """Whether there is a lock wherever the same command runs: in each row of a matrix, in each job that shares it.

    A job that changes the lock on purpose may need it as it is.
    """
    same = [each for each in repo.automation.acts if each.command.location == act.command.location]
    return all(each.root is not None and not each.job.updates and installing.is_locked(repo, each) for each in same)


def _is_its_manifest(act: Act, service: Service) -> bool:
    """Whether the manager reads the manifest that is there: uv knows no Pipfile."""
    name = service.manifest.name if service.manifest is not None else ""
    return name == ("Pipfile" if act.doing.manager == "pipenv" else locking.PYPROJECT)


def _of_pip(repo: Repo, act: Act, followed: Iterable[Act]) -> Finding | None:
    """Requirements without versions, and a project that is installed past its lock."""
    doing, service = act.doing, installing.service(repo, act)
    if doing.hashed or doing.constraints or "--no-deps" in act.command.argv:
        return None
    for path in installing.files_of(repo, act):
        loose = first_loose(repo, path)
        if loose:
            return RULE.finding(
                act.command.location, f"`{act.text}` takes the newest {loose}: `{path}` leaves its version open",
                about=path, level=_level(repo, service, path), service=act.root,
                help="write the file with uv pip compile --generate-hashes, and install it with --require-hashes",
            )  # fmt: skip
    if service is None or service.lock is None or service.demoted or not _is_installed(act, service):
        return None
    if doing.files or _is_covered(act, followed, "uv", "poetry", "pdm", "pipenv", "pip"):
        return None  # its dependencies are there by now
    return RULE.finding(
        act.command.location, f"`{act.text}` takes the newest versions and leaves `{service.lock}` aside",
        key=_key(act), level=None if service.application else Level.INFO, service=service.root,
        help=_install_command(service),
    )  # fmt: skip


def _is_installed(act: Act, service: Service) -> bool:
    """Whether one of the folders that pip is given is the service's own."""
    folders = {each.partition("[")[0] for each in act.doing.folders}
    if not folders.isdisjoint({".", "./", ""}):
        return True
    start = act.folder
    return start is not None and any(
        PurePosixPath(normpath(f"{start or '.'}/{each}")) == service.root for each in folders
    )


def _level(repo: Repo, service: Service | None, path: PurePosixPath) -> Level | None:
    """A library is tested with what its users get: only for an application it is an error."""
    serious = service is not None and service.application
    return referring.milder(repo, path) or (None if serious else Level.WARNING)


def first_loose(repo: Repo, path: PurePosixPath) -> str:
    """The first requirement of a file, or of one that it includes, whose version is open; empty where there is none."""
    from kempt.formats import requirements

    waiting, seen = [path], set[PurePosixPath]()
    while waiting:
        each = waiting.pop()
        content = None if each in seen or each.suffix == ".toml" else repo.documents.read(each)
        seen.add(each)
        parsed = requirements.parse(content or b"")
        if parsed.values("--constraint"):
            continue
        for requirement in parsed.requirements:
            if requirement.name and not requirement.place and not requirement.pin:
                return requirement.name
        waiting += [PurePosixPath(normpath(each.parent / name)) for name in parsed.values("--requirement")]
    return ""


def _install_command(service: Service) -> str:
    manager = locking.known(service)
    return locking.in_folder(service, manager.install_command if manager else "kempt sync")


RULE = Rule(
    "KPT401", "unlocked-ci-install", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="an install in CI may bring other packages than those of the lock file",
    help="install from the lock file, and fail where it is stale",
)  # fmt: skip
