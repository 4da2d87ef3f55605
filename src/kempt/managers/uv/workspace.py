"""Workspaces as uv finds them: a root, and the projects below it that share its lock and its environment."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import join, normpath
from typing import Any, NamedTuple

from kempt.formats.requirement import normalised_name
from kempt.model.documents import Documents

MANIFEST = "pyproject.toml"


class Project(NamedTuple):
    """A folder with a `[project]`. `folder` is relative to the repository's root, "." at the top."""

    folder: str
    document: Mapping[str, Any]

    @property
    def manifest(self) -> str:
        """The path of its pyproject.toml."""
        return within(self.folder, MANIFEST)

    @property
    def name(self) -> str:
        """Its normalised name, empty where `[project]` holds none."""
        name = self.table("project").get("name")
        return normalised_name(name) if isinstance(name, str) else ""

    def table(self, *keys: str) -> Mapping[str, Any]:
        """A table of its pyproject.toml, empty where there is none."""
        return table(self.document, *keys)

    def is_package(self, *, needs_build_system: bool = True) -> bool:
        """Whether uv builds and installs it; a virtual project is only its dependencies."""
        package = self.table("tool", "uv").get("package")
        if isinstance(package, bool):
            return package
        return "build-system" in self.document or not needs_build_system


class Workspace(NamedTuple):
    """The root, and all its projects by name, the root among them where it is one.

    `required` are those that some project takes from the workspace (`{ workspace = true }`), with what it says of
    `editable`, None where it says nothing.
    """

    root: Project
    projects: Mapping[str, Project]
    required: Mapping[str, bool | None]

    def is_package(self, name: str) -> bool:
        """Whether a project is built: what others of the workspace need is, unless it says that it is no package."""
        return self.projects[name].is_package(needs_build_system=name not in self.required)


def table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A table in a document, empty where there is none, or something else in its place."""
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings of an array; nothing else is passed on."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def within(folder: str, path: str) -> str:
    """A path of a folder, relative to where the folder is, without `.` and `..` in the middle."""
    return normpath(join(folder, path))


def discover(folder: str, documents: Documents) -> Workspace:
    """The workspace that a folder's project belongs to: its own, that of a folder above it, or itself alone."""
    project = Project(folder, documents.toml(within(folder, MANIFEST)))
    if "workspace" in project.table("tool", "uv"):
        return _workspace(project, documents)
    if project.table("tool", "uv").get("managed") is not False:
        above = next((each for each in _above(folder) if within(each, MANIFEST) in documents.paths), None)
        if above is not None:
            root = Project(above, documents.toml(within(above, MANIFEST)))
            if folder in member_folders(root, documents):
                return _workspace(root, documents)
    return Workspace(project, {project.name: project} if project.name else {}, _required(project, [project]))


def member_folders(root: Project, documents: Documents) -> tuple[str, ...]:
    """The folders of a workspace's members but for its root, sorted; none where the root declares no workspace."""
    declared = root.table("tool", "uv", "workspace")
    patterns = [normpath(each) for each in strings(declared.get("members"))]
    excluded = [normpath(each) for each in strings(declared.get("exclude"))]
    if not patterns:
        return ()
    prefix = "" if root.folder == "." else f"{root.folder}/"
    found = []
    for path in documents.paths:
        if not path.startswith(prefix) or not path.endswith(f"/{MANIFEST}"):
            continue
        inner = path[len(prefix) : -len(MANIFEST) - 1]
        if inner and any(_matches(inner, each) for each in patterns):
            is_out = any(fnmatchcase(inner, each) for each in excluded)  # here `*` matches a slash as well
            is_unmanaged = table(documents.toml(path), "tool", "uv").get("managed") is False
            if not is_out and not is_unmanaged:
                found.append(prefix + inner)
    return tuple(sorted(found))


def _workspace(root: Project, documents: Documents) -> Workspace:
    projects = {root.name: root} if root.name else {}
    for folder in member_folders(root, documents):
        project = Project(folder, documents.toml(within(folder, MANIFEST)))
        projects.setdefault(project.name, project)
    return Workspace(root, projects, _required(root, projects.values()))


def _required(root: Project, projects: Any) -> Mapping[str, bool | None]:
    found: dict[str, bool | None] = {}
    for project in (root, *projects):
        for name, source in project.table("tool", "uv", "sources").items():
            if normalised_name(name) == project.name:
                continue
            for each in source if isinstance(source, list) else [source]:
                if isinstance(each, Mapping) and each.get("workspace") is True:
                    editable = each.get("editable")
                    found[normalised_name(name)] = editable if isinstance(editable, bool) else None
    return found


def _above(folder: str) -> Iterator[str]:
    """The folders above this one, up to the repository's root."""
    while folder not in {"", "."}:
        folder = folder.rpartition("/")[0] or "."
        yield folder


def _matches(path: str, pattern: str) -> bool:
    """Whether a folder matches a glob; `*` matches no slash, `**` any number of folders."""
    return _parts_match(path.split("/"), pattern.split("/"))


def _parts_match(parts: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_parts_match(parts[start:], patterns[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _parts_match(parts[1:], patterns[1:])
