"""Which Python a service asks for, and who says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt.engine.environments.project import Project
from kempt.errors import KemptError
from kempt.host.files import look
from kempt.model.repo import Service

PIN_FILE = ".python-version"
PIN_LIMIT = 4096
_EXACT = re.compile(r"(?:cpython[@-]?|python-?)?(\d+(?:\.\d+){1,2})", re.IGNORECASE)
_CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_TILDE = re.compile(r"~(?!=)\s*(\d+)\.(\d+)(?:\.(\d+))?")
_RELEASE = re.compile(r"\d+\.\d+\.\d+")
_CLAUSE = re.compile(r"(>=|<=|<|>|==|!=)\s*(\d+(?:\.\d+){0,2})(\.\*)?")


class Wish(NamedTuple):
    """The Python that is asked for.

    `pin` is X.Y or X.Y.Z, empty where only a range is known. `source` says who pins it. `ranges` are version specifiers
    that it must meet besides, each with the file that holds it.
    """

    pin: str
    source: str
    ranges: tuple[tuple[str, str], ...] = ()

    @property
    def minor(self) -> str:
        """X.Y, empty where nothing is pinned."""
        return ".".join(self.pin.split(".")[:2])

    def fits(self, version: str) -> bool:
        """Whether X.Y.Z is as asked for."""
        pinned = not self.pin or version == self.pin or version.startswith(f"{self.pin}.")
        return pinned and all(_contains(text, version) for text, _ in self.ranges)

    def __str__(self) -> str:
        return self.pin or ", ".join(text for text, _ in self.ranges)


def wanted_python(project: Project, service: Service, given: str) -> Wish | None:
    """What a service asks for: `given` on the command line, else `.python-version`, else its manifest.

    None where nobody says anything. Raises KemptError for a pin that kempt cannot read, or that the manifest excludes.
    """
    ranges, pin, source = tuple(_ranges(project, service)), given, "--python"
    if not pin:
        pin, source = _pinned(project, service)
    if not pin and not ranges:
        return None
    wish = Wish(pin, source or ranges[0][1], ranges)
    if pin and not any(wish.fits(each) for each in _versions(pin)):
        wanted = ", ".join(text for text, _ in ranges)
        raise KemptError(f"{source} asks for Python {pin}, and {ranges[0][1]} for {wanted}")
    return wish


def _versions(pin: str) -> Iterator[str]:
    """Versions that a pin may stand for."""
    return iter([pin]) if pin.count(".") > 1 else (f"{pin}.{micro}" for micro in range(40))


def _pinned(project: Project, service: Service) -> tuple[str, str]:
    """The version in the nearest `.python-version`, or in Pipenv's manifest, and the file."""
    for folder in (service.root, *service.root.parents):
        path = str(folder / PIN_FILE)
        found = look(project.root, path, PIN_LIMIT)
        line = "" if found is None else _first(found.content)
        if line:
            match = _EXACT.fullmatch(line)
            if match is None:
                raise KemptError(
                    f"{path} asks for `{line}`, which kempt cannot look for", hint="name one with --python X.Y"
                )
            return match[1], path
    if service.manager == "pipenv" and service.manifest is not None:
        requires = _table(project.documents.toml(service.manifest), "requires")
        for key in ("python_full_version", "python_version"):
            if match := _EXACT.fullmatch(str(requires.get(key, ""))):
                return match[1], str(service.manifest)
    return "", ""


def _ranges(project: Project, service: Service) -> Iterator[tuple[str, str]]:
    """`requires-python` of the service and of what shares its environment, with the manifests."""
    own = [str(service.root / "pyproject.toml")]
    for path in dict.fromkeys([*own, *map(str, service.members)]):
        document = project.documents.toml(PurePosixPath(path)) if path.endswith("pyproject.toml") else {}
        wanted = _table(document, "project").get("requires-python")
        poetry = _table(_table(_table(document, "tool"), "poetry"), "dependencies").get("python")
        for text in (wanted, _specifier(poetry)):
            if isinstance(text, str) and text.strip():
                yield text.strip(), path


def _specifier(poetry: object) -> str:
    """Poetry's own constraint as a PEP 440 specifier, empty where it has none (a union)."""
    if not isinstance(poetry, str) or "|" in poetry or poetry.strip() == "*":
        return ""
    return ",".join(_one(part.strip()) for part in poetry.split(",") if part.strip())


def _one(part: str) -> str:
    if match := _CARET.fullmatch(part):
        return f">={part.lstrip('^ ')},<{int(match[1]) + 1}"
    if match := _TILDE.fullmatch(part):
        return f">={part.lstrip('~ ')},<{match[1]}.{int(match[2]) + 1}"
    return f"=={part}" if part[:1].isdigit() else part


def _contains(text: str, version: str) -> bool:
    """Whether a version specifier allows X.Y.Z. The usual ones are judged here: `packaging` takes long to import."""
    release = [int(part) for part in version.split(".")] if _RELEASE.fullmatch(version) else []
    clauses = [match.groups() for part in text.split(",") if (match := _CLAUSE.fullmatch(part.strip()))]
    if release and len(clauses) == text.count(",") + 1:
        return all(_allows(release, *clause) for clause in clauses)
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(text).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True  # the manager will say what is wrong with it


def _allows(release: list[int], operator: str, wanted: str, star: str | None) -> bool:
    bound = [int(part) for part in wanted.split(".")]
    if star:  # allowed behind `==` and `!=` only; what else has one is refused by every manager
        return (release[: len(bound)] == bound) is (operator == "==")
    bound += [0] * (len(release) - len(bound))
    return {
        "==": release == bound, "!=": release != bound, ">=": release >= bound, "<=": release <= bound,
        ">": release > bound, "<": release < bound,
    }[operator]  # fmt: skip


def _first(content: bytes) -> str:
    lines = (line.partition("#")[0].strip() for line in content.decode("utf-8", "replace").splitlines())
    return next(filter(None, lines), "")


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
