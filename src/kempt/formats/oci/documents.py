"""The JSON documents of an image: index, manifest, config, and a docker-archive's `manifest.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from json import loads
from typing import Any

from kempt.errors import UnreadableError, UnsupportedError
from kempt.formats.oci.history import base_layers, made_by
from kempt.model.image import Descriptor, ImageConfig, Manifest

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_REFERENCES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_ATTACHED = "vnd.docker.reference.type"
_FOREIGN = ("foreign", "nondistributable")
INDEXES = frozenset({
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
})  # fmt: skip
CONFIGS = frozenset({"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"})


def document(content: bytes, where: str) -> Mapping[str, Any]:
    """A JSON object. Raises UnreadableError, naming `where`."""
    return _object(_parsed(content, where), where)


def is_index(found: Mapping[str, Any], media_type: str = "") -> bool:
    """Whether a document lists images instead of being one."""
    return "manifests" in found or media_type in INDEXES


def descriptors(index: Mapping[str, Any], where: str) -> tuple[Descriptor, ...]:
    """What an index lists. Raises UnreadableError where it is none."""
    return tuple(_descriptor(each, where) for each in _list(index.get("manifests", ()), where))


def manifest(found: Mapping[str, Any], where: str) -> Manifest:
    """An image's manifest. Raises UnsupportedError for what cannot be proven: schema 1, artefacts, encrypted layers."""
    if found.get("schemaVersion") == 1 or "fsLayers" in found:
        raise UnsupportedError(
            f"{where} is of schema 1, which names no content", hint="skopeo copy --format v2s2 writes it as schema 2"
        )
    config = _descriptor(found.get("config"), where)
    if config.media_type and config.media_type not in CONFIGS:
        raise UnsupportedError(f"{where} is no image: its config is of type {config.media_type}")
    layers = tuple(_descriptor(each, where) for each in _list(found.get("layers", ()), where))
    for layer in layers:
        refuse(layer.media_type)
    return Manifest(where, config, layers)


def refuse(media_type: str) -> None:
    """Raises UnsupportedError for a layer that is no tar to be read."""
    if "encrypted" in media_type:
        raise UnsupportedError(
            f"a layer is encrypted ({media_type}): nothing can be proven of it",
            hint="decrypt it first: skopeo copy --decryption-key KEY",
        )
    if media_type and ".tar" not in media_type and "+tar" not in media_type:
        raise UnsupportedError(f"a layer of an unknown type: {media_type}")


def is_foreign(media_type: str) -> bool:
    """Whether a layer is one that images name and do not hold."""
    return any(word in media_type for word in _FOREIGN)


def is_manifest(content: bytes, where: str) -> bool:
    """Whether a `manifest.json` is that of one image, as skopeo's `dir:` has it, and not a docker-archive's list."""
    return isinstance(_parsed(content, where), dict)


def archive(content: bytes, where: str) -> tuple[Manifest, ...]:
    """The images of a docker-archive."""
    images = []
    for each in _list(_parsed(content, where), where):
        found = _object(each, where)
        layers = [_text(layer, where) for layer in _list(found.get("Layers") or (), where)]
        config = _text(found.get("Config"), where)
        tags = _list(found.get("RepoTags") or (), where)
        name = _text(tags[0], where) if tags else config.removesuffix(".json").rpartition("/")[2][:12]
        images.append(
            Manifest(name, Descriptor("", name=config), tuple(Descriptor("", name=layer) for layer in layers))
        )
    return tuple(images)


def image_config(content: bytes, where: str) -> ImageConfig:
    """An image's config. Raises UnreadableError where it names no layers' digests."""
    found = document(content, where)
    fs = _object(found.get("rootfs"), f"rootfs of {where}")
    diff_ids = tuple(_digest(each, where) for each in _list(fs.get("diff_ids") or (), where))
    history = [_object(each, where) for each in _list(found.get("history") or (), where)]
    lines = tuple((str(each.get("created_by") or ""), bool(each.get("empty_layer"))) for each in history)
    variables = _list(_object(found.get("config") or {}, where).get("Env") or (), where)
    env = tuple((name, value) for name, _, value in (_text(each, where).partition("=") for each in variables))
    return ImageConfig(
        _platform(found), diff_ids, made_by(lines, len(diff_ids)), base_layers(lines, len(diff_ids)), env
    )


def _descriptor(value: object, where: str) -> Descriptor:
    found = _object(value, where)
    annotations = _object(found.get("annotations") or {}, where)
    size = found.get("size")
    return Descriptor(
        _digest(found.get("digest"), where),
        size if isinstance(size, int) else None,
        str(found.get("mediaType") or ""),
        _platform(_object(found.get("platform") or {}, where)),
        next((str(annotations[key]) for key in _REFERENCES if key in annotations), ""),
        str(annotations.get(_ATTACHED) or ""),
    )


def _platform(found: Mapping[str, Any]) -> str:
    parts = [found.get("os"), found.get("architecture"), found.get("variant")]
    return "/".join(str(part) for part in parts if part)


def _digest(value: object, where: str) -> str:
    text = _text(value, where)
    if not _DIGEST.fullmatch(text):
        raise UnreadableError(f"{where} holds a digest that is none: {text[:100]}")
    return text


def _parsed(content: bytes, where: str) -> object:
    try:
        return loads(content)
    except (ValueError, RecursionError):
        raise UnreadableError(f"{where} is no JSON") from None


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError(f"{where} has something else where an object is needed")
    return value


def _list(value: object, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise UnreadableError(f"{where} has something else where a list is needed")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"{where} has something else where a text is needed")
    return value
