"""A built image is proven, or it is said why not: each format, each kind of leftover, each kind of bad input."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from kempt.engine.image import ImageOptions, prove, prove_all
from kempt.errors import KemptError, UnreadableError, UnsupportedError, UsageError
from kempt.formats.oci.compression import Limits
from kempt.model.image import Leftover
from support.images import (
    CONFIG,
    LAYER,
    MANIFEST,
    Layout,
    Member,
    as_tar,
    config,
    docker_archive,
    folder,
    hard_link,
    layer,
    layout,
    link,
)  # fmt: skip

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}
NAME = "org.opencontainers.image.ref.name"
OPTIONS = ImageOptions("linux/amd64")
DIRTY = [
    layer(["root/.cache/pip/http-v2/a", Member("root/.cache/pip/wheels/b", b"12345"), "usr/bin/python"]),
    layer(["home/app/.cache/uv/archive-v0/x/y.py", "root/.cache/.wh.pip"]),
]
FOUND = [("KPT551", "uv", "home/app/.cache/uv", 1, 1, 2), ("KPT552", "pip", "root/.cache/pip", 2, 6, 1)]


def short(leftover: Leftover) -> tuple[str, str, str, int, int, int]:
    return leftover.code, leftover.tool, leftover.path, leftover.files, leftover.bytes, leftover.layer


def found(path: Path | str, options: ImageOptions = OPTIONS) -> list[tuple[str, str, str, int, int, int]]:
    (proof,) = prove(str(path), options)
    return [short(each) for each in proof.leftovers]


def left(tmp_path: Path, *layers: list[Member | str], env: list[str] | None = None) -> list[Leftover]:
    """What is left in an image of these layers."""
    tars = [layer(each) for each in layers]
    (proof,) = prove(str(docker_archive(tmp_path / "a.tar", tars, config(tars, env=env or ()))), OPTIONS)
    return list(proof.leftovers)


def roots(leftovers: list[Leftover]) -> list[tuple[str, str]]:
    return [(each.tool, each.path) for each in leftovers]


def zstd(content: bytes) -> bytes:
    packed: bytes = import_module("zstandard").ZstdCompressor().compress(content)
    return packed


# --- formats -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: docker_archive(path / "a.tar", DIRTY), id="docker-archive"),
        pytest.param(lambda path: layout(path / "a", DIRTY), id="OCI folder"),
        pytest.param(lambda path: layout(path / "a", DIRTY, bytes), id="OCI folder, plain layers"),
        pytest.param(lambda path: as_tar(layout(path / "a", DIRTY), path / "a.tar"), id="OCI tar"),
        pytest.param(
            lambda path: layout(path / "a", DIRTY, zstd),
            id="OCI folder, zstd layers",
            marks=pytest.mark.skipif(find_spec("zstandard") is None, reason="zstandard is an optional extra"),
        ),
    ],
)
def test_every_format_gives_the_same_verdict(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert FOUND == found(make(tmp_path))


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_packed_archive_is_read_as_a_stream(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    archive = docker_archive(tmp_path / "a.tar", DIRTY)
    archive.write_bytes(pack(archive.read_bytes()))

    assert FOUND == found(archive)


def test_an_oci_archive_that_is_packed_is_read_as_a_stream(tmp_path: Path) -> None:
    archive = as_tar(layout(tmp_path / "a", DIRTY), tmp_path / "a.tar")
    archive.write_bytes(gzip.compress(archive.read_bytes()))

    assert FOUND == found(archive)


def formed(made: Path, form: str) -> Path:
    """A layout as a folder, as a tar of it, or as a tar that is read as a stream."""
    if form == "folder":
        return made
    archive = as_tar(made, made.with_suffix(".tar"))
    if form == "stream":
        archive.write_bytes(gzip.compress(archive.read_bytes()))
    return archive


@pytest.mark.parametrize("form", ["folder", "archive", "stream"])
def test_blobs_that_are_named_by_sha512_are_proven(form: str, tmp_path: Path) -> None:
    assert FOUND == found(formed(layout(tmp_path / "a", DIRTY, algorithm="sha512"), form))


def test_an_image_of_several_platforms_is_read_for_the_one_that_is_asked_for(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    clean = made.image([layer(["a"])], config([layer(["a"])], platform=ARM64), platform=ARM64)
    path = made.index(made.nested(made.image(DIRTY, platform=AMD64), clean))

    assert FOUND == found(path)
    assert [] == found(path, ImageOptions("linux/arm64"))


def test_a_platform_that_is_not_there_is_an_error_that_names_what_is(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    path = made.index(made.image(DIRTY, platform=AMD64), made.image(DIRTY[:1], platform=ARM64))

    with pytest.raises(UsageError, match="no image for the platform linux/s390x: there is linux/amd64, linux/arm64/v8"):
        prove(str(path), ImageOptions("linux/s390x"))


@pytest.mark.parametrize("form", ["folder", "archive", "stream"])
@pytest.mark.parametrize("stated", [None, ARM64], ids=["no platform", "another platform"])
def test_a_config_of_another_platform_is_no_image_for_it(
    stated: dict[str, str] | None, form: str, tmp_path: Path
) -> None:
    made = Layout(tmp_path / "a")
    path = formed(made.index(made.image([layer(["a"])], platform=stated or {})), form)

    with pytest.raises(UsageError, match="no image for the platform linux/arm64: there is linux/amd64"):
        prove(str(path), ImageOptions("linux/arm64"))


@pytest.mark.parametrize("asked", ["linux/arm64", "garbage", "linux", "linux/amd64/v9"])
def test_an_archive_of_one_image_has_none_for_another_platform(asked: str, tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "a.tar", [layer(["a"])])

    with pytest.raises(UsageError, match=f"no image for the platform {asked}: there is linux/amd64"):
        prove(str(path), ImageOptions(asked))


def test_an_image_that_names_no_platform_is_not_known_to_be_one_for_it(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "a.tar", [layer(["a"])], config([layer(["a"])], platform={}))

    with pytest.raises(UsageError, match="no image for the platform linux/amd64: there is none that names one"):
        prove(str(path), OPTIONS)
    assert [""] == [each.platform for each in prove(str(path), ImageOptions())]


def test_an_image_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    clean = docker_archive(tmp_path / "clean.tar", [layer(["a"])])
    cut = tmp_path / "cut.tar"
    cut.write_bytes(clean.read_bytes()[:700])
    dirty = docker_archive(tmp_path / "dirty.tar", DIRTY)

    proofs = prove_all([str(clean), str(cut), str(dirty)], OPTIONS)

    assert [(str(clean), 0), (str(dirty), 2)] == [(each.where, len(each.leftovers)) for each in proofs.proven]
    assert [str(cut)] == [each.where for each in proofs.unproven]


def test_a_broken_image_hides_no_other_of_the_same_place(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    wrong = made.image(DIRTY, config([layer(["a"]), layer(["b"])]), annotations={NAME: "wrong"})
    path = made.index(wrong, made.image(DIRTY, annotations={NAME: "right"}))

    proofs = prove_all([str(path)], OPTIONS)

    assert ["right"] == [each.name for each in proofs.proven]
    assert 1 == len(proofs.unproven)


# --- caches that lie elsewhere -------------------------------------------------------------------------
PIP = "http-v2/a"


@pytest.mark.parametrize(
    "layers, root",
    [
        ([[link("root/.cache", "../data/cache"), f"data/cache/pip/{PIP}"]], "data/cache/pip"),
        ([[f"data/cache/pip/{PIP}"], [link("root/.cache", "/data/cache")]], "data/cache/pip"),
        ([[link("root/.cache", "/data/cache")], [f"data/cache/pip/{PIP}"]], "data/cache/pip"),
        ([[link("root/.cache", "/data/cache")], [f"root/.cache/pip/{PIP}"]], "data/cache/pip"),
        ([[link("root/.cache/pip", "/data"), f"data/{PIP}"]], "data"),
        ([[link("root/.cache/pip/http-v2", "/data"), "data/a"]], "data"),
        ([[link("root/.cache", "/one"), link("one", "/two"), f"two/pip/{PIP}"]], "two/pip"),
        ([[link("root/.cache", "/data"), f"data/pip/{PIP}"], ["root/.wh..cache"]], "data/pip"),
        ([[link("var/lib", "/data"), "data/apt/lists/a"]], "data/apt/lists"),
        ([[link("app/.mypy_cache", "/data"), "data/a"]], "data"),
    ],
)
def test_a_cache_behind_a_link_is_found(layers: list[list[Member | str]], root: str, tmp_path: Path) -> None:
    assert [(root, "present")] == [(each.path, each.verdict) for each in left(tmp_path, *layers)]


def test_a_cache_behind_a_link_is_found_where_it_is_buried(tmp_path: Path) -> None:
    (one,) = left(tmp_path, [link("root/.cache", "../data"), f"data/pip/{PIP}"], [".wh.data", "root/.wh..cache"])

    assert ("KPT552", "buried", "data/pip") == (one.code, one.verdict, one.path)


def test_what_a_link_in_a_cache_leads_to_is_no_cache(tmp_path: Path) -> None:
    links = [link("root/.cache/uv/x", "/usr/lib"), link("usr/lib/cache", "/srv"), link("root/.cache", "/root/.cache")]

    assert [] == left(tmp_path, [*links, "usr/lib/a.py", "srv/pip/http-v2"])


def test_a_link_of_a_million_parts_is_read_in_time(tmp_path: Path) -> None:
    target = "a/" * 1_000_000

    assert [] == left(tmp_path, [link("root/.cache", target), link("home/.cache", "../" * 1_000_000)])


def test_a_variable_that_names_a_link_is_followed(tmp_path: Path) -> None:
    members: list[Member | str] = [link("packages", "/data/uv"), "data/uv/wheels-v5/a"]

    assert [("uv", "data/uv")] == roots(left(tmp_path, members, env=["UV_CACHE_DIR=/packages"]))


@pytest.mark.parametrize(
    "members, root",
    [
        (["home/u/.conda/pkgs/urls.txt", "home/u/.conda/pkgs/a.conda"], "home/u/.conda/pkgs"),
        (["root/micromamba/pkgs/urls.txt", "root/micromamba/pkgs/cache/a.json"], "root/micromamba/pkgs"),
        (["srv/store/urls.txt", "srv/store/a.conda"], "srv/store"),
    ],
)
def test_condas_caches_are_known_without_an_environment(members: list[str], root: str, tmp_path: Path) -> None:
    (one,) = left(tmp_path, ["opt/conda/conda-meta/history", "root/micromamba/envs/a/conda-meta/history", *members])

    assert ("conda", root, 1) == (one.tool, one.path, one.files)


def test_condas_cache_after_conda_clean_is_empty(tmp_path: Path) -> None:
    members = ["opt/conda/conda-meta/history", "opt/conda/pkgs/urls.txt", "opt/conda/pkgs/urls", "srv/urls.txt"]

    assert [] == left(tmp_path, [*members])


def test_a_folder_that_is_no_cache_is_not_made_one_by_a_variable(tmp_path: Path) -> None:
    members = ["usr/bin/python", "usr/archive-v0/a", "usr/CACHEDIR.TAG", "usr/wheels-v5/b"]
    (one,) = left(tmp_path, [*members], env=["UV_CACHE_DIR=/usr"])

    assert ("uv", "usr", 2) == (one.tool, one.path, one.files)


def test_attestations_are_left_out(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    attached = {"vnd.docker.reference.type": "attestation-manifest"}
    by_platform = made.blob(b"{}", MANIFEST, platform={"os": "unknown", "architecture": "unknown"})
    by_annotation = made.blob(b"[]", MANIFEST, annotations=attached)

    assert FOUND == found(made.index(made.image(DIRTY, platform=AMD64), by_platform, by_annotation))


def test_each_image_of_an_archive_is_proven_under_its_name(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    path = made.index(
        made.image(DIRTY, annotations={"org.opencontainers.image.ref.name": "one"}),
        made.image(DIRTY[:1], annotations={"org.opencontainers.image.ref.name": "two"}),
    )

    assert ["one", "two"] == [proof.name for proof in prove(str(path), OPTIONS)]


def test_an_image_without_layers_is_clean(tmp_path: Path) -> None:
    assert [] == found(docker_archive(tmp_path / "a.tar", []))


# --- what is left --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path, expected",
    [
        ("root/.cache/pip/http/a", [("pip", "root/.cache/pip")]),
        ("home/app/.cache/pip/selfcheck/a", [("pip", "home/app/.cache/pip")]),
        (".cache/uv/a", [("uv", ".cache/uv")]),
        ("root/.cache/pypoetry/artifacts/a", [("Poetry", "root/.cache/pypoetry")]),
        ("root/.cache/pypoetry/virtualenvs/a", []),
        ("root/.cache/pipenv/a", [("Pipenv", "root/.cache/pipenv")]),
        ("root/.cache/pdm/a", [("PDM", "root/.cache/pdm")]),
        ("root/.cache/pre-commit/a", [("pre-commit", "root/.cache/pre-commit")]),
        ("root/.cache/npm/a", []),
        ("wheels/a.whl", [("wheels", "wheels")]),
        ("usr/lib/python3.12/ensurepip/_bundled/pip.whl", []),
        ("app/.venv/lib/python3.12/site-packages/x/a.whl", []),
        ("app/.mypy_cache/3.12/a.json", [("mypy", "app/.mypy_cache")]),
        ("app/.pytest_cache/v/a", [("pytest", "app/.pytest_cache")]),
        ("var/lib/apt/lists/deb_Packages", [("apt", "var/lib/apt/lists")]),
        ("var/cache/apt/archives/a.deb", [("apt", "var/cache/apt/archives")]),
        ("var/cache/apt/archives/lock", []),
        ("usr/lib/x/__pycache__/a.pyc", []),
    ],
)
def test_a_cache_is_known_by_where_it_lies(path: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    assert expected == roots(left(tmp_path, [path]))


@pytest.mark.parametrize(
    "variable, path, expected",
    [
        ("PIP_CACHE_DIR=/pc", "pc/http-v2/a", [("pip", "pc")]),
        ("PIP_CACHE_DIR=/pc", "pc/notes.txt", []),
        ("UV_CACHE_DIR=/opt/uv/", "opt/uv/a/b", [("uv", "opt/uv")]),
        ("XDG_CACHE_HOME=/x", "x/pdm/a", [("PDM", "x/pdm")]),
        ("PIP_CACHE_DIR=relative", "relative/http/a", []),
        ("PIP_CACHE_DIR=/", "http/a", []),
    ],
)
def test_variables_of_the_image_move_a_cache(
    variable: str, path: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert expected == roots(left(tmp_path, [path], env=[variable]))


def test_uvs_cache_is_known_by_what_it_holds_wherever_it_lies(tmp_path: Path) -> None:
    members: list[Member | str] = ["opt/x/CACHEDIR.TAG", "opt/x/archive-v7/a/b", "opt/y/archive-v7/a", "z/CACHEDIR.TAG"]

    assert [("uv", "opt/x")] == roots(left(tmp_path, members))


def test_empty_folders_that_a_cache_mount_leaves_are_no_cache(tmp_path: Path) -> None:
    assert [] == left(tmp_path, [folder("root/.cache"), folder("root/.cache/uv")])


def test_bytes_that_an_environment_shares_by_hard_links_are_not_counted(tmp_path: Path) -> None:
    cached = "root/.cache/uv/archive-v0/a.py"
    (one,) = left(tmp_path, [Member(cached, b"12345"), hard_link("app/a.py", cached), "root/.cache/uv/b"])

    assert (2, 1) == (one.files, one.bytes)


def test_a_deleted_cache_whose_files_live_on_under_other_names_is_not_buried(tmp_path: Path) -> None:
    cached = "root/.cache/uv/archive-v0/a.py"

    assert [] == left(tmp_path, [Member(cached, b"12345"), hard_link("app/a.py", cached)], [".wh.root"])


def test_condas_packages_count_where_no_environment_links_to_them(tmp_path: Path) -> None:
    members: list[Member | str] = [
        "opt/conda/conda-meta/history",
        Member("opt/conda/pkgs/a/x.py", b"123"),
        "opt/conda/pkgs/cache/b.json",
    ]
    (one,) = left(tmp_path, [*members, hard_link("opt/conda/lib/x.py", "opt/conda/pkgs/a/x.py")])

    assert ("conda", "opt/conda/pkgs", 1, 1) == (one.tool, one.path, one.files, one.bytes)


def test_a_cache_behind_a_linked_home_is_found_where_it_lies(tmp_path: Path) -> None:
    first: list[Member | str] = [folder("home/app"), link("root", "home/app")]

    assert [("pip", "home/app/.cache/pip")] == roots(left(tmp_path, first, ["root/.cache/pip/http/a"]))


def test_an_environment_that_is_shipped_twice_is_buried_once(tmp_path: Path) -> None:
    environment: list[Member | str] = ["app/.venv/pyvenv.cfg", Member("app/.venv/lib/a.py", b"1234")]
    (one,) = left(tmp_path, environment, environment)

    assert ("KPT554", "environment", "app/.venv", 2, 5, 1) == short(one)


def test_an_opaque_folder_buries_what_lies_below(tmp_path: Path) -> None:
    (one,) = left(tmp_path, ["root/.cache/pip/http/a"], ["root/.wh..wh..opq"])

    assert "KPT552" == one.code


def test_the_dockerfiles_line_and_the_base_image_come_from_the_history(tmp_path: Path) -> None:
    tars = [layer(["root/.cache/pip/http/a"]), layer(["root/.cache/uv/b"])]
    history: list[dict[str, object]] = [
        {"created_by": "/bin/sh -c #(nop) ADD file:abc in / "},
        {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True},
        {"created_by": "RUN /bin/sh -c uv sync # buildkit"},
        {"created_by": 'CMD ["app"]', "empty_layer": True},
    ]
    (proof,) = prove(str(docker_archive(tmp_path / "a.tar", tars, config(tars, history))), OPTIONS)

    expected = [("pip", "ADD file:abc in /", True), ("uv", "RUN uv sync", False)]
    assert expected == [(each.tool, each.made_by, each.base) for each in proof.leftovers]


# --- bad input -----------------------------------------------------------------------------------------
def broken(path: Path, message: str, kind: type[KemptError] = UnreadableError) -> None:
    with pytest.raises(kind, match=message):
        prove(str(path), OPTIONS)


def with_layers(tmp_path: Path, media_type: str) -> Path:
    made = Layout(tmp_path / "a")
    return made.index(made.image(DIRTY, media_type=media_type))


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    archive = docker_archive(tmp_path / "a.tar", DIRTY)
    archive.write_bytes(archive.read_bytes()[:8000])

    broken(archive, "truncated|no image")


def test_a_truncated_stream_is_refused(tmp_path: Path) -> None:
    archive = docker_archive(tmp_path / "a.tar", DIRTY)
    archive.write_bytes(gzip.compress(archive.read_bytes()[:8000]))

    broken(archive, "truncated")


def test_a_truncated_layer_is_refused(tmp_path: Path) -> None:
    broken(layout(tmp_path / "a", DIRTY, lambda content: gzip.compress(content)[:-20]), "layer 1: .* truncated")


def test_a_layer_that_is_not_what_its_digest_says_is_refused(tmp_path: Path) -> None:
    path = layout(tmp_path / "a", DIRTY)
    blob = path / "blobs" / "sha256" / hashlib.sha256(gzip.compress(DIRTY[1])).hexdigest()
    for each in (path / "blobs" / "sha256").iterdir():
        if each.read_bytes().startswith(b"\x1f\x8b"):
            blob = each
    blob.write_bytes(gzip.compress(layer(["clean"])))

    broken(path, r"layer \d has the digest sha256:\w+, and should have sha256:")


def test_a_layer_that_is_not_what_the_config_says_is_refused(tmp_path: Path) -> None:
    broken(docker_archive(tmp_path / "a.tar", DIRTY, config([DIRTY[0], layer(["clean"])])), "layer 2 unpacked has the")


@pytest.mark.parametrize("form", ["folder", "archive", "stream"])
@pytest.mark.parametrize("target", ["", "other"], ids=["in its place", "through a link"])
def test_a_layer_that_is_not_what_its_sha512_says_is_refused(form: str, target: str, tmp_path: Path) -> None:
    """What it unpacks to is still what the config says."""
    made = layout(tmp_path / "a", DIRTY, lambda content: gzip.compress(content, mtime=0), "sha512")
    blob = made / "blobs" / "sha512" / hashlib.sha512(gzip.compress(DIRTY[0], mtime=0)).hexdigest()
    blob.unlink()
    blob.with_name(target or blob.name).write_bytes(gzip.compress(DIRTY[0], mtime=1))
    if target:
        blob.symlink_to(target)

    broken(formed(made, form), "no .* that is a layer|is not what its digest says")


def test_a_document_that_is_not_what_its_digest_says_is_refused(tmp_path: Path) -> None:
    path = layout(tmp_path / "a", DIRTY)
    for each in (path / "blobs" / "sha256").iterdir():
        if b"rootfs" in each.read_bytes():
            each.write_bytes(config(DIRTY) + b" ")

    broken(path, "is not what its digest says")


def test_a_layer_of_another_size_is_refused(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    plain = made.blob(DIRTY[0], LAYER)
    document = {"schemaVersion": 2, "config": made.blob(config(DIRTY[:1]), CONFIG), "layers": [{**plain, "size": 7}]}

    broken(made.index(made.blob(json.dumps(document).encode(), MANIFEST)), "and should have 7")


def test_a_config_for_another_number_of_layers_is_refused(tmp_path: Path) -> None:
    broken(docker_archive(tmp_path / "a.tar", DIRTY, config(DIRTY[:1])), "2 layers, and its config digests for 1")


def test_an_image_of_thousands_of_layers_is_refused(tmp_path: Path) -> None:
    broken(docker_archive(tmp_path / "a.tar", [layer([])] * 1001), "1,001 layers, more than 1,000", UnsupportedError)


def test_a_variable_that_climbs_out_of_the_image_moves_no_cache(tmp_path: Path) -> None:
    assert [] == left(tmp_path, ["http/a"], env=["PIP_CACHE_DIR=/../../x"])


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = layout(tmp_path / "a", [layer([Member("a", bytes(20_000_000))])])

    with pytest.raises(UnreadableError, match="a decompression bomb"):
        prove(str(path), OPTIONS._replace(limits=Limits(10**9, 200, 10**6)))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(["../../etc/passwd"], id="a name"),
        pytest.param([hard_link("a", "../etc/passwd")], id="a hard link"),
    ],
)
def test_what_climbs_out_of_the_image_is_refused(members: list[Member | str], tmp_path: Path) -> None:
    broken(docker_archive(tmp_path / "a.tar", [layer(members)]), "layer 1: a name leads out of the image")


def test_absolute_names_and_devices_are_read_as_part_of_the_image(tmp_path: Path) -> None:
    device = Member("/dev/sda", kind=tarfile.BLKTYPE)

    assert [("pip", "root/.cache/pip")] == roots(left(tmp_path, ["/root/.cache/pip/http/a", device]))


@pytest.mark.parametrize(
    "media_type, message",
    [
        (f"{LAYER}+gzip+encrypted", "a layer is encrypted"),
        ("application/vnd.example.thing", "a layer of an unknown type: application/vnd.example.thing"),
    ],
)
def test_a_layer_that_nobody_can_read_is_refused(media_type: str, message: str, tmp_path: Path) -> None:
    broken(with_layers(tmp_path, media_type), message, UnsupportedError)


def test_a_foreign_layer_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = with_layers(tmp_path, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")
    for each in (path / "blobs" / "sha256").iterdir():
        if each.read_bytes().startswith(b"\x1f\x8b"):
            each.unlink()

    broken(path, "layer 1 is a foreign one", UnsupportedError)


def test_a_foreign_layer_that_is_there_is_read(tmp_path: Path) -> None:
    assert FOUND == found(with_layers(tmp_path, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"))


def test_what_is_no_image_but_lies_in_a_layout_is_refused(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    document = {"schemaVersion": 2, "config": made.blob(b"{}", "application/vnd.cncf.helm.config.v1+json")}

    broken(made.index(made.blob(json.dumps(document).encode(), MANIFEST)), "is no image: its config", UnsupportedError)


def test_schema_1_is_refused(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    document = json.dumps({"schemaVersion": 1, "fsLayers": []}).encode()

    broken(made.index(made.blob(document, MANIFEST)), "is of schema 1", UnsupportedError)


def test_a_folder_that_is_no_layout_is_refused(tmp_path: Path) -> None:
    broken(tmp_path, "a folder that is no image: it holds neither index.json")


def test_a_tar_that_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(DIRTY[0])

    broken(path, "a tar that is no image: it holds neither index.json")


@pytest.mark.parametrize("content", [b"", b"\0" * 1024, b"hello", b"!" * 5000], ids=["empty", "zeros", "text", "noise"])
def test_a_file_that_is_no_tar_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(content)

    broken(path, "no image|truncated|no tar|no number")


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{", b"[" * 100_000, b'{"manifests": 1}', b'{"manifests": [{}]}', b'{"manifests": []}', b"\xff\xfe"],
)
def test_an_index_that_is_none_is_refused(document: bytes, tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    (made.path / "index.json").write_bytes(document)

    broken(made.path, "index.json|no image")


@pytest.mark.parametrize("digest", ["sha256:../../../etc/passwd", "md5:abc", "sha256:" + "A" * 64, "/etc/passwd"])
def test_a_digest_that_is_a_path_is_refused(digest: str, tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")

    broken(made.index({"mediaType": MANIFEST, "digest": digest, "size": 1}), "a digest that is none")


def test_a_member_that_leads_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    listed = [{"Config": "/etc/hostname", "Layers": [], "RepoTags": []}]
    path = tmp_path / "a.tar"
    path.write_bytes(layer([Member("manifest.json", json.dumps(listed).encode())]))

    broken(path, "the archive holds no /etc/hostname")


def test_an_index_in_itself_without_end_is_refused(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    deep = made.nested(made.image(DIRTY))
    for _ in range(6):
        deep = made.nested(deep)

    broken(made.index(deep), "indexes in indexes")


def test_a_document_without_end_is_refused(tmp_path: Path) -> None:
    made = Layout(tmp_path / "a")
    (made.path / "index.json").write_bytes(b" " * (9 * 1024**2))

    broken(made.path, "index.json has 9,437,184 bytes, more than")


def test_a_fifo_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.tar")

    broken(tmp_path / "a.tar", "a FIFO, not a regular file")


def test_a_name_without_a_program_to_ask_is_refused_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UsageError) as caught:
        prove("shop:1", OPTIONS)

    assert "where one is: docker save shop:1 | kempt image -" == caught.value.hint


# --- the cache -----------------------------------------------------------------------------------------
def test_a_layer_in_a_settled_file_is_read_once(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = docker_archive(tmp_path / "a.tar", DIRTY)
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    first = found(path)
    monkeypatch.setattr("kempt.engine.image_layers.scan", None)

    assert FOUND == first == found(path)


def test_an_archive_that_was_written_anew_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    found(docker_archive(tmp_path / "a.tar", DIRTY))

    assert [] == found(docker_archive(tmp_path / "a.tar", [layer(["clean"])]))


def test_a_layer_that_another_image_shares_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    made = Layout(tmp_path / "a")
    one, other = made.image(DIRTY, pack=bytes), made.image(DIRTY[:1], pack=bytes)
    found(made.index(one))
    monkeypatch.setattr("kempt.engine.image_layers.scan", None)

    assert [("KPT551", "root/.cache/pip")] == [(each[0], each[2]) for each in found(made.index(other))]


@pytest.mark.parametrize("content", [b"FROM python\n" * 200, b"# kempt\n", b""], ids=["long", "short", "empty"])
def test_a_file_that_is_no_tar_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(content)

    with pytest.raises(UnreadableError, match="no tar, and so no image"):
        prove(str(tmp_path / "Dockerfile"), OPTIONS)


def test_a_folder_of_skopeo_is_told_what_to_become(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"schemaVersion": 2}', "utf-8")

    with pytest.raises(UnsupportedError, match="wrote as dir:") as caught:
        prove(str(tmp_path), OPTIONS)
    assert "skopeo copy dir:FOLDER oci:OTHER" == caught.value.hint


@pytest.mark.parametrize("magic", [b"\xfd7zXZ\0", b"BZh9"], ids=["xz", "bzip2"])
def test_an_archive_that_is_packed_as_none_is_not_called_a_layer(magic: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tar.xz").write_bytes(magic + bytes(600))

    with pytest.raises(UnsupportedError, match="the archive is compressed by"):
        prove(str(tmp_path / "a.tar.xz"), OPTIONS)


def test_what_was_read_in_an_earlier_run_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    made = Layout(tmp_path / "a")
    one, other = made.image(DIRTY[:1], pack=bytes), made.image(DIRTY, pack=bytes)

    (first,) = prove(str(made.index(one)), OPTIONS)
    (again,) = prove(str(made.path), OPTIONS)
    (wider,) = prove(str(made.index(other)), OPTIONS)

    assert (0, 1, 1) == (first.known, again.known, wider.known)


def test_a_damaged_cache_is_read_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = docker_archive(tmp_path / "a.tar", DIRTY)
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    monkeypatch.setenv("KEMPT_CACHE_DIR", str(tmp_path / "cache"))
    found(path)
    for each in (tmp_path / "cache" / "images").iterdir():
        each.write_bytes(each.read_bytes()[:-3] + b"!!!")

    assert FOUND == found(path)


def test_without_the_cache_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.host.streams._SETTLED", -1)
    monkeypatch.setenv("KEMPT_CACHE_DIR", str(tmp_path / "cache"))
    found(docker_archive(tmp_path / "a.tar", DIRTY), OPTIONS._replace(use_cache=False))

    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_a_layer_of_a_million_entries_is_read(tmp_path: Path) -> None:
    folders = (f"app/{number // 1000}/{number}" for number in range(1_000_000))
    held = io.BytesIO(b"".join(tarfile.TarInfo(name).tobuf() for name in folders) + bytes(1024))

    assert [] == found(docker_archive(tmp_path / "a.tar", [held.getvalue()]))


def test_a_layer_of_a_hundred_thousand_entries_is_read(tmp_path: Path) -> None:
    held = io.BytesIO(b"".join(tarfile.TarInfo(f"a/{number}").tobuf() for number in range(100_000)) + bytes(1024))

    assert [] == found(docker_archive(tmp_path / "a.tar", [held.getvalue()]))
