"""Dockerfiles of a tree, read for the rules on images; which stage and which context are meant, where a file says so.

Nothing is parsed unless such a rule is on, and a file has a word in it that Python packages are installed with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import dirname, normpath
from typing import NamedTuple

from kempt import catalog
from kempt.engine.automation import TreeFiles
from kempt.formats import suppression
from kempt.model.config import Config
from kempt.model.dockerfile import Dockerfile
from kempt.model.listing import Listing
from kempt.model.repo import Fault, Suppression
from kempt.model.tree import Tree

FAMILY = "KPT5"
HINTS = (b"dockerfile", b"containerfile")
CONCERNED = (b"pip", b"uv", b"poetry", b"pdm", b"conda", b"mamba", b"cache", b"python")
"""A Dockerfile without any of these words has nothing to do with Python packages, and is not parsed."""
COMPOSE = re.compile(r"(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml")
BAKE = ("docker-bake.json", "docker-bake.hcl")
_NAME = re.compile(r"(?:dockerfile|containerfile)(?:[.-].+)?|.+\.(?:dockerfile|containerfile)")
_OTHERS = (
    ".dockerignore",
    ".go",
    ".py",
    ".js",
    ".ts",
    ".md",
    ".rst",
    ".sh",
    ".json",
    ".yml",
    ".yaml",
    ".toml",
    ".lock",
)
_SKIPPED = catalog.FIXTURE_FOLDERS | {"node_modules", "vendor", "_vendor", "third_party", "site-packages"}
_BAKED = re.compile(r'^\s*(target|dockerfile|context)\s*=\s*"([^"\n]{1,200})"', re.MULTILINE)
_BLOCK = re.compile(r'^target\s+"[^"\n]*"\s*\{', re.MULTILINE)


class Images(NamedTuple):
    """What was read, the files that could not be, and the suppressions that stand in them."""

    dockerfiles: tuple[Dockerfile, ...] = ()
    faults: tuple[Fault, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


class Build(NamedTuple):
    """What a compose or bake file says: the path of the Dockerfile, its context, and the stage; empty for the last."""

    path: str
    context: str
    target: str = ""


def read(tree: Tree, listing: Listing, config: Config) -> Images:
    """The Dockerfiles of a tree that have to do with Python, as far as the rules that are on ask about them."""
    from kempt import rules  # here, not above: which rules there are is no part of how files are read

    if not any(config.wants(rule.code) for rule in rules.ALL if rule.code.startswith(FAMILY)):
        return Images()
    paths = tuple(dockerfiles(listing))
    if not paths:
        return Images()
    tree.prefetch(paths)
    files = TreeFiles(tree, listing)
    concerned = [path for path in paths if _is_concerned(files.read(path))]
    if not concerned:
        return Images((), tuple(files.faults))
    builds = _by_path(_builds(TreeFiles(tree, listing)))
    found = tuple(_file(files, path, builds.get(path, ())) for path in concerned)
    return Images(found, tuple(files.faults), tuple(_suppressions(found)))


def dockerfiles(listing: Listing) -> Iterator[str]:
    """The paths of Dockerfiles and Containerfiles, test data left out."""
    if not any(hint in listing.folded for hint in HINTS):
        return
    for path in listing:
        folder, _, name = path.lower().rpartition("/")
        if _NAME.fullmatch(name) and not name.endswith(_OTHERS) and _SKIPPED.isdisjoint(folder.split("/")):
            yield path


def _is_concerned(content: bytes | None) -> bool:
    return content is not None and any(word in content for word in CONCERNED)


def _file(files: TreeFiles, path: str, builds: tuple[Build, ...]) -> Dockerfile:
    from kempt.formats.dockerfile import reader

    targets = {build.target for build in builds}
    target = next(iter(targets)) if len(targets) == 1 else ""
    found = reader.parse(PurePosixPath(path), files.read(path) or b"", target=target)
    contexts = {build.context for build in builds}
    context = next(iter(contexts)) if len(contexts) == 1 else _context(files.listing, found)
    beside, inside = f"{path}.dockerignore", normpath(f"{context}/.dockerignore" if context else ".dockerignore")
    chosen = beside if beside in files.listing else inside
    content = files.read(chosen)
    text = None if content is None else content.decode("utf-8", "surrogateescape")
    return found._replace(context=context, ignore_path=PurePosixPath(chosen), ignore_text=text)


def _context(listing: Listing, file: Dockerfile) -> str:
    """The folder that is most likely sent to the builder: the innermost one that has all that is copied."""
    wanted = [source.removeprefix("./").rstrip("/") for source in _copied(file)]
    folder = dirname(str(file.path))
    candidates = [folder]
    while folder:
        folder = dirname(folder)
        candidates.append(folder)
    for each in candidates:
        prefix = f"{each}/" if each else ""
        if all(_is_there(listing, normpath(prefix + source)) for source in wanted):
            return each
    return candidates[0]


def _copied(file: Dockerfile) -> Iterator[str]:
    for stage in file.built:
        for copy in stage.copies:
            if not copy.origin:
                yield from (name for name in copy.sources if not re.search(r"[*?\[$]|://|\A/|\A\.?/?\Z", name))


def _is_there(listing: Listing, path: str) -> bool:
    return path in listing or listing.has_folder(path)


def _suppressions(found: Iterable[Dockerfile]) -> Iterator[Suppression]:
    """Those that stand in the files. One above an instruction of several lines is about all of them."""
    for file in found:
        if suppression.MARK in file.text:
            ends = {each.line: each.end_line for each in file.instructions}
            for each in suppression.parse(file.path, file.text):
                last = max((ends.get(line, line) for line in each.covers), default=0)
                yield each._replace(covers=tuple(range(each.covers[0], last + 1)) if each.line < last else each.covers)


def _by_path(builds: Iterable[Build]) -> Mapping[str, tuple[Build, ...]]:
    found: dict[str, tuple[Build, ...]] = {}
    for build in builds:
        found[build.path] = (*found.get(build.path, ()), build)
    return found


def _builds(files: TreeFiles) -> Iterator[Build]:
    """What compose and bake files build; one that cannot be read says nothing here."""
    if b"compose" in files.listing.folded:
        for path in (*files.listing.ending(".yml"), *files.listing.ending(".yaml")):
            if COMPOSE.fullmatch(path.rpartition("/")[2].lower()):
                yield from _composed(path, files.read(path) or b"")
    for name in BAKE:
        for path in files.listing.named(name):
            yield from _baked(path, files.read(path) or b"")


def _composed(path: str, content: bytes) -> Iterator[Build]:
    if b"build" not in content:
        return
    from kempt.formats import yaml

    document = yaml.parse(content)
    if isinstance(document, yaml.Unparsable) or not document.roots:
        return
    for service in yaml.entries(yaml.get(document.roots[0], "services")):
        node = yaml.get(service.value, "build")
        if isinstance(node, yaml.Mapping):
            texts = {name: yaml.text_of(yaml.get(node, name)) for name in ("context", "dockerfile", "target")}
            yield from _build(path, texts)
        elif context := yaml.text_of(node):
            yield from _build(path, {"context": context})


def _build(path: str, texts: Mapping[str, str]) -> Iterator[Build]:
    if any("$" in text or "://" in text for text in texts.values()):
        return
    context = normpath(f"{dirname(path) or '.'}/{texts.get('context') or '.'}")
    if context.startswith(("..", "/")):
        return
    context = "" if context == "." else context
    name = normpath(f"{context or '.'}/{texts.get('dockerfile') or 'Dockerfile'}")
    yield Build(name, context, texts.get("target", ""))


def _baked(path: str, content: bytes) -> Iterator[Build]:
    text = content.decode("utf-8", "replace")
    if path.endswith(".json"):
        import json

        try:
            targets = json.loads(text)["target"].values()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        for each in targets:
            if isinstance(each, dict):
                yield from _build(path, {str(name): value for name, value in each.items() if isinstance(value, str)})
        return
    starts = [match.end() for match in _BLOCK.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield from _build(path, dict(_BAKED.findall(text, start, end)))
