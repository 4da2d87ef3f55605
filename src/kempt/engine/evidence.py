"""Which tools a project really uses: read from its manifests, locks, CI files and build scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kempt import catalog
from kempt.model.artefact import Artefact, Kind
from kempt.model.listing import Listing

NESTED = ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
UNREAD = ("pixi.lock", "conda-lock.yml")
"""Locks of managers that kempt only recognises: large, and known by their name alone."""
AT_ROOT = ("tox.ini", "noxfile.py", "Makefile", "justfile", ".gitlab-ci.yml", "azure-pipelines.yml",
           "buildspec.yml", "buildspec.yaml", "bitbucket-pipelines.yml", ".circleci/config.yml", "Dockerfile",
           ".pre-commit-config.yaml", ".coveragerc", "mkdocs.yml")  # fmt: skip
SETTINGS = ("poetry.toml", "pdm.toml", "uv.toml", ".env", ".python-version")
"""Where a project says where its environment lies, which Python it is for, and whom to ask for packages."""
README = ("README.md", "README.rst", "README.txt", "README", "CONTRIBUTING.md")
WORKFLOWS = ".github/workflows"
LOCKED_NAME = re.compile(rb'name = "([^"\n]{1,100})"')
COMMENT = re.compile(rb"^[ \t]*#.*", re.MULTILINE)
SHOWN_BY_LOCKS = frozenset({Kind.TOOL_CACHE, Kind.TEST_OUTPUT, Kind.MANAGER_STATE})
"""What a package makes when it is merely installed and run; a lock also names what other packages bring along."""
MANIFEST_NAMES = frozenset(NESTED)


def manifests(listing: Listing) -> tuple[str, ...]:
    """Paths of all tracked manifests, requirements files and lock files."""
    found = [path for name in NESTED for path in listing.named(name)]
    for tail in (".txt", ".in"):
        found += [path for path in listing.ending(tail) if "requirements" in path.lower()]
    if b"pylock." in listing.folded:
        found += [path for path in listing.ending(".toml") if catalog.lock_owner(path.rpartition("/")[2])]
    return tuple(path for path in found if _is_manifest(listing, path))


def _is_manifest(listing: Listing, path: str) -> bool:
    """Whether it is spelled as its tool wants it; a `setup.py` inside a package is a module."""
    folder, _, name = path.rpartition("/")
    if name.startswith("setup."):
        return f"{folder}/__init__.py".lstrip("/") not in listing
    return name in MANIFEST_NAMES or name.endswith((".txt", ".in")) or catalog.lock_owner(name) is not None


def named_only(listing: Listing) -> tuple[str, ...]:
    """Paths of the locks that are not opened."""
    return tuple(path for name in UNREAD for path in listing.named(name) if path.rpartition("/")[2] == name)


def scripts(listing: Listing) -> tuple[str, ...]:
    """Paths of the files at the root that tell what a project runs: CI, build scripts, read-me."""
    start, end = listing.span(WORKFLOWS)
    workflows = [path for path in listing.paths(start, end) if path.endswith((".yml", ".yaml"))]
    return (*workflows, *(name for name in (*AT_ROOT, *README) if name in listing))


def settings(listing: Listing) -> tuple[str, ...]:
    """Paths of the files beside manifests that steer a manager: how a project is installed, not what it uses."""
    return tuple(path for name in SETTINGS for path in listing.named(name) if path.rpartition("/")[2] == name)


def used_rows(listing: Listing, files: Mapping[str, bytes]) -> tuple[Artefact, ...]:
    """The rows of the catalog whose tool this project uses, `files` being its manifests, locks and scripts."""
    files = {path: content for path, content in files.items() if not catalog.is_demoted(path)}
    locks = [content for path, content in files.items() if _is_lock(path)]
    locked = {name.decode("ascii", "replace").lower() for lock in locks for name in LOCKED_NAME.findall(lock)}
    others = {path: content.lower() for path, content in files.items() if not _is_lock(path)}
    tools = _joined({path: COMMENT.sub(b"", content) for path, content in others.items() if path not in README})
    everything = tools + _joined({path: content for path, content in others.items() if path in README})

    def is_used(row: Artefact) -> bool:
        installed = locked if row.kind in SHOWN_BY_LOCKS else ()
        return any(_tracks(listing, word[1:]) if word.startswith("*.") else word in installed
                   or _names(everything if " " in word else tools, word) for word in row.used_by)  # fmt: skip

    return tuple(row for row in catalog.ROWS if is_used(row))


def _is_lock(path: str) -> bool:
    return path.endswith(".lock") or catalog.lock_owner(path.rpartition("/")[2]) is not None


def _joined(files: Mapping[str, bytes]) -> bytes:
    """Names and contents of the files, so that the mere presence of `setup.py` is evidence as well.

    The pages that `mkdocs.yml` lists are words, not tools.
    """
    texts = ((path.lower(), b"" if path == "mkdocs.yml" else content) for path, content in files.items())
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\n" + content + b"\n" for path, content in texts)


def _names(text: bytes, word: str) -> bool:
    """Whether a text holds a word, not merely a longer one that it is a part of."""
    wanted = word.encode()
    if wanted not in text:
        return False
    return re.search(rb"(?<!\w)(?<!\w-)" + re.escape(wanted) + rb"(?![\w-])", text) is not None


def _tracks(listing: Listing, ending: str) -> bool:
    """Whether files that end so are tracked; notebooks that tests read are opened by nobody."""
    if ending == ".py":
        return b".py\0" in listing.folded
    return any(not catalog.is_fixture(path) for path in listing.ending(ending))
