"""What a dist-info folder says beside RECORD: METADATA, entry_points.txt, direct_url.json.

Sources: the specifications "Core metadata", "Entry points" and "Recording the Direct URL Origin".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LIMIT = 16 * 1024**2
SCRIPTS = ("console_scripts", "gui_scripts")
_RUNS = re.compile(r"[-_.]+")
_HEADER = re.compile(r"(name|version)\s*:\s*(.*)", re.IGNORECASE)
_ENTRY = re.compile(r"(?P<name>[^=]+?)\s*=\s*(?P<module>[\w.]+)\s*(?::\s*(?P<attribute>[\w.]+))?\s*(?:\[[^\]]*\])?\s*")


class Metadata(NamedTuple):
    """A distribution's name as written, and its version."""

    name: str
    version: str


class Origin(NamedTuple):
    """Where a distribution was installed from: an address, and whether it is used in place."""

    url: str
    editable: bool

    @property
    def folder(self) -> str:
        """The path of a `file:` address, with `/`; empty for another one."""
        parts = urlsplit(self.url)
        if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
            return ""
        path = unquote(parts.path, errors="surrogateescape")
        return path[1:] if re.match(r"/[A-Za-z]:", path) else path


def parse(content: bytes) -> Metadata | None:
    """Name and version from the headers of METADATA or PKG-INFO; None where one of them is missing."""
    found: dict[str, str] = {}
    for line in content[:LIMIT].decode("utf-8", "replace").splitlines():
        if not line.strip():
            break
        if match := _HEADER.fullmatch(line):
            found.setdefault(match[1].lower(), match[2].strip())
    if not found.get("name") or not found.get("version"):
        return None
    return Metadata(found["name"], found["version"])


def normalised(name: str) -> str:
    """A project's name as PEP 503 compares it."""
    return _RUNS.sub("-", name).lower()


def scripts(content: bytes) -> dict[str, str]:
    """The console and GUI scripts of entry_points.txt: name to `module:attribute`. Lines that are none are left out."""
    return dict(_scripts(content.decode("utf-8", "replace")))


def origin(content: bytes) -> Origin | None:
    """What direct_url.json says; None where it says nothing that can be read."""
    import json

    try:
        found = json.loads(content)
        url, info = found["url"], found.get("dir_info", {})
        editable = bool(isinstance(info, dict) and info.get("editable"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Origin(url, editable) if isinstance(url, str) else None


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section in SCRIPTS and not line.startswith(("#", ";")) and (match := _ENTRY.fullmatch(line)):
            yield match["name"], f"{match['module']}:{match['attribute'] or ''}"
