"""One lock is one digest: at every place, by every installer, with and without bytecode, installed in place or not."""

from __future__ import annotations

import io
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kempt.engine.environments.differences import both, differences
from kempt.engine.environments.fingerprint import FORMAT, digest_of, fingerprint
from kempt.errors import UsageError
from kempt.model.environment import Damage, Distribution
from kempt.model.verify import Difference
from support.installed import SITE, WHEELS, listed, make, record_of, run
from support.managers import PYTHON, Managers
from support.projects import Projects
from support.repositories import write_files
from support.wheels import Wheel, packaged_project

LOCKED = ("alpha==1.0", "beta", "gamma", "delta", "zeta", "epsilon")
NAMES = frozenset({"alpha", "beta", "gamma", "delta", "zeta", "epsilon", "shop"})
VERSION = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def digest(installed: Path) -> str:
    """The digest of the environment that the others are compared with."""
    return fingerprint(str(installed)).digest


def test_what_it_says(installed: Path) -> None:
    found = fingerprint(str(installed))

    assert (FORMAT, f"python {VERSION}", "system-site-packages false") == found.lines[:3]
    assert sorted(found.lines[3:]) == list(found.lines[3:])
    assert digest_of(found.lines) == found.digest
    assert "scripts/gamma\tentry\tgamma:main" in found.lines
    assert ("alpha", "beta", "delta", "gamma", "zeta") == tuple(each.name for each in found.distributions)
    assert len(found.lines) - 3 == found.files
    assert (VERSION, False, ()) == (found.python, found.proof, found.notes)


@pytest.mark.parametrize("place", ["other", "l" * 120], ids=["another", "long"])
def test_the_place_does_not_matter(place: str, digest: str, tmp_path: Path, home: Path) -> None:
    env = make(tmp_path / place / ".venv", home, WHEELS)

    found = fingerprint(str(env))

    assert ((), digest) == (found.problems, found.digest)


def test_a_blank_in_the_path_does_not_matter_to_console_scripts(installed: Path, tmp_path: Path, home: Path) -> None:
    env = make(tmp_path / "with a blank" / ".venv", home, WHEELS)

    found, other = fingerprint(str(env)), fingerprint(str(installed))

    assert () == found.problems
    # pip writes a first line that the kernel cuts at the blank: that script starts nothing there.
    assert {"scripts/zeta-run"} == {line.partition("\t")[0] for line in set(found.lines) ^ set(other.lines)}


def test_bytecode_does_not_matter_and_proof_finds_it_right(digest: str, tmp_path: Path, home: Path) -> None:
    env = make(tmp_path / "project" / ".venv", home, WHEELS, compiled=True)

    fast, proof = fingerprint(str(env)), fingerprint(str(env), proof=True)

    assert ((), digest) == (fast.problems, fast.digest)
    assert ((), digest) == (proof.problems, proof.digest)
    assert (("6 files of bytecode were not compared with their sources",), ()) == (fast.notes, proof.notes)


def test_bytecode_of_another_python_is_said_to_be_unproven(tmp_path: Path, home: Path) -> None:
    env = make(tmp_path / "project" / ".venv", home, WHEELS[:2], compiled=True)
    cfg = env / "pyvenv.cfg"
    cfg.write_text(cfg.read_text().replace(f"version = {VERSION}", f"version = {VERSION}99"))

    found = fingerprint(str(env), proof=True)

    assert ("3 files of bytecode were not compared with their sources",) == found.notes[:1]


def test_what_came_with_the_environment_counts_only_if_it_is_locked(digest: str, tmp_path: Path, home: Path) -> None:
    env = make(tmp_path / "project" / ".venv", home, WHEELS, seeds=True)

    found, without = fingerprint(str(env)), fingerprint(str(env), locked=NAMES)
    locked = fingerprint(str(env), locked=NAMES | {"pip"})

    assert ((), (), ()) == (found.problems, without.problems, locked.problems)
    assert (digest, digest) == (found.digest, without.digest)
    assert digest != locked.digest
    assert [True, False] == [
        each.seed for each in (*without.distributions, *locked.distributions) if each.name == "pip"
    ]


def test_pip_has_the_scripts_that_its_installer_likes(installed: Path) -> None:
    cli = "[console_scripts]\npip = pip.cli:main\npip3.9 = pip.cli:main\n"
    add(installed, "pip", {"pip/__init__.py": b""}, scripts=cli)
    body = (installed / "bin/gamma").read_text().replace("from gamma import main", "from pip.cli import main")
    (installed / "bin/pip").write_text(body)
    before = fingerprint(str(installed), locked={"pip"})
    for name in ("pip3", "pip-3.12", "pip3.9"):
        (installed / "bin" / name).write_text(body)
        with record_of(installed, "pip").open("a") as rows:
            rows.write(listed(f"../../../bin/{name}", body.encode()))

    found = fingerprint(str(installed), locked={"pip"})

    assert ((), (), True) == (before.problems, found.problems, before.lines == found.lines)


