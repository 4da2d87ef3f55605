"""One project beside its block in uv.lock: its version, its dependencies, extras and groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kempt.formats.requirement import normalised_name, parse_specifiers, same_specifiers
from kempt.managers.uv import declared, rows
from kempt.managers.uv.declared import Scope
from kempt.managers.uv.locked import Lock, LockedProject
from kempt.managers.uv.rows import Difference, Row
from kempt.managers.uv.verdicts import CannotTellError, StaleError
from kempt.managers.uv.workspace import Project, strings


def compare(locked: LockedProject, scope: Scope, lock: Lock) -> Iterator[str]:
    """What cannot be told, in words. Raises StaleError at the first thing that surely differs."""
    project = scope.project
    if not project.name:
        yield f"{project.manifest} has no [project]: what it asks for is known to its build backend only"
        return
    _compare_version(locked, project)
    try:
        yield from compare_rows(declared.requires(scope), locked.requires(), "", project.manifest, lock.python)
        if lock.revision > 0:  # the first revision did not list extras
            _compare_names(declared.extras(project), locked.extras(), "extra", project)
        yield from _compare_groups(scope, locked, lock)
    except CannotTellError as unknown:
        yield str(unknown)
    except StaleError as stale:
        if not _is_unrolled(project):
            raise
        yield stale.reason


def compare_rows(asked: Iterable[Row], locked: Iterable[Row], where: str, path: str, python: str) -> Iterator[str]:
    """The requirements of one list in the manifest `path`; `where` names it, empty for the dependencies themselves."""
    for difference in rows.differences(asked, locked, python):
        reason = _reason(difference, f" in {where}" if where else "", path)
        if difference.certain:
            raise StaleError(reason, path, difference.declared.raw if difference.declared else "")
        yield f"{reason}, as far as can be told without uv"


def _compare_version(locked: LockedProject, project: Project) -> None:
    version = project.table("project").get("version")
    if "version" in strings(project.table("project").get("dynamic")):
        if locked.version:
            said = f"the version of {project.name} is dynamic now, uv.lock has {locked.version}"
            raise StaleError(said, project.manifest, "dynamic")
    elif isinstance(version, str) and not locked.version:
        raise StaleError(f"the version of {project.name} was dynamic in uv.lock", project.manifest, "version")
    elif isinstance(version, str) and not _same_version(version, locked.version):
        raise StaleError(f"{project.name} is {version} now, uv.lock has {locked.version}", project.manifest, "version")


def _compare_groups(scope: Scope, locked: LockedProject, lock: Lock) -> Iterator[str]:
    asked, kept = declared.groups(scope), locked.groups()
    if lock.revision > 0:  # the first revision left empty groups out
        _compare_names(asked.keys(), kept.keys(), "dependency group", scope.project)
    for name in sorted(asked.keys() | kept.keys()):
        found = asked.get(name, ()), kept.get(name, ())
        yield from compare_rows(*found, f"the group {name}", scope.project.manifest, lock.python)


def _compare_names(asked: Iterable[str], kept: Iterable[str], what: str, project: Project) -> None:
    new, gone = set(asked) - set(kept), set(kept) - set(asked)
    if new:
        said = f"the {what} {min(new)} of {project.name} is new, uv.lock does not know it"
        raise StaleError(said, project.manifest, min(new))
    if gone:
        raise StaleError(
            f"uv.lock was made with the {what} {min(gone)}, which {project.name} has no more", project.manifest
        )


def _is_unrolled(project: Project) -> bool:
    """Whether a project with a dynamic version has extras that ask for its own extras: some backends unroll these."""
    if "version" not in strings(project.table("project").get("dynamic")):
        return False
    texts = [text for each in project.table("project", "optional-dependencies").values() for text in strings(each)]
    return any(normalised_name(text.partition("[")[0]) == project.name for text in texts)


def _same_version(one: str, other: str) -> bool:
    left, right = parse_specifiers(f"=={one}"), parse_specifiers(f"=={other}")
    return one == other or (left is not None and right is not None and same_specifiers(left, right))


def _reason(difference: Difference, where: str, path: str) -> str:
    asked, locked, _ = difference
    if asked is not None and locked is not None:
        return f"{path} asks {asked.shown}{where}, uv.lock was made for {locked.shown}"
    if asked is not None:
        return f"{path} asks {asked.shown}{where}, which uv.lock does not know"
    return f"uv.lock was made for {locked.shown if locked else ''}{where}, which {path} does not ask any more"
