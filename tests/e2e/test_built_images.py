"""Images that a builder makes of real Dockerfiles, with real pip, uv and Poetry in them, on stand-ins for public bases.

Verdicts are the same in each format, and are what tar and a walk over the unpacked layers give.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import MakeRepository, RunKempt
from kempt import rules
from support.checking import mended
from support.guidance import DOCKERFILE
from support.index import STOCK, Index
from support.managers import find
from support.repacked import publish
from support.stand_ins import KINDS, PYTHON_IMAGE, UV_IMAGE, VERSION, Kind, Storage, missing
from support.tar_replay import OPAQUE, Cache, Replayed, Row, replay
from support.wheels import pyproject

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "images can be built")]
PIP, UV = Cache("pip", "root/.cache/pip"), Cache("uv", "root/.cache/uv")
POETRY = Cache("Poetry", "root/.cache/pypoetry", ("artifacts", "cache"))
VIRTUALENV, WHEELS = Cache("virtualenv", "root/.cache/virtualenv"), Cache("wheels", "wheels")
START = f"FROM {PYTHON_IMAGE}\nCOPY --from={UV_IMAGE}:0 /uv /usr/local/bin/uv\nWORKDIR /app\nCOPY . .\n"
SYNC = "RUN uv sync --no-dev"
INSTALL = "RUN pip install --root-user-action=ignore gamma epsilon"
PROJECT = {"name": "shop", "version": "1", "requires-python": ">=3.11", "dependencies": ["alpha", "epsilon"]}
MANIFEST = pyproject(PROJECT, packaged=False)
RUNS = "import alpha, gamma; print(alpha.VERSION, gamma.VERSION)"
RULES = tuple(rule.code for rule in rules.ALL if rule.code.startswith("KPT5"))


class Image(NamedTuple):
    """What kempt says of an image, which is the same in each format, and what tar says."""

    status: int
    codes: list[str]
    levels: list[str]
    found: list[Row]
    lines: list[str]
    replayed: Replayed


class Builder:
    """Builds images against an index of this machine, and asks kempt for verdicts on each of their copies."""

    def __init__(self, storage: Storage, index: Index, folder: Path, kempt: RunKempt) -> None:
        self.storage = storage
        self.index = index
        self.folder = folder
        self.context = folder / "context"
        self.context.mkdir()
        self.write("context/pyproject.toml", MANIFEST)
        self._kempt = kempt
        self._volumes: tuple[str, ...] = ()
        self._mount("pip.conf", "/etc/pip.conf", f"[global]\nindex-url = {index.url}\ntrusted-host = 127.0.0.1\n")
        self._mount("uv.toml", "/etc/uv/uv.toml", f'[[index]]\nurl = "{index.url}"\ndefault = true\n')

    def write(self, name: str, text: str) -> None:
        """Write a file below the folder of the test."""
        (self.folder / name).write_text(text, "utf-8")

    def build(self, name: str, dockerfile: str | Path, *options: str) -> str:
        """The tag of what is built. What pip and uv are told of the index is mounted: no layer holds it."""
        tag = f"{name}:{self.index.root.rpartition(':')[2]}"
        self.storage.build(self.context, dockerfile, tag, *self._volumes, *options)
        return tag

    def prove(self, tag: str) -> Image:
        """An image of the store."""
        return self.proven({kind: self.storage.save(tag, kind) for kind in KINDS})

    def proven(self, copies: dict[Kind, Path]) -> Image:
        """One image in all formats, on which the verdicts have to be equal."""
        ended = {kind: self._kempt("image", path, "--output-format", "json") for kind, path in copies.items()}
        assert {""} == {each.err for each in ended.values()}
        verdicts = {kind: (each.status, _verdicts(each.out)) for kind, each in ended.items()}
        status, found = verdicts["docker-archive"]
        assert dict.fromkeys(KINDS, (status, found)) == verdicts
        replayed = replay(copies["docker-archive"], self.folder / "replayed")
        rows, codes, levels, lines = ([each[column] for each in found] for column in range(4))
        return Image(status, codes, levels, rows, lines, replayed)

    def _mount(self, name: str, place: str, text: str) -> None:
        self.write(name, text)
        self._volumes += ("--volume", f"{self.folder / name}:{place}:ro")


def _verdicts(report: str) -> list[tuple[Any, ...]]:
    """What is found, its code and level, and the line that made the layer."""
    findings = json.loads(report)["findings"]
    rows = [Row(*(each[name] for name in Row._fields)) for each in findings]
    return [(row, each["code"], each["level"], each["made_by"]) for row, each in zip(rows, findings, strict=True)]


@pytest.fixture
def builder(storage: Storage, tmp_path: Path, kempt: RunKempt) -> Iterator[Builder]:
    (tmp_path / "repo").mkdir()
    with Index(STOCK) as index:
        yield Builder(storage, index, tmp_path, kempt)


def test_caches_that_uv_and_pip_leave_are_present(builder: Builder) -> None:
    image = builder.prove(builder.build("left", f"{START}{SYNC}\n{INSTALL}\n"))

    assert image.replayed.rows(PIP, UV) == image.found
    assert [("present", "pip"), ("present", "uv")] == [(row.verdict, row.tool) for row in image.found]
    assert (1, ["KPT551", "KPT551"], [INSTALL, SYNC]) == (image.status, image.codes, image.lines)
    kept = {each.name for each in (image.replayed.merged / PIP.path).iterdir()}
    assert {"http", "wheels"} == {name.removesuffix("-v2") for name in kept} - {"selfcheck"}


def test_caches_that_a_later_layer_deletes_are_buried(builder: Builder) -> None:
    tag = builder.build("deleted", f"{START}{SYNC}\n{INSTALL}\nRUN rm -rf /root/.cache\n")
    image = builder.prove(tag)

    for kind in KINDS:
        replayed = replay(builder.storage.save(tag, kind), builder.folder / kind)
        assert replayed.rows(PIP, UV) == image.found, kind
    assert [("buried", "pip"), ("buried", "uv")] == [(row.verdict, row.tool) for row in image.found]
    assert (1, ["KPT552", "KPT552"], [INSTALL, SYNC]) == (image.status, image.codes, image.lines)


def test_a_folder_that_is_made_anew_buries_what_it_held(builder: Builder) -> None:
    anew = "RUN rm -rf /root/.cache && mkdir -p /root/.cache/pip/http && echo new > /root/.cache/pip/http/entry"
    image = builder.prove(builder.build("anew", f"{START}{SYNC}\n{INSTALL}\n{anew}\n"))

    assert image.replayed.rows(PIP, UV) == image.found
    assert [("present", "pip"), ("buried", "pip"), ("buried", "uv")] == [each[0:3:2] for each in image.found]
    assert ["KPT551", "KPT552", "KPT552"] == image.codes
    if builder.storage.driver == "overlay":  # others write a mark for each file
        assert (image.replayed.layers[-1] / "root" / ".cache" / OPAQUE).exists()


@pytest.mark.skipif(shutil.which("umoci") is None, reason="needs umoci (apt-get install umoci)")
def test_an_opaque_folder_that_umoci_puts_upon_a_built_image_buries_what_it_held(builder: Builder) -> None:
    layout, empty = builder.folder / "layout", builder.folder / "empty"
    shutil.copytree(builder.storage.save(builder.build("opaque", f"{START}{SYNC}\n{INSTALL}\n"), "oci-gzip"), layout)
    empty.mkdir()
    insert = ["umoci", "insert", "--opaque", "--image", f"{layout}:1", str(empty), "/root/.cache"]
    subprocess.run(insert, check=True, capture_output=True)
    copies = {kind: builder.storage.copy(f"oci:{layout}:1", builder.folder / "copies", kind) for kind in KINDS}
    image = builder.proven(copies)

    assert (image.replayed.layers[-1] / "root" / ".cache" / OPAQUE).exists()
    assert image.replayed.rows(PIP, UV) == image.found
    assert (1, ["KPT552", "KPT552"], [INSTALL, SYNC]) == (image.status, image.codes, image.lines)


def test_a_cache_mount_leaves_nothing_and_spares_the_next_build_the_download(builder: Builder) -> None:
    mount = "RUN --mount=type=cache,target=/root/.cache"
    lines = f"{START}{SYNC.replace('RUN', mount)}\n{INSTALL.replace('RUN', mount)}\n"
    tag = builder.build("mounted", lines)
    image = builder.prove(tag)

    assert (0, []) == (image.status, image.found)
    assert [] == image.replayed.rows(PIP, UV)
    assert "3.0\n" == builder.storage.run(tag, ".venv/bin/python", "-c", "import alpha; print(alpha.VERSION)")
    assert [] != [path for path in builder.index.requests if path.startswith("/files/")]
    builder.index.requests.clear()
    builder.build("mounted-again", lines, "--no-cache")
    assert [] == [path for path in builder.index.requests if path.startswith("/files/")]


def test_what_poetry_keeps_is_found_and_its_environments_are_not_taken_for_it(builder: Builder) -> None:
    publish(builder.index, find("poetry").resolve().parents[1])
    source = (
        f'\n[tool.poetry]\npackage-mode = false\n\n[[tool.poetry.source]]\nname = "here"\nurl = "{builder.index.url}"\n'
    )
    project = {"name": "shop", "version": "1", "requires-python": ">=3.11", "dependencies": ["alpha", "epsilon"]}
    builder.write("context/pyproject.toml", pyproject(project, packaged=False) + source)
    lines = f"FROM {PYTHON_IMAGE}\nRUN pip install --no-cache-dir poetry\nWORKDIR /app\nCOPY . .\nRUN poetry install\n"
    image = builder.prove(builder.build("poetry", f"{lines}RUN rm -rf /root/.cache/pypoetry/artifacts\n"))

    assert image.replayed.rows(POETRY, VIRTUALENV) == image.found
    assert {("present", "Poetry"), ("buried", "Poetry")} <= {(row.verdict, row.tool) for row in image.found}
    assert {"RUN poetry install"} == set(image.lines)
    assert (image.replayed.merged / POETRY.path / "virtualenvs").is_dir()


@pytest.mark.parametrize("name, tool", [("pdm", "PDM"), ("pipenv", "Pipenv")])
def test_what_other_managers_keep_is_found(name: str, tool: str, builder: Builder) -> None:
    publish(builder.index, find(name).resolve().parents[1])
    source = f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{builder.index.url}"\nverify_ssl = false\n'
    builder.write("context/pyproject.toml", f"{MANIFEST}\n[tool.pdm]\ndistribution = false\n\n{source}")
    source = source.replace("tool.pdm.", "")
    builder.write("context/Pipfile", f'{source}\n[packages]\nalpha = "*"\nepsilon = "*"\n')
    lines = f"FROM {PYTHON_IMAGE}\nRUN pip install --no-cache-dir {name}\nWORKDIR /app\nCOPY . .\nRUN {name} install\n"
    image = builder.prove(builder.build(name, lines))

    assert image.replayed.rows(Cache(tool, f"root/.cache/{name}"), PIP, VIRTUALENV) == image.found
    assert tool in {row.tool for row in image.found}


def test_an_environment_that_changes_hands_in_a_later_layer_is_shipped_twice(builder: Builder) -> None:
    tag = builder.build("owned", f"{START}{SYNC} --no-cache\nRUN chown -R 10001 /app\nUSER 10001\n")
    image = builder.prove(tag)

    environment = Cache("environment", "app/.venv")
    assert [row for row in image.replayed.rows(environment) if row.verdict == "buried"] == image.found
    assert (0, ["KPT554"], [f"{SYNC} --no-cache"]) == (image.status, image.codes, image.lines)


def test_a_cache_of_the_base_image_is_told_apart_from_ones_own(builder: Builder) -> None:
    """It weighs a warning: another Dockerfile has left it."""
    base = builder.build("base", f'{START}{SYNC}\nCMD ["python3"]\n')
    image = builder.prove(builder.build("upon", f"FROM localhost/{base}\n{INSTALL}\n"))

    assert image.replayed.rows(PIP, UV) == image.found
    assert [("pip", 6, "error"), ("uv", 5, "warning")] == [
        (row.tool, row.layer, level) for row, level in zip(image.found, image.levels, strict=True)
    ]


def test_a_cache_in_the_home_of_a_user_is_found_where_the_variables_put_it(builder: Builder) -> None:
    owned = "$HOME $XDG_CACHE_HOME ."
    user = f"ENV HOME=/home/app XDG_CACHE_HOME=/var/kept\nRUN mkdir -p {owned} && chown 10001 {owned}\n"
    image = builder.prove(builder.build("user", f"{START}{user}USER 10001\n{SYNC}\n{INSTALL} --user\n"))

    assert image.replayed.rows(Cache("pip", "var/kept/pip"), Cache("uv", "var/kept/uv")) == image.found
    assert (1, ["KPT551", "KPT551"]) == (image.status, image.codes)


def guidance(builder: Builder, git_repo: MakeRepository, *, is_mended: bool) -> Image:
    """The guidance's Dockerfile, as it stands or after the fixes, built."""
    publish(builder.index, find("pip").resolve().parents[1])
    text = DOCKERFILE.replace("python:3.11", f"python:{VERSION}")
    files = {
        "Dockerfile": text,
        "requirements.txt": "gamma==1.0\nbeta==1.0\n",
        "src/__init__.py": "",
        "src/__main__.py": RUNS,
    }
    repository = git_repo(files)
    builder.context = (mended(repository, *RULES) if is_mended else repository).root
    return builder.prove(builder.build("guidance", builder.context / "Dockerfile"))


def test_the_dockerfile_of_the_guidance_ships_wheels_and_a_cache(builder: Builder, git_repo: MakeRepository) -> None:
    image = guidance(builder, git_repo, is_mended=False)

    assert image.replayed.rows(WHEELS, PIP) == image.found
    assert (1, ["KPT553", "KPT552"]) == (image.status, image.codes)


def test_once_mended_the_dockerfile_of_the_guidance_is_built_and_clean(
    builder: Builder, git_repo: MakeRepository
) -> None:
    image = guidance(builder, git_repo, is_mended=True)

    assert (0, []) == (image.status, image.found)
    assert [] == image.replayed.rows(WHEELS, PIP)
    tag = f"guidance:{builder.index.root.rpartition(':')[2]}"
    assert "3.0 1.0\n" == builder.storage.run(tag, *builder.storage.entry(tag))
