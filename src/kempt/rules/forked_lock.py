"""KPT309 forked-lock: the patch version of Python decides which version of a package is installed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import catalog
from kempt.formats import lock_blocks
from kempt.formats.lock_blocks import Block
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import referring

MICRO_HINT = b"python_full_version "
MICRO = rb"python_full_version [<>=!~]{1,3} [\"'\\]{1,2}(\d{1,3}\.\d{1,3}\.[1-9]\d{0,3})"
NAME = rb"(?m)^name = [\"']([^\"'\n]+)[\"']"
MARKERS = ("resolution-markers", "markers", "marker")
"""What uv, Poetry, PDM and PEP 751 call the condition of one entry."""
PLATFORMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("win32", "Windows", "nt", "AMD64"),
)
LIMIT, LONGEST = 20, 2000
"""How many boundaries and entries of one name are looked at, and the characters of a condition."""
PINNED = r"(?m)^[^\s#\d]{0,20}(\d+\.\d+)(\.\d+)?"
PIN = ".python-version"


class Entry(NamedTuple):
    """One version that a name is locked at; `conditions` are alternatives, none of them means always."""

    name: str
    version: str
    line: int
    conditions: tuple[str, ...]


class Fork(NamedTuple):
    """A name, and the versions it has below a version of Python and from there on."""

    python: str
    before: Entry
    after: Entry


def check(repo: Repo) -> Iterator[Finding]:
    """Silent where the whole version is pinned, or another minor version than the one that forks."""
    for service in repo.services:
        for lock in dict.fromkeys(filter(None, (service.lock, *service.locks))):
            if lock.suffix not in {".lock", ".toml"} or catalog.is_fixture(str(lock)):
                continue
            content = repo.documents.read(lock) or b""
            if _may_fork(content, lock.name):
                forks = [fork for fork in _forks(content, lock.name) if not _is_settled(repo, service, fork.python)]
                if forks:
                    yield _finding(service, lock, forks)


def _may_fork(content: bytes, name: str) -> bool:
    """Whether a patch version stands in a condition; uv lists the conditions of all its forks at the top."""
    end = content.find(b"[[package]]") if name == "uv.lock" else -1
    conditions = content if end < 0 else content[:end]
    return MICRO_HINT in conditions and re.search(MICRO, conditions) is not None


def _finding(service: Service, lock: PurePosixPath, forks: list[Fork]) -> Finding:
    first = forks[0]
    others = referring.named(fork.before.name for fork in forks[1:] if fork.before.name != first.before.name)
    return RULE.finding(
        Location(lock, first.after.line),
        f"`{first.before.name}` is locked twice: {first.before.version} below Python {first.python}, "
        f"{first.after.version} from it on" + (f"; so are {others}" if others else ""),
        key=first.before.name, level=Level.INFO if service.demoted else None, service=service.root,
        help=f"write all three numbers of the Python you deploy into {service.root / PIN}, such as {first.python}",
    )  # fmt: skip


def _is_settled(repo: Repo, service: Service, python: str) -> bool:
    """Whether the pin at or above the service leaves nothing to this boundary."""
    for folder in (service.root, *service.root.parents):
        content = repo.documents.read(folder / PIN)
        match = None if content is None else re.search(PINNED, content.decode("utf-8", "replace"))
        if match:
            return match[2] is not None or not python.startswith(f"{match[1]}.")
    return False


def _forks(content: bytes, name: str) -> Iterator[Fork]:
    """The names whose version depends on a patch version, the first boundary of each."""
    kind = "packages" if name.endswith(".toml") else "package"
    named: dict[bytes, list[Block]] = {}
    for block in lock_blocks.blocks(content, kind):
        match = re.search(NAME, block.fields)
        if match:
            named.setdefault(match[1], []).append(block)
    for blocks in named.values():
        boundaries = sorted({match.decode() for block in blocks for match in re.findall(MICRO, block.content)})
        if len(blocks) > 1 and boundaries:
            fork = _fork([_entry(block) for block in blocks[:LIMIT]], boundaries[:LIMIT])
            if fork is not None:
                yield fork


def _entry(block: Block) -> Entry:
    package = block.parsed()
    found: list[str] = []
    for value in (package.get(key) for key in MARKERS):
        several = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
        found += [each for each in several if isinstance(each, str) and 0 < len(each) <= LONGEST]
    return Entry(str(package.get("name", "")), str(package.get("version", "")), block.line, tuple(found))


def _fork(entries: list[Entry], boundaries: list[str]) -> Fork | None:
    for python in boundaries:
        series, _, patch = python.rpartition(".")
        numbers = (int(patch) - 1, int(patch), int(patch) + 1)
        for platform in PLATFORMS:
            picked = [_picked(entries, f"{series}.{number}", platform) for number in numbers]
            for before, after in pairwise(picked):
                if before and after and before.version != after.version:
                    return Fork(python, before, after)
    return None


def _picked(entries: Iterable[Entry], python: str, platform: tuple[str, str, str, str]) -> Entry | None:
    """The first entry that is installed there."""
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    names = ("sys_platform", "platform_system", "os_name", "platform_machine")
    environment = dict(zip(names, platform, strict=True)) | {
        "python_full_version": python, "python_version": python.rpartition(".")[0], "implementation_version": python,
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
    }  # fmt: skip
    for entry in entries:
        try:
            if not entry.conditions or any(Marker(each).evaluate(environment) for each in entry.conditions):
                return entry
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
            return None
    return None


RULE = Rule(
    "KPT309", "forked-lock", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="the patch version of Python decides which version of a package is installed",
    help="write all three numbers of the Python you deploy into .python-version",
)  # fmt: skip
