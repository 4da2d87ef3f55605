"""Proving a built image: opened from a file, a folder or a stream, never unpacked, and every digest checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kempt import __version__
from kempt.catalog.caches import CACHES
from kempt.engine.image_aliases import Aliases
from kempt.engine.image_choice import Chosen, in_archive, in_index, read
from kempt.engine.image_kinds import Kinds, anchored_places
from kempt.engine.image_layers import Known, Proven
from kempt.engine.image_leftovers import bytes_by_kind, leftovers
from kempt.engine.image_sources import ArchiveSource, FolderSource, Source, StreamSource, name_of
from kempt.errors import KemptError, ToolError, UnreadableError, UnsupportedError, UsageError
from kempt.formats.oci.compression import Limits, decompressed, is_compressed
from kempt.formats.oci.documents import archive, is_foreign, is_manifest
from kempt.formats.oci.merged import Merged
from kempt.formats.oci.ordinary import BLOCK
from kempt.formats.oci.tar import is_tar
from kempt.host.clock import ticks
from kempt.host.env import environ
from kempt.host.run import find_program, streamed
from kempt.host.streams import OpenFile, kind_at, standard_input
from kempt.model.image import Descriptor, ImageConfig, ImageProof, Layer, LayerFacts, Manifest, Proofs, Unproven

LAYOUT, INDEX, ARCHIVE = "oci-layout", "index.json", "manifest.json"
STDIN = "-"
_WHOLE = "the archive"
LAYERS = 1_000
"""The most layers that an image may have; docker runs none with more than 127."""
PROGRAMS = ("docker", "podman")
ENDINGS = (".tar", ".tgz", ".gz", ".zst")
"""What a name ends with that is meant as a file's: no image is asked for by it."""


__all__ = ["ImageOptions", "prove", "prove_all", "ticks"]


class ImageOptions(NamedTuple):
    """How images are proven. `platform` is as in `linux/amd64`; empty takes this machine's, or the only one."""

    platform: str = ""
    use_cache: bool = True
    limits: Limits = Limits()


def prove(where: str, options: ImageOptions, tell: Callable[[str], None] = lambda _: None) -> tuple[ImageProof, ...]:
    """All images of one place: a file, a folder, `-`, or a name for docker or podman.

    Raises KemptError for what cannot be read or is no image: it is never called clean.
    """
    results = tuple(_results(where, options, tell))
    for each in results:
        if isinstance(each, KemptError):
            raise each
    return tuple(each for each in results if isinstance(each, ImageProof))


def prove_all(places: Sequence[str], options: ImageOptions, tell: Callable[[str], None] = lambda _: None) -> Proofs:
    """The images of several places. One that cannot be read hides no other."""
    results = [(where, each) for where in places for each in _results(where, options, tell)]
    return Proofs(
        tuple(each for _, each in results if isinstance(each, ImageProof)),
        tuple(
            Unproven(where, str(each), each.hint, each.code) for where, each in results if isinstance(each, KemptError)
        ),
    )


def _results(where: str, options: ImageOptions, tell: Callable[[str], None]) -> Iterator[ImageProof | KemptError]:
    """What came of each image of a place; one error where it cannot be opened at all."""
    known = Known(options.limits, use_cache=options.use_cache)
    try:
        source = _opened(where, options.limits, known)
        images = _images(source, options.platform)
    except KemptError as error:
        yield _placed(error, where)
        return
    for each in images:
        try:
            yield _proof(where, source, read(source, each, options.platform), known, tell)
        except KemptError as error:
            yield _placed(error, where)


def _placed(error: KemptError, where: str) -> KemptError:
    """The error with the place that it is about, where it does not name it itself."""
    is_named = isinstance(error, ToolError) or (isinstance(error, UsageError) and where in error.message)
    if error.path is None and not is_named:
        error.path = "standard input" if where == STDIN else where
    return error


def _opened(where: str, limits: Limits, known: Known) -> Source:
    if where == STDIN:
        return StreamSource(decompressed(standard_input(), limits, _WHOLE), known)
    kind = kind_at(where)
    if kind == "folder":
        return FolderSource(where, known)
    if kind == "file":
        file = OpenFile(where)
        start = file.read(0, BLOCK)
        if is_compressed(start):
            return StreamSource(decompressed(file.pieces(0, file.size), limits, _WHOLE), known)
        if not is_tar(start):
            raise UnreadableError("no tar, and so no image", hint="docker save IMAGE | kempt image -")
        return ArchiveSource(file, known)
    return StreamSource(_saved(where), known)


def _saved(name: str) -> Iterator[bytes]:
    """What `docker save NAME` prints, or podman's. Raises UsageError where there is neither."""
    if name.startswith((".", "/", "~")) or name.endswith(ENDINGS):
        raise UsageError(f"no such file or folder: {name}")
    found = [path for path in map(find_program, PROGRAMS) if path is not None]
    if not found or name.startswith("-"):
        raise UsageError(
            f"no file or folder `{name}`, and neither docker nor podman is on PATH to ask for an image of that name",
            hint=f"where one is: docker save {name} | kempt image -",
        )
    for path in found:
        pieces = streamed((path, "save", name), env=environ(), cwd=".")
        try:
            start = next(pieces, b"")
        except ToolError:
            if path == found[-1]:
                raise
            continue
        yield start
        yield from pieces
        return


