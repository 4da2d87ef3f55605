"""kempt's answer beside that of uv: never fresh where uv calls a lock stale, nor stale where uv calls it fresh."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from kempt.engine.documents import ReadDocuments
from kempt.managers.uv.freshness import freshness
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Service
from support.managers import Managers
from support.projects import Files, Projects
from support.repositories import write_files
from support.wheels import packaged_project

FRESH, STALE, UNKNOWN = Freshness.FRESH, Freshness.STALE, Freshness.UNKNOWN
GROUPS = """
[dependency-groups]
dev = ["gamma", { include-group = "lint" }]
lint = ["delta>=1"]
empty = []
"""
SETTINGS = """
[tool.uv]
exclude-newer = "2026-05-01T00:00:00Z"
exclude-newer-package = { alpha = "2026-06-01T00:00:00Z" }
resolution = "lowest-direct"
constraint-dependencies = ["eta<2"]
override-dependencies = ["theta==1.0", "zeta==1.0"]
build-constraint-dependencies = ["setuptools<90"]
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
"""


def rich(projects: Projects) -> Files:
    """A project with a bit of everything that a lock remembers."""
    return projects.uv(
        "Alpha>=1,<3.0", "omega[more]; python_version < '3.14'", "beta == 1.*; sys_platform != 'win32'",
        packaged=True, tail=GROUPS + SETTINGS,
        **{"optional-dependencies": {"all-of-it": ["shop[plot]", "gamma"], "plot": ["zeta ; python_version>='3.10'"]}},
    )  # fmt: skip


def state(files: Files, root: str = ".") -> LockState:
    documents = ReadDocuments({path: text.encode() for path, text in files.items()})
    folder = PurePosixPath(root)
    service = Service(folder, "uv", folder / "pyproject.toml", folder / "uv.lock")
    return freshness(service, documents)


def asked_of_uv(files: Files, folder: Path, managers: Managers, root: str = ".") -> bool:
    """Whether uv calls the lock fresh."""
    write_files(folder, files)
    done = managers.run("uv", "lock", "--check", "--offline", cwd=folder / root, check=False)
    return done.returncode == 0


def compare(files: Files, folder: Path, managers: Managers, root: str = ".") -> LockState:
    """kempt's answer, proved not to contradict uv's."""
    found = state(files, root)
    fresh = asked_of_uv(files, folder, managers, root)
    assert found.freshness is UNKNOWN or (found.freshness is FRESH) == fresh, (found, fresh)
    return found


@pytest.mark.parametrize(
    "old, new, expected",
    [
        pytest.param("Alpha>=1,<3.0", "alpha < 3, >= 1.0.0", FRESH, id="spelled-anew"),
        pytest.param("Alpha>=1,<3.0", "alpha>=1,<3.1", STALE, id="other-version"),
        pytest.param("Alpha>=1,<3.0", "alpha>=1", STALE, id="version-gone"),
        pytest.param("Alpha>=1,<3.0", "alpha>=1.0rc1,<3.0", STALE, id="pre-release"),
        pytest.param('"Alpha>=1,<3.0", ', "", STALE, id="removed"),
        pytest.param('"Alpha', '"eta", "Alpha', STALE, id="added"),
        pytest.param('"Alpha', '"Alpha>=1", "Alpha', UNKNOWN, id="asked-twice"),
        pytest.param(
            "omega[more]", "omega; python_version < '3.14'\", \"omega[more]", UNKNOWN, id="asked-with-and-without-extra"
        ),
        pytest.param('"Alpha>=1,<3.0"', '"Alpha>=1,<3.0", "alpha<3,>=1"', FRESH, id="asked-twice-alike"),
        pytest.param("omega[more]", "omega", STALE, id="extra-gone"),
        pytest.param("omega[more]", "omega [More]", FRESH, id="extra-spelled-anew"),
        pytest.param("python_version < '3.14'", "python_full_version<'3.14'", FRESH, id="marker-spelled-anew"),
        pytest.param("python_version < '3.14'", "python_version <= '3.13'", FRESH, id="marker-means-the-same"),
        pytest.param("python_version < '3.14'", "'3.14' > python_version", FRESH, id="marker-turned-round"),
        pytest.param(
            "python_version < '3.14'",
            "python_version < '3.14' and python_version >= '3.9'",
            FRESH,
            id="marker-implied-by-requires-python",
        ),
        pytest.param("python_version < '3.14'", "python_version < '3.13'", STALE, id="other-marker"),
        pytest.param("; python_version < '3.14'", "", STALE, id="marker-gone"),
        pytest.param("sys_platform != 'win32'", "sys_platform != 'darwin'", STALE, id="other-platform"),
        pytest.param("sys_platform != 'win32'", "platform_system != 'Windows'", FRESH, id="platform-by-another-name"),
        pytest.param("beta == 1.*", "beta==1.0.*", STALE, id="wildcard"),
        pytest.param("beta == 1.*", "beta~=1.0", UNKNOWN, id="compatible"),
        pytest.param(">=3.11", ">=3.11,<4", STALE, id="python-limited"),
        pytest.param(">=3.11", ">= 3.11.0", FRESH, id="python-spelled-anew"),
        pytest.param(">=3.11", ">=3.10", STALE, id="python-lowered"),
        pytest.param(">=3.11", ">=3.11,!=3.11.3", FRESH, id="python-with-a-hole"),
        pytest.param('"1.0"', '"1.0.0"', FRESH, id="version-spelled-anew"),
        pytest.param('"1.0"', '"1.1"', STALE, id="own-version"),
        pytest.param('version = "1.0"\n', 'dynamic = ["version"]\n', STALE, id="version-dynamic"),
        pytest.param('"shop"', '"store"', STALE, id="renamed"),
        pytest.param("plot = [", "plot2 = [", STALE, id="extra-renamed"),
        pytest.param("\"zeta ; python_version>='3.10'\"", "", STALE, id="extra-emptied"),
        pytest.param("plot = [", "more = []\nplot = [", STALE, id="empty-extra-added"),
        pytest.param("all-of-it = [", "All_of-It = [", FRESH, id="extra-name-spelled-anew"),
        pytest.param('["gamma", {', '["gamma", "eta", {', STALE, id="group-grown"),
        pytest.param(', { include-group = "lint" }', ', "delta>=1.0"', FRESH, id="group-written-out"),
        pytest.param("empty = []\n", "", STALE, id="empty-group-gone"),
        pytest.param("lint = [", "Lint = [", FRESH, id="group-name-spelled-anew"),
        pytest.param(
            "[dependency-groups]",
            '[tool.uv.dependency-groups]\nlint = { requires-python = ">=3.12" }\n[dependency-groups]',
            STALE,
            id="group-with-its-own-python",
        ),
        pytest.param("2026-05-01T00:00:00Z", "2026-04-30", FRESH, id="newer-as-a-date"),
        pytest.param("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", UNKNOWN, id="newer-later"),
        pytest.param("2026-05-01T00:00:00Z", "2026-04-02T00:00:00Z", STALE, id="newer-earlier"),
        pytest.param("2026-05-01T00:00:00Z", "2026-05-01T02:00:00+02:00", FRESH, id="newer-in-another-zone"),
        pytest.param("2026-05-01T00:00:00Z", "14 days", STALE, id="newer-relative"),
        pytest.param('exclude-newer = "2026-05-01T00:00:00Z"\n', "", STALE, id="newer-gone"),
        pytest.param("2026-06-01T00:00:00Z", "2026-05-31T00:00:00Z", STALE, id="newer-of-a-package"),
        pytest.param('"2026-06-01T00:00:00Z"', "false", UNKNOWN, id="newer-of-a-package-off"),
        pytest.param("lowest-direct", "highest", STALE, id="resolution"),
        pytest.param("[tool.uv]\n", '[tool.uv]\nprerelease = "allow"\n', STALE, id="prerelease"),
        pytest.param("[tool.uv]\n", '[tool.uv]\nfork-strategy = "fewest"\n', STALE, id="fork-strategy"),
        pytest.param("[tool.uv]\n", '[tool.uv]\nfork-strategy = "requires-python"\n', FRESH, id="default-written-out"),
        pytest.param("[tool.uv]\n", '[tool.uv]\nlink-mode = "copy"\ncompile-bytecode = true\n', FRESH, id="no-matter"),
        pytest.param("[tool.uv]\n", "[tool.uv]\npackage = false\n", STALE, id="virtual-now"),
        pytest.param("eta<2", "eta <2.0", FRESH, id="constraint-spelled-anew"),
        pytest.param("eta<2", "eta<1", STALE, id="constraint"),
        pytest.param("zeta==1.0", "zeta==2", STALE, id="override"),
        pytest.param("theta==1.0", "theta==2", UNKNOWN, id="override-of-what-is-not-there"),
        pytest.param(', "zeta==1.0"', "", STALE, id="override-gone"),
        pytest.param("setuptools<90", "setuptools<91", UNKNOWN, id="build-constraint"),
        pytest.param("[tool.uv]\n", '[tool.uv]\nexclude-dependencies = ["eta"]\n', STALE, id="exclusion"),
        pytest.param("sys_platform == 'linux'", "sys_platform == 'darwin'", STALE, id="environments"),
        pytest.param(
            "[tool.uv]\n",
            "[tool.uv]\nrequired-environments = [\"sys_platform == 'linux'\"]\n",
            STALE,
            id="required-environments",
        ),
        pytest.param(
            "[tool.uv]\n",
            '[tool.uv]\nconflicts = [[{ extra = "plot" }, { extra = "all-of-it" }]]\n',
            STALE,
            id="conflicts",
        ),
        pytest.param("[tool.uv]\n", '[tool.uv]\ndev-dependencies = ["eta"]\n', STALE, id="dev-dependencies"),
        pytest.param(
            "[tool.uv]\n", '[tool.uv]\ndev-dependencies = ["gamma"]\n', FRESH, id="dev-dependencies-in-the-group"
        ),
        pytest.param(
            "[tool.uv]\n", '[tool.uv]\nsources.gamma = { git = "https://example.org/gamma" }\n', STALE, id="source"
        ),
        pytest.param(
            "[tool.uv]\n",
            '[tool.uv]\nsources.epsilon = { git = "https://example.org/gamma" }\n',
            FRESH,
            id="idle-source",
        ),
        pytest.param(
            "[tool.uv]\n",
            '[tool.uv]\nsources.gamma = { git = "https://example.org/gamma" }\nno-sources = true\n',
            FRESH,
            id="no-sources",
        ),
        pytest.param("default = true\n", "", FRESH, id="index-no-default-any-more"),
        pytest.param("default = true\n", 'default = true\nname = "main"\n', FRESH, id="index-named"),
        pytest.param('["version"', '["dependencies"', FRESH, id="untouched"),
        pytest.param('version = "1.0"\n', 'version = "1.0"\ndescription = "new words"\n', FRESH, id="description"),
        pytest.param(
            "[project.optional", '[project.scripts]\nshop = "shop:main"\n[project.optional', FRESH, id="scripts"
        ),
    ],
)
def test_a_change_of_a_manifest(
    *, old: str, new: str, expected: Freshness, projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    files = rich(projects)
    changed = files["pyproject.toml"].replace(old, new)

    assert expected is compare(files | {"pyproject.toml": changed}, tmp_path / "shop", managers).freshness


# --- workspaces ---------------------------------------------------------------------------------------
def workspace(projects: Projects) -> Files:
    """A workspace of two packages, of which one needs the other."""
    return projects.uv_workspace({"core": ["alpha"], "web": ["core", "beta>=1"]}, "web")


@pytest.mark.parametrize(
    "path, old, new, expected",
    [
        pytest.param("packages/web/pyproject.toml", "beta>=1", "beta >= 1.0", FRESH, id="spelled-anew"),
        pytest.param("packages/web/pyproject.toml", "beta>=1", "beta>=2", STALE, id="a-member-asks-more"),
        pytest.param("packages/core/pyproject.toml", '"core"', '"kernel"', STALE, id="a-member-renamed"),
        pytest.param("packages/core/pyproject.toml", ">=3.11", ">=3.12", STALE, id="a-member-limits-python"),
        pytest.param("packages/core/pyproject.toml", ">=3.11", ">=3.9", FRESH, id="a-member-takes-older-pythons"),
        pytest.param(
            "pyproject.toml",
            "core = { workspace = true }",
            "core = { workspace = true, editable = false }",
            STALE,
            id="not-editable",
        ),
        pytest.param("pyproject.toml", '["packages/*"]', '["packages/**"]', UNKNOWN, id="every-folder-below"),
        pytest.param(
            "pyproject.toml", '["packages/*"]', '["packages/[cw]??", "packages/c?r*"]', FRESH, id="other-glob"
        ),
        pytest.param("pyproject.toml", '["packages/*"]', '["packages/core", "./packages/web/"]', FRESH, id="no-glob"),
        pytest.param("pyproject.toml", '["packages/*"]', '["packages/core"]', STALE, id="a-member-left-out"),
        pytest.param(
            "pyproject.toml",
            '["packages/*"]',
            '["packages/*"]\nexclude = ["packages/w*"]',
            STALE,
            id="a-member-excluded",
        ),
        pytest.param(
            "pyproject.toml",
            "core = { workspace = true }",
            'core = { path = "packages/core" }',
            STALE,
            id="no-workspace-source",
        ),
        pytest.param(
            "packages/core/pyproject.toml",
            "[build-system]",
            "[tool.uv]\npackage = false\n[build-system]",
            STALE,
            id="a-member-is-no-package",
        ),
        pytest.param(
            "packages/core/pyproject.toml",
            "[build-system]",
            "[tool.uv]\nmanaged = false\n[build-system]",
            STALE,
            id="a-member-is-unmanaged",
        ),
        pytest.param(
            "packages/core/pyproject.toml",
            "[build-system]",
            '[tool.uv]\nexclude-newer = "2026-05-01"\n[build-system]',
            FRESH,
            id="settings-of-a-member-do-not-count",
        ),
        pytest.param(
            "packages/core/pyproject.toml",
            "[build-system]",
            '[dependency-groups]\ndev = ["eta"]\n[build-system]',
            STALE,
            id="a-member-has-a-group",
        ),
        pytest.param("pyproject.toml", 'name = "shop"', 'name = "shop"\ndescription = "x"', FRESH, id="untouched"),
    ],
)
def test_a_change_of_a_workspace(
    *, path: str, old: str, new: str, expected: Freshness, projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    files = workspace(projects)
    changed = files | {path: files[path].replace(old, new)}

    assert expected is compare(changed, tmp_path / "shop", managers).freshness


@pytest.mark.parametrize(
    "more, expected",
    [
        pytest.param(packaged_project("extra"), STALE, id="a-new-member"),
        pytest.param(
            {"pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n[tool.uv]\nmanaged = false"},
            FRESH,
            id="unmanaged",
        ),
    ],
)
def test_a_folder_beside_the_members(
    more: dict[str, str], expected: Freshness, projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    files = workspace(projects) | {f"packages/extra/{path}": text for path, text in more.items()}

    assert expected is compare(files, tmp_path / "shop", managers).freshness


def test_a_member_has_the_lock_of_its_workspace(projects: Projects) -> None:
    files = workspace(projects)

    assert UNKNOWN is state(files | {"packages/core/uv.lock": files["uv.lock"]}, "packages/core").freshness


# --- sources ------------------------------------------------------------------------------------------
def with_sources(index: str) -> Files:
    """A project that takes packages from folders, from an index of their own, and from a folder that is no package."""
    tail = f"""
