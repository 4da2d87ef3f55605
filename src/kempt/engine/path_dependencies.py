"""Folders of a repository that a manifest installs by their path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join, normpath
from typing import Any

FILE_URL = r"@\s*file:(?://)?(?:\$\{PROJECT_ROOT\}/?|/\$\{PROJECT_ROOT\}/?)?([^\s;]+)"
EDITABLE = rb"(?m)^[ \t]*(?:-e|--editable)[ \t=]+([^\s;#\[]+)|^[ \t]*(\.{1,2}/[^\s;#\[]*)"


def of_pyproject(document: Mapping[str, Any], folder: str) -> Iterator[str]:
    """The folders that a pyproject.toml in `folder` names, relative to the repository's root ("" at the top)."""
    tool = _table(document, "tool")
    poetry = _table(tool, "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), _table(_table(tool, "uv"), "sources")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    for table in tables:
        for value in table.values():
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
                    yield _place(folder, entry["path"])
    for text in _texts(document):
        if match := re.search(FILE_URL, text) if "file:" in text else None:
            yield _place(folder, match[1])


def of_requirements(content: bytes, folder: str) -> Iterator[str]:
    """The folders that a requirements file in `folder` installs."""
    if b"-e" not in content and b"--editable" not in content and b"./" not in content:
        return
    for match in re.finditer(EDITABLE, content):
        yield _place(folder, (match[1] or match[2]).decode("utf-8", "surrogateescape"))


def _place(folder: str, path: str) -> str:
    """A path of a folder, relative to the root. One that leads out of the repository keeps its dots."""
    found = normpath(join(folder, path))
    return "" if found == "." else found


def _table(parent: object, key: str) -> Mapping[str, Any]:
    found = parent.get(key) if isinstance(parent, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    """The requirements of `[project]` and of the dependency groups."""
    project = _table(document, "project")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    for each in (*lists, *_table(document, "dependency-groups").values()):
        yield from (text for text in each if isinstance(text, str)) if isinstance(each, list) else ()
