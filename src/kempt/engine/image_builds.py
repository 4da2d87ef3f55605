"""What compose and bake files say of the images of a tree: Dockerfile, context, target, and Dockerfiles inside of them.

One that cannot be read, or names a folder or a file by a variable without a default, says nothing. Where it so names a
stage, that is known: which one is built is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, NamedTuple

from kempt.engine import image_bake
from kempt.engine.automation import TreeFiles
from kempt.formats.dockerfile.expansion import expanded
from kempt.model.listing import Listing

if TYPE_CHECKING:
    from kempt.formats import yaml

COMPOSE = re.compile(r"(?:.+[._-])?(?:docker-)?compose(?:[._-].+)?\.ya?ml")
BAKE = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
INLINE = (b"dockerfile_inline", b"dockerfile-inline")


class Build(NamedTuple):
    """One build. `path` is that of the Dockerfile, `context` the folder that is sent, `target` the stage, "" the last.

    `text` is a Dockerfile that stands in the file itself, all else blanked out, so that its places are those of the
    file; `indent` is what stands before each of its lines. `unclear` is the file that names the stage by a variable
    whose value is not written down.
    """

    path: str
    context: str
    target: str = ""
    text: str = ""
    indent: str = ""
    unclear: str = ""


def builds(files: TreeFiles) -> Iterator[Build]:
    """All that the compose and bake files of a tree build."""
    for path in _compose_files(files.listing):
        yield from _composed(path, files.read(path) or b"")
    for path in _bake_files(files.listing):
        yield from _baked(path, files.read(path) or b"")


def paths(listing: Listing) -> Iterator[str]:
    """The compose and bake files of a tree."""
    yield from _compose_files(listing)
    yield from _bake_files(listing)


def _compose_files(listing: Listing) -> Iterator[str]:
    if b"compose" in listing.folded:
        for path in (*listing.ending(".yml"), *listing.ending(".yaml")):
            if COMPOSE.fullmatch(path.rpartition("/")[2].lower()):
                yield path


def _bake_files(listing: Listing) -> Iterator[str]:
    for name in BAKE:
        yield from listing.named(name)


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
            inline = yaml.get(node, "dockerfile_inline")
            texts = {name: yaml.text_of(yaml.get(node, name)) for name in image_bake.NAMES}
            if isinstance(inline, yaml.Scalar):
                yield from _inline(path, texts, document, inline)
            else:
                yield from _build(path, texts)
        elif context := yaml.text_of(node):
            yield from _build(path, {"context": context})


def _inline(path: str, texts: Mapping[str, str], document: yaml.Document, inline: yaml.Scalar) -> Iterator[Build]:
    """A Dockerfile in a literal block; in another style its lines are not where they seem to be."""
    if inline.style != "|":
        return
    start = document.text.find("\n", inline.start) + 1
    for build in _build(path, texts):
        yield _within(path, build, document.text, start, inline.end)


def _within(path: str, build: Build, text: str, start: int, end: int) -> Build:
    """The build with the Dockerfile that stands between two places of a file."""
    first = next((line for line in text[start:end].splitlines() if line.strip()), "")
    blank = re.sub(r"[^\n]", " ", text[:start])
    indent = first[: len(first) - len(first.lstrip())]
    return build._replace(path=path, text=blank + text[start:end], indent=indent)


def _build(path: str, texts: Mapping[str, str]) -> Iterator[Build]:
    known = {name: expanded(text, {}) for name, text in texts.items()}
    target = known.pop("target", "")
    if any("$" in text or "://" in text for text in known.values()):
        return
    context = normpath(f"{dirname(path) or '.'}/{known.get('context') or '.'}")
    if context.startswith(("..", "/")):
        return
    context = "" if context == "." else context
    name = normpath(f"{context or '.'}/{known.get('dockerfile') or 'Dockerfile'}")
    is_known = "$" not in target
    yield Build(name, context, target if is_known else "", unclear="" if is_known else path)


def _baked(path: str, content: bytes) -> Iterator[Build]:
    text = content.decode("utf-8", "surrogateescape")
    is_json = path.endswith(".json")
    for words in image_bake.targets(text, is_json=is_json):
        yield from _build(path, words)
    for match in () if is_json else image_bake.HEREDOC.finditer(text):
        end = re.compile(rf"^[ \t]*{match[1]}[ \t]*$", re.MULTILINE).search(text, match.end())
        for build in _build(path, {}):
            yield _within(path, build, text, match.end(), end.start() if end else len(text))
