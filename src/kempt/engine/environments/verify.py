"""`verify`: whether an environment is what its lock file says, byte for byte.

No manager looks at installed files. Here each is held against RECORD, the names and versions against the lock, and the
whole against the digest that was recorded when it was known to be good: a file and its RECORD can be edited together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

from kempt.engine.environments import fresh, marker, pinned
from kempt.engine.environments.described import target_of
from kempt.engine.environments.fingerprint import fingerprint
from kempt.engine.environments.held import (
    UNRECORDED,
    Held,
    against_fresh,
    against_names,
    against_record,
    against_sync,
    together,
)
from kempt.engine.environments.opening import opened
from kempt.engine.environments.preflight import lock_digest, lock_refusal
from kempt.engine.environments.project import Project
from kempt.engine.environments.recorded import load_recorded
from kempt.errors import KemptError
from kempt.host.clock import now
from kempt.host.clones import committed, head_commit
from kempt.host.environments import Place, place_of
from kempt.host.git import Git
from kempt.host.repositories import common_folder
from kempt.managers import manager
from kempt.model.repo import Service
from kempt.model.verify import Difference, Mode, Outcome, Proof, Reason, Refusal, Verification

Tell = Callable[[str], None]


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
    git: Git | None

    def is_committed(self, path: str) -> bool:
        """Whether a file is on disk as it is in HEAD."""
        return self.git is not None and committed(self.git, self.commit, path) == self.project.tree.read(path)


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
    with opened(path, "verify", everything=options.all, named=named) as found:
        commit = head_commit(found.git) if found.git else ""
        yield _Place(found.project, found.services, commit, found.git)


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
            proof = _rebuilt(place, service, options, empty, tell)
        else:
            proof = _examined(project, service, options, empty, tell)
        if options.write and proof.outcome is Outcome.PROVEN:
            proof = proof._replace(written=pinned.write(project, service, proof))
    except KemptError as error:
        proof = empty._replace(refusal=Refusal(Reason.USAGE, str(error), error.hint, error.code))
    return proof._replace(seconds=perf_counter() - started)


def _rebuilt(place: _Place, service: Service, options: VerifyOptions, empty: Proof, tell: Tell) -> Proof:
    """Two fresh installs, and then the environment that is there, which has to be the same."""
    from kempt.engine.environments.rebuild import rebuild

    project = place.project
    if not place.commit:
        return empty._replace(refusal=Refusal(Reason.USAGE, "there is no commit to clone: a rebuild proves HEAD"))
    changed = [path for path in project.inputs(service) if not place.is_committed(path)]
    if changed:
        words = f"{changed[0]} is not as HEAD has it, and a rebuild proves what is committed"
        return empty._replace(refusal=Refusal(Reason.USAGE, words, f"git commit {changed[0]}"))
    proof = rebuild(project, service, place.commit, empty, tell)
    if proof.outcome is not Outcome.PROVEN:
        return proof
    if place_of(project.environment(service)) is not Place.ENVIRONMENT:
        return proof._replace(notes=(*proof.notes, f"there is no environment at {service.env_dir} to compare with"))
    here = _examined(project, service, options._replace(mode=Mode.PROOF), empty, tell)
    return proof._replace(outcome=here.outcome, differences=here.differences)


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
    said = together(
        _unfinished(path, empty.environment),
        against_record(found, frozenset(recorded.accepted) if recorded else frozenset()),
        against_names(found, wanted),
    )
    said = together(said, against_sync(found, recorded, said.differences))
    lines = fresh.lines_of(digest, found.python, platform)
    said = together(said, against_fresh(found, lines, said.differences))
    if not options.write:
        said = together(said, pinned.held_against(project, service, pinned.row(found, service, digest, platform)))
    if (recorded is None or recorded.adopted) and not lines:
        said = together(said, Held(notes=(UNRECORDED,)))
    outcome = Outcome.DIFFERS if said.differences else Outcome.PROVEN
    return empty._replace(
        outcome=outcome, platform=platform, lock_sha256=digest, fingerprint=found, differences=said.differences,
        against=said.against, notes=said.notes,
    )  # fmt: skip


def _unfinished(path: str, shown: str) -> Held:
    if not marker.is_begun(path):
        return Held()
    return Held(differences=(Difference(shown, "an install was stopped half-way: it is marked as incomplete"),))


def _missing(service: Service, path: str) -> Refusal | None:
    """Why there is nothing to prove."""
    found = place_of(path)
    if found is Place.ENVIRONMENT:
        return None
    where = "" if str(service.root) == "." else f" {service.root}"
    if found in {Place.MISSING, Place.EMPTY}:
        return Refusal(Reason.MISSING, f"there is no environment at {service.env_dir}", f"kempt sync{where}")
    return Refusal(Reason.MISSING, f"{service.env_dir} is {found}, and no environment", "move it away first")