def _images(source: Source, platform: str) -> tuple[Manifest, ...]:
    if source.holds(INDEX):
        return in_index(source, source.document(INDEX), platform)
    if source.holds(ARCHIVE):
        content = source.document(ARCHIVE)
        if isinstance(source, FolderSource) and is_manifest(content, ARCHIVE):
            raise UnsupportedError(
                "a folder that skopeo wrote as dir:, which is not read here", hint="skopeo copy dir:FOLDER oci:OTHER"
            )
        images = archive(content, ARCHIVE)
        if not images:
            raise UnreadableError(f"{ARCHIVE} lists no image")
        return in_archive(source, images, platform)
    if source.holds("repositories"):
        raise UnsupportedError("an archive of docker before 1.10, which holds no digests", hint="docker save it anew")
    what = "folder" if isinstance(source, FolderSource) else "tar"
    raise UnreadableError(
        f"a {what} that is no image: it holds neither {INDEX} (OCI layout) nor {ARCHIVE} (docker save)"
    )


def _proof(where: str, source: Source, image: Chosen, known: Known, tell: Callable[[str], None]) -> ImageProof:
    manifest, config = image.manifest, image.config
    if len(config.diff_ids) != len(manifest.layers):
        raise UnreadableError(
            f"{manifest.name} has {len(manifest.layers)} layers, and its config digests for {len(config.diff_ids)}"
        )
    if len(manifest.layers) > LAYERS:
        raise UnsupportedError(f"{manifest.name} has {len(manifest.layers):,} layers, more than {LAYERS:,}")
    key = _key(source, manifest, image.content)
    proven = known.verdict(key)
    if proven is not None:
        return ImageProof(where, manifest.name, config.platform, *proven, known=len(manifest.layers))
    before = known.reused
    proven = _proven(source, manifest, config, tell)
    known.keep(key, proven)
    return ImageProof(where, manifest.name, config.platform, *proven, known=known.reused - before)


def _proven(source: Source, manifest: Manifest, config: ImageConfig, tell: Callable[[str], None]) -> Proven:
    merged, facts, aliases = Merged(), [], Aliases(anchored_places(config))
    for number, descriptor in enumerate(manifest.layers):
        tell(f"reading layer {number + 1} of {len(manifest.layers)} of {manifest.name}")
        layer = _layer(source, descriptor, config.diff_ids[number], number + 1)
        merged.add(layer.entries)
        aliases.note(merged)
        facts.append(_facts(layer, config, number))
    aliases.settle(merged)
    kinds = Kinds(merged, config, aliases)
    weights = bytes_by_kind(merged, kinds, len(facts))
    shown = tuple(each._replace(kinds=found) for each, found in zip(facts, weights, strict=True))
    return shown, leftovers(merged, kinds, config)


def _key(source: Source, manifest: Manifest, config: bytes) -> str:
    """A name for what was proven: it changes with the image, the files that hold it, and what kempt looks for.

    Empty where a file that holds a layer is missing, or changed so lately that this would not show.
    """
    parts = [__version__, repr(CACHES), config.decode("utf-8", "replace")]
    for descriptor in manifest.layers:
        name = _name(descriptor)
        identity = source.identity(name) if source.holds(name) else ""
        if not identity:
            return ""
        parts += (repr(descriptor), identity)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _name(descriptor: Descriptor) -> str:
    return name_of(descriptor.digest) if descriptor.digest else descriptor.name


def _layer(source: Source, descriptor: Descriptor, diff_id: str, number: int) -> Layer:
    """A layer that is what the manifest and the config say. A source verifies what is named by sha512 itself."""
    if is_foreign(descriptor.media_type) and not source.holds(name_of(descriptor.digest)):
        raise UnsupportedError(f"layer {number} is a foreign one: the image names it and does not hold it")
    try:
        layer = source.layer(_name(descriptor))
    except UnreadableError as error:
        error.message = f"layer {number}: {error.message}"
        raise
    for what, expected, actual in (("", descriptor.digest, layer.digest), (" unpacked", diff_id, layer.diff_id)):
        if what and not expected.startswith("sha256:"):
            raise UnsupportedError(f"layer {number}{what} has a digest that kempt does not check: {expected[:6]}")
        if expected.startswith("sha256:") and expected != actual:
            raise UnreadableError(f"layer {number}{what} has the digest {actual}, and should have {expected}")
    if descriptor.size not in {None, layer.size}:
        raise UnreadableError(f"layer {number} has {layer.size:,} bytes, and should have {descriptor.size:,}")
    return layer


def _facts(layer: Layer, config: ImageConfig, number: int) -> LayerFacts:
    return LayerFacts(layer.digest, layer.size, len(layer.entries), config.made_by[number], base=number < config.base)
