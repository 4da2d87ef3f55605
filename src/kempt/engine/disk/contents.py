"""What lies in a folder that only its name speaks for: whether the tool of that name wrote all of it."""

from __future__ import annotations

import re

from kempt import catalog
from kempt.formats import record
from kempt.host.paths import join
from kempt.host.reading import read_untouched
from kempt.host.scanning import entries_of, names_in
from kempt.model.artefact import Artefact, Kind

_MARKS = frozenset({catalog.CACHEDIR_TAG, ".gitignore", ".gitattributes"})
_LAYOUTS = {
    ".pytest_cache/": re.compile(r"v|README\.md"),
    ".mypy_cache/": re.compile(r"\d+\.\d+|missing_stubs"),
    ".ruff_cache/": re.compile(r"\d+\.\d+\.\d+\S*|content"),
    ".import_linter_cache/": re.compile(r".+\.(?:meta|data)\.json"),
    ".complexipy_cache/": re.compile(r".+\.json"),
}
_RUNNERS = re.compile(r"\.gitignore|CACHEDIR\.TAG|\.package.*|\.tox-.*|.+\.lock")
_LIBRARIES = ("lib", "lib64", "Lib")
_NEVER_RECORDED = frozenset({"__pycache__", "bin", "site-packages"})
_MAGIC = b"\r\n"  # ends the 4 bytes that begin the bytecode of every CPython and PyPy
_JAVA = b"\xca\xfe\xba\xbe"
_INSTALLED = re.compile(r".+\.dist-info")


def is_its_tools(row: Artefact, path: str) -> bool:
    """Whether what lies at the top of a tool's cache is what that tool writes.

    Where its layout is known, every name must fit; else its CACHEDIR.TAG must lie there. What is empty holds nothing.
    """
    names = names_in(path)
    if row.kind is not Kind.TOOL_CACHE or not names:
        return True
    layout = _LAYOUTS.get(row.name)
    if layout is None:
        return is_tagged(path)
    return all(name in _MARKS or layout.fullmatch(name) for name in names)


def is_tagged(path: str) -> bool:
    """Whether a tool tagged the folder as a cache (bford.info/cachedir)."""
    signature = catalog.CACHEDIR_SIGNATURE
    return read_untouched(join(path, catalog.CACHEDIR_TAG), len(signature)) == signature


def is_bytecode(path: str) -> bool:
    """Whether a file beside a source begins as bytecode does. An empty one holds nothing."""
    content = read_untouched(path, 4)
    return not content or content[2:] == _MAGIC or content == _JAVA


def foreign_files(row: Artefact, path: str) -> str:
    """What lies in a folder of environments and was made by nobody's tool, in words; empty where there is nothing."""
    if row.name in {".tox/", ".nox/"}:
        odd = [name for name in entries_of(path)[1] if not _RUNNERS.fullmatch(name)]
        return f"holds what {row.tool} does not write: {_first(odd)}" if odd else ""
    if row.name == "__pypackages__/":
        odd = _unpacked(path)
        return f"holds what no package brought: {_first(odd)}" if odd else ""
    return ""


def _first(names: list[str]) -> str:
    return ", ".join(sorted(names)[:3])


def _unpacked(path: str) -> list[str]:
    """What in a `__pypackages__` is in no package's list of files, relative to it."""
    versions, odd = entries_of(path)
    odd = [name for name in odd if name not in _MARKS]
    for version in versions:
        for library in _LIBRARIES:
            place = join(path, version, library)
            names = names_in(place)
            brought = _brought(place, names)
            odd += [f"{version}/{library}/{name}" for name in names - brought]
    return odd


def _brought(place: str, names: frozenset[str]) -> frozenset[str]:
    installed = {name for name in names if _INSTALLED.fullmatch(name)}
    rows = (record.parse(read_untouched(join(place, name, "RECORD"), record.LIMIT)).rows for name in installed)
    return frozenset(installed | _NEVER_RECORDED | {row.partition("/")[0] for each in rows for row in each})
