"""Where an image comes from: a folder, an archive on disk, or a stream that passes by once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from kempt.engine.image_digests import is_sha512, scan_named
from kempt.engine.image_layers import Known
from kempt.errors import KemptError, UnreadableError
from kempt.formats.oci.compression import is_compressed
from kempt.formats.oci.ordinary import BLOCK
from kempt.formats.oci.tar import TarScanner
from kempt.host.streams import OpenFile
from kempt.model.image import FILE, HARD_LINK, LINK, Entry, Layer

DOCUMENT = 8 * 1024**2
"""The most bytes that an index, a manifest or a config may have; registries take 4 MB."""
DOCUMENTS = 64 * 1024**2
"""The most bytes that are kept of small files that pass by."""
_MAGIC = slice(257, 262)
_LINKS = 8


class Source(Protocol):
    """A place that holds blobs by name: `index.json`, `blobs/sha256/...`, `manifest.json`, `abc/layer.tar`."""

    def holds(self, name: str) -> bool:
        """Whether it is there."""

    def document(self, name: str) -> bytes:
        """A small file. Raises UnreadableError where it is missing or no small file."""

    def identity(self, name: str) -> str:
        """What changes when the content does, empty where only reading it tells."""

    def layer(self, name: str) -> Layer:
        """A layer, read once. Raises UnreadableError where it is missing or damaged."""


class FolderSource:
    """An OCI layout as a folder."""

    def __init__(self, path: str, known: Known) -> None:
        self._path = path
        self._known = known

    def holds(self, name: str) -> bool:
        """Whether it is there."""
        try:
            self._open(name).close()
        except UnreadableError:
            return False
        return True

    def document(self, name: str) -> bytes:
        """A small file."""
        file = self._open(name)
        try:
            return b"".join(file.pieces(0, _small(file.size, name)))
        finally:
            file.close()

    def identity(self, name: str) -> str:
        """The file's."""
        file = self._open(name)
        try:
            return file.identity()
        finally:
            file.close()

    def layer(self, name: str) -> Layer:
        """A layer."""
        file = self._open(name)
        try:
            if is_sha512(name):
                return scan_named(name, file.pieces(0, file.size), self._known.limits)
            return self._known.layer(file.identity(), lambda: file.pieces(0, file.size))
        finally:
            file.close()

    def _open(self, name: str) -> OpenFile:
        return OpenFile(f"{self._path}/{name}")


class _Stretch(NamedTuple):
    at: int
    size: int


class ArchiveSource:
    """A tar on disk, whose members are read where they lie."""

    def __init__(self, file: OpenFile, known: Known) -> None:
        self._file = file
        self._known = known
        self._identity = file.identity()
        self._members: dict[str, _Stretch | str] = {}
        scanner, at = TarScanner(), 0
        while not scanner.ended and (block := file.read(at, BLOCK)):
            before = len(scanner.entries)
            scanner.feed(block)
            at += len(block)
            for entry in scanner.entries[before:]:
                self._members[entry.path] = _Stretch(at, entry.size) if entry.kind == FILE else _leads_to(entry)
            at += scanner.skip()
        if at > file.size:
            raise UnreadableError("the tar is truncated")
        scanner.close()

    def holds(self, name: str) -> bool:
        """Whether it is there."""
        return self._find(name) is not None

    def document(self, name: str) -> bytes:
        """A small file."""
        at, size = self._stretch(name)
        return b"".join(self._file.pieces(at, _small(size, name)))

    def identity(self, name: str) -> str:
        """The archive's, and where in it."""
        at, size = self._stretch(name)
        return f"{self._identity}:{at}:{size}" if self._identity else ""

    def layer(self, name: str) -> Layer:
        """A layer."""
        at, size = self._stretch(name)
        if is_sha512(name):
            return scan_named(name, self._file.pieces(at, size), self._known.limits)
        return self._known.layer(self.identity(name), lambda: self._file.pieces(at, size))

    def _find(self, name: str) -> _Stretch | None:
        for _ in range(_LINKS):
            found = self._members.get(name)
            if not isinstance(found, str):
                return found
            name = found
        return None

    def _stretch(self, name: str) -> _Stretch:
        found = self._find(name)
        if found is None:
            raise UnreadableError(f"the archive holds no {name}")
        return found


