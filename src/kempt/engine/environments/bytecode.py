"""Bytecode: which files of it Python would run in place of a source, and whether they are that source, compiled."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.engine.environments.claims import Claims
from kempt.engine.environments.layout import Layout
from kempt.errors import UnreadableError
from kempt.formats.bytecode import FOLDER, HEADER, Header, header, name
from kempt.formats.file_names import find, token, with_token
from kempt.host.reading import read_beginning, read_regular
from kempt.host.walking import Walk
from kempt.host.workers import in_processes, processors
from kempt.model.environment import Damage, Problem

LIMIT = 16 * 1024**2
LEVELS = {"": 0, "1": 1, "2": 2}
BATCH = 32
WORD = 0xFFFFFFFF


class Compiled(NamedTuple):
    """A bytecode file that Python runs if nothing is compiled anew, its source, and how far it is optimized."""

    path: str
    source: str
    level: int
    header: Header


class Verdict(NamedTuple):
    """What is wrong with a bytecode file, empty for nothing; then `pair` says what it was found right for."""

    why: str
    pair: str = ""


def is_bytecode(path: str) -> bool:
    """Whether a file is one that Python keeps in `__pycache__`."""
    folder, _, file_name = path.rpartition("/")
    return folder.rpartition("/")[2] == FOLDER and (".pyc" in file_name) and bool(_kept(file_name))


def _kept(file_name: str) -> bool:
    base, _, temporary = file_name.partition(".pyc")
    return name(f"{base}.pyc") is not None and (not temporary or temporary[1:].isdecimal())


def runnable(layout: Layout, walk: Walk, caches: Iterable[str], headers: Mapping[str, bytes]) -> Iterator[Compiled]:
    """The files of `__pycache__` that Python would run: for a source that is there, with a header that fits it."""
    own = f"cpython-{layout.minor.replace('.', '')}"
    for path in caches:
        folder, _, file_name = path.rpartition("/")
        said = name(file_name)
        if said is None or said.optimized not in LEVELS or not _is_for(said.tag, own):
            continue
        source = f"{folder.removesuffix(FOLDER)}{said.stem}.py"
        found = walk.files.get(source)
        first = header(headers.get(path, b""))
        if found is None or first is None or not first.kind:
            continue
        fits = first.mtime == int(found.st_mtime) & WORD and first.size == found.st_size & WORD
        if first.kind != "time" or fits:
            yield Compiled(path, source, LEVELS[said.optimized], first)


def beginnings(root: str, paths: Iterable[str]) -> dict[str, bytes]:
    """The first bytes of each file."""
    return {path: read_beginning(f"{root}/{path}", HEADER) for path in paths}


def unchecked(found: Iterable[Compiled], claims: Claims) -> Iterator[Problem]:
    """Bytecode that Python never compares with its source."""
    for each in found:
        if each.header.kind == "unchecked":
            words = "Python runs it whatever the source says"
            yield Problem(Damage.UNCHECKED_BYTECODE, each.path, claims.name(each.source), words)


def can_prove(layout: Layout) -> bool:
    """Whether this Python compiles as the environment's does: to the last digit of the version."""
    own = ".".join(map(str, sys.version_info[:3]))
    return sys.implementation.name == "cpython" and layout.python == own and sys.version_info.releaselevel == "final"


def forged(root: str, found: list[Compiled], jobs: int) -> Iterator[tuple[Compiled, Verdict]]:
    """Whether each file is its source compiled. Every source is compiled anew, which takes time; nothing is run."""
    batches = [(root, found[at : at + BATCH]) for at in range(0, len(found), BATCH)]
    for (_, batch), verdicts in zip(batches, in_processes(compare, batches, jobs or processors()), strict=True):
        yield from zip(batch, verdicts or [Verdict("it could not be compared")] * len(batch), strict=True)


def compare(batch: tuple[str, list[Compiled]]) -> list[Verdict]:
    """The verdict on each file, in the same order."""
    from warnings import catch_warnings, simplefilter

    root, listed = batch
    with catch_warnings():
        simplefilter("ignore")
        return [_compare(root, each) for each in listed]


def pair(stored: str, source: str) -> str:
    """What a verdict holds for, wherever and whenever: the contents of both files, and the compiler."""
    return f"{stored} {source} {sys.version}"


def _compare(root: str, one: Compiled) -> Verdict:
    from importlib.util import MAGIC_NUMBER, source_hash
    from marshal import dumps

    from kempt.formats.code_objects import MalformedError, canonical

    try:
        stored, source = read_regular(f"{root}/{one.path}", LIMIT), read_regular(f"{root}/{one.source}", LIMIT)
    except UnreadableError as error:
        return Verdict(f"it could not be compared: {error.message}")
    proven = Verdict("", pair(hashlib.sha256(stored).hexdigest(), hashlib.sha256(source).hexdigest()))
    if stored[:4] != MAGIC_NUMBER or (one.header.kind == "hash" and source_hash(source) != one.header.hash):
        return proven  # Python compiles the source anew
    try:
        code = dumps(compile(source, f"{root}/{one.source}", "exec", dont_inherit=True, optimize=one.level))
        if stored[HEADER:] == code or _named(stored, f"{root}/{one.source}") == code:
            return proven
        wanted = canonical(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return Verdict("its source cannot be compiled")
    try:
        return proven if canonical(stored[HEADER:]) == wanted else Verdict("its code is not that of its source")
    except (MalformedError, RecursionError):
        return Verdict("it holds no code")


def _named(stored: bytes, source: str) -> bytes:
    """The code of a file under another name of its source: `kempt dedupe --bytecode` gives all copies one."""
    spot = find(stored)
    put = spot and with_token(stored, spot.at, spot.token, token(source, spot.token))
    return put[HEADER:] if put else b""


def _is_for(tag: str, own: str) -> bool:
    """Whether the environment's Python looks for files with this tag; one that is no CPython is asked about all."""
    return tag in {own, f"{own}t"} or not tag.startswith("cpython-")
