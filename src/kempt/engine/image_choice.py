"""Which images of a place are meant: one of each name, for one platform, and no attestation.

What an index says of a platform only chooses: an image is of the platform that its own config names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from kempt.engine.image_sources import Source, checked
from kempt.errors import UnreadableError, UsageError
from kempt.formats.oci.documents import descriptors, document, image_config, is_index, manifest
from kempt.host.env import machine_name
from kempt.model.image import Descriptor, ImageConfig, Manifest

DEEPEST = 4
"""Indexes in indexes: buildx makes two."""
_UNKNOWN = "unknown/unknown"
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class Chosen(NamedTuple):
    """An image that is proven: its manifest, and its config as it stands and as it was read."""

    manifest: Manifest
    content: bytes
    config: ImageConfig


class _Candidate(NamedTuple):
    """One image of a name. `platform` is what the index says of it, or its config; empty where neither does."""

    manifest: Manifest
    platform: str


def in_index(source: Source, index: bytes, platform: str) -> tuple[Manifest, ...]:
    """The images of an OCI layout. Raises UsageError where the platform has to be named, or is not there."""
    groups: dict[str, list[_Candidate]] = defaultdict(list)
    for descriptor in _all(source, index, "index.json", "", 0):
        content = checked(source, descriptor.digest)
        name = descriptor.name or descriptor.digest.partition(":")[2][:12]
        group = descriptor.name if descriptor.platform else name
        found = manifest(document(content, name), name)
        stated = descriptor.platform or (_read(source, found).config.platform if platform else "")
        groups[group].append(_Candidate(found, stated))
    if not groups:
        raise UnreadableError("index.json lists no image")
    return tuple(_one(found, platform) for found in groups.values())


def in_archive(source: Source, images: Sequence[Manifest], platform: str) -> tuple[Manifest, ...]:
    """The images of a docker-archive, which says nothing of platforms: of each name the one that fits."""
    if not platform:
        return tuple(images)
    groups: dict[str, list[_Candidate]] = defaultdict(list)
    for each in images:
        groups[each.name].append(_Candidate(each, _read(source, each).config.platform))
    return tuple(_one(found, platform) for found in groups.values())


def read(source: Source, image: Manifest, platform: str) -> Chosen:
    """The config of an image. Raises UsageError where it is none of the platform that was asked for."""
    found = _read(source, image)
    if platform and _kind(found.config.platform) != _kind(platform):
        raise _missing(platform, [found.config.platform])
    return found


def _read(source: Source, image: Manifest) -> Chosen:
    place = image.config
    content = checked(source, place.digest) if place.digest else source.document(place.name)
    return Chosen(image, content, image_config(content, f"the config of {image.name}"))


def _kind(platform: str) -> list[str]:
    """Operating system and architecture: a config names a variant, an index may leave it out."""
    return platform.split("/")[:2]


def _one(found: Sequence[_Candidate], platform: str) -> Manifest:
    """The image of one name for one platform."""
    if len(found) == 1 and not platform:
        return found[0].manifest
    wanted = platform or f"linux/{_MACHINES.get(machine_name().removesuffix('-musl'), machine_name())}"
    fitting = [each.manifest for each in found if f"{each.platform}/".startswith(f"{wanted}/")]
    if not fitting:
        raise _missing(wanted, [each.platform for each in found], "" if platform else "this machine's ")
    return fitting[0]


def _missing(wanted: str, platforms: Sequence[str], whose: str = "") -> UsageError:
    there = sorted({each for each in platforms if each})
    return UsageError(
        f"no image for {whose or 'the '}platform {wanted}: there is {', '.join(there) or 'none that names one'}",
        hint=f"kempt image --platform {there[0] if there else 'OS/ARCHITECTURE'}",
    )


def _all(source: Source, content: bytes, where: str, name: str, depth: int) -> list[Descriptor]:
    """What an index lists, and the indexes in it, without attestations."""
    if depth > DEEPEST:
        raise UnreadableError("indexes in indexes in indexes")
    images = []
    for each in descriptors(document(content, where), where):
        descriptor = each if each.name else each._replace(name=name)
        if descriptor.platform == _UNKNOWN or descriptor.kind:
            continue
        inner = checked(source, descriptor.digest)
        if is_index(document(inner, descriptor.digest), descriptor.media_type):
            images += _all(source, inner, descriptor.digest, descriptor.name, depth + 1)
        else:
            images.append(descriptor)
    return images
