"""The merged view of layers is what other programs unpack: paths, kinds, targets, bytes, and names for one file.

umoci gives it for layers with links of all kinds; GNU tar, layer by layer, what is present and what is buried.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from kempt.engine.image import ImageOptions, prove
from kempt.formats.oci.merged import Merged
from kempt.formats.oci.tar import TarScanner
from kempt.model.image import FILE, FOLDER, LINK
from support.images import Layout, docker_archive
from support.replay import cache_layers, whole_layers
from support.tar_replay import Cache, Row, replay

CASES, FEWER = 1_000, 300
CACHES = (
    Cache("pip", "root/.cache/pip", ("http-v2",)),
    Cache("uv", "root/.cache/uv"),
    Cache("uv", "home/app/.cache/uv"),
)
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("umoci") is None, reason="needs umoci (apt-get install umoci)"),
    pytest.mark.skipif(not AS_ROOT, reason="umoci sets owners, which needs root"),
]


class Seen(NamedTuple):
    """What lies at a path. Of a file: its bytes, the layer that they are of, and all its names."""

    kind: str
    target: str = ""
    size: int = 0
    layer: int = 0
    names: tuple[str, ...] = ()


def merged(layers: Sequence[bytes]) -> dict[str, Seen]:
    """kempt's view."""
    made = Merged()
    for content in layers:
        scanner = TarScanner()
        scanner.feed(content)
        scanner.close()
        made.add(scanner.entries)
    found, names = {}, defaultdict(list)
    for each in made.shipped:
        if each.alive:
            names[each.content].append(each.path)
    for node in made.nodes():
        found[node.path] = Seen(node.kind, node.target)
        if node.kind == FILE:
            held = node.content
            found[node.path] = Seen(FILE, "", held.size, held.layer, tuple(sorted(names[held])))
    return found


def unpacked(layers: Sequence[bytes], folder: Path) -> dict[str, Seen]:
    """What umoci makes of them; each file holds the number of its layer."""
    made = Layout(folder / "oci")
    made.index(made.image(layers, pack=gzip.compress, annotations={"org.opencontainers.image.ref.name": "1"}))
    command = ["umoci", "raw", "unpack", "--image", f"{made.path}:1", str(folder / "out")]
    subprocess.run(command, check=True, capture_output=True)
    found, inodes = {}, defaultdict(list)
    for place, folders, files in os.walk(folder / "out"):
        for path in [Path(place, name) for name in (*folders, *files)]:
            name = str(path.relative_to(folder / "out"))
            if path.is_symlink():
                found[name] = Seen(LINK, str(path.readlink()))
            elif path.is_dir():
                found[name] = Seen(FOLDER)
            else:
                text = path.read_text("utf-8")
                found[name] = Seen(FILE, "", len(text), int(text.partition(".")[0]))
                inodes[path.stat().st_ino].append(name)
    for names in inodes.values():
        found |= {name: found[name]._replace(names=tuple(sorted(names))) for name in names}
    return found


def test_the_merged_view_is_what_umoci_unpacks(tmp_path: Path) -> None:
    def differs(seed: int) -> bool:
        layers, folder = whole_layers(seed), tmp_path / str(seed)
        expected = unpacked(layers, folder)
        shutil.rmtree(folder)
        return expected != merged(layers)

    assert [] == different(differs, CASES)


def test_verdicts_are_what_tar_and_a_walk_give(tmp_path: Path) -> None:
    def differs(seed: int) -> bool:
        layers, folder = cache_layers(seed), tmp_path / str(seed)
        folder.mkdir()
        (proof,) = prove(str(docker_archive(folder / "image.tar", layers)), ImageOptions())
        expected = replay(folder / "image.tar", folder / "replayed").rows(*CACHES)
        shutil.rmtree(folder)
        return expected != [
            Row(each.verdict, each.path, each.tool, each.files, each.bytes, each.layer) for each in proof.leftovers
        ]

    assert [] == different(differs, FEWER)


def different(differs: Callable[[int], bool], cases: int) -> list[int]:
    """Those that differ."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [seed for seed, found in enumerate(pool.map(differs, range(cases))) if found]


def test_the_stacks_hold_what_makes_views_hard() -> None:
    """Marks that delete, links that lead parents elsewhere, names that share a file, and folders that became files."""
    views = [merged(whole_layers(seed)) for seed in range(FEWER)]
    seen = [each for view in views for each in view.values()]

    assert {FILE, FOLDER, LINK} == {each.kind for each in seen}
    assert any(len(each.names) > 1 for each in seen)
    names = [name for seed in range(FEWER) for layer in whole_layers(seed) for name in _names(layer)]
    assert any(name.endswith("/.wh..wh..opq") for name in names)
    assert any("/l1/.wh." in name or "/l2/.wh." in name for name in names)


def _names(layer: bytes) -> list[str]:
    scanner = TarScanner()
    scanner.feed(layer)
    return [each.path for each in scanner.entries]
