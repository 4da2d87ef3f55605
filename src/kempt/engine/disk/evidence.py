"""What the names in a folder say of it: an environment, the output of a build, bytecode and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from kempt.engine.environments_found import SOURCE_ENDINGS, USUAL_CHILDREN

_PARTLY_WRITTEN = re.compile(r".+\.py[co]\.\d+")
_BYTECODE = (".pyc", ".pyo", "$py.class", ".nbi", ".nbc")
_LEGACY = re.compile(r"(?P<stem>.+?)(?:\.py[co](?:\.\d+)?|\$py\.class)")
_SOURCES = (".py", ".pyw")
_WHEELS = (".whl", ".tar.gz", ".zip", ".egg")
_BUILT = re.compile(r"lib|lib\..+|bdist\..+|temp\..+|scripts-.+|__editable__\..+|cp\d+.*|[^.]+\.egg-info|wheel|exe\..+")
_INSTALLATION = frozenset({"condabin", "pkgs", "envs"})
_EDITABLE = frozenset({"src", ".git", ".hg", ".svn"})
_OWN_MARKS = frozenset({".kempt-incomplete", ".project", "pyvenv.cfg", ".gitignore", "cachedir.tag"})


def is_partly_written(name: str) -> bool:
    """Whether it is bytecode that a Python was stopped while writing (`x.pyc.140234`)."""
    return _PARTLY_WRITTEN.fullmatch(name) is not None


def foreign_to_bytecode(names: Collection[str]) -> tuple[str, ...]:
    """What lies in a `__pycache__` and was not written there by a Python, sorted."""
    return tuple(sorted(name for name in names if not name.endswith(_BYTECODE) and not is_partly_written(name)))


def legacy_bytecode(names: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """The bytecode that lies beside sources as Python 2 wrote it; each with whether its source is there."""
    found = []
    for name in names:
        match = _LEGACY.fullmatch(name)
        if match:
            found.append((name, any(match["stem"] + ending in names for ending in _SOURCES)))
    return tuple(found)


def holds_distributions(names: Collection[str]) -> bool:
    """Whether a `dist` is where packages were built: wheels or source archives lie in it."""
    return any(name.endswith(_WHEELS) for name in names)


def is_build_folder(names: Collection[str]) -> bool:
    """Whether a `build` is what setuptools and its kin leave: nothing else lies in it."""
    return bool(names) and all(_BUILT.fullmatch(name) for name in names)


def is_site(names: Collection[str]) -> bool:
    """Whether a `site` is what MkDocs makes."""
    return {"index.html", "sitemap.xml"} <= set(names)


def is_library(folders: Collection[str], files: Collection[str]) -> bool:
    """Whether a folder is a Python's own library, whose bytecode every start of that Python needs."""
    return "os.py" in files and "site.py" in files and "encodings" in folders


def is_installation(names: Collection[str]) -> bool:
    """Whether a conda environment is conda itself, with other environments in it."""
    return not _INSTALLATION.isdisjoint(names)


def work_in_environment(folders: Collection[str], files: Collection[str]) -> tuple[str, ...]:
    """What lies at the top of an environment and is somebody's work, sorted: sources, repositories, unknown folders."""
    odd = {name for name in folders if name.lower() not in USUAL_CHILDREN}
    odd |= {name for name in files if name in _EDITABLE}
    odd |= {
        name
        for name in files
        if name.lower().endswith(SOURCE_ENDINGS) and name.lower() not in USUAL_CHILDREN | _OWN_MARKS
    }
    return tuple(sorted(odd))
