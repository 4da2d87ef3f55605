"""What runs without a person: CI files, hooks and scripts of a tree, read for the rules that ask about them.

Nothing is parsed, and no parser is imported, unless such a rule is on and a file of that kind has a word in it that
Python packages are installed or cached with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import catalog, providers
from kempt.engine.acts import acts
from kempt.errors import UnreadableError
from kempt.formats import suppression
from kempt.model.automation import Automation
from kempt.model.config import Config
from kempt.model.hooks import HookFile, Script
from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline
from kempt.model.repo import Fault, Service, Suppression
from kempt.model.tree import Tree

FAMILIES = ("KPT4", "KPT6")
ELSEWHERE = (b"./", b"include", b"template")
"""How a CI file names others of the repository: GitHub's local actions, GitLab's includes, Azure's templates."""
SIZE_LIMIT = 10 * 1024**2
HOOKS = ".pre-commit-config.yaml"
SCRIPT_NAMES = ("Makefile", "GNUmakefile", "justfile", ".justfile")
SCRIPT_ENDINGS = (".sh", ".bash", ".mk")
CLEANS = (b"__pycache__", b".pyc", b".py[", b"cache clear", b"cache prune")
"""What a script must hold for a rule to have something to say about it."""


class Runs(NamedTuple):
    """What was read, the files that could not be, and the suppressions that stand in them."""

    automation: Automation = Automation()
    faults: tuple[Fault, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


class TreeFiles:
    """The tracked files of a tree as providers read them. `faults` grows by each that cannot be read."""

    def __init__(self, tree: Tree, listing: Listing) -> None:
        self._tree = tree
        self.listing = listing
        self.contents: dict[str, bytes | None] = {}
        self.faults: list[Fault] = []

    def read(self, path: str, /) -> bytes | None:
        """The content of a tracked file, None where there is none that can be read."""
        if path not in self.contents:
            self.contents[path] = self._read(path) if path in self.listing else None
        return self.contents[path]

    def _read(self, path: str) -> bytes | None:
        try:
            content = self._tree.read(path)
        except UnreadableError as error:
            self.faults.append(Fault("KPT001", PurePosixPath(path), error.message))
            return None
        if len(content) > SIZE_LIMIT:
            self.faults.append(Fault("KPT001", PurePosixPath(path), f"larger than {SIZE_LIMIT:,} bytes"))
            return None
        return content


def read(tree: Tree, listing: Listing, config: Config, services: tuple[Service, ...]) -> Runs:
    """The CI files, hooks and scripts of a tree, as far as the rules that are on ask about them."""
    from kempt import rules  # here, not above: which rules there are is no part of how files are read

    if not any(config.wants(rule.code) for rule in rules.ALL if rule.code.startswith(FAMILIES)):
        return Runs()
    owned = {name: paths for name in providers.NAMES if (paths := _paths(name, listing))}
    scripts = tuple(_script_paths(listing))
    named = [path for paths in owned.values() for path in paths]
    if not named and not scripts and HOOKS not in listing:
        return Runs()
    tree.prefetch((*named, *scripts, *([HOOKS] if HOOKS in listing else [])))
    files = TreeFiles(tree, listing)
    faults: list[Fault] = []
    pipelines: list[Pipeline] = []
    for name, paths in owned.items():
        concerned = [path for path in paths if _is_concerned(files.read(path))]
        if concerned:
            found = providers.provider(name).read(files, concerned)
            pipelines += found.pipelines
            faults += found.faults
    automation = Automation(
        tuple(pipelines), tuple(_hooks(files, faults)), tuple(_scripts(files, scripts)),
        tuple(acts(pipelines, files, services)),
    )  # fmt: skip
    return Runs(automation, tuple(dict.fromkeys((*files.faults, *faults))), tuple(_suppressions(files)))


def paths(listing: Listing) -> Iterator[str]:
    """The CI files, hooks and scripts of a tree, by their names."""
    for name in providers.NAMES:
        yield from _paths(name, listing)
    yield from _script_paths(listing)
    if HOOKS in listing:
        yield HOOKS


def _paths(name: str, listing: Listing) -> tuple[str, ...]:
    """The files of a provider; most repositories have none of its, so its package is loaded where a name fits."""
    hints = providers.HINTS[name]
    return providers.provider(name).paths(listing) if any(hint in listing.folded for hint in hints) else ()


def _is_concerned(content: bytes | None) -> bool:
    """Whether a file may have to do with Python; what it takes from elsewhere in the repository may have."""
    return content is not None and any(word in content for word in (*providers.CONCERNED, *ELSEWHERE))


def _hooks(files: TreeFiles, faults: list[Fault]) -> Iterator[HookFile]:
    content = files.read(HOOKS)
    if content is None:
        return
    from kempt.formats import precommit

    found = precommit.parse(PurePosixPath(HOOKS), content)
    if isinstance(found, precommit.Unparsable):
        faults.append(Fault("KPT002", PurePosixPath(HOOKS), found.message, found.line))
    else:
        yield found


def _script_paths(listing: Listing) -> Iterator[str]:
    for name in SCRIPT_NAMES:
        yield from (path for path in listing.named(name) if not catalog.is_demoted(path))
    for ending in SCRIPT_ENDINGS:
        yield from (path for path in listing.ending(ending) if not catalog.is_demoted(path))


def _scripts(files: TreeFiles, paths: Iterable[str]) -> Iterator[Script]:
    for path in paths:
        content = files.read(path)
        if content is not None and any(word in content for word in CLEANS):
            from kempt.formats import makefile

            yield makefile.parse(PurePosixPath(path), content)


def _suppressions(files: TreeFiles) -> Iterator[Suppression]:
    for path, content in files.contents.items():
        if content is not None and suppression.MARK.encode() in content:
            yield from suppression.parse(PurePosixPath(path), content.decode("utf-8", "surrogateescape"))
