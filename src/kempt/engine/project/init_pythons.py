"""Which Python CI and images have: the one that is pinned, else the oldest that the manifest allows.

A tag of an image, or a word for CI, is X.Y, and so its newest release, wherever the project takes that one. Where it
does not, as with `==3.11.4`, the release stands there in full.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt.engine.project.init_python import NEWEST_RELEASED, PIN, allowed_pythons
from kempt.engine.project.init_rebuild import Next
from kempt.model.repo import Repo, Service

OLDEST_OF_KEMPT = 11
MINORS = (*range(OLDEST_OF_KEMPT, NEWEST_RELEASED + 1), 10, 9, 8)
"""Of those that a project allows the first is taken: the oldest that kempt itself runs on."""
RELEASED = {8: 20, 9: 25, 10: 19, 11: 14, 12: 12, 13: 11, 14: 2}
"""A late release of each minor version, by the release notes of Python: it is there, and those before it are."""
LAST = 99
"""A release that no minor version comes to: who allows it allows all that are still to come."""
CPYTHON = frozenset({"", "cpython", "cp", "python", "py"})
PYPY = frozenset({"pypy", "pp"})
AGAIN = "then run this again"
SYSTEM = "system"
"""pyenv's word for whatever Python there is."""
_WORD = re.compile(r"([A-Za-z]*)[-@]?(3\.\d+(?:\.\d+)?)(.*)", re.ASCII | re.DOTALL)
_PREVIEW = re.compile(r"(?:a|b|rc)\d+")
_PLATFORM = re.compile(r"-(?:linux|macos|windows|any)(?:-.*)?")
_OF_PYPY = re.compile(r"-v?(\d+\.\d+\.\d+)")
_RANGE = re.compile(r"[<>=!~^]|3(?:\.\*)?$")


class Python(NamedTuple):
    """A Python. `release` is X.Y, X.Y.Z or a preview, as `3.15.0rc1`; `pypy` is PyPy's own release, if it is pinned.

    `file` is the `.python-version` that says so, or `why` says why it is this one. `word` is what the file says of
    another kind of Python, as `3.13t`, empty for the usual CPython.
    """

    release: str
    file: str = ""
    why: str = ""
    word: str = ""
    is_pypy: bool = False
    pypy: str = ""

    @property
    def short(self) -> str:
        """X.Y."""
        return ".".join(self.release.split(".")[:2])

    @property
    def is_preview(self) -> bool:
        """Whether it is no release yet."""
        return not self.release.replace(".", "").isdecimal()


def python_of(repo: Repo, service: Service) -> Python | Next:
    """The Python of a service: as the nearest `.python-version` has it, within what the manifest allows.

    What mends it is told where nothing that kempt knows is allowed, or where the file and the manifest disagree.
    """
    wanted = tuple(allowed_pythons(repo, service))
    file, word = _pin(repo, service)
    if word and _RANGE.match(word):
        wanted, word = (*wanted, word), ""
    if not word:
        return _chosen(service, wanted)
    match = _WORD.fullmatch(word)
    if match is None:
        return Next(f"write a version as 3.13 into {file}, {AGAIN}", f"kempt knows no Python called {word[:40]}")
    pinned = _read(file, word, match)
    if pinned.word or pinned.is_preview:
        return pinned
    release = _release(pinned.release, _parsed(wanted))
    if release is None:
        what = f"write a Python into {file} that the project allows, {AGAIN}"
        return Next(what, f"the file says {pinned.release}, and the project wants {_said(wanted)}")
    return pinned._replace(release=release)


def _pin(repo: Repo, service: Service) -> tuple[str, str]:
    """The nearest `.python-version` that names a Python, and the first word of it."""
    for folder in (service.root, *service.root.parents):
        path = folder / PIN
        lines = (repo.documents.read(path) or b"").decode("utf-8", "replace").splitlines()
        word = next((each for line in lines if (each := line.partition("#")[0].strip())), "")
        if word and word != SYSTEM:
            return str(path), word
    return "", ""


