"""A repository to facts: each file that some rule needs is read once, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

from kempt import catalog
from kempt.engine import automation, evidence, images
from kempt.engine.documents import ReadDocuments
from kempt.engine.recognise import recognise
from kempt.engine.services import find_services
from kempt.errors import UnreadableError
from kempt.formats import gitignore, suppression
from kempt.model.artefact import Artefacts, Found, Kind
from kempt.model.config import Config
from kempt.model.listing import Listing
from kempt.model.repo import Fault, Repo, Suppression
from kempt.model.tree import Tree

IGNORE_FILE_LIMIT = 1024**2
MEASURED_FILES = 50_000
CONFLICT = re.compile(rb"^(?:<<<<<<<|>>>>>>>)(?: |$)", re.MULTILINE)
COMMENTED = (".yml", ".yaml", "Dockerfile", ".toml", ".cfg", ".txt", ".ini")


def survey(tree: Tree, config: Config, faults: Iterable[Fault] = ()) -> Repo:
    """The facts about the files of a tree. A file that cannot be read becomes a fault, never an exception."""
    artefacts = recognise(tree)
    listing = _own_files(tree.listing, artefacts)
    ignores = tuple(listing.named(".gitignore"))
    manifests, scripts = evidence.manifests(listing), evidence.scripts(listing)
    settings = evidence.settings(listing)
    tree.prefetch((*ignores, *manifests, *scripts, *settings))
    found_faults = list(faults)
    words = tuple(path for path in scripts if path in evidence.README)
    files = dict(_read(tree, (*manifests, *(path for path in scripts if path not in words)), found_faults))
    files |= _read(tree, words, [])  # they only tell of tools: a link in the place of one is nobody's fault
    ignore_files = tuple(
        gitignore.parse(PurePosixPath(path), content)
        for path, content in _read(tree, ignores, found_faults, IGNORE_FILE_LIMIT)
    )
    found_faults += _conflicts(files)
    found_faults += _conflicts({str(each.path): gitignore.encode(each.text) for each in ignore_files})
    suppressions: list[Suppression] = []
    for ignore_file in ignore_files:
        suppressions += suppression.parse(ignore_file.path, ignore_file.text)
    told = files | dict(_read(tree, settings, []))  # one that cannot be read steers nothing
    for path, content in told.items():
        if path.endswith(COMMENTED) and suppression.MARK.encode() in content:
            suppressions += suppression.parse(PurePosixPath(path), content.decode("utf-8", "surrogateescape"))
    documents = ReadDocuments(told)
    declared = {path: files[path] for path in manifests if path in files}
    services = find_services(
        declared, has_python=b".py\0" in listing.folded, documents=documents, beside=evidence.named_only(listing)
    )
    found_faults += _unparsable(documents, found_faults)
    found_faults += _broken_locks(declared, found_faults)
    runs = automation.read(tree, listing, config, services)
    built = images.read(tree, listing, config)
    found_faults += (*runs.faults, *built.faults)
    suppressions += (each for each in runs.suppressions if str(each.path) not in told)
    of_images = {file.path for file in built.dockerfiles}
    suppressions = [*(each for each in suppressions if each.path not in of_images), *built.suppressions]
    return Repo(
        tree, config, services=services,
        artefacts=Artefacts(_measured(tree, artefacts), evidence.used_rows(listing, files)), ignore_files=ignore_files,
        faults=tuple(found_faults), suppressions=tuple(suppressions), documents=documents,
        automation=runs.automation._replace(dockerfiles=built.dockerfiles),
    )  # fmt: skip


def _own_files(listing: Listing, artefacts: tuple[Found, ...]) -> Listing:
    """The listing without tracked environments: their manifests and ignore files are not the project's."""
    tracked = [path for each in artefacts if each.row.kind is Kind.ENVIRONMENT for path in each.paths]
    return listing.without(listing.span(str(path)) for path in tracked) if tracked else listing


def _read(
    tree: Tree, paths: Iterable[str], faults: list[Fault], limit: int | None = None
) -> Iterable[tuple[str, bytes]]:
    for path in paths:
        try:
            content = tree.read(path)
        except UnreadableError as error:
            faults.append(Fault("KPT001", PurePosixPath(path), error.message))
            continue
        if limit is not None and len(content) > limit:
            faults.append(Fault("KPT001", PurePosixPath(path), f"larger than {limit:,} bytes"))
            continue
        yield path, content


def _conflicts(files: dict[str, bytes]) -> Iterable[Fault]:
    """Locks and manifests that a merge left with conflict markers."""
    for path, content in files.items():
        if b"<<<<<<<" in content and path.endswith((".lock", ".toml", "Pipfile", ".txt", ".gitignore")):
            match = CONFLICT.search(content)
            if match:
                line = content.count(b"\n", 0, match.start()) + 1
                yield Fault("KPT002", PurePosixPath(path), "conflict markers: resolve the merge", line)


def _unparsable(documents: ReadDocuments, known: Iterable[Fault]) -> list[Fault]:
    """The manifests that do not parse. What lies below tests and examples may be broken on purpose."""
    for path in documents.paths:
        if path.endswith("pyproject.toml") and not catalog.is_demoted(path):
            documents.toml(path)
    told = {(fault.code, fault.path) for fault in known}
    return [
        each
        for each in documents.faults
        if (each.code, each.path) not in told and not catalog.is_demoted(str(each.path))
    ]


def _broken_locks(files: Mapping[str, bytes], known: Iterable[Fault]) -> list[Fault]:
    """The project's own locks that do not parse, empty ones too; of tests and examples, a lock may be broken."""
    from kempt.formats import lock_syntax  # its pattern is dear to compile, and needed where there is a lock

    told = {fault.path for fault in known if fault.code == "KPT002"}
    found = []
    for path, content in files.items():
        name = path.rpartition("/")[2]
        if catalog.lock_owner(name) is None or catalog.is_demoted(path) or PurePosixPath(path) in told:
            continue
        if (why := lock_syntax.broken(name, content)) is not None:
            found.append(Fault("KPT002", PurePosixPath(path), why.message, why.line))
    return found


def _measured(tree: Tree, artefacts: tuple[Found, ...]) -> tuple[Found, ...]:
    """The artefacts with the bytes that git holds of each, asked in two calls for all of them.

    Beyond MEASURED_FILES files the sizes stay unknown: asking would cost more than the whole check.
    """
    if not artefacts or sum(each.files for each in artefacts) > MEASURED_FILES:
        return artefacts
    owner = {str(path): number for number, each in enumerate(artefacts) for path in each.paths}
    entries = tree.entries(owner)
    totals: list[int | None] = [0] * len(artefacts)
    for entry, size in zip(entries, tree.sizes(entries), strict=True):
        number = owner[_owning(entry.path, owner)]
        total = totals[number]
        totals[number] = None if size is None or total is None else total + size
    return tuple(each._replace(bytes=total) for each, total in zip(artefacts, totals, strict=True))


def _owning(path: str, roots: Collection[str]) -> str:
    while path not in roots:
        path = path.rpartition("/")[0]
    return path
