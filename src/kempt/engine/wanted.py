"""Which files of a repository the rules read: known from its paths alone, so that they can be fetched in one request.

It is a guess from above: what is left out is fetched when a rule asks for it, what is too much is only bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from kempt import catalog
from kempt.engine import automation, evidence, image_builds, images
from kempt.model.config import OWN_FILE, SHARED_FILE
from kempt.model.listing import Listing

IGNORE_FILE = ".gitignore"
OWNERS = "CODEOWNERS"
ENVIRONMENT = "pyvenv.cfg"
ACTIONS = ("action.yml", "action.yaml")
_FILE = re.compile(rb"[A-Za-z0-9_.][A-Za-z0-9_./-]{0,200}\.(?:py|sh|ya?ml|toml|txt|cfg)\b")
_LONGEST = 1024**2
_MOST = 200
_NOBODYS = ("node_modules", "site-packages")


def wanted(listing: Listing) -> tuple[str, ...]:
    """Paths of the files that an examination with all rules reads, in no order, each once.

    What lies inside a tracked environment is left out, but for what shows that it is one.
    """
    environments = tuple(listing.named(ENVIRONMENT))
    spans = [listing.span(path.rpartition("/")[0]) for path in environments if "/" in path]
    spans += [listing.span(folder) for name in _NOBODYS for folder in listing.folders(name)]
    own = listing.without(spans) if spans else listing
    return tuple(dict.fromkeys((*environments, *_read(own))))


def named(files: Mapping[str, bytes], listing: Listing) -> tuple[str, ...]:
    """Tracked files that CI files and scripts among these name: what a rule may ask for once it has read those."""
    sources = set(automation.paths(listing))
    found: dict[str, None] = {}
    for path, content in files.items():
        if path in sources:
            folder = path.rpartition("/")[0]
            for word in {match[0].decode("ascii") for match in _FILE.finditer(content[:_LONGEST])}:
                for place in (normpath(word), normpath(join(folder, word))):
                    if place not in files and place in listing:
                        found[place] = None
    return tuple(found)[:_MOST]


def _read(listing: Listing) -> Iterator[str]:
    yield from (name for name in (OWN_FILE, SHARED_FILE) if name in listing)
    yield from (path for path in listing.named(OWNERS) if path.count("/") <= 1)
    yield from listing.named(IGNORE_FILE)
    yield from evidence.manifests(listing)
    yield from evidence.scripts(listing)
    yield from evidence.settings(listing)
    yield from automation.paths(listing)
    for name in ACTIONS:
        yield from (path for path in listing.named(name) if not catalog.is_fixture(path))
    dockerfiles = tuple(images.dockerfiles(listing))
    yield from dockerfiles
    if dockerfiles:
        yield from listing.ending(".dockerignore")
    yield from image_builds.paths(listing)
