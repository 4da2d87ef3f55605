"""What the rules on direct references share: requirements that name a repository or a path instead of an index."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt import catalog
from kempt.formats import toml
from kempt.model.finding import Level
from kempt.model.repo import Repo, Service

EDITABLE = r"(?:-e|--editable)[ =]\s*"
DIRECT = (
    r"(?:(?P<name>[A-Za-z0-9][\w.-]{0,100})\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}@\s{0,9})?"
    r"(?P<address>(?:(?:git|hg|svn|bzr)\+|file:|[/\\]|\.\.?(?:[/\\]|$)|~/|[A-Za-z]:[/\\])[^\s;]*)"
)
QUOTED = r"\"([^\"\n]{1,500})\"|'([^'\n]{1,500})'"
USER = r"://\S*@"
NO_PORT = r":(?!\d{1,5}$)"
DIRECTORY = r"file:(?://)?(?:/?\$\{PROJECT_ROOT\}/)?|/?\$\{PROJECT_ROOT\}/"
"""Patterns of direct references; most projects have none, so they are compiled when one is met."""
OUTER_TABLES = frozenset({"source", "requires", "scripts", "pipenv"})
"""Tables of a Pipfile that hold no requirements."""


class Reference(NamedTuple):
    """One requirement that names where it comes from.

    `kind` is the version control system, or "path". `place` is an address without user, password and revision, or a
    path relative to the folder of `file`. `revision` is as written, empty where none is named.
    """

    file: PurePosixPath
    line: int
    name: str
    kind: str
    place: str
    revision: str = ""


def references(repo: Repo, hints: Iterable[bytes]) -> Iterator[Reference]:
    """The references of all manifests and requirements files that hold one of `hints`; test data is passed over."""
    hints = tuple(hints)
    for path in repo.documents.paths:
        reader = _reader(path.rpartition("/")[2])
        content = None if reader is None or catalog.is_fixture(path) else repo.documents.read(path)
        if content is None or not any(hint in b"\n" + content for hint in hints):
            continue
        yield from dict.fromkeys(
            _of_lines(path, content) if reader == "lines"
            else _of_quotes(path, content) if reader == "quotes"
            else _of_tables(path, content, repo.documents.toml(path))
        )  # fmt: skip


def owner(repo: Repo, path: PurePosixPath) -> Service | None:
    """The innermost service that a file lies in."""
    parents = set(path.parents)
    inside = [service for service in repo.services if service.root in parents]
    return max(inside, key=lambda service: len(service.root.parts), default=None)


def milder(repo: Repo, path: PurePosixPath) -> Level | None:
    """Info for what lies in examples, documentation and the like; None leaves the rule's own level."""
    service = owner(repo, path)
    demoted = catalog.is_demoted(str(path.parent)) or (service is not None and service.demoted)
    return Level.INFO if demoted else None


def shown(address: str) -> str:
    """An address without what it must not give away: user, password, query and fragment."""
    return re.sub(USER, "://", address).partition("#")[0].partition("?")[0]


def is_above(path: str) -> bool:
    """Whether a path that is relative to the repository's root leaves it."""
    depth = 0
    for part in path.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            return True
    return False


def is_absolute(path: str) -> bool:
    """Whether a path means one machine's file system, on any platform."""
    return path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[/\\]", path) is not None


def _reader(name: str) -> str | None:
    if name.endswith(".txt") or name == "setup.cfg":
        return "lines"
    return {"setup.py": "quotes", "pyproject.toml": "tables", "Pipfile": "tables"}.get(name)


def _of_lines(path: str, content: bytes) -> Iterator[Reference]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        found = _direct(path, number, line)
        if found is not None and _is_meant(path, found, line):
            yield found


def _of_quotes(path: str, content: bytes) -> Iterator[Reference]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        for double, single in () if line.lstrip().startswith("#") else re.findall(QUOTED, line):
            found = _direct(path, number, double or single)
            if found is not None and _is_meant(path, found, double or single):
                yield found


def _is_meant(path: str, found: Reference, text: str) -> bool:
    """Whether a path is a requirement: outside requirements files most of them are something else."""
    return path.endswith(".txt") or found.kind != "path" or "@" in text


def _of_tables(path: str, content: bytes, document: Mapping[str, Any]) -> Iterator[Reference]:
    text = content.decode("utf-8", "replace")
    for requirement in _strings(document):
        start = max(text.find(f'"{requirement}"'), text.find(f"'{requirement}'"))
        found = _direct(path, text.count("\n", 0, max(start, 0)) + 1, requirement)
        if found is not None:
            yield found
    for header, name, value in _entries(document, is_pipfile=path.endswith("Pipfile")):
        for each in value if isinstance(value, list) else [value]:
            found = _from_table(path, toml.line_of(content, name, header), name, each)
            if found is not None:
                yield found


