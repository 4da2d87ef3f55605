"""Images that buildah and umoci really build, copied by skopeo: equal verdicts in every format, and exact ones.

What is expected comes from a plain replay of the layers with tarfile, not from kempt.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from conftest import RunKempt
from support.replay import replay

TOOLS = ("buildah", "skopeo", "umoci")
BUSYBOX = shutil.which("busybox", path="/bin:/usr/bin:/usr/local/bin")
MISSING = [name for name in TOOLS if shutil.which(name) is None] + ([] if BUSYBOX else ["busybox"])
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)} (apt-get install buildah skopeo umoci)"),
    pytest.mark.skipif(not AS_ROOT, reason="buildah's chroot isolation needs root here"),
]
FILL = "mkdir -p /root/.cache/pip/http-v2/a /root/.cache/uv/archive-v0 && seq 5000 > /root/.cache/pip/http-v2/a/b && "
FILL += "seq 700 > /root/.cache/uv/archive-v0/c && touch /root/.cache/uv/CACHEDIR.TAG"
BASE = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nENV PATH=/bin\n"
BASE += "RUN /bin/busybox --install -s /bin\n"
PIP, UV = "root/.cache/pip", "root/.cache/uv"
POETRY = "/root/.cache/pypoetry"
IMAGES: Mapping[str, tuple[str, list[tuple[str, str, str]]]] = {
    "left": (f"RUN {FILL}\n", [("KPT551", "present", PIP), ("KPT551", "present", UV)]),
    "deleted later": (
        f"RUN {FILL}\nRUN rm -rf /root/.cache\n",
        [("KPT552", "buried", PIP), ("KPT552", "buried", UV)],
    ),
    "deleted in the same RUN": (f"RUN {FILL} && rm -rf /root/.cache\n", []),
    "moved home": (
        f"RUN mkdir -p /home/app && rm -rf /root && ln -s /home/app /root\nRUN {FILL}\n",
        [("KPT551", "present", "home/app/.cache/pip"), ("KPT551", "present", "home/app/.cache/uv")],
    ),
    "variable": (
        "ENV UV_CACHE_DIR=/opt/uvc\nRUN mkdir -p /opt/uvc/wheels-v8 && seq 9 > /opt/uvc/wheels-v8/a\n",
        [("KPT551", "present", "opt/uvc")],
    ),
    "Poetry": (
        f"WORKDIR {POETRY}\nRUN mkdir artifacts virtualenvs && seq 9 | tee artifacts/a virtualenvs/b\n",
        [("KPT551", "present", "root/.cache/pypoetry")],
    ),
    "wheels": (
        "RUN mkdir /wheels && seq 9 > /wheels/a.whl\nRUN rm -rf /wheels\n",
        [("KPT553", "buried", "wheels")],
    ),
    "clean": ("RUN mkdir -p /app && seq 9 > /app/main.py\n", []),
}


def call(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(each) for each in argv], cwd=cwd, check=False, capture_output=True, env=tools_env(cwd))
    assert 0 == done.returncode, done.stderr.decode()
    return done.stdout.decode()


def tools_env(cwd: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(cwd),
        "TMPDIR": str(cwd),
    }


def built(tmp_path: Path, lines: str) -> Path:
    """A docker-archive of what buildah makes of these lines."""
    context = tmp_path / "context"
    context.mkdir()
    shutil.copy(str(BUSYBOX), context / "busybox")
    (context / "Containerfile").write_text(BASE + lines, "utf-8")
    store = ("--root", tmp_path / "store", "--runroot", tmp_path / "run", "--storage-driver", "vfs")
    call("buildah", *store, "bud", "-q", "--isolation", "chroot", "--layers", "-t", "shop", context, cwd=tmp_path)
    source = f"containers-storage:[vfs@{tmp_path / 'store'}+{tmp_path / 'run'}]localhost/shop"
    call("skopeo", "copy", "-q", source, f"docker-archive:{tmp_path / 'shop.tar'}:shop:1", cwd=tmp_path)
    return tmp_path / "shop.tar"


def copies(archive: Path) -> list[Path]:
    """The same image in every format that this Python reads."""
    folder = archive.parent
    wanted: dict[str, tuple[str, tuple[str, ...]]] = {"oci": ("oci:", ()), "oci.tar": ("oci-archive:", ())}
    if find_spec("zstandard") is not None:
        wanted["zstd"] = ("oci:", ("--dest-compress-format", "zstd"))
    for name, (transport, options) in wanted.items():
        source = f"docker-archive:{archive}"
        call("skopeo", "copy", "-q", *options, source, f"{transport}{folder / name}:1", cwd=folder)
    return [archive, *(folder / name for name in wanted)]


def verdicts(kempt: RunKempt, path: Path) -> tuple[int, list[tuple[Any, ...]]]:
    ended = kempt("image", path, "--output-format", "json", cwd=path.parent)
    keys = ("code", "verdict", "path", "tool", "files", "bytes", "layer", "made_by")
    assert "" == ended.err
    return ended.status, [tuple(each[key] for key in keys) for each in json.loads(ended.out)["findings"]]


def layers_of(archive: Path) -> list[bytes]:
    with tarfile.open(archive) as tar:
        (image,) = json.load(tar.extractfile("manifest.json") or pytest.fail("no manifest"))
        files = [tar.extractfile(name) for name in image["Layers"]]
        return [each.read() for each in files if each is not None]


@pytest.mark.parametrize("name", IMAGES)
def test_a_built_image_has_the_same_exact_verdict_in_every_format(name: str, tmp_path: Path, kempt: RunKempt) -> None:
    lines, expected = IMAGES[name]
    archive = built(tmp_path, lines)
    status, found = verdicts(kempt, archive)

    assert expected == [each[:3] for each in found]
    assert int(bool(expected)) == status
    for path in copies(archive):
        assert (status, found) == verdicts(kempt, path), path.name


def test_a_present_cache_is_what_a_plain_replay_holds_below_it(tmp_path: Path, kempt: RunKempt) -> None:
    archive = built(
        tmp_path, f"RUN {FILL}\nRUN rm /root/.cache/pip/http-v2/a/b && seq 20 > /root/.cache/pip/http-v2/d\n"
    )
    seen = replay(layers_of(archive))

    held = {
        root: sorted(len(text) for path, (kind, text) in seen.items() if kind == "file" and path.startswith(f"{root}/"))
        for root in (PIP, UV)
    }
    _, found = verdicts(kempt, archive)
    assert {root: (len(sizes), sum(sizes)) for root, sizes in held.items()} == {
        each[2]: each[4:6] for each in found if each[1] == "present"
    }


def test_an_opaque_folder_of_umoci_buries_what_lies_below(tmp_path: Path, kempt: RunKempt) -> None:
    tree, empty = tmp_path / "tree", tmp_path / "empty"
    (tree / ".cache" / "pip" / "http").mkdir(parents=True)
    (tree / ".cache" / "pip" / "http" / "a").write_text("12345", "utf-8")
    empty.mkdir()
    call("umoci", "init", "--layout", "oci", cwd=tmp_path)
    call("umoci", "new", "--image", "oci:1", cwd=tmp_path)
    call("umoci", "insert", "--image", "oci:1", tree, "/root", cwd=tmp_path)
    call("umoci", "insert", "--opaque", "--image", "oci:1", empty, "/root", cwd=tmp_path)

    status, found = verdicts(kempt, tmp_path / "oci")
    assert (1, [("KPT552", "buried", PIP, "pip", 1, 5, 1)]) == (status, [each[:7] for each in found])


def test_a_program_of_a_built_image_is_streamed_by_its_standard_output(tmp_path: Path, kempt: RunKempt) -> None:
    archive = built(tmp_path, IMAGES["deleted later"][0])
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "podman").write_text(f'#!/bin/sh\nexec cat "{archive}"\n', "utf-8")
    (programs / "podman").chmod(0o755)

    ended = kempt("image", "shop:1", "-q", cwd=tmp_path, PATH=f"{programs}:/bin")
    assert kempt("image", archive, "-q", cwd=tmp_path) == ended
