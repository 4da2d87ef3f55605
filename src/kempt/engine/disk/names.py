"""The catalog's rows, sorted by how a scan meets them: names of folders, names of files, endings."""

from __future__ import annotations

from kempt import catalog
from kempt.model.artefact import Artefact, Delete, Kind

BY_CONTENT = frozenset({".venv/", "venv/", "env/", ".pixi/envs/", ".cache/"})
"""Folders that are known by what lies in them, whatever they are called."""
BELOW_A_PROJECT = {"/build/": "build", "/dist/": "dist", "/site/": "site", "/docs/_build/": "_build"}
"""Rows that count in one place only, and the folder's own name."""
NOT_FOUND_BY_NAME = frozenset({Kind.SECRET, Kind.MANAGER_STATE})
HOLD_ENVIRONMENTS = frozenset({".tox/", ".nox/"})
"""Folders of tools that make environments in them: they go where environments go."""
UNDONE = frozenset(
    {
        ".hypothesis/", ".benchmarks/", ".ropeproject/", ".scrapy/", ".pybuilder/", ".spyderproject", ".dmypy.json",
        ".uv-cache/", ".pip-cache/", ".cache/",
    }
)  # fmt: skip
"""Tool caches that hold what somebody may miss: failing examples, measurements, settings, downloads."""

FOLDERS: dict[str, Artefact] = {
    row.name.rstrip("/"): row
    for row in catalog.ROWS
    if row.is_folder and row.name not in BY_CONTENT and not row.name.startswith(("/", "*"))
}
ROOTED: dict[str, Artefact] = {
    BELOW_A_PROJECT[row.name]: row for row in catalog.ROWS if row.name in BELOW_A_PROJECT
}  # fmt: skip
FOLDER_ENDINGS: dict[str, Artefact] = {
    row.name.strip("*/"): row for row in catalog.ROWS if row.is_folder and row.name.startswith("*")
}
FILES: dict[str, Artefact] = {
    row.name: row
    for row in catalog.ROWS
    if not row.is_folder
    and row.delete is Delete.YES
    and row.kind not in NOT_FOUND_BY_NAME
    and "*" not in row.name
    and row.name != catalog.CACHEDIR_TAG
}
FILE_ENDINGS: dict[str, Artefact] = {
    row.name[1:]: row
    for row in catalog.ROWS
    if not row.is_folder and row.delete is Delete.YES and row.name.startswith("*") and row.kind is not Kind.BYTECODE
}
COVERAGE_PARTS = ".coverage."
"""The beginning of the files that coverage writes for each process."""
TAGGED_CACHE = catalog.row(".cache/")
ENVIRONMENT = catalog.row(".venv/")
BYTECODE = catalog.row("__pycache__/")

MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
"""What makes a folder a Python project that can be built."""
PROJECT_FILES = MANIFESTS | {"requirements.txt", "Pipfile", "tox.ini", "noxfile.py", "environment.yml", *catalog.LOCKS}
"""What makes a folder the place that things below it belong to."""
OTHER_SYSTEMS = {".hg": "Mercurial", ".svn": "Subversion", ".bzr": "Bazaar", "_darcs": "Darcs"}
"""Version control that cannot be asked what it tracks."""

NEVER_ENTERED = frozenset({".git", "dist-packages", *OTHER_SYSTEMS})
"""Folders of version control, and where Debian installs packages."""


def folder_row(name: str) -> Artefact | None:
    """The row of a folder of this name, wherever it lies."""
    row = FOLDERS.get(name)
    if row is None and name.endswith(tuple(FOLDER_ENDINGS)):
        row = next(row for ending, row in FOLDER_ENDINGS.items() if name.endswith(ending))
    return row


def file_row(name: str) -> Artefact | None:
    """The row of a file of this name; bytecode beside its source is not among them."""
    row = FILES.get(name)
    if row is None and name.startswith(COVERAGE_PARTS):
        row = catalog.row(".coverage.*")
    if row is None and name.endswith(tuple(FILE_ENDINGS)):
        row = next(row for ending, row in FILE_ENDINGS.items() if name.endswith(ending))
    return row


def is_lock_name(name: str) -> bool:
    """Whether a file of this name says which versions an environment gets."""
    return catalog.lock_owner(name) is not None or (name.endswith(".txt") and "require" in name.lower())