[[tool.uv.index]]
name = "mirror"
url = "{index.replace("127.0.0.1", "localhost")}/"
explicit = true

[[tool.uv.index]]
url = "{index}"
default = true

[tool.uv.sources]
near = {{ path = "libs/near" }}
live = {{ path = "libs/live/", editable = true }}
data = {{ path = "libs/data", package = false }}
eta = {{ index = "mirror" }}
gamma = [{{ index = "mirror", marker = "sys_platform == 'win32'" }}]
"""
    files = packaged_project("shop", requires=["near", "live", "data", "eta", "gamma>=1"], tail=tail)
    for name, requires in {"near": ["alpha"], "live": ["near"], "data": []}.items():
        files |= {f"libs/{name}/{path}": text for path, text in packaged_project(name, requires=requires).items()}
    files["libs/live/pyproject.toml"] += '\n[tool.uv.sources]\nnear = { path = "../near" }\n'
    return files


def locked(files: Files, folder: Path, managers: Managers) -> Files:
    """The files with the lock that uv makes for them."""
    write_files(folder, files)
    managers.run("uv", "lock", cwd=folder)
    return files | {"uv.lock": (folder / "uv.lock").read_text(encoding="utf-8")}


@pytest.mark.parametrize(
    "path, old, new, expected",
    [
        pytest.param("pyproject.toml", '"libs/near"', '"./libs/../libs/near/"', FRESH, id="path-spelled-anew"),
        pytest.param(
            "pyproject.toml",
            '{ path = "libs/near" }',
            '{ path = "libs/near", editable = true }',
            STALE,
            id="editable-now",
        ),
        pytest.param("pyproject.toml", ", package = false", "", STALE, id="a-package-now"),
        pytest.param(
            "libs/data/pyproject.toml",
            "[build-system]",
            "[tool.uv]\npackage = true\n[build-system]",
            FRESH,
            id="the-source-decides-whether-it-is-a-package",
        ),
        pytest.param("libs/near/pyproject.toml", '"alpha"', '"alpha>=1"', STALE, id="a-folder-asks-more"),
        pytest.param("libs/near/pyproject.toml", '"alpha"', '"Alpha"', FRESH, id="a-folder-spells-anew"),
        pytest.param("libs/near/pyproject.toml", '"1.0"', '"1.1"', STALE, id="a-folder-has-a-new-version"),
        pytest.param(
            "libs/live/pyproject.toml",
            'path = "../near"',
            'path = "../near", editable = false',
            FRESH,
            id="not-editable-spelled-out",
        ),
        pytest.param("pyproject.toml", 'eta = { index = "mirror" }', "", STALE, id="no-index"),
        pytest.param(
            "pyproject.toml",
            "sys_platform == 'win32'",
            "platform_system == 'Windows'",
            FRESH,
            id="source-marker-spelled-anew",
        ),
        pytest.param(
            "pyproject.toml", "sys_platform == 'win32'", "sys_platform == 'linux'", STALE, id="other-source-marker"
        ),
        pytest.param("pyproject.toml", "; sys_platform", "; sys_platform", FRESH, id="untouched"),
        pytest.param("pyproject.toml", "gamma>=1", "gamma>=1; python_version >= '3.5'", FRESH, id="marker-implied"),
        pytest.param(
            "pyproject.toml",
            "gamma>=1",
            "gamma>=1; sys_platform == 'win32'",
            STALE,
            id="marker-beside-that-of-the-source",
        ),
        pytest.param("pyproject.toml", '"live", ', "", STALE, id="a-folder-is-gone"),
        pytest.param("pyproject.toml", '"near", ', "", STALE, id="a-folder-is-needed-by-another-only"),
    ],
)
def test_a_change_of_sources(
    *, path: str, old: str, new: str, expected: Freshness, index: str, managers: Managers, tmp_path: Path
) -> None:
    files = locked(with_sources(index), tmp_path / "shop", managers)
    changed = files | {path: files[path].replace(old, new)}

    assert expected is compare(changed, tmp_path / "shop", managers).freshness


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({"uv.toml": ""}, FRESH, id="empty-own-file"),
        pytest.param({"uv.toml": 'resolution = "lowest"'}, STALE, id="own-file-beside-the-manifest"),
        pytest.param({"../uv.toml": 'resolution = "lowest"'}, FRESH, id="own-file-above"),
    ],
)
def test_settings_come_from_one_place(
    files: dict[str, str], expected: Freshness, projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    inner = {f"api/{path}": text for path, text in projects.uv("alpha").items()}
    around = {f"api/{path}".replace("api/../", ""): text for path, text in files.items()}

    assert expected is compare(inner | around, tmp_path / "shop", managers, "api").freshness


def test_settings_above_count_where_the_manifest_has_none(
    projects: Projects, managers: Managers, tmp_path: Path
) -> None:
    plain = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
    lock = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
    lock += '[[package]]\nname = "shop"\nversion = "1.0"\nsource = { virtual = "." }\n'
    files = {"api/pyproject.toml": plain, "api/uv.lock": lock, "pyproject.toml": '[tool.uv]\nresolution = "lowest"\n'}

    assert [FRESH, STALE] == [
        compare({path: files[path] for path in paths}, tmp_path / str(len(paths)), managers, "api").freshness
        for paths in (["api/pyproject.toml", "api/uv.lock"], list(files))
    ]
