"""What compose and bake files say of the images of a tree: Dockerfile, context, target, and Dockerfiles inside of them.

One that cannot be read, or whose words come from variables without a default, says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, NamedTuple

from kempt.engine.automation import TreeFiles
from kempt.formats.dockerfile.expansion import expanded

if TYPE_CHECKING:
    from kempt.formats import yaml

COMPOSE = re.compile(r"(?:.+[._-])?(?:docker-)?compose(?:[._-].+)?\.ya?ml")
BAKE = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
INLINE = (b"dockerfile_inline", b"dockerfile-inline")
_ATTRIBUTE = re.compile(r'^\s*(target|dockerfile|context)\s*=\s*"([^"\n]{1,200})"', re.MULTILINE)
_INHERITS = re.compile(r"^\s*inherits\s*=\s*\[([^\]\n]{0,500})\]", re.MULTILINE)
_QUOTED = re.compile(r'"([^"\n]{1,200})"')
_BLOCK = re.compile(
    r'^(?:target\s+"?([\w.-]+)"?|group\b[^{\n]*|variable\b[^{\n]*|function\b[^{\n]*)\s*\{', re.MULTILINE
)
_HEREDOC = re.compile(r"^[ \t]*dockerfile-inline\s*=\s*<<-?(\w+)[ \t]*\r?\n", re.MULTILINE)
_NAMES = ("context", "dockerfile", "target")
_DEEPEST = 5


class Build(NamedTuple):
    """One build. `path` is that of the Dockerfile, `context` the folder that is sent, `target` the stage, "" the last.

    `text` is a Dockerfile that stands in the file itself, all else blanked out, so that its places are those of the
    file; `indent` is what stands before each of its lines.
    """

    path: str
    context: str
    target: str = ""
    text: str = ""
    indent: str = ""


def builds(files: TreeFiles) -> Iterator[Build]:
    """All that the compose and bake files of a tree build."""
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
            inline = yaml.get(node, "dockerfile_inline")
            texts = {name: yaml.text_of(yaml.get(node, name)) for name in _NAMES}
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
    if any("$" in text or "://" in text for text in known.values()):
        return
    context = normpath(f"{dirname(path) or '.'}/{known.get('context') or '.'}")
    if context.startswith(("..", "/")):
        return
    context = "" if context == "." else context
    name = normpath(f"{context or '.'}/{known.get('dockerfile') or 'Dockerfile'}")
    yield Build(name, context, known.get("target", ""))


def _baked(path: str, content: bytes) -> Iterator[Build]:
    text = content.decode("utf-8", "surrogateescape")
    targets = _of_json(text) if path.endswith(".json") else _of_hcl(text)
    for name in targets:
        yield from _build(path, _inherited(targets, name))
    if not path.endswith(".json"):
        for match in _HEREDOC.finditer(text):
            end = re.compile(rf"^[ \t]*{match[1]}[ \t]*$", re.MULTILINE).search(text, match.end())
            for build in _build(path, {}):
                yield _within(path, build, text, match.end(), end.start() if end else len(text))


def _inherited(targets: Mapping[str, Mapping[str, str]], name: str, depth: int = 0) -> dict[str, str]:
    """What a target says itself, over what it inherits; the last that it names wins."""
    found: dict[str, str] = {}
    own = targets.get(name, {})
    for other in own.get("inherits", "").split() if depth < _DEEPEST else ():
        found |= _inherited(targets, other, depth + 1)
    return found | {key: value for key, value in own.items() if key in _NAMES}


def _of_json(text: str) -> dict[str, dict[str, str]]:
    """The targets of a bake file in JSON, each with its words; lists of names are joined by blanks."""
    try:
        given = json.loads(text)["target"].items()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    found = {}
    for name, each in given:
        if isinstance(each, dict) and "dockerfile-inline" not in each:
            words = {str(key): value for key, value in each.items() if isinstance(value, str)}
            inherits = each.get("inherits")
            names = [str(other) for other in inherits] if isinstance(inherits, list) else []
            found[str(name)] = words | {"inherits": " ".join(names)}
    return found


def _of_hcl(text: str) -> dict[str, dict[str, str]]:
    """The targets of a bake file in HCL; what its functions make is not worked out."""
    found = {}
    starts = list(_BLOCK.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends, strict=True):
        if match[1] and not _HEREDOC.search(text, match.end(), end):
            inherits = _INHERITS.search(text, match.end(), end)
            names = _QUOTED.findall(inherits[1]) if inherits else []
            found[match[1]] = dict(_ATTRIBUTE.findall(text, match.end(), end)) | {"inherits": " ".join(names)}
    return found
