"""`kempt image` as a program: what it prints, where it reads from, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import RunKempt
from support.images import config, docker_archive, layer, layout
from support.repositories import environment

PRESENT = ["root/.cache/uv/archive-v0/a"]
DIRTY = [layer([*PRESENT, "root/.cache/pip/http/b"]), layer(["root/.cache/.wh.pip"])]
HISTORY = [{"created_by": "RUN /bin/sh -c uv sync # buildkit"}, {"created_by": "RUN rm -rf /root/.cache/pip"}]


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    return docker_archive(tmp_path / "shop.tar", DIRTY, config(DIRTY, HISTORY))


def test_it_shows_what_is_left_and_the_line_that_made_it(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    text = """\
shop:1  ·  linux/amd64  ·  2 layers  ·  20 kB

  ✗ present  /root/.cache/uv    KPT551  uv, 1 file, 1 B
             layer 1 of 2: RUN uv sync
  ✗ buried   /root/.cache/pip   KPT552  pip, 1 file, 1 B
             layer 1 of 2: RUN uv sync

Left in the image: 1 present (1 B), 1 buried (1 B). `kempt rule KPT551` tells what to change.
"""

    assert (1, text, "") == kempt("image", "shop.tar", cwd=tmp_path)


def test_a_clean_image_is_proven(tmp_path: Path, kempt: RunKempt) -> None:
    docker_archive(tmp_path / "shop.tar", [layer(["usr/bin/python"])])
    text = (
        "shop:1  ·  linux/amd64  ·  1 layer  ·  10 kB\n\n"
        "Proven: no cache is in the image, 1 layer read to the last byte.\n"
    )

    assert (0, text, "") == kempt("image", "shop.tar", cwd=tmp_path)


def test_quiet_says_nothing_of_a_clean_image(tmp_path: Path, kempt: RunKempt) -> None:
    docker_archive(tmp_path / "shop.tar", [layer(["usr/bin/python"])])

    assert (0, "", "") == kempt("image", "--quiet", "shop.tar", cwd=tmp_path)


@pytest.mark.parametrize(
    "layers, fail_on, status",
    [
        (DIRTY, "present", 1),
        (DIRTY, "buried", 1),
        (DIRTY, "none", 0),
        ([layer(["root/.cache/pip/http/a"]), layer([".wh.root"])], "present", 0),
        ([layer(["root/.cache/pip/http/a"]), layer([".wh.root"])], "buried", 1),
        ([layer(["app/.mypy_cache/a"])], "buried", 0),
        ([layer(["wheels/a.whl"])], "buried", 1),
    ],
)
def test_it_fails_on_what_is_asked_for(
    layers: list[bytes], fail_on: str, status: int, tmp_path: Path, kempt: RunKempt
) -> None:
    docker_archive(tmp_path / "shop.tar", layers)

    assert status == kempt("image", "shop.tar", "--fail-on", fail_on, cwd=tmp_path).status


def test_it_reads_standard_input(dirty: Path, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kempt", "image", "-", "--output-format", "concise"],
        env=environment(home), input=dirty.read_bytes(), capture_output=True, check=False,
    )  # fmt: skip

    assert (1, b"") == (done.returncode, done.stderr)
    assert b"root/.cache/uv:1:1: KPT551" in done.stdout


def test_a_name_is_saved_by_the_program_that_is_there(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "docker").write_text("#!/bin/sh\necho no daemon >&2\nexit 1\n", "utf-8")
    (programs / "podman").write_text(f'#!/bin/sh\ntest "$1 $2" = "save shop:1" && cat "{dirty}"\n', "utf-8")
    for each in programs.iterdir():
        each.chmod(0o755)

    ended = kempt("image", "shop:1", "--output-format", "json", cwd=tmp_path, PATH=f"{programs}:/usr/bin:/bin")

    assert (1, "") == (ended.status, ended.err)
    assert ["KPT551", "KPT552"] == [each["code"] for each in json.loads(ended.out)["findings"]]


def test_a_program_that_fails_is_quoted(tmp_path: Path, kempt: RunKempt) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "docker").write_text("#!/bin/sh\necho no such image >&2\nexit 1\n", "utf-8")
    (programs / "docker").chmod(0o755)

    expected = "kempt: docker save shop:1 failed: no such image\n"
    assert (2, "", expected) == kempt("image", "shop:1", cwd=tmp_path, PATH=f"{programs}:/usr/bin:/bin")


def test_json_holds_images_and_findings(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    found = json.loads(kempt("image", "shop.tar", "--output-format", "json", cwd=tmp_path).out)

    assert (1, "image", ["shop:1"]) == (found["version"], found["command"], [each["name"] for each in found["images"]])
    assert [("KPT551", "present", "uv", 1, "RUN uv sync"), ("KPT552", "buried", "pip", 1, "RUN uv sync")] == [
        (each["code"], each["verdict"], each["tool"], each["layer"], each["made_by"]) for each in found["findings"]
    ]


def test_sarif_has_rules_and_results(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    (run,) = json.loads(kempt("image", "shop.tar", "--output-format", "sarif", cwd=tmp_path).out)["runs"]

    rules = ["KPT551", "KPT552", "KPT553", "KPT554"]
    assert rules == [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert ["root/.cache/uv", "root/.cache/pip"] == [
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]
    ]


def test_what_cannot_be_read_ends_with_2(tmp_path: Path, kempt: RunKempt) -> None:
    path = layout(tmp_path / "oci", DIRTY, lambda content: content[:300])

    expected = "kempt: oci: layer 1: the tar is truncated\n"
    assert (2, "", expected) == kempt("image", path.name, cwd=tmp_path)


def test_no_image_is_an_error_with_a_command(tmp_path: Path, kempt: RunKempt) -> None:
    expected = "kempt: no image was named\n       docker save IMAGE | kempt image -\n"
    assert (2, "", expected) == kempt("image", cwd=tmp_path)


def test_a_missing_file_is_no_name_of_an_image(tmp_path: Path, kempt: RunKempt) -> None:
    assert (2, "", "kempt: no such file or folder: a.tar\n") == kempt("image", "a.tar", cwd=tmp_path)


def test_names_that_would_steer_a_terminal_are_spelled_out(tmp_path: Path, kempt: RunKempt) -> None:
    docker_archive(tmp_path / "shop.tar", [layer(["\x1b[2J/.cache/pip/http/a"])], name="\x1b[2J")

    assert "\x1b" not in kempt("image", "shop.tar", cwd=tmp_path).out


def test_a_picture_is_written_beside_the_report(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    ended = kempt("image", "shop.tar", "-q", "--html", "shop.html", cwd=tmp_path)

    assert 1 == ended.status
    assert "cache of uv, 1 B" in (tmp_path / "shop.html").read_text("utf-8")


@pytest.mark.parametrize("option", ["--html", "-o"])
@pytest.mark.parametrize("name", ["shop.tar", "./shop.tar", "linked.tar", "hard.tar"])
def test_an_image_is_not_replaced_by_its_report(
    option: str, name: str, dirty: Path, tmp_path: Path, kempt: RunKempt
) -> None:
    before = dirty.read_bytes()
    (tmp_path / "linked.tar").symlink_to("shop.tar")
    (tmp_path / "hard.tar").hardlink_to(dirty)

    expected = f"kempt: the report would replace the image: {name}\n       name another file\n"
    assert (2, "", expected) == kempt("image", "shop.tar", option, name, cwd=tmp_path)
    assert before == dirty.read_bytes()


def test_a_part_of_a_layout_is_not_replaced_by_its_report(tmp_path: Path, kempt: RunKempt) -> None:
    layout(tmp_path / "oci", DIRTY)

    ended = kempt("image", "oci", "--html", "oci/index.json", cwd=tmp_path)

    assert (2, "") == (ended.status, ended.out)
    assert 1 == kempt("image", "oci", "--html", "oci/page.html", cwd=tmp_path).status


def test_two_reports_are_two_files(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    expected = "kempt: two reports cannot be one file: a\n       name another file for one of them\n"
    assert (2, "", expected) == kempt("image", "shop.tar", "--html", "a", "-o", "a", cwd=tmp_path)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A clean image, one that is cut off, and one that is not clean."""
    docker_archive(tmp_path / "clean.tar", [layer(["usr/bin/python"])], name="clean")
    docker_archive(tmp_path / "dirty.tar", DIRTY, config(DIRTY, HISTORY), name="dirty")
    (tmp_path / "cut.tar").write_bytes((tmp_path / "clean.tar").read_bytes()[:1100])
    return tmp_path