def _read(file: str, word: str, match: re.Match[str]) -> Python:
    """What a pin says, in the spellings of uv and pyenv: `cpython-3.12.4`, `pypy3.11-7.3.20`, `3.13t`, `3.14.0rc2`."""
    kind, version, rest = match[1].lower(), match[2], match[3]
    own = _OF_PYPY.fullmatch(rest)
    if kind in PYPY and (not rest or own or _PLATFORM.fullmatch(rest)):
        return Python(".".join(version.split(".")[:2]), file, word=word, is_pypy=True, pypy=own[1] if own else "")
    if kind in CPYTHON and (not rest or _PLATFORM.fullmatch(rest)):
        return Python(version, file)
    if kind in CPYTHON and version.count(".") > 1 and _PREVIEW.fullmatch(rest):
        return Python(f"{version}{rest}", file)
    return Python(".".join(version.split(".")[:2]), file, word=word)


def _chosen(service: Service, wanted: tuple[str, ...]) -> Python | Next:
    """The oldest Python that all of these allow."""
    if not wanted:
        return Python(f"3.{MINORS[0]}", why="nothing says which Python is meant")
    ranges = _parsed(wanted)
    fitting = [each for minor in MINORS if (each := _release(f"3.{minor}", ranges))]
    if not fitting:
        where = service.manifest or service.root
        why = f"the project wants Python {_said(wanted)}, and kempt knows of none that is released and fits"
        return Next(f"write the Python that is meant into {service.root / PIN} or mend {where}, {AGAIN}", why)
    return Python(fitting[0], why=f"the {'oldest' if len(fitting) > 1 else 'one'} that the project allows")


def _said(wanted: tuple[str, ...]) -> str:
    return " and ".join(dict.fromkeys(each[:60] for each in wanted))


# --- ranges --------------------------------------------------------------------------------------------
Ranges = tuple[tuple[str, ...], ...]
"""Specifiers: one of each inner tuple has to allow a release."""


def _parsed(wanted: tuple[str, ...]) -> Ranges:
    return tuple(tuple(_specifiers(part) for part in re.split(r"\|\|?", each)) for each in wanted)


def _specifiers(text: str) -> str:
    """A range, of Poetry's too, as a specifier: `~3.12` and `3.12` are `==3.12.*`, `3.12.4` is that release alone."""
    plain = re.sub(r"(?<=[\d*])\s+(?=[<>=!~^\d])", ",", text.strip())
    return ",".join(_specifier(re.sub(r"\s", "", each)) for each in plain.split(",") if each.strip())


def _specifier(text: str) -> str:
    match = re.fullmatch(r"(~|\^)?(3(?:\.\d+)*)(?:\.\*)?", text)
    if match is None:
        return text.replace("^", ">=")
    sign, version = match[1], match[2]
    if sign == "^":  # it ends where Python 4 begins, which nobody has
        return f">={version}"
    if version.count(".") > 1:
        return f"~={version}" if sign else f"=={version}"
    return f"=={version}.*"


def _release(version: str, ranges: Ranges) -> str | None:
    """Of X.Y or X.Y.Z the release that is allowed, X.Y where the newest is; None where none is."""
    if version.count(".") > 1:
        return version if _allows(ranges, version) else None
    if _allows(ranges, f"{version}.{LAST}"):
        return version
    known = RELEASED.get(int(version.partition(".")[2]), 0)
    fitting = [micro for micro in range(LAST) if _allows(ranges, f"{version}.{micro}")]
    released = [micro for micro in fitting if micro <= known]
    return f"{version}.{released[-1] if released else fitting[0]}" if fitting else None


def _allows(ranges: Ranges, release: str) -> bool:
    return all(any(_contains(part, release) for part in parts) for parts in ranges)


def _contains(specifiers: str, release: str) -> bool:
    """Whether specifiers allow a release; what is not understood allows none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(specifiers).contains(release, prereleases=True)
    except InvalidSpecifier:
        return False
