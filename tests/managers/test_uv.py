"""What kempt knows of uv: what a lock holds, what belongs into an environment, and the commands that make it so."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath

import pytest
from packaging.markers import default_environment

from kempt.engine.documents import ReadDocuments
from kempt.managers import manager
from kempt.managers.unsupported import ALL, find
from kempt.managers.uv import MANAGER
from kempt.model.locks import LockedPackage, Origin, Target, Wanted
from kempt.model.manager import Setup
from kempt.model.repo import Service
from support.managers import PYTHON, Managers
from support.projects import Files, Projects
from support.repositories import write_files
from support.wheels import packaged_project

MACHINE = {name: str(value) for name, value in default_environment().items()}
TARGET = Target(MACHINE["python_full_version"], MACHINE)
LOCK = b"""\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "Some_Name"
version = "1.0"
source = { registry = "https://example.org/simple" }
resolution-markers = [
    "python_full_version < '3.13'",
    "sys_platform == 'linux'",
]
sdist = { url = "https://example.org/some-1.0.tar.gz", hash = "sha256:00", size = 1 }
wheels = [
    { url = "https://example.org/some-1.0-py3-none-any.whl", hash = "sha256:01", size = 2 },
]

[[package]]
name = "git-one"
version = "2.0"
source = { git = "https://example.org/git-one?rev=main#0123456789" }

[[package]]
name = "file-one"
version = "3.0"
source = { path = "vendor/file_one-3.0.whl" }
wheels = [
    { filename = "file_one-3.0.whl", hash = "sha256:02" },
]

[[package]]
name = "shop"
source = { editable = "." }

[[package]]
name = "data"
version = "1.0"
source = { virtual = "libs/data" }

