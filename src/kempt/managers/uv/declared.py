"""What a project declares, in the form in which uv.lock keeps it: with `[tool.uv.sources]` applied."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kempt.formats import marker, requirement
from kempt.formats.requirement import normalised_name
from kempt.managers.uv import rows
from kempt.managers.uv.rows import Row
from kempt.managers.uv.verdicts import CannotTellError
from kempt.managers.uv.workspace import Project, Workspace, strings, within
from kempt.model.documents import Documents

ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar", ".tbz", ".txz")
DEPTH = 30
"""Groups that include each other, one inside the other, beyond which no answer is given."""


class Scope(NamedTuple):
    """Who asks: the project and its workspace.

    `sources` are the entries of `[tool.uv.sources]` by package, each with the folder of the manifest they stand in.
    """

    project: Project
    workspace: Workspace
    documents: Documents
    sources: Mapping[str, tuple[tuple[Mapping[str, Any], ...], str]]


def scope(
    project: Project, workspace: Workspace, documents: Documents, *, without: bool | frozenset[str] = False
) -> Scope:
    """A project that asks; its own sources win over those of the workspace's root. `without` are those of no effect."""
    sources: dict[str, tuple[tuple[Mapping[str, Any], ...], str]] = {}
    if without is True:
        return Scope(project, workspace, documents, sources)
    for owner in (workspace.root, project):
        for key, value in owner.table("tool", "uv", "sources").items():
            entries = tuple(
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Mapping)
            )
            if without is False or normalised_name(key) not in without:
                sources[normalised_name(key)] = entries, owner.folder
    return Scope(project, workspace, documents, sources)


def requires(scope: Scope) -> tuple[Row, ...]:
    """`dependencies` and `optional-dependencies`. Raises CannotTellError where they are dynamic."""
    project = scope.project.table("project")
    dynamic = set(strings(project.get("dynamic")))
    if unknown := dynamic & {"dependencies", "optional-dependencies"}:
        raise CannotTellError(f"`{min(unknown)}` is dynamic in {scope.project.manifest}")
    found = [row for text in strings(project.get("dependencies")) for row in lowered(text, scope)]
    for extra, texts in _arrays(scope.project.table("project", "optional-dependencies")):
        found += [row for text in texts for row in lowered(text, scope, extra=extra)]
    return tuple(found)


def extras(project: Project) -> frozenset[str]:
    """The extras that a project provides."""
    return frozenset(map(normalised_name, project.table("project", "optional-dependencies")))


def groups(scope: Scope) -> Mapping[str, tuple[Row, ...]]:
    """The dependency groups, each with all that it includes, `dev-dependencies` among them."""
    declared = {normalised_name(name): value for name, value in scope.project.table("dependency-groups").items()}
    settings = scope.project.table("tool", "uv", "dependency-groups")
    pythons = {normalised_name(name): each.get("requires-python") for name, each in settings.items()}
    texts = {name: list(_members(name, declared, pythons, ())) for name in declared}
    legacy = scope.project.table("tool", "uv").get("dev-dependencies")
    if isinstance(legacy, list):
        texts["dev"] = [*texts.get("dev", []), *((each, "") for each in strings(legacy))]
    return {
        name: tuple(row for text, condition in members for row in lowered(text, scope, group=name, condition=condition))
        for name, members in texts.items()
    }


def lowered(text: str, scope: Scope, *, extra: str = "", group: str = "", condition: str = "") -> Iterator[Row]:
    """The rows of one requirement: one for each of its sources, and one for where none of these applies.

    Raises CannotTellError where it is no requirement that can be read.
    """
    wanted = requirement.parse(text)
    if wanted is None:
        raise CannotTellError(f"`{text}` in {scope.project.manifest} is no requirement that kempt can read")
    asked = marker.conjunction(wanted.marker, condition)
    if extra:
        asked = marker.conjunction(asked, f"extra == '{extra}'")
    plain = Row(wanted.name, wanted.extras, (), wanted.specifiers, asked, text)
    if wanted.url:
        plain = _with_url(plain, wanted.url)
    if wanted.name not in scope.sources:
        yield plain
        return
    sources, folder = scope.sources[wanted.name]
    rest = asked
    for source in sources:
        if not _applies(source, extra=extra, group=group):
            continue
        limit = str(source.get("marker", ""))
        row = _from_source(plain, source, folder, scope, extra=extra, group=group)
        yield row._replace(marker=marker.conjunction(limit, asked))
        rest = marker.conjunction(rest, marker.negation(limit)) if limit else marker.NOWHERE
    if not marker.never(rest):
        yield plain._replace(marker=rest)


