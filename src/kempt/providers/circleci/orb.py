"""The orb circleci/python: what its `install-packages` installs and caches.

It restores and saves copies of folders under one key: a version word, the branch, the Python version, and the hash of
the lock. With `venv-cache`, which is on by default, these are the environments of pipenv, Poetry and uv; for pip its
`pypi-cache` holds site-packages beside the downloads.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import Built, CacheUse, Command, Word
from kempt.providers import scripts
from kempt.providers.circleci.keys import Known, key
from kempt.providers.circleci.parameters import FALSE, resolved, text_of
from kempt.providers.circleci.splicing import Item

SOURCE = "circleci/python"
ENVIRONMENTS = frozenset({"poetry", "pipenv", "uv"})
"""Managers whose environment it stores as one."""
DOWNLOADS = frozenset({"pip", "pip-dist", "pipenv", "uv"})
"""Managers whose download cache is among what it stores; of Poetry it stores pip's."""
INSTALLS = {"poetry": "poetry install --no-ansi", "uv": "uv sync", "pipenv": "pipenv install"}


def manager(item: Item) -> str:
    """What installs: the value of `pkg-manager`; "auto" where the orb looks at the files itself."""
    return text_of(yaml.get(item.body, "pkg-manager"), item.scope) or "auto"


def folder_of(item: Item) -> str:
    """Where the project lies, as it is written."""
    return text_of(yaml.get(item.body, "app-dir"), item.scope) or "."


def commands(item: Item, location: Location, folder: str | None) -> tuple[Command, ...]:
    """The install. It stands in the orb and not in the file, so it has no place."""
    tool = manager(item)
    arguments = text_of(yaml.get(item.body, "args"), item.scope)
    if tool == "pip":
        file = yaml.get(item.body, "pip-dependency-file")
        name = "requirements.txt" if file is None else text_of(file, item.scope)
        line = f"pip install -r {name}" if name else "pip install"
        if not name and not arguments:
            return ()
    elif tool == "pip-dist":
        line = f"pip install -e {text_of(yaml.get(item.body, 'path-args'), item.scope) or '.'}"
    elif tool in INSTALLS:
        line = INSTALLS[tool]
    else:
        return ()
    words = tuple(Word(word) for word in split(f"{line} {arguments}"))
    return (Command(words, location, folder=folder),)


def split(text: str) -> list[str]:
    """The words of a text; cut at blanks where its quotes do not match."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def caches(item: Item, path: PurePosixPath, known: Known) -> Iterator[CacheUse]:
    """What it caches by default and as it is told."""
    tool = manager(item)
    if tool not in ENVIRONMENTS | DOWNLOADS:
        return
    name = "pip" if tool == "pip-dist" else tool
    override, scope = resolved(yaml.get(item.body, "cache-key-override"), item.scope)
    written = isinstance(override, yaml.Scalar) and override.value
    made = CacheUse(
        scripts.place(item.key, path),
        key=key(scripts.text(override, path), known._replace(scope=scope))
        if written and isinstance(override, yaml.Scalar)
        else None,
        manager=name,
        keyed=not written,
        block=item.block,
        written=item.name,
    )
    if tool in DOWNLOADS and _is_on(item, "pypi-cache"):
        yield made._replace(built=Built.DOWNLOADS, off="pypi-cache: false")
    switch = "venv-cache" if tool in ENVIRONMENTS else "pypi-cache"
    if _is_on(item, switch):
        yield made._replace(built=Built.ENVIRONMENT, off=f"{switch}: false")


def _is_on(item: Item, switch: str) -> bool:
    found, scope = resolved(yaml.get(item.body, switch), item.scope)
    return found is None or text_of(found, scope).lower() not in FALSE
