"""Which images of an index are meant: one of each name, for one platform, and no attestation."""

from __future__ import annotations

from collections import defaultdict

from kempt.engine.image_sources import Source, checked
from kempt.errors import UnreadableError, UsageError
from kempt.formats.oci.documents import descriptors, document, is_index, manifest
from kempt.host.env import machine_name
from kempt.model.image import Descriptor, Manifest

DEEPEST = 4
"""Indexes in indexes: buildx makes two."""
_UNKNOWN = "unknown/unknown"
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def chosen(source: Source, index: bytes, platform: str) -> tuple[Manifest, ...]:
    """The images of an OCI layout. Raises UsageError where the platform has to be named, or is not there."""
    groups: dict[str, list[tuple[Descriptor, Manifest]]] = defaultdict(list)
    for descriptor in _all(source, index, "index.json", "", 0):
        content = checked(source, descriptor.digest)
        name = descriptor.name or descriptor.digest.partition(":")[2][:12]
        group = descriptor.name if descriptor.platform else name
        groups[group].append((descriptor, manifest(document(content, name), name)))
    if not groups:
        raise UnreadableError("index.json lists no image")
    return tuple(_one(found, platform) for found in groups.values())


def _one(found: list[tuple[Descriptor, Manifest]], platform: str) -> Manifest:
    """The image of one name for one platform."""
    if len(found) == 1 and not (platform and found[0][0].platform):
        return found[0][1]
    there = sorted({each.platform for each, _ in found if each.platform})
    wanted = platform or f"linux/{_MACHINES.get(machine_name().removesuffix('-musl'), machine_name())}"
    fitting = [image for each, image in found if f"{each.platform}/".startswith(f"{wanted}/")]
    if not fitting:
        what = "the platform" if platform else "this machine's platform"
        raise UsageError(
            f"no image for {what} {wanted}: there is {', '.join(there) or 'none that names one'}",
            hint=f"kempt image --platform {there[0] if there else 'OS/ARCHITECTURE'}",
        )
    return fitting[0]


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
