"""A built image: what its layers hold, what of that is left over, and what was proven of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

FILE, FOLDER, LINK, HARD_LINK, OTHER = "f", "d", "l", "h", "o"
"""What an entry of a layer is; `OTHER` is a device, a FIFO or a socket."""


class Entry(NamedTuple):
    """One member of a layer's tar. `path` has no `/` at its ends, `size` is the bytes that it takes in the layer.

    `target` is what a link points to: as it stands for a symbolic link, a path like `path` for a hard link.
    """

    kind: str
    size: int
    path: str
    target: str = ""


class Layer(NamedTuple):
    """What was read of one layer: digests as `sha256:...`, of the blob and of the tar in it; `size` is the blob's."""

    digest: str
    diff_id: str
    size: int
    unpacked: int
    entries: tuple[Entry, ...]


class Descriptor(NamedTuple):
    """What an index or a manifest says of a blob. `size` is None and texts are empty where it does not say.

    `name` is the reference that the index gives it, `kind` what it is attached for (an attestation).
    """

    digest: str
    size: int | None = None
    media_type: str = ""
    platform: str = ""
    name: str = ""
    kind: str = ""


class Manifest(NamedTuple):
    """An image: its name or digest, where its config lies, and where its layers lie, lowest first.

    In a docker-archive `digest` of a descriptor is empty and `name` is the member of the archive.
    """

    name: str
    config: Descriptor
    layers: tuple[Descriptor, ...]


class ImageConfig(NamedTuple):
    """What kempt asks of an image's config.

    `made_by` is the Dockerfile's line for each layer, empty where the history does not tell; `base` is how many of the
    layers came with the base image, as far as the history shows; `env` the variables that the image sets.
    """

    platform: str
    diff_ids: tuple[str, ...]
    made_by: tuple[str, ...]
    base: int
    env: tuple[tuple[str, str], ...]


class Verdict(StrEnum):
    """Where the bytes are: in the merged view, or in a lower layer whose file is deleted or replaced above."""

    PRESENT = "present"
    BURIED = "buried"


class Place(StrEnum):
    """Where a row of the table of caches is looked for."""

    HOME = "home"  # below any folder, as a home may be anywhere; and below XDG_CACHE_HOME
    ROOT = "root"  # from the root of the image
    NAME = "name"  # a folder of this name anywhere
    CONDA = "conda"  # in a folder that holds conda-meta
    WHEEL = "wheel"  # files of this ending


class CacheRow(NamedTuple):
    """One row of `catalog/caches.toml`: what must not be in an image, and the rule that speaks of it.

    `parts` are the folders below `path` that count (all where empty), `ending` the end of the names that count,
    `variables` move the folder to another place, `inside` are folders in which it is right.
    """

    tool: str
    code: str
    place: Place
    path: str
    parts: tuple[str, ...] = ()
    ending: str = ""
    variables: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


class Leftover(NamedTuple):
    """What one layer ships of one cache, wheelhouse or replaced environment. `layer` counts from 1, the lowest.

    `path` is the folder, from the root of the image without `/` before it. `bytes` leaves out what a file outside
    shares by a hard link. `base`: the layer came with the base image.
    """

    code: str
    verdict: Verdict
    tool: str
    path: str
    files: int
    bytes: int
    layer: int
    made_by: str = ""
    base: bool = False


class LayerFacts(NamedTuple):
    """A layer as a report shows it. `kinds` is what its files weigh, by what they are, heaviest first."""

    digest: str
    size: int
    entries: int
    made_by: str
    base: bool
    kinds: tuple[tuple[str, int], ...] = ()


class ImageProof(NamedTuple):
    """What was proven of one image. `where` is what was asked for, `name` what the image calls itself.

    `known` is how many of its layers were read in an earlier run, and not again.
    """

    where: str
    name: str
    platform: str
    layers: tuple[LayerFacts, ...]
    leftovers: tuple[Leftover, ...]
    known: int = 0


class Unproven(NamedTuple):
    """An image, or a place that should hold some, of which nothing was proven: why, and what to do next."""

    where: str
    message: str
    hint: str = ""
    code: str = ""


class Proofs(NamedTuple):
    """What came of all that was asked for."""

    proven: tuple[ImageProof, ...] = ()
    unproven: tuple[Unproven, ...] = ()


def titles(proofs: Sequence[ImageProof]) -> tuple[str, ...]:
    """What each image is called in a report: its name, and where it lies where several have that name."""
    names = Counter(each.name for each in proofs)
    return tuple(each.name if names[each.name] == 1 else f"{each.name} ({each.where})" for each in proofs)
