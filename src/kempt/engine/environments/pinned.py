"""The digests that a repository keeps in `kempt.fingerprint`: read, held against an environment, and written."""

from __future__ import annotations

from kempt.engine.apply import apply
from kempt.engine.environments.held import Held
from kempt.engine.environments.project import Project
from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.formats import fingerprint_file
from kempt.formats.toml import Unparsable
from kempt.host.env import machine_name, platform_name
from kempt.host.files import Look, look
from kempt.model.environment import Fingerprint
from kempt.model.plan import Plan, WriteFile
from kempt.model.repo import Service
from kempt.model.verify import Difference, Pinned, Proof

LIMIT = 1024**2
SHOWN = 12


def platform() -> str:
    """What a row calls this machine: "linux-x86_64", "darwin-arm64"."""
    return f"{platform_name()}-{machine_name()}"


def row(found: Fingerprint, service: Service, lock_sha256: str, platform: str) -> Pinned:
    """The row for an environment."""
    lock = service.lock or next(iter(service.requirements), None)
    return Pinned(found.python, platform, lock.name if lock else "", lock_sha256, found.packages, found.digest)


def held_against(project: Project, service: Service, new: Pinned) -> Held:
    """An environment and the row for its Python and platform, where the repository has one for this lock."""
    file = _path(service)
    rows, _ = _load(project, service)
    if not rows:
        return Held()
    same = [each for each in rows if (each.python, each.platform) == (new.python, new.platform)]
    if not same:
        return Held(notes=(f"{file} has no row for Python {new.python} on {new.platform}",))
    if same[0].lock_sha256 != new.lock_sha256:
        return Held(notes=(f"{file} was written for another {new.lock}: `kempt verify --write` brings it up to date",))
    if same[0].digest != new.digest:
        words = f"it records {same[0].digest[:SHOWN]}, and the environment is {new.digest[:SHOWN]}"
        return Held(differences=(Difference(file, words),))
    return Held(against=(file,))


def write(project: Project, service: Service, proof: Proof) -> str:
    """Store the row of a proven environment; the file's path, empty where it said so already.

    Raises KemptError where the file cannot be read or written.
    """
    if proof.fingerprint is None:
        return ""
    rows, there = _load(project, service)
    new = row(proof.fingerprint, service, proof.lock_sha256, proof.platform)
    content = fingerprint_file.render(fingerprint_file.with_row(rows, new)).encode()
    if there is not None and there.content == content:
        return ""
    step = WriteFile(_path(service), content, there.expect if there else None)
    receipt = apply(Plan(project.root, (step,), "kempt verify --write"))
    if not receipt.ok:
        raise UnsafeError(receipt.outcomes[0].detail or "not written", path=_path(service))
    return _path(service)


def _load(project: Project, service: Service) -> tuple[tuple[Pinned, ...], Look | None]:
    path = _path(service)
    try:
        there = look(project.root, path, LIMIT)
    except UnreadableError as error:
        raise KemptError(error.message, path=path) from error
    if there is None:
        return (), None
    rows = fingerprint_file.parse(there.content)
    if isinstance(rows, Unparsable):
        hint = "remove it, and kempt verify --write makes it anew"
        raise KemptError(rows.message, path=path, line=rows.line, hint=hint)
    return rows, there


def _path(service: Service) -> str:
    return str(service.root / fingerprint_file.NAME)
