"""The one table of what is disposable. Everything that names a cache or an environment reads it here."""

from __future__ import annotations

from kempt.catalog.table import ROWS as _ROWS
from kempt.model.artefact import Artefact, Delete, Kind
from kempt.model.finding import Level

ROWS: tuple[Artefact, ...] = tuple(
    Artefact(name, tool, Kind(kind), code, Level(level), ignore, own, tagged, fixtures, Delete(delete), used)
    for name, tool, kind, code, level, ignore, own, tagged, fixtures, delete, used in _ROWS
)

CACHEDIR_TAG = "CACHEDIR.TAG"
CACHEDIR_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"

FIXTURE_FOLDERS = frozenset(
    {"test", "tests", "testing", "testdata", "test-data", "test_data", "__tests__", "fixture", "fixtures"}
)
"""Folders whose environments, wheels and metadata are test data. Bytecode and caches are reported even there."""

DEMOTED_FOLDERS = FIXTURE_FOLDERS | {
    "example", "examples", "template", "templates", "doc", "docs", "third_party", "vendor", "_vendor", "node_modules",
}  # fmt: skip
"""Folders whose projects are not services of the repository."""
DEMOTED_ENDINGS = ("-example", "-examples", "_example", "_examples")
"""The same, for folders that hold examples of one kind."""

SECRET_TEMPLATES = ("example", "sample", "template", "dist", "defaults", "tpl")
"""Endings of `.env.*` files that are meant to be tracked."""

LOCKS = {
    "uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv", "pylock.toml": "pylock",
    "pixi.lock": "pixi", "conda-lock.yml": "conda-lock",
}  # fmt: skip
"""Lock files and the manager that each belongs to. `pylock.NAME.toml` is one as well: `lock_owner` knows it."""

PATTERN_TYPOS = {
    ".__pypackages__": "__pypackages__",
    "__pycache": "__pycache__",
    "_pycache_": "__pycache__",
    "__pycache_": "__pycache__",
    ".pycache": "__pycache__",
    ".pytest-cache": ".pytest_cache",
    ".mypy-cache": ".mypy_cache",
    ".ruff-cache": ".ruff_cache",
    ".pytestcache": ".pytest_cache",
    ".DS_store": ".DS_Store",
    ".Ds_Store": ".DS_Store",
    "*.py[cod}": "*.py[cod]",
}
"""Ignore patterns that match nothing any tool makes, and what was meant."""


def row(name: str) -> Artefact:
    """The row of this name. Raises KeyError if there is none."""
    for each in ROWS:
        if each.name == name:
            return each
    raise KeyError(name)


def lock_owner(name: str) -> str | None:
    """The manager that a file of this name is the lock of, None where it is none."""
    if name.startswith("pylock.") and name.endswith(".toml"):
        return LOCKS["pylock.toml"]
    return LOCKS.get(name)


def is_lock(path: str) -> bool:
    """Whether a file says which versions are meant: a lock file, or requirements."""
    name = path.rpartition("/")[2]
    return lock_owner(name) is not None or (name.endswith(".txt") and "require" in path.lower())


def is_fixture(path: str) -> bool:
    """Whether a path lies below a folder of test data."""
    return any(part.lower() in FIXTURE_FOLDERS for part in path.split("/")[:-1])


def is_demoted(path: str) -> bool:
    """Whether a path lies below tests, examples, documentation, templates or vendored code."""
    return any(part in DEMOTED_FOLDERS or part.endswith(DEMOTED_ENDINGS) for part in path.lower().split("/"))
