"""KPT311 index-in-lock: more than one place, or a place on one machine, is asked for packages."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt import catalog
from kempt.formats import toml
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import referring

OPTION = rb"(?m)^[ \t]*(--extra-index-url|--find-links|-f|--index-url|-i)[ =\t][ \t]*([^\s#]+)"
OPTION_HINTS = (b"-index-url", b"-find-links", b"\n-f", b"\n-i")
LOCAL_HINT = b"file:/"
LOCAL = rb"file:/{1,3}(?![/$])[^\s\"'<>,}]*"
"""An address on the disk; `file:///${PROJECT_ROOT}/...` is a path dependency."""
REGISTRY = b"{ registry = "
FOLDER = rb"\{ registry = [\"'](?!https?://|file:)([^\"'\n]+)"
"""An index of uv that is a folder."""
SETTINGS = (b"index", b"find-links", b"source")
"""One of these stands in every manifest that names an index."""
MARKED = {"tool.uv.index": "uv", "index": "uv", "tool.poetry.source": "poetry", "tool.pdm.source": "pdm"}
HELP = {
    "uv": "write explicit = true in its table, and name it in [tool.uv.sources] for each package that it serves",
    "poetry": 'write priority = "explicit" in its table, and source = "..." for each package that it serves',
    "pdm": "write include_packages = [...] in its table: the packages that it serves",
}


class Place(NamedTuple):
    """One line that sends an installer to a second index, or to a folder of one machine."""

    line: int
    message: str
    key: str
    help: str | None = None


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever owns a name on the second index decides what is installed; a folder of one machine no clone has."""
    for name in repo.documents.paths:
        if catalog.is_fixture(name):
            continue
        path, content = PurePosixPath(name), repo.documents.read(name) or b""
        for place in _places(repo, path, content):
            yield RULE.finding(
                Location(path, place.line), place.message, key=place.key, level=referring.milder(repo, path),
                help=place.help, service=getattr(referring.owner(repo, path), "root", None),
            )  # fmt: skip


def _places(repo: Repo, path: PurePosixPath, content: bytes) -> Iterator[Place]:
    if path.suffix == ".txt":
        yield from _options(repo, path, content)
    elif path.suffix == ".lock" or path.name.startswith("pylock"):
        yield from _local(repo, path, content)
    elif path.name in {"pyproject.toml", "uv.toml"} and any(word in content for word in SETTINGS):
        yield from _settings(repo, path, content)


def _options(repo: Repo, path: PurePosixPath, content: bytes) -> Iterator[Place]:
    for match in re.finditer(OPTION, content) if any(hint in b"\n" + content for hint in OPTION_HINTS) else ():
        option, address = match[1].decode(), match[2].decode("utf-8", "replace").strip("\"'")
        extra = option in {"--extra-index-url", "--find-links", "-f"}
        if extra and not (option != "--extra-index-url" and _is_tracked(repo, path, address)):
            message = f"`{option}` makes {referring.shown(address)} a second place to take any package from"
        elif not extra and address.startswith("file:"):
            message = f"`{option}` is a folder of one machine: {address}"
        else:
            continue
        yield Place(content.count(b"\n", 0, match.start(1)) + 1, message, f"{option} {referring.shown(address)}")


def _local(repo: Repo, path: PurePosixPath, content: bytes) -> Iterator[Place]:
    """The first address on the disk: a lock that was made with one holds many."""
    folders = content.count(REGISTRY) > content.count(REGISTRY + b'"http')
    addresses = re.finditer(LOCAL, content) if LOCAL_HINT in content else ()
    for match in (*addresses, *(re.finditer(FOLDER, content) if folders else ())):
        address = match[match.lastindex or 0].decode("utf-8", "replace")
        if not _is_tracked(repo, path, address):
            line = content.count(b"\n", 0, match.start()) + 1
            help = "lock again with an empty configuration of the machine, and against an index that all can reach"
            yield Place(line, f"`{path}` takes packages from a folder of one machine: {address}", "local", help)
            return


def _is_tracked(repo: Repo, path: PurePosixPath, address: str) -> bool:
    """Whether it is a folder of this repository, with tracked files in it."""
    if ":" in address or referring.is_absolute(address) or referring.is_above(f"{path.parent}/{address}"):
        return False
    parts: list[str] = []
    for part in f"{path.parent}/{address}".split("/"):
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return repo.tree.listing.has_folder("/".join(parts))


def _settings(repo: Repo, path: PurePosixPath, content: bytes) -> Iterator[Place]:
    document = repo.documents.toml(path)
    own = document if path.name == "uv.toml" else toml.table(document, "tool", "uv")
    prefix = "" if path.name == "uv.toml" else "tool.uv."
    for settings in (own, toml.table(own, "pip")):
        for key in ("extra-index-url", "find-links"):
            listed = settings.get(key)
            for address in listed if isinstance(listed, list) else []:
                if isinstance(address, str) and not (key == "find-links" and _is_tracked(repo, path, address)):
                    line = _line(content, address)
                    message = f"`{key}` makes {referring.shown(address)} a second place to take any package from"
                    yield Place(line, message, f"{key} {referring.shown(address)}", HELP["uv"])
    yield from _second(content, f"{prefix}index", own.get("index"), _is_open_to_uv)
    if path.name == "pyproject.toml":
        poetry, pdm = toml.table(document, "tool", "poetry"), toml.table(document, "tool", "pdm")
        yield from _second(content, "tool.poetry.source", poetry.get("source"), _is_open_to_poetry)
        yield from _second(content, "tool.pdm.source", pdm.get("source"), _is_open_to_pdm)


def _second(content: bytes, header: str, listed: object, is_open: Any) -> Iterator[Place]:
    """Of several indexes that serve any package, the last that is not the default one."""
    indexes = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    opened = [each for each in indexes if is_open(each)]
    extra = [each for each in opened if each.get("default") is not True and each.get("priority") != "primary"]
    if len(opened) <= 1:
        return
    index = (extra or opened)[-1]
    name, address = str(index.get("name", "")), referring.shown(str(index.get("url", "")))
    shown = f"`{name}` ({address})" if name and address else f"`{name}`" if name else address
    yield Place(
        _header(content, header, indexes.index(index)) or _line(content, str(index.get("url") or name)),
        f"{shown} is a second place to take any package from", f"{header} {name or address}", HELP[MARKED[header]],
    )  # fmt: skip


def _is_open_to_uv(index: Mapping[str, Any]) -> bool:
    return index.get("explicit") is not True


def _is_open_to_poetry(index: Mapping[str, Any]) -> bool:
    return index.get("priority") != "explicit"


def _is_open_to_pdm(index: Mapping[str, Any]) -> bool:
    return not index.get("include_packages")


def _header(content: bytes, header: str, number: int) -> int:
    """The line of the table of this number among those of one name; 0 where they are spelled inline."""
    pattern = rb"^[ \t]*\[\[[ \t]*" + re.escape(header).encode() + rb"[ \t]*\]\]"
    matches = list(re.finditer(pattern, content, re.MULTILINE))
    return content.count(b"\n", 0, matches[number].start()) + 1 if number < len(matches) else 0


def _line(content: bytes, text: str) -> int:
    start = content.find(text.encode("utf-8", "replace"))
    return content.count(b"\n", 0, max(start, 0)) + 1


RULE = Rule(
    "KPT311", "index-in-lock", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="more than one place, or a place on one machine, is asked for packages",
    help="take the option out, and bind each package of the second index to it where the manager can do that",
)  # fmt: skip