class StreamSource:
    """A tar that passes by once: what looks like a layer is read as one, what is small is kept."""

    def __init__(self, pieces: Iterable[bytes], known: Known) -> None:
        self._documents: dict[str, bytes] = {}
        self._layers: dict[str, Layer | KemptError] = {}
        self._links: dict[str, str] = {}
        self._held = 0
        feed, scanner = _Feed(pieces), TarScanner()
        while not scanner.ended and (block := feed.read(BLOCK)):
            before = len(scanner.entries)
            scanner.feed(block)
            for entry in scanner.entries[before:]:
                if entry.kind == FILE:
                    self._take(entry, feed.pieces(entry.size), known)
                elif _leads_to(entry):
                    self._links[entry.path] = _leads_to(entry)
            padding = scanner.skip()
            if scanner.entries[before:] and scanner.entries[-1].kind == FILE:
                padding -= scanner.entries[-1].size
            feed.drop(padding)
        scanner.close()
        feed.drain()

    def holds(self, name: str) -> bool:
        """Whether it was there."""
        name = self._real(name)
        return name in self._documents or name in self._layers

    def document(self, name: str) -> bytes:
        """A small file."""
        found = self._documents.get(self._real(name))
        if found is None:
            raise UnreadableError(f"the archive holds no {name}")
        return found

    def identity(self, name: str) -> str:  # noqa: ARG002 - each source is asked in one way
        """None: what passes by has to be read."""
        return ""

    def layer(self, name: str) -> Layer:
        """A layer."""
        found = self._layers.get(name if is_sha512(name) else self._real(name))
        if found is None:
            raise UnreadableError(f"the archive holds no {name} that is a layer")
        if isinstance(found, KemptError):
            raise found
        return found

    def _real(self, name: str) -> str:
        for _ in range(_LINKS):
            name = self._links.get(name, name)
        return name

    def _take(self, entry: Entry, pieces: Iterator[bytes], known: Known) -> None:
        """Read a member: all of it, whatever it is."""
        start = next(pieces, b"")
        while len(start) < BLOCK and (more := next(pieces, b"")):
            start += more
        if is_compressed(start) or start[_MAGIC] == b"ustar" or (len(start) >= BLOCK and not any(start[:BLOCK])):
            try:
                self._layers[entry.path] = scan_named(entry.path, _chained(start, pieces), known.limits)
            except KemptError as error:  # it may be no layer of the image that is asked for
                self._layers[entry.path] = error
        elif entry.size <= DOCUMENT and self._held + entry.size <= DOCUMENTS:
            self._held += entry.size
            self._documents[entry.path] = start + b"".join(pieces)
        for _ in pieces:
            pass


def name_of(digest: str) -> str:
    """Where an OCI layout keeps a blob."""
    return f"blobs/{digest.replace(':', '/', 1)}"


def checked(source: Source, digest: str) -> bytes:
    """The document of a digest. Raises UnreadableError where its content has another one."""
    name, algorithm = name_of(digest), digest.partition(":")[0]
    content = source.document(name)
    if f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}" != digest:
        raise UnreadableError(f"{name} is not what its digest says")
    return content


class _Feed:
    """Pieces of any length, read in lengths that are asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end."""
        return b"".join(self.pieces(size, whole=False))

    def pieces(self, size: int, *, whole: bool = True) -> Iterator[bytes]:
        """So many bytes, as they come. Raises UnreadableError where they end before, unless `whole` is False."""
        while size:
            piece = self._left or next(self._pieces, b"")
            if not piece:
                if whole:
                    raise UnreadableError("the archive is truncated")
                return
            self._left = piece[size:]
            size -= min(size, len(piece))
            yield piece[: len(piece) - len(self._left)] if self._left else piece

    def drop(self, size: int) -> None:
        """Go on behind so many bytes."""
        for _ in self.pieces(size):
            pass

    def drain(self) -> None:
        """Read the rest, so that who writes it does not find a closed pipe."""
        for _ in self._pieces:
            pass


def _chained(start: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if start:
        yield start
    yield from pieces


def _leads_to(entry: Entry) -> str:
    """What a link among the members leads to: skopeo writes `ID/layer.tar -> ../DIGEST.tar`."""
    if entry.kind == HARD_LINK:
        return entry.target
    if entry.kind != LINK:
        return ""
    parts = entry.path.split("/")[:-1]
    for part in entry.target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _small(size: int, name: str) -> int:
    if size > DOCUMENT:
        raise UnreadableError(f"{name} has {size:,} bytes, more than {DOCUMENT:,}")
    return size
