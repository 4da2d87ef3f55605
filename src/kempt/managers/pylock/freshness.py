"""Whether a pylock.toml is stale, as far as the files beside it tell: the format holds nothing that would."""

from __future__ import annotations

from pathlib import PurePosixPath

from kempt import catalog, managers
from kempt.formats import compiled, lock_blocks
from kempt.formats.compiled import Made
from kempt.formats.requirements import Requirement, Requirements
from kempt.managers.exports import differences
from kempt.managers.pip import inputs
from kempt.managers.pip.freshness import Lock, first_unanswered, in_conflict
from kempt.managers.pylock.packages import packages
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockedPackage, LockState, Origin
from kempt.model.repo import Service

NAME = "pylock.toml"
PARTIAL = (
    "--package",
    "--only-group",
    "--group",
    "--project",
    "--directory",
    "--only-dev",
    "--prune",
    "--no-emit-package",
)
"""Options of an export that holds something else than what the project asks for."""


def freshness(service: Service, documents: Documents) -> LockState:
    """STALE where it is out of step with the lock it was exported from, or with what its inputs plainly ask for."""
    path = service.lock
    content = documents.read(path) if path else None
    if path is None or content is None:
        return LockState(Freshness.UNKNOWN, "pylock.toml cannot be read", path)
    if unmerged := in_conflict(path, content):
        return unmerged
    made = compiled.header(content[: compiled.HEAD_LIMIT].decode("utf-8", "replace"))
    held = packages(content)
    if not held:
        return LockState(Freshness.UNKNOWN, f"{path.name} holds no package", path)
    beside, is_export = _beside(service, path, held, documents)
    if beside is not None:
        return beside
    return _against_inputs(path, content, made, held, documents, is_export=is_export)


def _beside(
    service: Service, path: PurePosixPath, held: tuple[LockedPackage, ...], documents: Documents
) -> tuple[LockState | None, bool]:
    """What the locks beside it say against it, and whether there is one that it is an export of."""
    is_export = False
    for lock in service.locks:
        name = catalog.LOCKS.get(lock.name, "")
        if name not in managers.NAMES or lock.name == NAME or lock == path:
            continue
        is_export = True
        found = differences(held, managers.manager(name).packages(documents.read(lock) or b""), lock.name)
        if found:
            return LockState(Freshness.STALE, f"{found[0][0].upper()}{found[0][1:]}", path), True
    return None, is_export


def _against_inputs(
    path: PurePosixPath, content: bytes, made: Made | None, held: tuple[LockedPackage, ...], documents: Documents, *,
    is_export: bool,
) -> LockState:  # fmt: skip
    found = _inputs(path, content, made, held, documents)
    unknown = LockState(Freshness.UNKNOWN, f"nothing says what {path.name} was made from", path)
    if found is None:
        return LockState(Freshness.FRESH) if is_export else unknown
    asked = inputs.read(found, path, made, documents)
    if reason := first_unanswered(Lock(path, Requirements("", _pins(held)), made, asked)):
        return reason
    if is_export or (made is not None and made.tool == "uv pip compile" and not asked.unknown):
        return LockState(Freshness.FRESH)
    reason_unknown = asked.unknown or f"nothing in {path.name} says more than that its versions are allowed"
    return LockState(Freshness.UNKNOWN, reason_unknown, path)


def _inputs(
    path: PurePosixPath, content: bytes, made: Made | None, held: tuple[LockedPackage, ...], documents: Documents
) -> tuple[PurePosixPath, ...] | None:
    """What it was made from: what the command names, else the project beside it where that is in the lock itself."""
    if made is not None and made.tool == "uv pip compile":
        return inputs.find(path, content[: compiled.HEAD_LIMIT].decode("utf-8", "replace"), made, documents)
    manifest = path.parent / "pyproject.toml"
    partial = made is not None and any(word.partition("=")[0] in PARTIAL for word in made.words)
    if path.name != NAME or partial or not documents.toml(manifest).get("project"):
        return None
    created_by = lock_blocks.text(lock_blocks.outside(content, "packages"), "created-by")
    own = any(each.origin is Origin.FOLDER and each.place in {"", ".", "./"} for each in held)
    return (manifest,) if own or created_by in {"uv", "pdm", "poetry-plugin-export"} else None


def _pins(held: tuple[LockedPackage, ...]) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(each.name, (), f"=={each.version}" if each.version else "", each.marker, line=each.line)
        for each in held
    )
