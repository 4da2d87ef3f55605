"""`verify`: whether an environment is what its lock file says, byte for byte.

No manager looks at installed files. Here each is held against RECORD, the names and versions against the lock, and the
whole against the digest that was recorded when it was known to be good: a file and its RECORD can be edited together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import NamedTuple

from kempt.engine.environments import marker, pinned
from kempt.engine.environments.against_lock import against_lock
from kempt.engine.environments.chosen import chosen_services
from kempt.engine.environments.compare import changes, line_path
from kempt.engine.environments.described import target_of
from kempt.engine.environments.fingerprint import fingerprint
from kempt.engine.environments.preflight import lock_digest, lock_refusal
from kempt.engine.environments.project import Project
from kempt.engine.environments.recorded import Recorded, load_recorded
from kempt.engine.environments.repair import told
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.errors import KemptError, UsageError
from kempt.host.clock import now
from kempt.host.clones import head_commit
from kempt.host.environments import Place, place_of
from kempt.host.folders import real
from kempt.host.repositories import common_folder
from kempt.managers import manager
from kempt.model.config import Config
from kempt.model.environment import Fingerprint
from kempt.model.locks import Wanted
from kempt.model.repo import Service
from kempt.model.verify import Difference, Mode, Outcome, Proof, Reason, Refusal, Verification

Tell = Callable[[str], None]
OUTSIDE_GIT = "KPT003"


class VerifyOptions(NamedTuple):
    """What was asked for. `all` takes demoted services too; `jobs` files are read at once, 0 for a number that fits."""

    mode: Mode = Mode.PROOF
    all: bool = False
    write: bool = False
    jobs: int = 0


class _Place(NamedTuple):
    """A repository, the part of it that was asked for, and the commit that is checked out."""

    project: Project
    services: tuple[Service, ...]
    commit: str


def verify(paths: Sequence[str], options: VerifyOptions, tell: Tell) -> Verification:
    """Prove the environments of these service roots, or of all services at or below the current folder.

    `tell` is called with a line for a terminal each time something longer begins. Raises UsageError where there is no
    service, and KemptError where a path cannot be looked at.
    """
    proofs: list[Proof] = []
    roots: list[str] = []
    commits: set[str] = set()
    for path in paths or ["."]:
        with _opened(path, options, named=bool(paths)) as place:
            roots.append(place.project.root)
            commits.add(place.commit)
            proofs += [_proof(place, service, options, tell) for service in place.services]
    return Verification(common_folder(roots), tuple(proofs), commits.pop() if len(commits) == 1 else "", now())


@contextmanager
def _opened(path: str, options: VerifyOptions, *, named: bool) -> Iterator[_Place]:
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open_source(path))
        except KemptError as error:
            if error.code != OUTSIDE_GIT:
                raise
            source = stack.enter_context(open_source(path, git=False))
        repo = survey(source.tree, Config())
        root = real(source.git.work_tree or path) if source.git else source.tree.root
        project = Project(root, repo, source.tree, source.ignores, source.git is not None)
        services = chosen_services(repo.services, source.inside, everything=options.all, named=named)
        if not services:
            hint = "kempt verify --all takes those below tests and examples, too" if repo.services else ""
            raise UsageError(f"no service at or below {path}: neither a lock nor a manifest", hint=hint)
        yield _Place(project, services, head_commit(source.git) if source.git else "")


def _proof(place: _Place, service: Service, options: VerifyOptions, tell: Tell) -> Proof:
    """One service, whatever comes of it."""
    started = perf_counter()
    project = place.project
    environment = "/".join(part for part in (str(service.root), str(service.env_dir)) if part != ".")
    empty = Proof(service, options.mode, Outcome.UNCHECKED, environment)
    try:
        refusal = lock_refusal(project, service)
        if refusal is not None:
            return empty._replace(refusal=refusal, seconds=perf_counter() - started)
        if options.mode is Mode.REBUILD:
            from kempt.engine.environments.rebuild import rebuild

            proof = rebuild(project, service, place.commit, empty, tell)
        else:
            proof = _examined(project, service, options, empty, tell)
        if options.write and proof.outcome is Outcome.PROVEN:
            proof = proof._replace(written=pinned.write(project, service, proof))
    except KemptError as error:
        proof = empty._replace(refusal=Refusal(Reason.USAGE, str(error), error.hint, error.code))
    return proof._replace(seconds=perf_counter() - started)


def _examined(project: Project, service: Service, options: VerifyOptions, empty: Proof, tell: Tell) -> Proof:
    """The environment that is there."""
    path = project.environment(service)
    missing = _missing(service, path)
    if missing is not None:
        return empty._replace(refusal=missing)
    tell(f"reading {empty.environment}")
    target = target_of(path)
    wanted = manager(service.manager).wanted(service, project.documents, target) if target else None
    names = None if wanted is None else frozenset(wanted.packages)
    found = fingerprint(
        path, proof=options.mode is Mode.PROOF, locked=names, root=project.folder(service), jobs=options.jobs
    )
    _, digest = lock_digest(project, service)
    platform = pinned.platform()
    recorded = load_recorded(path)
    if recorded is not None and (recorded.lock_sha256, recorded.python) != (digest, found.python):
        recorded = None
    against, notes, differences = _compared(found, wanted, recorded)
    if marker.is_begun(path):
        differences.insert(
            0, Difference(empty.environment, "an install was stopped half-way: it is marked as incomplete")
        )
    if not options.write:
        held = pinned.held_against(project, service, pinned.row(found, service, digest, platform))
        against += held.against
        notes += held.notes
        differences += held.differences
    outcome = Outcome.DIFFERS if differences else Outcome.PROVEN
    return empty._replace(
        outcome=outcome, platform=platform, lock_sha256=digest, fingerprint=found, differences=tuple(differences),
        against=tuple(against), notes=tuple(notes),
    )  # fmt: skip


def _missing(service: Service, path: str) -> Refusal | None:
    """Why there is nothing to prove."""
    found = place_of(path)
    if found is Place.ENVIRONMENT:
        return None
    where = "" if str(service.root) == "." else f" {service.root}"
    what = "there is no environment" if found is Place.MISSING else f"there is {found}, and no environment,"
    return Refusal(Reason.MISSING, f"{what} at {service.env_dir}", f"kempt sync{where}")


def _compared(
    found: Fingerprint, wanted: Wanted | None, recorded: Recorded | None
) -> tuple[list[str], list[str], list[Difference]]:
    """What the environment was held against, what that leaves open, and what differs."""
    accepted = frozenset(recorded.accepted) if recorded else frozenset[str]()
    against, notes = ["RECORD"], list(found.notes)
    differences = [
        Difference(each.path, each.words, each.distribution)
        for each in found.problems
        if told(each) not in accepted
    ]
    if wanted is None:
        notes.append("names and versions were not compared: the lock does not say what it wants here")
    else:
        against.append("the lock's names and versions")
        differences += [Difference("", words) for words in against_lock(wanted, found.distributions).words]
    if recorded is None:
        notes.append(
            "no digest is recorded for this lock: a file that was changed together with its RECORD goes unseen"
        )
    elif recorded.digest == found.digest:
        against.append("what `kempt sync` installed")
    else:
        known = {line_path(each.path) for each in differences}
        differences += [
            each._replace(words=f"{each.words} since it was recorded")
            for each in changes(recorded.lines, found.lines)
            if each.path not in known
        ]
    return against, notes, differences
