"""Whether uv.lock still answers its manifests: what uv itself compares, read from the members' own blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.formats.requirement import normalised_name
from kempt.managers.uv import declared, indexes, project, pythons, settings
from kempt.managers.uv.declared import Scope
from kempt.managers.uv.locked import Lock, LockedProject
from kempt.managers.uv.rows import Row
from kempt.managers.uv.verdicts import CannotTellError, StaleError
from kempt.managers.uv.workspace import MANIFEST, Project, Workspace, discover, strings, table, within
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Service

VERSION, NEWEST_REVISION = 1, 5
LISTS = (("constraints", "constraint-dependencies"), ("overrides", "override-dependencies"),
         ("build-constraints", "build-constraint-dependencies"))  # fmt: skip
"""Lists in a lock's `[manifest]`, and where the workspace's root declares them."""
KINDS = {"virtual": "not a package", "editable": "an editable package", "directory": "a package, not editable"}


def freshness(service: Service, documents: Documents) -> LockState:
    """Fresh, stale with a reason, or unknown where only uv, an interpreter or a build backend can tell."""
    content = None if service.lock is None else documents.read(service.lock)
    if content is None:
        return LockState(Freshness.UNKNOWN, "there is no uv.lock that can be read")
    try:
        unsure = list(_Comparison(Lock(str(service.root), content), documents).run())
    except StaleError as stale:
        path = stale.path or str(service.manifest or service.lock)
        return LockState(Freshness.STALE, stale.reason, PurePosixPath(path), _line(documents.read(path), stale.raw))
    except CannotTellError as unknown:
        return LockState(Freshness.UNKNOWN, str(unknown))
    return LockState(Freshness.UNKNOWN, unsure[0]) if unsure else LockState(Freshness.FRESH)


class _Comparison:
    """One lock beside its workspace."""

    def __init__(self, lock: Lock, documents: Documents) -> None:
        self.lock = lock
        self.documents = documents
        self.workspace = discover(lock.root, documents)
        self.settings = settings.settings(lock.root, documents)

    def run(self) -> Iterator[str]:
        """What cannot be told, in words. Raises StaleError at the first thing that surely differs."""
        self._require_readable()
        limits = settings.limits(self.workspace, self.lock.head, self.lock.python)
        for change in (*settings.changes(self.settings, self.lock.head), *limits):
            if change.certain:
                raise StaleError(change.reason)
            yield change.reason
        self._compare_python()
        self._compare_members()
        yield from self._compare_manifest()
        for locked in self.lock.projects:
            yield from self._compare_project(locked)
        yield from indexes.compare(self.lock, self.workspace, self.settings)
        if self.lock.has_files:
            yield "uv.lock has packages from files, which are opened by uv only"

    def _require_readable(self) -> None:
        version, root = self.lock.head.get("version"), self.workspace.root
        if version != VERSION or not 0 <= self.lock.revision <= NEWEST_REVISION:
            raise CannotTellError(f"kempt does not know uv.lock of version {version}, revision {self.lock.revision}")
        if not root.document:
            raise CannotTellError(f"{root.manifest} cannot be read")
        if any("**" in pattern for pattern in strings(root.table("tool", "uv", "workspace").get("members"))):
            raise CannotTellError(f"`**` in {root.manifest} takes in every folder, those without a project too")
        if root.folder != self.lock.root:
            raise CannotTellError(f"{self.lock.root} is a member of the workspace in {root.folder}")

    def _compare_python(self) -> None:
        asked = []
        for each in self.workspace.projects.values():
            if "requires-python" in strings(each.table("project").get("dynamic")):
                raise CannotTellError(f"`requires-python` is dynamic in {each.manifest}")
            python = each.table("project").get("requires-python")
            if isinstance(python, str):
                asked.append(python)
        root = self.workspace.root.manifest
        if not asked:
            raise CannotTellError(f"{root} has no requires-python: uv takes that of its interpreter")
        wanted, locked = pythons.bounds(asked), pythons.bounds([self.lock.python])
        if wanted is None or locked is None:
            raise CannotTellError("requires-python cannot be compared")
        if wanted != locked:
            said = f"requires-python is {', '.join(asked)}, uv.lock was made for {self.lock.python}"
            raise StaleError(said, root, "requires-python")

    def _compare_members(self) -> None:
        root, projects = self.workspace.root, self.workspace.projects
        asked = set() if len(projects) == 1 and root.name else set(projects)
        locked = set(strings(self.lock.manifest.get("members")))
        for name in sorted(projects.keys() - locked if locked else ()):
            said = f"{name} is a member of the workspace, and uv.lock does not know it"
            raise StaleError(said, projects[name].manifest, "name")
        if gone := locked - asked:
            raise StaleError(f"uv.lock was made for a workspace with {', '.join(sorted(gone))}", root.manifest)
        if asked - locked:
            raise StaleError(f"uv.lock does not know the member {min(asked)}", projects[min(asked)].manifest, "name")
        by_name = {each.name: each for each in self.lock.projects}
        for name, member in projects.items():
            self._compare_kind(member, by_name.get(name))

    def _compare_kind(self, member: Project, locked: LockedProject | None) -> None:
        """Whether a member is still built as it was, and lies where it lay."""
        kind = "virtual"
        if self.workspace.is_package(member.name):
            kind = "directory" if self.workspace.required.get(member.name) is False else "editable"
        if locked is None:
            raise StaleError(f"uv.lock does not know {member.name}", member.manifest, "name")
        if kind != locked.kind:
            said = f"{member.name} is {KINDS[kind]} now, and was {KINDS[locked.kind]} in uv.lock"
            raise StaleError(said, member.manifest)
        if member.folder != locked.folder:
            raise StaleError(f"{member.name} lies in {member.folder} now, and lay in {locked.folder}", member.manifest)

    def _compare_manifest(self) -> Iterator[str]:
        root, kept = self.workspace.root, self.lock.manifest
        own = root.table("tool", "uv")
        scope = self._scope(root, self.workspace)
        for key, name in LISTS:
            asked = [row for text in _texts(own.get(name), name) for row in declared.lowered(text, scope)]
            locked = self.lock.rows(kept.get(key))
            asked, locked = ([self._unless_idle(row, key) for row in rows] for rows in (asked, locked))
            yield from project.compare_rows(asked, locked, name, root.manifest, self.lock.python)
        excluded = set(map(normalised_name, _texts(own.get("exclude-dependencies"), "exclude-dependencies")))
        if other := excluded ^ set(strings(kept.get("excludes"))):
            said = f"exclude-dependencies names {min(other)}, or did when uv.lock was made"
            if any(map(self.lock.holds, other)):
                raise StaleError(said, root.manifest, "exclude-dependencies")
            yield said
        groups = {} if root.name else declared.groups(scope)
        kept_groups = table(kept, "dependency-groups")
        for name in sorted({name for name, found in groups.items() if found} | kept_groups.keys()):
            found = groups.get(name, ()), self.lock.rows(kept_groups.get(name))
            yield from project.compare_rows(*found, f"the group {name}", root.manifest, self.lock.python)
        if own.get("dependency-metadata") or kept.get("dependency-metadata"):
            yield "dependency-metadata is compared by uv only"

    def _unless_idle(self, row: Row, key: str) -> Row:
        """A row that decides nothing if it may be idle: uv 0.13 passes over those of packages that it did not meet.

        What it met while it built packages is in no lock.
        """
        return row._replace(vague=row.vague or key == "build-constraints" or not self.lock.holds(row.name))

    def _compare_project(self, locked: LockedProject) -> Iterator[str]:
        """A project of the workspace, or one that is installed from a folder beside it."""
        found = self.workspace.projects.get(locked.name)
        if found is not None and found.folder == locked.folder:
            yield from project.compare(locked, self._scope(found, self.workspace), self.lock)
        elif within(locked.folder, MANIFEST) in self.documents.paths:
            other = Project(locked.folder, self.documents.toml(within(locked.folder, MANIFEST)))
            yield from project.compare(locked, self._scope(other, discover(other.folder, self.documents)), self.lock)
        else:
            yield f"the project in {locked.folder} is not in this repository"

    def _scope(self, asking: Project, workspace: Workspace) -> Scope:
        if self.settings.get("no-sources") is True:
            return declared.scope(asking, workspace, self.documents, without=True)
        some = frozenset(map(normalised_name, strings(self.settings.get("no-sources-package"))))
        return declared.scope(asking, workspace, self.documents, without=some)


def _texts(value: object, name: str) -> tuple[str, ...]:
    texts = strings(value)
    if isinstance(value, list) and len(texts) != len(value):
        raise CannotTellError(f"`{name}` holds what kempt does not read")
    return texts


def _line(content: bytes | None, raw: str) -> int:
    """The line where a manifest spells it, 0 where that is nowhere, or in another way."""
    position = content.find(raw.encode("utf-8", "surrogateescape")) if content and raw else -1
    return content.count(b"\n", 0, position) + 1 if content and position >= 0 else 0
