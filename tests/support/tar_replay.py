"""What an image holds, worked out by GNU tar and a walk over folders: kempt's verdicts are held against it.

Nothing here is kempt's. Each layer is unpacked into a folder of its own, and all of them in order into one folder,
from which the marks of deletion are taken away as the OCI image specification says. Then files are counted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"


class Cache(NamedTuple):
    """What is counted: a tool's folder, and the folders in it that are the cache (all where none are named)."""

    tool: str
    path: str
    parts: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        """Whether a file belongs to it."""
        inside = name.removeprefix(f"{self.path}/")
        return inside != name and (not self.parts or inside.split("/")[0] in self.parts)


class Row(NamedTuple):
    """What one layer, counted from 1, ships of a cache."""

    verdict: str
    path: str
    tool: str
    files: int
    bytes: int
    layer: int


class Replayed(NamedTuple):
    """The layers unpacked beside each other, and upon each other; `owners` says which layer a file there is of."""

    layers: tuple[Path, ...]
    merged: Path
    owners: Mapping[str, int]

    def rows(self, *caches: Cache) -> list[Row]:
        """What is present of caches, and what is buried, in the order of a report."""
        found = [row for number in range(len(self.layers)) for row in self._rows(caches, number) if row.files]
        return sorted(found, key=lambda row: (row.verdict == "buried", row.path, row.layer, row.tool))

    def _rows(self, caches: Sequence[Cache], number: int) -> Iterator[Row]:
        """A file is present if it is seen, and buried if none of its names is. Bytes that others need do not count."""
        files = {name: os.lstat(self.layers[number] / name) for name in _files(self.layers[number])}
        seen = {name for name in files if self.owners.get(name) == number}
        seen_inodes = {files[name].st_ino for name in seen}
        needed = {files[name].st_ino for name in seen if not any(cache.holds(name) for cache in caches)}
        for cache in caches:
            inside = [name for name in files if cache.holds(name)]
            buried = [name for name in inside if name not in seen and files[name].st_ino not in seen_inodes]
            for verdict, names in (("present", [name for name in inside if name in seen]), ("buried", buried)):
                sizes = {files[name].st_ino: files[name].st_size for name in names if files[name].st_ino not in needed}
                yield Row(verdict, cache.path, cache.tool, len(names), sum(sizes.values()), number + 1)


def replay(image: Path, folder: Path) -> Replayed:
    """Unpack a docker-archive, or an OCI layout of one image, below a folder."""
    if image.is_dir():
        (listed,) = _json(image / "index.json")["manifests"]
        layers = [_blob(image, each) for each in _json(_blob(image, listed))["layers"]]
        return replay_layers(layers, folder)
    outer = folder / "archive"
    _tar(image, outer)
    (listed,) = _json(outer / "manifest.json")
    return replay_layers([outer / name for name in listed["Layers"]], folder)


def replay_layers(tars: Sequence[Path], folder: Path) -> Replayed:
    """Unpack layers, the lowest first."""
    merged = folder / "merged"
    merged.mkdir(parents=True)
    owners: dict[str, int] = {}
    layers = []
    for number, tar in enumerate(tars):
        alone = folder / f"layer-{number + 1}"
        _tar(tar, alone)
        _make_room(alone, merged)
        _tar(tar, merged, "--exclude", f"{WHITEOUT}*")
        owners |= dict.fromkeys(_files(alone), number)
        layers.append(alone)
    there = set(_files(merged))
    return Replayed(tuple(layers), merged, {name: number for name, number in owners.items() if name in there})


def _tar(archive: Path, folder: Path, *options: str) -> None:
    """GNU tar names the compression by itself; links that a layer has to a lower one's files it does not find."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["tar", "-x", "-f", archive, "-C", folder, "--no-same-owner", *options], check=True, capture_output=True
    )


def _make_room(layer: Path, merged: Path) -> None:
    """Take away what a layer's marks delete, and folders that something else takes the place of: tar leaves them."""
    for path in layer.rglob("*"):
        there = merged / path.relative_to(layer)
        assert not there.parent.is_symlink(), f"{there} would be written elsewhere"
        if path.name == OPAQUE:
            for each in list(there.parent.iterdir()) if there.parent.is_dir() else []:
                _remove(each)
        elif path.name.startswith(WHITEOUT):
            _remove(there.with_name(path.name.removeprefix(WHITEOUT)))
        elif there.is_dir() and not there.is_symlink() and (path.is_symlink() or not path.is_dir()):
            _remove(there)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _blob(layout: Path, descriptor: Mapping[str, str]) -> Path:
    return layout / "blobs" / descriptor["digest"].replace(":", "/")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.parent.is_dir():
        path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[str]:
    """Regular files below a folder, as paths from it; no marks of deletion."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and not name.startswith(WHITEOUT):
                yield str(path.relative_to(folder))
