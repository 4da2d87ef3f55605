"""Images for tests, written by Python's tarfile and json: layers, docker archives, OCI layouts; whole or broken."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
AMD64: Mapping[str, Any] = {"os": "linux", "architecture": "amd64"}


class Member(NamedTuple):
    """One member of a layer. `content` of a link is what it points to."""

    name: str
    content: bytes | str = b""
    kind: bytes = tarfile.REGTYPE


def folder(name: str) -> Member:
    return Member(name, kind=tarfile.DIRTYPE)


def link(name: str, target: str) -> Member:
    return Member(name, target, tarfile.SYMTYPE)


def hard_link(name: str, target: str) -> Member:
    return Member(name, target, tarfile.LNKTYPE)


def layer(members: Iterable[Member | str], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A layer's tar; a text alone is a file of one byte."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=format) as tar:
        for each in members:
            member = Member(each, b"x") if isinstance(each, str) else each
            info = tarfile.TarInfo(member.name)
            info.type = member.kind
            if isinstance(member.content, str):
                info.linkname = member.content
                tar.addfile(info)
            else:
                info.size = len(member.content)
                tar.addfile(info, io.BytesIO(member.content))
    return held.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def config(
    layers: Sequence[bytes],
    history: Sequence[Mapping[str, Any]] = (),
    env: Sequence[str] = (),
    platform: Mapping[str, Any] = AMD64,
) -> bytes:
    """The config of an image of these plain layers."""
    rootfs = {"type": "layers", "diff_ids": [digest(each) for each in layers]}
    return json.dumps({**platform, "rootfs": rootfs, "history": list(history), "config": {"Env": list(env)}}).encode()


def docker_archive(path: Path, layers: Sequence[bytes], settings: bytes | None = None, name: str = "shop:1") -> Path:
    """What `docker save` wrote before version 25, with skopeo's links to the layers' old names."""
    names = [f"{digest(each)[7:]}.tar" for each in layers]
    listed = [{"Config": "config.json", "RepoTags": [name], "Layers": names}]
    members = [Member(each, content) for each, content in dict(zip(names, layers, strict=True)).items()]
    links = [link(f"old{number}/layer.tar", f"../{each}") for number, each in enumerate(names)]
    content = config(layers) if settings is None else settings
    documents = [Member("config.json", content), Member("manifest.json", json.dumps(listed).encode())]
    path.write_bytes(layer([*members, *links, *documents]))
    return path


class Layout:
    """An OCI layout as a folder; `blob` adds what it holds, `index` ends it."""

    def __init__(self, path: Path, algorithm: str = "sha256") -> None:
        self.path = path
        self.algorithm = algorithm
        (path / "blobs" / algorithm).mkdir(parents=True)
        (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")

    def blob(self, content: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Its descriptor."""
        found = hashlib.new(self.algorithm, content).hexdigest()
        (self.path / "blobs" / self.algorithm / found).write_bytes(content)
        return {"mediaType": media_type, "digest": f"{self.algorithm}:{found}", "size": len(content), **more}

    def image(
        self,
        layers: Sequence[bytes],
        settings: bytes | None = None,
        pack: Callable[[bytes], bytes] = gzip.compress,
        media_type: str = f"{LAYER}+gzip",
        **more: Any,
    ) -> dict[str, Any]:
        """The descriptor of an image of these plain layers."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(config(layers) if settings is None else settings, CONFIG),
            "layers": [self.blob(pack(each), media_type) for each in layers],
        }
        return self.blob(json.dumps(manifest).encode(), MANIFEST, **more)

    def nested(self, *listed: Mapping[str, Any]) -> dict[str, Any]:
        """The descriptor of an index in the index."""
        return self.blob(json.dumps({"schemaVersion": 2, "manifests": listed}).encode(), INDEX)

    def index(self, *listed: Mapping[str, Any]) -> Path:
        (self.path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}), "utf-8")
        return self.path


def layout(
    path: Path, layers: Sequence[bytes], pack: Callable[[bytes], bytes] = gzip.compress, algorithm: str = "sha256"
) -> Path:
    """A whole one, of one image."""
    made = Layout(path, algorithm)
    return made.index(made.image(layers, pack=pack))


def as_tar(folder: Path, path: Path) -> Path:
    """A folder as a tar: what `oci-archive:` is."""
    with tarfile.open(path, "w") as tar:
        for each in sorted(folder.rglob("*")):
            tar.add(each, str(each.relative_to(folder)), recursive=False)
    return path