def test_what_came_with_the_environment_hides_nothing(installed: Path) -> None:
    add(installed, "pip", {"pip/__init__.py": b""})
    before = fingerprint(str(installed))
    add(installed, "pip", {"pip/__init__.py": b"", "sitecustomize.py": b"print('evil')"})

    found = fingerprint(str(installed))

    assert () == (*before.problems, *found.problems)
    (more,) = set(found.lines) - set(before.lines)
    assert more.startswith("site/sitecustomize.py\t")


def test_no_name_of_a_file_looks_like_two_lines(installed: Path) -> None:
    good = fingerprint(str(installed))
    (installed / SITE / "evil\t0\nbeta").write_bytes(b"")

    found = fingerprint(str(installed))

    (more,) = set(found.lines) - set(good.lines)
    assert more.startswith("site/evil\\t0\\nbeta\t")


@pytest.mark.parametrize(
    "files, message",
    [
        ({}, "no environment: pyvenv.cfg cannot be read: no such file"),
        ({"pyvenv.cfg": "prompt = x\n"}, "no environment: pyvenv.cfg names no interpreter"),
    ],
    ids=["none", "empty"],
)
def test_a_folder_that_is_no_environment(files: dict[str, str], message: str, tmp_path: Path) -> None:
    write_files(tmp_path / "folder", files)

    with pytest.raises(UsageError) as caught:
        fingerprint(str(tmp_path / "folder"))

    assert (message, "name the folder that holds pyvenv.cfg, such as .venv") == (
        caught.value.message, caught.value.hint,
    )  # fmt: skip


