"""Dockerfiles of a tree, read for the rules on images, with the stages and the context that a compose file names.

Nothing is parsed unless such a rule is on, and a file has a word in it that Python packages are installed with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import dirname, normpath
from typing import NamedTuple

from kempt import catalog
from kempt.engine import image_builds
from kempt.engine.automation import TreeFiles
from kempt.engine.image_builds import Build
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
TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".mustache")
"""Endings of what a Dockerfile is made from: it is none before."""
_SKIPPED = catalog.FIXTURE_FOLDERS | {"node_modules", "vendor", "_vendor", "third_party", "site-packages"}


class Images(NamedTuple):
    """What was read, the files that could not be, and the suppressions that stand in them."""

    dockerfiles: tuple[Dockerfile, ...] = ()
    faults: tuple[Fault, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


def read(tree: Tree, listing: Listing, config: Config) -> Images:
    """The Dockerfiles of a tree that have to do with Python, as far as the rules that are on ask about them."""
    from kempt import rules  # here, not above: which rules there are is no part of how files are read

    if not any(config.wants(rule.code) for rule in rules.ALL if rule.code.startswith(FAMILY)):
        return Images()
    paths = tuple(dockerfiles(listing))
    may_hold = any(hint in listing.folded for hint in (b"compose", b"docker-bake"))
    if not paths and not may_hold:
        return Images()
    tree.prefetch(paths)
    files = TreeFiles(tree, listing)
    concerned = [path for path in paths if _is_concerned(files.read(path))]
    if not concerned and not may_hold:
        return Images((), tuple(files.faults))
    found_builds = tuple(image_builds.builds(TreeFiles(tree, listing)))
    builds = _by_path(build for build in found_builds if not build.text)
    inside = (build for build in found_builds if _is_concerned(build.text.encode("utf-8", "replace")))
    found = (
        *(_file(files, path, builds.get(path, ())) for path in concerned),
        *(_inline(files, build) for build in inside),
    )
    return Images(found, (*files.faults, *_unread(found)), tuple(_suppressions(found)))


def _unread(found: Iterable[Dockerfile]) -> Iterator[Fault]:
    """Files of which not all was read: what is not looked at is never called right."""
    from kempt.formats.dockerfile import reader

    for file in found:
        if len(file.text) > reader.LIMIT:
            yield Fault("KPT001", file.path, f"larger than {reader.LIMIT:,} characters")
        elif len(file.instructions) >= reader.MOST_INSTRUCTIONS:
            yield Fault("KPT001", file.path, f"more than {reader.MOST_INSTRUCTIONS:,} instructions")


def dockerfiles(listing: Listing) -> Iterator[str]:
    """The paths of Dockerfiles and Containerfiles, test data left out."""
    if not any(hint in listing.folded for hint in HINTS):
        return
    for path in listing:
        folder, _, name = path.lower().rpartition("/")
        if (
            _NAME.fullmatch(name)
            and not name.endswith((*_OTHERS, *TEMPLATES))
            and _SKIPPED.isdisjoint(folder.split("/"))
        ):
            yield path


def _is_concerned(content: bytes | None) -> bool:
    return content is not None and any(word in content for word in CONCERNED)


def _file(files: TreeFiles, path: str, builds: tuple[Build, ...]) -> Dockerfile:
    from kempt.formats.dockerfile import reader

    targets = tuple(dict.fromkeys(build.target for build in builds if not build.unclear)) or ("",)
    found = reader.parse(PurePosixPath(path), files.read(path) or b"", target=targets[0], others=targets[1:])
    contexts = {build.context for build in builds}
    context = next(iter(contexts)) if len(contexts) == 1 else _context(files.listing, found)
    return _as_far_as_clear(_with_ignores(files, found, path, context), builds)


def _inline(files: TreeFiles, build: Build) -> Dockerfile:
    """A Dockerfile that stands in another file."""
    from kempt.formats.dockerfile import reader

    content = build.text.encode("utf-8", "surrogateescape")
    found = reader.parse(PurePosixPath(build.path), content, target=build.target, indent=build.indent)
    return _as_far_as_clear(_with_ignores(files, found, "", build.context), (build,))


def _as_far_as_clear(found: Dockerfile, builds: tuple[Build, ...]) -> Dockerfile:
    """The file, which has no stages where it has several, and which of them is built is not known."""
    unclear = next((build.unclear for build in builds if build.unclear), "")
    if not unclear or len(found.stages) < 2:  # noqa: PLR2004 - one stage is built, whatever a target says
        return found
    is_partly_known = any(not build.unclear for build in builds)
    return found._replace(unclear=unclear, stages=found.stages if is_partly_known else ())


def _with_ignores(files: TreeFiles, found: Dockerfile, path: str, context: str) -> Dockerfile:
    """The file with its context, and the `.dockerignore` that counts there."""
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
        named = [name for copy in stage.copies if not copy.origin for name in copy.sources]
        mounts = [mount.options for run in stage.runs for mount in run.mounts if mount.kind == "bind"]
        named += [options["source"] for options in mounts if "source" in options and "from" not in options]
        yield from (name for name in named if not re.search(r"[*?\[$]|://|\A/|\A\.?/?\Z", name))


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


def _by_path(found: Iterable[Build]) -> Mapping[str, tuple[Build, ...]]:
    by_path: dict[str, tuple[Build, ...]] = {}
    for build in found:
        by_path[build.path] = (*by_path.get(build.path, ()), build)
    return by_path