def _strings(document: Mapping[str, Any]) -> Iterator[str]:
    """Every requirement that a pyproject.toml spells as a string."""
    project, uv = toml.table(document, "project"), toml.table(document, "tool", "uv")
    lists: list[object] = [project.get("dependencies"), toml.table(document, "build-system").get("requires")]
    lists += toml.table(project, "optional-dependencies").values()
    lists += toml.table(document, "dependency-groups").values()
    lists += toml.table(document, "tool", "pdm", "dev-dependencies").values()
    lists += [uv.get(f"{kind}-dependencies") for kind in ("dev", "constraint", "override", "build-constraint")]
    for each in lists:
        if isinstance(each, list):
            yield from (entry for entry in each if isinstance(entry, str))


def _entries(document: Mapping[str, Any], *, is_pipfile: bool) -> Iterator[tuple[str, str, object]]:
    """(header of the table, name, value) of every requirement that is spelled as a table."""
    tables: dict[str, Mapping[str, Any]]
    if is_pipfile:
        tables = {name: toml.table(document, name) for name in document if name not in OUTER_TABLES}
    else:
        poetry = toml.table(document, "tool", "poetry")
        tables = {"tool.uv.sources": toml.table(document, "tool", "uv", "sources")}
        tables |= {f"tool.poetry.{name}": toml.table(poetry, name) for name in ("dependencies", "dev-dependencies")}
        for group in toml.table(poetry, "group"):
            tables[f"tool.poetry.group.{group}.dependencies"] = toml.table(poetry, "group", group, "dependencies")
    for header, entries in tables.items():
        yield from ((header, name, value) for name, value in entries.items())


def _from_table(path: str, line: int, name: str, value: object) -> Reference | None:
    if not isinstance(value, Mapping):
        return None
    for kind in ("git", "hg", "svn", "bzr"):
        if isinstance(value.get(kind), str):
            revision = next((str(value[key]) for key in ("rev", "ref", "tag", "branch") if key in value), "")
            return Reference(PurePosixPath(path), line, name, kind, shown(value[kind]), revision)
    for key in ("path", "file"):
        if isinstance(value.get(key), str):
            return _local(path, line, name, value[key])
    return None


def _direct(path: str, line: int, requirement: str) -> Reference | None:
    """What a requirement string or a line of a requirements file refers to; None for a name or an option."""
    text = re.sub(EDITABLE, "", requirement.strip(), count=1)
    match = re.match(DIRECT, text)
    if match is None:
        return None
    address = match["address"]
    named = re.search(r"#(?:.*&)?egg=([\w.-]+)", address)
    name = match["name"] or (named[1] if named else "")
    kind, plus, rest = address.partition("+")
    if not plus or kind not in {"git", "hg", "svn", "bzr"}:
        return _local(path, line, name, address)
    rest = rest.partition("#")[0]
    scheme, separator, place = rest.partition("://")
    host, slash, inner = place.partition("/") if separator else scheme.partition(":")
    inner, _, revision = inner.partition("@")
    if separator and "@" not in host and re.search(NO_PORT, host):
        return None  # a password with a slash in it: no tool can ask that address, and no part of it may be shown
    host = host.rpartition("@")[2]
    place = f"{scheme}://{host}{slash}{inner}" if separator else f"{host}{slash}{inner}"
    return Reference(PurePosixPath(path), line, name or _last(inner), kind, shown(place), revision)


def _local(path: str, line: int, name: str, address: str) -> Reference | None:
    """A path, as written but for `file:` and what stands for the manifest's own folder; None where it is computed."""
    place = re.sub(DIRECTORY, "", address.partition("#")[0], count=1)
    if re.search(r"[${%]", place):
        return None
    bare = place.partition("[")[0]
    return Reference(PurePosixPath(path), line, name or _last(bare), "path", bare)


def _last(place: str) -> str:
    return place.rstrip("/\\").replace("\\", "/").rpartition("/")[2].removesuffix(".git") or place


def named(names: Iterable[str], limit: int = 3) -> str:
    """Names for a message: the first few, without a count."""
    listed = list(dict.fromkeys(names))
    return ", ".join(f"`{name}`" for name in listed[:limit]) + (" and others" if len(listed) > limit else "")