def _members(
    name: str, declared: Mapping[str, Any], pythons: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """The requirements of a group and of those it includes, each with the Python that settings limit it to."""
    if name in above or len(above) > DEPTH or not isinstance(declared.get(name), list):
        raise CannotTellError(f"the dependency group `{name}` cannot be resolved")
    python = pythons.get(name)
    limit = marker.of_python(python) if isinstance(python, str) else ""
    for entry in declared[name]:
        if isinstance(entry, str):
            yield entry, limit
        elif isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
            included = normalised_name(entry["include-group"])
            for text, inner in _members(included, declared, pythons, (*above, name)):
                yield text, marker.conjunction(inner, limit)
        else:
            raise CannotTellError(f"the dependency group `{name}` holds what is no requirement")


def _from_source(plain: Row, source: Mapping[str, Any], folder: str, scope: Scope, *, extra: str, group: str) -> Row:
    if "git" in source:
        said = {key: str(source[key]) for key in ("rev", "tag", "branch", "subdirectory", "path") if key in source}
        lfs = "true" if source.get("lfs") is True else ""
        url = str(source["git"])
        return _with(plain, rows.git_source(url, **said, lfs=lfs), vague=not rows.is_exact(url))
    if "url" in source:
        url = str(source["url"])
        place = ("url", rows.address(url), str(source.get("subdirectory", "")))
        return _with(plain, place, vague=not rows.is_exact(url))
    if "path" in source:
        return _from_path(plain, source, folder, scope)
    if "workspace" in source:
        return _with(plain, _of_workspace(plain.name, source, scope))
    if "index" in source:
        url = _named_index(str(source["index"]), scope)
        owner = scope.project.name
        return plain._replace(source=rows.index_source(url, owner, extra=extra, group=group))
    raise CannotTellError(
        f"the source of {plain.name} in {scope.project.manifest} is of a kind that kempt does not know"
    )


def _applies(source: Mapping[str, Any], *, extra: str, group: str) -> bool:
    """Whether a source is meant for this extra or group; one that names neither is for all."""
    asked = {"extra": extra, "group": group}
    return all(normalised_name(str(source[key])) == value for key, value in asked.items() if key in source)


def _with(plain: Row, source: tuple[str, ...], *, vague: bool = False) -> Row:
    """A row that is taken from one place: versions do not matter there."""
    return plain._replace(source=source, specifiers=(), vague=vague)


def _from_path(plain: Row, source: Mapping[str, Any], folder: str, scope: Scope) -> Row:
    path = rows.placed(str(source["path"]), folder)
    if path.endswith(ARCHIVES):
        return _with(plain, ("path", path))
    if source.get("editable") is True:
        return _with(plain, ("editable", path))
    package = source.get("package")
    manifest = within(path, "pyproject.toml")
    if not isinstance(package, bool):
        package = Project(path, scope.documents.toml(manifest)).is_package(needs_build_system=False)
    return _with(plain, ("directory" if package else "virtual", path), vague=manifest not in scope.documents.paths)


def _of_workspace(name: str, source: Mapping[str, Any], scope: Scope) -> tuple[str, ...]:
    member = scope.workspace.projects.get(name)
    if source["workspace"] is not True or member is None:
        raise CannotTellError(f"{name} is to come from the workspace, and is none of its members")
    if not scope.workspace.is_package(name):
        return ("virtual", member.folder)
    editable = scope.workspace.required.get(name)
    return ("directory" if editable is False else "editable", member.folder)


def _named_index(name: str, scope: Scope) -> str:
    for owner in (scope.project, scope.workspace.root):
        indexes = owner.table("tool", "uv").get("index")
        for each in indexes if isinstance(indexes, list) else ():
            if isinstance(each, Mapping) and each.get("name") == name and isinstance(each.get("url"), str):
                return str(each["url"])
    raise CannotTellError(f"no index is called `{name}`")


def _with_url(plain: Row, url: str) -> Row:
    """A requirement with an address of its own: `name @ git+https://...`."""
    if not url.startswith("git+"):
        return _with(plain, ("url", rows.address(url), ""), vague=not rows.is_exact(url) or ":" not in url)
    base, _, fragment = url.removeprefix("git+").partition("#")
    said = dict(part.partition("=")[::2] for part in fragment.split("&") if part)
    head, at, reference = base.rpartition("@")
    if not at or "/" not in head.partition("://")[2]:
        head, reference = base, ""
    source = rows.git_source(head, rev=reference, subdirectory=said.get("subdirectory", ""), lfs=said.get("lfs", ""))
    return _with(plain, source, vague=not rows.is_exact(base))


def _arrays(table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((normalised_name(key), strings(value)) for key, value in table.items())
