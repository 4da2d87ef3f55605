"""What a compiled requirements file was made from: the files that its header or comments name, and what they ask."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt.formats import compiled, requirements
from kempt.formats.compiled import Made
from kempt.formats.requirement import normalised_name
from kempt.formats.requirements import Requirement
from kempt.model.documents import Documents

DEFAULTS = ("requirements.in", "setup.py", "pyproject.toml", "setup.cfg")
"""What pip-compile takes where its command names nothing."""
ENDINGS = (".in", ".txt", ".toml", ".cfg", ".py")
NO_INPUTS = (
    "-o", "--output-file", "-c", "--constraint", "--constraints", "-b", "--build-constraint", "--build-constraints",
    "--override", "--overrides", "--exclude", "--excludes", "--config", "--config-file",
)  # fmt: skip
"""Options whose value is a file, and that is no input."""
NESTING_LIMIT = 20


class Asked(NamedTuple):
    """A requirement of an input; `constraint` says that it limits what is taken and asks for nothing."""

    requirement: Requirement
    path: PurePosixPath
    constraint: bool = False


class Inputs(NamedTuple):
    """All that the inputs ask for. `paths` are those that were read, `projects` the names of their projects.

    `names` are those that anything in them names, groups and extras that may not have been meant included. `unknown`
    says what cannot be told from the files alone, and `overridden` whose versions the project decides otherwise.
    """

    paths: tuple[PurePosixPath, ...] = ()
    asked: tuple[Asked, ...] = ()
    names: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    unknown: str = ""
    overridden: frozenset[str] = frozenset()


def find(path: PurePosixPath, text: str, made: Made | None, documents: Documents) -> tuple[PurePosixPath, ...] | None:
    """The inputs of a compiled file; None where nothing says what it was made from, or one of them is not there."""
    named = _named_by_command(made) if made else ()
    if not named:
        every = [each for many in compiled.parents(text).values() for each in many]
        named = tuple(dict.fromkeys(each.file for each in every if each.file and each.option in {"", "-r"}))
    bases = _bases(path, made)
    if not named and made and made.tool == "pip-compile":
        named = next(((each,) for each in DEFAULTS if _resolved(each, bases[:1], documents)), ())
    if not named:
        convention = path.with_suffix(".in")
        return (convention,) if documents.read(convention) is not None else None
    found = [_resolved(each, bases, documents) for each in named]
    return tuple(each for each in found if each) if all(found) else None


def read(paths: Iterable[PurePosixPath], path: PurePosixPath, made: Made | None, documents: Documents) -> Inputs:
    """What the inputs of the compiled file at `path` ask for, with the files that they name themselves."""
    reader, bases = _Reader(documents, made), _bases(path, made)
    for each in paths:
        reader.read(each, constraint=False)
    for file in made.values("-c", "--constraint", "--constraints") if made else ():
        found = _resolved(file, bases, documents)
        if found is None:
            reader.not_told(f"{file} is not there")
        else:
            reader.read(found, constraint=True)
    return Inputs(
        tuple(reader.paths), tuple(reader.asked), frozenset(reader.names), frozenset(reader.projects), reader.unknown,
        frozenset(_overridden(bases, documents)),
    )  # fmt: skip


def _overridden(bases: Iterable[str], documents: Documents) -> Iterator[str]:
    """Names whose versions `[tool.uv]` of a manifest decides; `uv pip compile` obeys it."""
    for base in bases:
        uv = _table(_table(documents.toml(PurePosixPath(base, "pyproject.toml")), "tool"), "uv")
        for text in (*_strings(uv.get("override-dependencies")), *_strings(uv.get("exclude-dependencies"))):
            yield from (each.name for each in requirements.parse(text.encode("utf-8", "replace")).requirements)


class _Reader:
    """Collects what inputs ask for, each file once."""

    def __init__(self, documents: Documents, made: Made | None) -> None:
        self.documents = documents
        self.extras = {normalised_name(each) for each in (made.values("--extra") if made else ())}
        self.all_extras = made is not None and "--all-extras" in made.words
        self.groups = {normalised_name(each.rpartition(":")[2]) for each in (made.values("--group") if made else ())}
        self.only_groups = bool(self.groups)
        self.paths: list[PurePosixPath] = []
        self.asked: list[Asked] = []
        self.names: set[str] = set()
        self.projects: set[str] = set()
        self.unknown = ""
        self._seen: set[tuple[PurePosixPath, bool]] = set()

    def read(self, path: PurePosixPath, *, constraint: bool, depth: int = 0) -> None:
        """Read a file in any of the forms that pip-compile and uv take."""
        if (path, constraint) in self._seen or depth > NESTING_LIMIT:
            return
        self._seen.add((path, constraint))
        self.paths.append(path)
        if path.suffix == ".toml":
            self._pyproject(path)
        elif path.suffix in {".cfg", ".py"}:
            self.not_told(f"what {path.name} asks for is told by a build only")
        else:
            self._requirements(path, constraint=constraint, depth=depth)

    def _requirements(self, path: PurePosixPath, *, constraint: bool, depth: int) -> None:
        content = self.documents.read(path)
        if content is None:
            self.not_told(f"{path.name} is not there")
            return
        parsed = requirements.parse(content)
        if parsed.faults:
            self.not_told(f"{path.name} line {parsed.faults[0].line}: {parsed.faults[0].message}")
        for each in parsed.requirements:
            self.names.add(each.name)
            self.asked.append(Asked(each, path, constraint))
            if not constraint and (each.editable or not each.name):
                self.not_told(f"what {each.text} asks for is told by a build only")
        for option in parsed.options:
            if option.name in {"--requirement", "--constraint"}:
                self._nested(option.value, path, constraint=option.name == "--constraint", depth=depth)

    def _nested(self, file: str, path: PurePosixPath, *, constraint: bool, depth: int) -> None:
        found = _inside(str(path.parent), file)
        if found is None or "://" in file:
            self.not_told(f"{file} is not in the repository")
        else:
            self.read(found, constraint=constraint, depth=depth + 1)

    def _pyproject(self, path: PurePosixPath) -> None:
        project = _table(self.documents.toml(path), "project")
        if not project or "dependencies" in (project.get("dynamic") or ()):
            self.not_told(f"{path.name} does not list its dependencies")
        if isinstance(name := project.get("name"), str):
            self.projects.add(normalised_name(name))
        content = (self.documents.read(path) or b"").decode("utf-8", "replace")
        main = () if self.only_groups else _strings(project.get("dependencies"))
        self._listed(main, path, content)
        for extra, listed in _table(project, "optional-dependencies").items():
            meant = self.all_extras or normalised_name(extra) in self.extras
            self._listed(_strings(listed), path, content, meant=meant)
        for group, listed in _table(self.documents.toml(path), "dependency-groups").items():
            self._listed(_strings(listed), path, content, meant=normalised_name(group) in self.groups)
        self._listed(
            _strings(_table(self.documents.toml(path), "build-system").get("requires")), path, content, meant=False
        )

    def _listed(self, listed: Iterable[str], path: PurePosixPath, content: str, *, meant: bool = True) -> None:
        for text in listed:
            for each in requirements.parse(text.encode("utf-8", "replace")).requirements:
                self.names.add(each.name)
                if meant:
                    at = content.find(text)
                    line = content.count("\n", 0, at) + 1 if at >= 0 else 0
                    self.asked.append(Asked(each._replace(line=line), path))

    def not_told(self, why: str) -> None:
        """Remember the first thing that cannot be told."""
        self.unknown = self.unknown or why


def _named_by_command(made: Made) -> tuple[str, ...]:
    words = made.arguments
    named = []
    for before, word in zip(("", *words), words, strict=False):
        if not word.startswith("-") and word.endswith(ENDINGS) and before not in NO_INPUTS:
            named.append(word)
    if not named and any(each.partition(":")[0] in {"--group", "--all-groups"} for each in words):
        return ("pyproject.toml",)
    return tuple(named)


def _bases(path: PurePosixPath, made: Made | None) -> tuple[str, ...]:
    """The folders that the command may have been run in, the likeliest first: its output file tells."""
    folder = str(path.parent)
    outer = [folder, *(str(each) for each in path.parent.parents)]
    output = next(iter(made.values("-o", "--output-file") if made else ()), "")
    name = posixpath.normpath(output.replace("\\", "/")) if output else ""
    if name and (str(path) == name or str(path).endswith(f"/{name}")):
        outer.insert(0, str(path)[: -len(name)].rstrip("/") or ".")
    return tuple(dict.fromkeys(outer))


def _resolved(file: str, bases: Iterable[str], documents: Documents) -> PurePosixPath | None:
    """The file of this name that is there, as seen from the first of these folders that has it."""
    for base in bases:
        found = _inside(base, file)
        if found is not None and documents.read(found) is not None:
            return found
    return None


def _inside(base: str, file: str) -> PurePosixPath | None:
    """A path as seen from a folder; None where it leaves the repository."""
    path = posixpath.normpath(posixpath.join(base, file.replace("\\", "/")))
    return None if path.startswith(("/", "../")) or path == ".." else PurePosixPath(path)


def _table(parent: object, key: str) -> Mapping[str, Any]:
    found = parent.get(key) if isinstance(parent, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _strings(listed: object) -> Iterator[str]:
    yield from (each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