[[package]]
name = "by-url"
version = "4.0"
source = { url = "https://example.org/by_url-4.0.whl" }
"""


def service(*, members: bool = False) -> Service:
    paths = (PurePosixPath("packages/core/pyproject.toml"),) if members else ()
    return Service(
        PurePosixPath("."), "uv", PurePosixPath("pyproject.toml"), PurePosixPath("uv.lock"), members=paths
    )  # fmt: skip


def wanted(files: Files, target: Target = TARGET) -> Wanted:
    found = MANAGER.wanted(service(), ReadDocuments({path: text.encode() for path, text in files.items()}), target)
    assert found is not None
    return found


def setup(root: Path, *, cache: str = "", offline: bool = False) -> Setup:
    return Setup(str(root), str(root / ".venv"), str(PYTHON), offline, cache=cache)


def installed(environment: Path) -> dict[str, str]:
    """Names and versions of what lies in an environment."""
    folders = [path.stem.rpartition("-")[::2] for path in environment.glob("lib/python*/site-packages/*.dist-info")]
    return {name.replace("_", "-"): version for name, version in folders}


def test_the_manager_is_found_by_its_name() -> None:
    assert MANAGER is manager("uv")


def test_what_a_lock_holds() -> None:
    fork = "(python_full_version < '3.13') or (sys_platform == 'linux')"

    assert MANAGER.packages(LOCK) == (
        LockedPackage("some-name", "1.0", Origin.INDEX, "https://example.org/simple", fork,
                      ("some-1.0-py3-none-any.whl",), True, ("sha256:01", "sha256:00"), False, 5),
        LockedPackage("git-one", "2.0", Origin.VCS, "https://example.org/git-one?rev=main#0123456789", line=18),
        LockedPackage("file-one", "3.0", Origin.FILE, "vendor/file_one-3.0.whl", "", ("file_one-3.0.whl",),
                      hashes=("sha256:02",), line=23),
        LockedPackage("shop", "", Origin.FOLDER, ".", editable=True, line=31),
        LockedPackage("data", "1.0", Origin.FOLDER, "libs/data", line=35),
        LockedPackage("by-url", "4.0", Origin.URL, "https://example.org/by_url-4.0.whl", line=40),
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\xff", b"<<<<<<< HEAD\n"], ids=["empty", "bytes", "conflict"])
def test_a_lock_that_is_none_holds_nothing(content: bytes) -> None:
    assert () == MANAGER.packages(content)


# --- what belongs into an environment -----------------------------------------------------------------
GROUPS = '\n[dependency-groups]\ndev = ["gamma"]\nlint = ["delta"]\n'
EXTRAS = {"optional-dependencies": {"plot": ["zeta"]}}


def test_what_belongs_into_an_environment_is_what_uv_installs(
    projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    files = projects.uv(
        "theta", "omega[more]", "alpha<3; sys_platform != 'nowhere'", packaged=True, tail=GROUPS, **EXTRAS
    )
    write_files(tmp_path / "shop", files)
    (command,) = MANAGER.install(service(), setup(tmp_path / "shop"))
    managers.run(*command.argv, cwd=tmp_path / "shop")  # where uv puts it by itself

    found = wanted(files)
    assert installed(tmp_path / "shop/.venv") == found.packages
    assert ({"theta", "omega", "eta", "gamma", "alpha", "shop"}, {"delta": "1.0", "zeta": "1.0"}) == (
        set(found.packages),
        found.optional,
    )


@pytest.mark.parametrize(
    "tail, expected",
    [
        pytest.param("", {"alpha", "gamma"}, id="dev"),
        pytest.param("default-groups = []", {"alpha"}, id="none"),
        pytest.param('default-groups = ["lint"]', {"alpha", "delta"}, id="another"),
        pytest.param('default-groups = "all"', {"alpha", "gamma", "delta"}, id="all"),
    ],
)
def test_the_groups_that_are_the_default(tail: str, expected: set[str], projects: Projects) -> None:
    assert expected == set(wanted(projects.uv("alpha", tail=f"{GROUPS}\n[tool.uv]\n{tail}\n")).packages)


def test_a_project_that_is_no_package_is_not_installed(projects: Projects) -> None:
    assert ({"alpha"}, {"alpha", "shop"}) == (
        set(wanted(projects.uv("alpha")).packages),
        set(wanted(projects.uv("alpha", packaged=True)).packages),
    )


def test_the_packages_of_other_platforms_are_not_wanted(projects: Projects) -> None:
    files = projects.uv("alpha; sys_platform == 'win32'", "beta; sys_platform != 'win32'")
    windows = Target(TARGET.python, {**MACHINE, "sys_platform": "win32"})

    assert ({"alpha", "beta"}, {"alpha"}) == (set(wanted(files).packages), set(wanted(files, windows).packages))


def test_a_workspace_wants_all_its_members(projects: Projects, managers: Managers, tmp_path: Path) -> None:
    files = projects.uv_workspace({"core": ["alpha"], "web": ["core", "beta"]})
    write_files(tmp_path / "shop", files)
    (command,) = MANAGER.install(service(members=True), setup(tmp_path / "shop"))
    managers.run(*command.argv, cwd=tmp_path / "shop")  # where uv puts it by itself

    assert {"core", "web", "alpha", "beta"} == set(wanted(files).packages)
    assert installed(tmp_path / "shop/.venv") == wanted(files).packages


CONFLICT = """
[project.optional-dependencies]
old = ["alpha==1.0"]
new = ["alpha==2.0"]
[dependency-groups]
dev = ["alpha==3.0"]
[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }, { group = "dev" }]]
"""


def test_of_groups_that_exclude_each_other_the_default_one_is_wanted(projects: Projects) -> None:
    assert {"alpha": "3.0"} == wanted(projects.uv(tail=CONFLICT)).packages


# --- commands -----------------------------------------------------------------------------------------
def test_a_proof_trusts_no_cache_and_links_to_none(tmp_path: Path) -> None:
    (command,) = MANAGER.install(service(), setup(tmp_path, cache="/cold", offline=True))

    assert ("--offline", "--cache-dir", "/cold") == command.argv[-3:]
    assert ("UV_LINK_MODE", "copy") in command.variables


def test_a_stale_lock_is_refused(projects: Projects, managers: Managers, tmp_path: Path) -> None:
    files = projects.uv("alpha")
    write_files(tmp_path, files | {"pyproject.toml": files["pyproject.toml"].replace("alpha", "beta")})
    (command,) = MANAGER.install(service(), setup(tmp_path))
    check = MANAGER.check(service(), setup(tmp_path))
    assert check is not None

    assert all(managers.run(*each.argv, cwd=tmp_path, check=False).returncode for each in (command, check))


def test_a_damaged_package_is_installed_anew_and_others_stay(
    projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    write_files(tmp_path, projects.uv("alpha", "gamma"))
    (install,) = MANAGER.install(service(), setup(tmp_path))
    managers.run(*install.argv, cwd=tmp_path)
    (module,) = tmp_path.glob(".venv/lib/python*/site-packages/alpha/__init__.py")
    (other,) = tmp_path.glob(".venv/lib/python*/site-packages/gamma/__init__.py")
    good, before = module.read_text(encoding="utf-8"), os.stat(other).st_ctime_ns
    module.unlink()
    (repair,) = MANAGER.reinstall(service(), setup(tmp_path), ("alpha",))
    managers.run(*repair.argv, cwd=tmp_path)

    assert (good, before) == (module.read_text(encoding="utf-8"), os.stat(other).st_ctime_ns)


def test_what_uv_overlooks_is_removed(projects: Projects, managers: Managers, tmp_path: Path) -> None:
    write_files(tmp_path, projects.uv("alpha", "gamma"))
    (install,) = MANAGER.install(service(), setup(tmp_path))
    managers.run(*install.argv, cwd=tmp_path)
    (command,) = MANAGER.remove(service(), setup(tmp_path), ("gamma",))
    managers.run(*command.argv, cwd=tmp_path)

    assert {"alpha": "3.0"} == installed(tmp_path / ".venv")


@pytest.mark.parametrize(
    "variables, fresh",
    [
        pytest.param({}, False, id="users-settings-count"),
        pytest.param({"XDG_CONFIG_HOME": "/nowhere"}, True, id="another-place-for-settings"),
        pytest.param({"UV_NO_CONFIG": "1"}, False, id="without-any-the-projects-own-are-gone"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="there the settings of a user lie in %APPDATA%")
def test_the_settings_of_a_user_change_uvs_answer(
    *, variables: dict[str, str], fresh: bool, projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    write_files(tmp_path, projects.uv("alpha", tail='\n[tool.uv]\nresolution = "lowest"\n'))
    write_files(Path(managers.env["XDG_CONFIG_HOME"]), {"uv/uv.toml": 'prerelease = "allow"\n'})
    check = MANAGER.check(service(), setup(tmp_path))
    assert check is not None

    assert fresh is (managers.run(*check.argv, cwd=tmp_path, check=False, **variables).returncode == 0)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_other_managers_are_named_with_their_own_command(each: object) -> None:
    assert each in {find("pixi"), find("conda-lock")}
    assert "not supported; run pixi install --locked" == getattr(find("pixi"), "reason", "")
    assert find("uv") is None


def test_a_packaged_project_beside_is_installed_too(index: str, managers: Managers, tmp_path: Path) -> None:
    tail = f'\n[[tool.uv.index]]\nurl = "{index}"\ndefault = true\n\n[tool.uv.sources]\nnear = {{ path = "near" }}\n'
    files = packaged_project("shop", requires=["near"], tail=tail)
    files |= {f"near/{path}": text for path, text in packaged_project("near", requires=["alpha"]).items()}
    write_files(tmp_path, files)
    managers.run("uv", "lock", cwd=tmp_path)
    lock = (tmp_path / "uv.lock").read_text(encoding="utf-8")

    assert {"shop": "1.0", "near": "1.0", "alpha": "3.0"} == wanted(files | {"uv.lock": lock}).packages
