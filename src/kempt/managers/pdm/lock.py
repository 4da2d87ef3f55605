"""What pdm.lock says, and what of it is installed."""

from __future__ import annotations

from kempt.formats import lock_blocks, requirement
from kempt.managers import archives, asked, conditions
from kempt.managers.asked import table
from kempt.managers.pdm import project
from kempt.model.documents import Documents
from kempt.model.locks import LockedPackage, Origin, Target, Wanted
from kempt.model.repo import Service

INHERIT = "inherit_metadata"
"""The strategy that writes groups and markers to each package; without it PDM walks the dependencies again."""
DEFAULT = "default"


def packages(lock: bytes) -> tuple[LockedPackage, ...]:
    """All packages of pdm.lock. One that is asked for with extras as well has an entry for these, too."""
    return tuple(_package(block) for block in lock_blocks.blocks(lock))


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """What `pdm sync` installs: all groups that are locked and that pyproject.toml has, and the project.

    None for locks without groups (`inherit_metadata` is off), and where `[tool.pdm.options]` adds arguments.
    """
    pyproject = documents.toml(project.manifest_of(service))
    lock = asked.lock_of(service, documents)
    metadata = project.metadata_of(lock or b"")
    extended = table(project.settings(pyproject), "options").get("sync")
    if lock is None or extended or INHERIT not in asked.texts(metadata.get("strategy")):
        return None
    own = {DEFAULT, *project.groups(pyproject)}
    selected = own.intersection(asked.texts(metadata.get("groups"))) if "groups" in metadata else own
    excluded = project.excluded(pyproject)
    found, optional = dict[str, str](), dict[str, str]()
    for block in lock_blocks.blocks(lock):
        package = _package(block)
        groups = set(lock_blocks.strings(block.value("groups") or b"[]"))
        if package.name in excluded or not conditions.holds(package.marker, target):
            continue
        chosen = found if not groups or groups & selected else optional
        chosen[package.name] = "" if package.origin is Origin.FOLDER else package.version
    if name := project.installed_name(pyproject):
        found[name] = ""
    return Wanted(found, {name: version for name, version in optional.items() if name not in found})


def _package(block: lock_blocks.Block) -> LockedPackage:
    origin, place = _origin(block)
    return LockedPackage(
        requirement.normalised_name(block.text("name")),
        block.text("version"),
        origin,
        place,
        block.text("marker"),
        *archives.read(block.value("files")),
        b"\neditable = true\n" in block.fields,
        block.line,
    )


def _origin(block: lock_blocks.Block) -> tuple[Origin, str]:
    for key in ("git", "hg", "svn", "bzr"):
        if place := block.text(key):
            return Origin.VCS, place
    if place := block.text("path"):
        return (Origin.FILE if place.endswith((".whl", ".gz", ".zip", ".bz2", ".xz")) else Origin.FOLDER), place
    if place := block.text("url"):
        return Origin.URL, place
    return Origin.INDEX, ""
