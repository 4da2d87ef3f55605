"""Claims: a layer of 1 GB with 60,000 entries is read about as fast as tar lists it, and twice is nearly free."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from measure import Claim, Program, Row, Table, compare, kempt, python, report

ENTRIES, BYTES = 60_000, 10**9
CACHED = "root/.cache/pip/http-v2/a"
PACKERS = {"gzip": ("gzip", "-1"), "zstd": ("zstd", "-q", "-3")}
LIMITS = {"plain": 2.0, "gzip": 0.35, "zstd": 1.3}
PEERS = {"plain": ("tar", "-tf"), "gzip": ("tar", "-tzf"), "zstd": ("tar", "--zstd", "-tf")}
DIGEST = "import hashlib, sys; hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256')"
MEMORY, AGAIN = 120.0, 0.2
UNVERIFIED = """
import sys
from types import SimpleNamespace
from kempt.engine import image, image_layers

nothing = SimpleNamespace(update=lambda _: None, hexdigest=lambda: "")
image_layers.hashlib = SimpleNamespace(sha256=lambda: nothing)
image._layer = lambda source, descriptor, *_: source.layer(image._name(descriptor))
from kempt.cli import main
sys.exit(main(["image", "--no-cache", sys.argv[1]]))
"""
"""The same without any digest of a layer: what tar does. No option of kempt, since this proves nothing."""


def tables() -> tuple[Table, ...]:
    """Each compression beside the tar that lists it, and a second run."""
    quick = "--quick" in sys.argv[1:]
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        root = Path(folder)
        plain = written(root / "layer.tar", ENTRIES // 20 if quick else ENTRIES, BYTES // 20 if quick else BYTES)
        made = [_compared(root, kind, plain) for kind in PEERS if kind == "plain" or shutil.which(PACKERS[kind][0])]
        made.append(_again(root))
    return tuple(made)


def written(path: Path, entries: int, size: int) -> Path:
    """A layer like one of installed packages: many small files, a few large ones, half of it compressible."""
    chance = Random(5)  # noqa: S311 - no secret
    noise = chance.randbytes(2**20)
    words = b"".join(b"def function_%d(argument): return argument\n" % number for number in range(20_000))[: 2**20]
    with path.open("wb") as file:
        for number in range(entries):
            info = tarfile.TarInfo(f"app/lib/python3.12/site-packages/package_{number // 100}/module_{number}.py")
            info.size = min(int(chance.expovariate(entries / size)), 2**19)
            file.write(info.tobuf(tarfile.PAX_FORMAT))
            at = chance.randrange(2**19)
            file.write((noise if number % 2 else words)[at : at + info.size] + bytes(-info.size % 512))
        while (left := size - file.tell()) > 2**20:  # what the exponential tail would have held, in a few libraries
            info = tarfile.TarInfo(f"app/lib/large_{file.tell()}.so")
            info.size = min(left // 2**20, 32) * 2**20
            file.write(info.tobuf(tarfile.PAX_FORMAT))
            file.writelines([noise, words][part % 2] for part in range(info.size // 2**20))
        info = tarfile.TarInfo(CACHED)
        file.write(info.tobuf(tarfile.PAX_FORMAT) + bytes(1024))
    return path


def layout(folder: Path, plain: Path, kind: str) -> Path:
    """An OCI layout of this one layer."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layer = folder / "layer"
    if kind == "plain":
        os.link(plain, layer)
    else:
        with plain.open("rb") as source, layer.open("wb") as target:
            subprocess.run(PACKERS[kind], stdin=source, stdout=target, check=True)
    described = _stored(blobs, layer, "application/vnd.oci.image.layer.v1.tar")
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [f"sha256:{_sum(plain)}"]}}
    manifest = {"schemaVersion": 2, "config": _document(blobs, config, "config"), "layers": [described]}
    index = {"schemaVersion": 2, "manifests": [_document(blobs, manifest, "manifest")]}
    (folder / "index.json").write_text(json.dumps(index), "utf-8")
    return folder


def _document(blobs: Path, content: object, kind: str) -> dict[str, object]:
    path = blobs / "document"
    path.write_text(json.dumps(content), "utf-8")
    return _stored(blobs, path, f"application/vnd.oci.image.{kind}.v1+json")


def _stored(blobs: Path, path: Path, media_type: str) -> dict[str, object]:
    found, size = _sum(path), path.stat().st_size
    path.rename(blobs / found)
    return {"mediaType": media_type, "digest": f"sha256:{found}", "size": size}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compared(root: Path, kind: str, plain: Path) -> Table:
    folder = layout(root / kind, plain, kind)
    largest = max((folder / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
    name = " ".join(PEERS[kind])
    rows = compare(
        (
            Program(name, (*PEERS[kind], str(largest)), runs=3),
            Program("kempt image --no-cache", (kempt(), "image", "--no-cache", str(folder)), runs=3, fine=(1,)),
            Program("the same without digests", (sys.executable, "-c", UNVERIFIED, str(folder)), runs=3, fine=(1,)),
            Program("the digest of the tar alone", (sys.executable, "-c", DIGEST, str(plain)), runs=3),
        )
    )
    return Table(
        f"`kempt image`, a {kind} layer of {plain.stat().st_size / 1e9:.2f} GB", rows, _claims(kind, name, rows)
    )


def _claims(kind: str, name: str, rows: tuple[Row, ...]) -> tuple[Claim, ...]:
    return (
        Claim(f"wall time over `{name}`", rows[1].wall_ratio, LIMITS[kind]),
        Claim(f"CPU over `{name}`, digests left out", rows[2].ratio, LIMITS[kind]),
        Claim(f"CPU over `{name}`", rows[1].ratio, LIMITS[kind]),
        Claim("peak memory", rows[1].peak / 1e6, MEMORY, "MB"),
    )


def _again(root: Path) -> Table:
    """What was read once is not read again."""
    folder = root / "plain"
    rows = compare(
        (
            python(),
            Program(
                "kempt image, again",
                ("env", f"XDG_CACHE_HOME={root}", kempt(), "image", str(folder)),
                runs=5,
                fine=(1,),
            ),
        )
    )
    return Table("`kempt image`, an image that was read before", rows, (Claim("wall time", rows[1].wall, AGAIN, "s"),))


if __name__ == "__main__":
    raise SystemExit(report(tables()))
