"""What an action does to the job that uses it: those that kempt knows, and silence about all others."""

from __future__ import annotations

from kempt.providers import scripts
from kempt.providers.github import known, setup_python, setup_uv, stores
from kempt.providers.github.around import Around, Checkout, Effect
from kempt.providers.github.sources import With
from kempt.providers.github.uses import Uses

CHECKOUT = "actions/checkout"
VERSIONED = ("python-version", "python-versions", "python_version")
"""Inputs that name a version of Python in whatever action they stand."""


def effect(uses: Uses, given: With, around: Around) -> Effect:
    """What an action does; one that is not known is opaque, and all that can be said are the Pythons it is given."""
    found = _effect(uses, given, around)
    if uses.by_commit and found.tools:
        found = found._replace(tools=tuple(tool._replace(by_commit=True) for tool in found.tools))
    if found.pythons:
        return found
    return found._replace(pythons=tuple(text for name in VERSIONED for text in given.versions(name)))


def _effect(uses: Uses, given: With, around: Around) -> Effect:
    name = uses.name
    if name == CHECKOUT:
        return Effect(checkout=_checked_out(given, around))
    if name == setup_uv.NAME:
        return setup_uv.read(uses.version, given, around)
    if name == setup_python.NAME:
        return setup_python.read(uses.version, given, around)
    if name in stores.CACHES:
        return stores.cache(name, given, around)
    if name in stores.UPLOADS:
        return stores.artifacts(uses, given, around)
    return _installer(uses, given, around)


def _installer(uses: Uses, given: With, around: Around) -> Effect:
    if uses.name in setup_python.POETRY:
        return setup_python.poetry(uses.name, given, around)
    if uses.name == setup_python.PDM:
        return setup_python.pdm(uses.version, given, around)
    if not known.is_known(uses.name):
        return Effect(opaque=uses.name)
    if uses.name in known.COMMANDS:
        return _run(uses, given, around)
    return Effect(activates=uses.name in known.ACTIVATING)


def _run(uses: Uses, given: With, around: Around) -> Effect:
    """The commands of an action that is given a script."""
    scalar = given.scalar(known.COMMANDS[uses.name])
    if scalar is None:
        return Effect()
    written = given.written("working-directory")
    folders = given.folders(written.value if written is not None else "", given.scope)
    places = tuple(map(around.checkout.folder, folders))
    run = scripts.commands(given.source.document, scalar, given.source.path, folder=places)
    return Effect(commands=run.commands, variables=run.written)


def _checked_out(given: With, around: Around) -> Checkout:
    """Where repositories are after one more checkout."""
    repository, path = given.value("repository"), given.value("path")
    place = Checkout().folder(path)
    if repository and repository != "${{ github.repository }}":
        foreign = (place,) if place else ()
        own = around.checkout.own if place != "" else None
        return Checkout(own, (*around.checkout.foreign, *foreign))
    return Checkout(place, around.checkout.foreign)