def test_an_image_that_cannot_be_read_hides_no_other_in_text(three: Path, kempt: RunKempt) -> None:
    ended = kempt("image", "clean.tar", "cut.tar", "dirty.tar", cwd=three)

    assert (2, "kempt: cut.tar: the tar is truncated\n") == (ended.status, ended.err)
    assert "present  /root/.cache/uv" in ended.out
    assert "Left in 1 of 2 images: 1 present (1 B), 1 buried (1 B). Nothing is proven of cut.tar." in ended.out


@pytest.mark.parametrize("format, held", [("json", '"errors"'), ("sarif", "toolExecutionNotifications")])
def test_an_image_that_cannot_be_read_hides_no_other_in_a_file(
    format: str, held: str, three: Path, kempt: RunKempt
) -> None:
    ended = kempt("image", "cut.tar", "dirty.tar", "--output-format", format, "--html", "a.html", cwd=three)

    assert 2 == ended.status
    assert json.loads(ended.out)
    assert all(text in ended.out for text in (held, "cut.tar: the tar is truncated", "root/.cache/uv"))
    assert "Not proven: cut.tar: the tar is truncated" in (three / "a.html").read_text("utf-8")


def test_nothing_is_called_proven_where_nothing_could_be_read(three: Path, kempt: RunKempt) -> None:
    ended = kempt("image", "cut.tar", "--output-format", "json", cwd=three)

    assert (2, [], ["cut.tar"]) == (
        ended.status, json.loads(ended.out)["images"], [each["image"] for each in json.loads(ended.out)["errors"]],
    )  # fmt: skip


def test_an_image_for_another_platform_is_not_proven(dirty: Path, tmp_path: Path, kempt: RunKempt) -> None:
    ended = kempt("image", "shop.tar", "--platform", "linux/arm64", cwd=tmp_path)

    expected = (
        "kempt: shop.tar: no image for the platform linux/arm64: there is linux/amd64\n"
        "       kempt image --platform linux/amd64\n"
    )
    assert (2, "", expected) == ended


@pytest.mark.parametrize("format", ["concise", "github", "gitlab", "junit", "sarif"])
def test_every_format_names_the_image_of_a_finding(format: str, three: Path, kempt: RunKempt) -> None:
    docker_archive(three / "other.tar", DIRTY, name="other")

    found = kempt("image", "dirty.tar", "other.tar", "--output-format", format, cwd=three).out

    assert all(f"the cache of uv is in {name}:" in found for name in ("dirty", "other"))


def test_images_of_one_name_are_told_apart(three: Path, kempt: RunKempt) -> None:
    docker_archive(three / "other.tar", DIRTY, name="dirty")

    found = kempt("image", "dirty.tar", "other.tar", cwd=three).out

    assert all(f"dirty ({name})  ·" in found for name in ("dirty.tar", "other.tar"))
