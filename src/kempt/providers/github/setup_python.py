"""actions/setup-python, as its sources of version 2.3 to 7.0.0 have it, and the actions that bring Poetry and PDM."""

from __future__ import annotations

import shlex

from kempt.model.pipeline import Built, CacheUse, Command, Key, KeyPart, PartKind, Text, Tool, Word
from kempt.providers.github.around import Around, Effect, follows_lock
from kempt.providers.github.globs import matches
from kempt.providers.github.scope import NOTHING_SAID, possible
from kempt.providers.github.sources import With
from kempt.providers.github.uses import Version

NAME = "actions/setup-python"
FILES = {"pip": "**/requirements.txt", "poetry": "**/poetry.lock", "pipenv": "**/Pipfile.lock"}
LOCKS = {"pip": "", "poetry": "poetry.lock", "pipenv": "Pipfile.lock", "pdm": "pdm.lock"}
INSTEAD = "**/pyproject.toml"  # what `cache: pip` hashes if no requirements.txt is there
HASHES_INSTEAD = (4, 6, 0)
KEYS_MACHINE = (5, 2, 0)
INSTALLS, NO_LONGER = (6, 1, 0), (7, 0, 0)  # `pip-install`
POETRY = {
    "abatilo/actions-poetry": "poetry-version",
    "gr1n/setup-poetry": "poetry-version",
    "snok/install-poetry": "version",
}
PDM = "pdm-project/setup-pdm"


def read(version: Version, given: With, around: Around) -> Effect:
    """What setup-python does: it brings a Python, may cache for one manager, and may install something."""
    scalar = given.scalar("cache")
    said = [value for value in (possible(scalar.value, given.scope) if scalar else ()) if value in FILES]
    return Effect(
        caches=tuple(_cache(manager, version, given, around) for manager in said if manager),
        commands=_installed(given, around) if INSTALLS <= version < NO_LONGER else (),
        pythons=given.versions("python-version"),
    )


def poetry(name: str, given: With, around: Around) -> Effect:
    """What an action does that brings Poetry."""
    version = given.text(POETRY[name])
    settings = {
        f"POETRY_{setting.upper().replace('-', '_')}": given.value(setting)
        for setting in ("virtualenvs-in-project", "virtualenvs-create", "virtualenvs-path")
        if given.value(setting)
    }
    return Effect(tools=(Tool("poetry", around.location, version),), variables=settings)


def pdm(version: Version, given: With, around: Around) -> Effect:
    """What setup-pdm does: PDM, a Python, and with `cache` both PDM's downloads and the environment."""
    caches: tuple[CacheUse, ...] = ()
    if given.value("cache") == "true":
        files = _files(given, "pdm.lock")
        one = _keyed("pdm", files, (PartKind.SYSTEM, PartKind.PYTHON), given, around)
        one = one._replace(full_key=version >= (4, 2, 0), built=Built.DOWNLOADS)
        one = one._replace(written="cache: true")
        caches = (one, one._replace(built=Built.ENVIRONMENT))
    return Effect(
        caches=caches,
        tools=(Tool("pdm", around.location, given.text("version")),),
        pythons=given.versions("python-version"),
    )


def _cache(manager: str, version: Version, given: With, around: Around) -> CacheUse:
    files = _files(given, FILES[manager])
    files = None if files is None else tuple(map(around.checkout.glob, files))
    if manager == "pip" and version >= HASHES_INSTEAD and files and not matches(around.files.listing, files):
        files = (INSTEAD,)
    kinds = (PartKind.SYSTEM, PartKind.PYTHON, *((PartKind.MACHINE,) if version >= KEYS_MACHINE else ()))
    found = _keyed(manager, files, kinds, given, around)
    return found._replace(
        built=Built.DOWNLOADS if manager == "pip" else Built.ENVIRONMENT, full_key=version >= KEYS_MACHINE
    )


def _files(given: With, default: str) -> tuple[str, ...] | None:
    """What a key hashes in any row of the matrix; None where only a run knows that."""
    scalar = given.scalar("cache-dependency-path")
    said = possible(scalar.value, given.scope) if scalar is not None else NOTHING_SAID
    named = [value for value in said if value is not None]
    lines = (line.strip() for value in named for line in (value if value.strip() else default).splitlines())
    return tuple(dict.fromkeys(filter(None, lines))) if len(named) == len(said) else None


def _keyed(
    manager: str, files: tuple[str, ...] | None, kinds: tuple[PartKind, ...], given: With, around: Around
) -> CacheUse:  # fmt: skip
    text = given.text("cache-dependency-path") or Text(", ".join(files or ()), around.location)
    hashed = PartKind.UNKNOWN if files is None else PartKind.FILES
    parts = (*(KeyPart(kind, kind.value) for kind in kinds), KeyPart(hashed, text.value, files or ()))
    return CacheUse(
        around.location,
        key=Key(text, parts),
        manager=manager,
        keyed=follows_lock(around, files or (), LOCKS[manager]),
        block=around.block,
        written=f"cache: {manager}",
    )


def _installed(given: With, around: Around) -> tuple[Command, ...]:
    scalar = given.scalar("pip-install")
    if scalar is None or not scalar.value.strip():
        return ()
    try:
        words = shlex.split(given.value("pip-install"))
    except ValueError:
        return ()
    location = given.source.text(scalar).location
    return (Command(tuple(map(Word, ("pip", "install", *words))), location, folder=around.checkout.folder("")),)