def add(env: Path, name: str, files: dict[str, bytes], *, editable: Path | None = None, scripts: str = "") -> None:
    """Install by hand: what a build backend or an old installer leaves."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\n",
        f"{info}/INSTALLER": b"hand\n",
        **files,
    }
    if editable:
        url = f'{{"dir_info": {{"editable": true}}, "url": "{editable.as_uri()}"}}'
        files[f"{info}/direct_url.json"] = url.encode()
    if scripts:
        files[f"{info}/entry_points.txt"] = scripts.encode()
    for path, content in files.items():
        (env / SITE / path).parent.mkdir(parents=True, exist_ok=True)
        (env / SITE / path).write_bytes(content)
    rows = [listed(path, content) for path, content in files.items()]
    record_of(env, name).write_text("".join(rows) + f"{info}/RECORD,,\n")


PTH: dict[str, Callable[[Path], dict[str, bytes]]] = {
    "hatchling": lambda place: {"_editable_impl_shop.pth": f"{place}/src".encode()},
    "poetry": lambda place: {"shop.pth": f"{place}/src\n{place}\n".encode()},
    "setuptools": lambda place: {"__editable__.shop-1.0.pth": f"{place}/src\n".encode()},
    "finder": lambda place: {
        "__editable__.shop-1.0.pth": b"import __editable___shop_1_0_finder; __editable___shop_1_0_finder.install()",
        "__editable___shop_1_0_finder.py": f"MAPPING = {{'shop': '{place}/shop'}}\n".encode(),
    },
    "pdm": lambda place: {"shop.pth": f"{place}/src".encode(), ".gitignore": b"*\n"},
}


@pytest.mark.parametrize("files", PTH.values(), ids=PTH)
def test_a_project_in_place_is_one_line(files: Callable[[Path], dict[str, bytes]], installed: Path) -> None:
    before = fingerprint(str(installed))
    add(installed, "shop", files(installed.parent), editable=installed.parent)

    found = fingerprint(str(installed))

    assert () == found.problems
    assert {"editable shop ."} == set(found.lines) - set(before.lines)


def test_a_project_beside_is_told_by_its_path_from_the_root(installed: Path) -> None:
    place = installed.parent / "libs" / "tools"
    place.mkdir(parents=True, exist_ok=True)
    add(installed, "tools", {"tools.pth": str(place).encode()}, editable=place)

    assert "editable tools libs/tools" in fingerprint(str(installed)).lines
    assert "editable tools ." in fingerprint(str(installed), root=str(place)).lines


@pytest.mark.parametrize(
    "line",
    ["/usr/lib/evil", "import os; os.system('evil')", "import evil"],
    ids=["elsewhere", "code", "another-module"],
)
def test_a_pth_file_that_does_more_stays_in_the_fingerprint(line: str, installed: Path) -> None:
    place = installed.parent
    add(installed, "shop", {"shop.pth": f"{place}/src\n".encode()}, editable=place)
    before = fingerprint(str(installed))
    add(installed, "shop", {"shop.pth": f"{place}/src\n{line}\n".encode()}, editable=place)

    found = fingerprint(str(installed))

    (more,) = set(found.lines) - set(before.lines)
    assert more.startswith("site/shop.pth\t")


def test_what_else_a_project_in_place_brings_is_the_same_everywhere(installed: Path, tmp_path: Path) -> None:
    lines = []
    for place in (installed.parent, tmp_path):
        add(installed, "shop", {"shop_config.py": f"ROOT = '{place}'\n".encode()}, editable=place)
        lines.append({line for line in fingerprint(str(installed), root=str(place)).lines if "shop_config" in line})

    assert lines[0]
    assert lines[0] == lines[1]


def test_a_project_that_is_gone_is_named(installed: Path) -> None:
    place = installed.parent / "gone"
    add(installed, "shop", {"shop.pth": str(place).encode()}, editable=place)

    (problem,) = fingerprint(str(installed)).problems

    assert (Damage.MISSING, "shop", f"the project is gone: {place}") == (
        problem.damage, problem.distribution, problem.detail,
    )  # fmt: skip


def test_setuptools_develop_is_a_project_in_place(installed: Path) -> None:
    before = fingerprint(str(installed))
    (installed / SITE / "shop.egg-link").write_text(f"{installed.parent}/src\n../")
    (installed.parent / "src").mkdir(exist_ok=True)
    (installed / SITE / "easy-install.pth").write_text(f"{installed.parent}/src\n")

    found = fingerprint(str(installed))

    assert () == found.problems
    assert {"editable shop src"} == set(found.lines) - set(before.lines)


def test_an_egg_without_record_is_named_and_its_files_are_its_own(installed: Path) -> None:
    egg = installed / SITE / "docs-1.0-py3.12.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: docs\nVersion: 1.0\n")
    (egg / "installed-files.txt").write_text("../docs.py\nPKG-INFO\ninstalled-files.txt\n")
    (installed / SITE / "docs.py").write_text("")

    found = fingerprint(str(installed))

    assert [(Damage.NO_RECORD, "docs")] == [(each.damage, each.distribution) for each in found.problems]
    assert any(line.startswith("site/docs.py\t") for line in found.lines)


def test_names_that_are_no_utf8(installed: Path) -> None:
    name = os.fsdecode(b"alpha/caf\xe9.py")
    (installed / SITE / name).write_bytes(b"x = 1\n")
    path = record_of(installed)
    path.write_bytes(path.read_bytes() + os.fsencode(listed(name, b"x = 1\n")))

    found = fingerprint(str(installed))

    assert () == found.problems
    assert any(line.startswith(f"site/{name}\t") for line in found.lines)


def test_the_layout_of_windows(tmp_path: Path) -> None:
    env = tmp_path / ".venv"
    body = "import sys\nfrom gamma import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("__main__.py", body)
    launcher = b"MZ stub" + f"#!{env}/Scripts/python.exe\r\n".encode() + stream.getvalue()
    info = "Lib/site-packages/gamma-1.0.dist-info"
    files = {
        "pyvenv.cfg": b"home = C:\\Python312\r\nversion = 3.12.1\r\ninclude-system-site-packages = false\r\n",
        "Scripts/python.exe": b"MZ",
        "Scripts/Activate.ps1": b"",
        "Scripts/gamma.exe": launcher,
        "Lib/site-packages/gamma/__init__.py": b"def main(): pass\r\n",
        f"{info}/METADATA": b"Name: gamma\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\n",
        f"{info}/entry_points.txt": b"[console_scripts]\ngamma = gamma:main\n",
    }
    write_files(env, files)
    rows = [listed(path.removeprefix("Lib/site-packages/"), files[path]) for path in list(files)[4:]]
    rows += [listed("..\\..\\Scripts\\gamma.exe", launcher), "gamma-1.0.dist-info/RECORD,,\n"]
    (env / info / "RECORD").write_text("".join(rows))

    found = fingerprint(str(env))

    assert () == found.problems
    assert ["scripts/gamma.exe\tentry\tgamma:main"] == [
        line.rpartition("\t")[0] for line in found.lines if line.startswith("scripts/")
    ]


def test_two_environments_are_told_apart_in_words(installed: Path, tmp_path: Path, home: Path) -> None:
    other = make(tmp_path / "project" / ".venv", home, [*WHEELS[1:4], Wheel("alpha", "2.0"), Wheel("eta", "1.0")])
    (other / SITE / "beta/__init__.py").write_text("edited")
    (other / SITE / "stray.py").write_text("")
    names = ("A", "B")
    one, two = both(str(installed), str(other), proof=False, jobs=1, use_index=False)

    assert {
        Difference("", "1.0 in A, 2.0 in B", "alpha"),
        Difference("", "only in B", "eta 1.0"),
        Difference("", "only in A", "zeta 1.0"),
        Difference("site/beta/__init__.py", "differs", "beta 1.0"),
        Difference("site/stray.py", "only in B", ""),
    } == set(differences(one, two, names))
    assert () == differences(one, one, names)


def test_what_one_has_on_purpose_counts_in_both(installed: Path, tmp_path: Path, home: Path) -> None:
    other = make(tmp_path / "project" / ".venv", home, WHEELS, seeds=True)
    shutil.copytree(other / SITE / "pip", installed / SITE / "pip")
    (info,) = (other / SITE).glob("pip-*.dist-info")
    shutil.copytree(info, installed / SITE / info.name)
    with (installed / "pyvenv.cfg").open("a") as cfg:
        cfg.write("uv = 0.13\n")

    one, two = both(str(installed), str(other), proof=False, jobs=1, use_index=False)

    assert [False, False] == [each.seed for found in (one, two) for each in found.distributions if each.name == "pip"]
    assert not any(each.path.startswith("site/pip") for each in differences(one, two, ("A", "B")))


def clean(env: Path, root: Path, locked: Iterable[str] = NAMES) -> str:
    """The digest of an environment in which nothing is wrong, told fast and by proof alike."""
    found = fingerprint(str(env), locked=frozenset(locked), root=str(root))
    proof = fingerprint(str(env), locked=frozenset(locked), root=str(root), proof=True)
    assert ((), (), found.lines) == (found.problems, proof.problems, proof.lines)
    return found.digest


@pytest.mark.slow  # managers that take seconds to start lock and install
def test_every_manager_gives_the_same_digest(
    managers: Managers, projects: Projects, tmp_path: Path, home: Path, index: str
) -> None:
    places = {name: tmp_path / name for name in ("uv", "uv-at-a-longer-path", "poetry", "pdm", "pip")}
    own = {"shop": "shop:main"}
    for name in ("uv", "uv-at-a-longer-path"):
        write_files(places[name], projects.uv(*LOCKED, packaged=True, scripts=own))
    write_files(places["poetry"], projects.poetry(*LOCKED, packaged=True, scripts=own))
    write_files(places["pdm"], projects.pdm(*LOCKED, packaged=True, scripts=own))
    write_files(places["pip"], {**packaged_project("shop", requires=[], scripts=own), **projects.requirements(*LOCKED)})
    managers.run("uv", "sync", "--locked", cwd=places["uv"])
    managers.run("uv", "sync", "--locked", "--compile-bytecode", cwd=places["uv-at-a-longer-path"])
    managers.run("poetry", "install", "--no-interaction", cwd=places["poetry"], POETRY_VIRTUALENVS_IN_PROJECT="true")
    managers.run("pdm", "use", "-f", str(PYTHON), cwd=places["pdm"], PDM_CHECK_UPDATE="false")
    managers.run("pdm", "sync", "--clean", cwd=places["pdm"], PDM_CHECK_UPDATE="false")
    env = make(places["pip"] / ".venv", home, [], seeds=True)
    pip = (env / "bin/python", "-m", "pip", "install", "--no-deps", "--index-url", index)
    run(home, *pip, "--requirement", places["pip"] / "requirements.txt")
    run(home, *pip, "--editable", places["pip"])

    digests = {name: clean(place / ".venv", place) for name, place in places.items()}

    assert 1 == len(set(digests.values())), digests


def test_a_workspace_has_the_same_digest_in_two_places(managers: Managers, projects: Projects, tmp_path: Path) -> None:
    files = projects.uv_workspace({"api": ["alpha==1.0", "core"], "core": ["gamma"]}, "api")
    digests = set()
    for place in (tmp_path / "one", tmp_path / "another" / "place"):
        write_files(place, files)
        managers.run("uv", "sync", "--locked", "--all-packages", cwd=place)
        digests.add(clean(place / ".venv", place, ("alpha", "gamma", "api", "core")))
        lines = fingerprint(str(place / ".venv")).lines
        assert {"editable api packages/api", "editable core packages/core"} <= set(lines)

    assert 1 == len(digests)


@pytest.mark.slow  # managers that take seconds to start lock and install
def test_an_install_of_pipenv_is_clean(managers: Managers, projects: Projects, tmp_path: Path) -> None:
    place = tmp_path / "shop"
    write_files(place, projects.pipenv(*LOCKED))
    managers.run("pipenv", "sync", cwd=place, PIPENV_VENV_IN_PROJECT="1", PIPENV_IGNORE_VIRTUALENVS="1")

    clean(place / ".venv", place)


def test_an_environment_is_a_distribution_for_each_name(installed: Path) -> None:
    found = fingerprint(str(installed)).distributions[0]

    assert Distribution("alpha", "1.0", f"{SITE}/alpha-1.0.dist-info", "pip") == found
