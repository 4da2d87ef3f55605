"""What is recognised as an artefact, with its root, the file it is pointed to by, and its count of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from conftest import MakeRepository
from kempt.engine.recognise import recognise
from kempt.engine.sources import open_source
from kempt.model.finding import Level
from support.checking import ENVIRONMENT, SIGNATURE, numbered
from support.repositories import Repository

CYTHON = "pkg/fast.cpython-312-x86_64-linux-gnu.so"
CONDA = {"conda-meta/history": "", "conda-meta/six.json": ""}


class Root(NamedTuple):
    code: str
    root: str
    files: int
    detail: str = ""


def recognised(repository: Repository) -> list[Root]:
    with open_source(str(repository.root)) as source:
        return [Root(each.row.code, str(each.root), each.files, each.detail) for each in recognise(source.tree)]


def below(root: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{root}/{path}": text for path, text in files.items()}


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"x/pyvenv.cfg": ENVIRONMENT}, [Root("KPT101", "x", 1, "Python 3.12")]),
        ({"x/pyvenv.cfg": "home = /usr"}, [Root("KPT101", "x", 1)]),
        ({"x/pyvenv.cfg": "version_info = 3.9.1.final.0"}, [Root("KPT101", "x", 1, "Python 3.9")]),
        ({"x/pyvenv.cfg": "prompt = x"}, []),
        ({"x/pyvenv.cfg.in": ENVIRONMENT}, []),
        (
            {"a/x/pyvenv.cfg": ENVIRONMENT, "a/x/lib/y/pyvenv.cfg": ENVIRONMENT},
            [Root("KPT101", "a/x", 2, "Python 3.12")],
        ),
        (numbered("x/lib/python3.9/site-packages/m{}.py", 20), [Root("KPT101", "x", 20)]),
        (numbered("x/lib64/python3.9/site-packages/m{}.py", 20), [Root("KPT101", "x", 20)]),
        (numbered("x/Lib/site-packages/m{}.py", 20), [Root("KPT101", "x", 20)]),
        (numbered("x/lib/python3.9/site-packages/m{}.py", 19), [Root("KPT104", "x/lib/python3.9/site-packages", 19)]),
        (numbered("x/site-packages/m{}.py", 20), [Root("KPT104", "x/site-packages", 20)]),
        (below("x", CONDA), [Root("KPT101", "x", 2, "conda")]),
        ({"x/conda-meta/six.json": ""}, []),
        (below(".pixi/envs/default", CONDA) | {".pixi/config.toml": ""}, [Root("KPT101", ".pixi/envs", 2, "pixi")]),
        ({"api/__pypackages__/3.12/lib/six.py": ""}, [Root("KPT101", "api/__pypackages__", 1, "PDM")]),
        (
            {".tox/py39/pyvenv.cfg": ENVIRONMENT, ".tox/py39/bin/python": "", ".tox/log": ""},
            [Root("KPT101", ".tox/py39", 2, "Python 3.12"), Root("KPT103", ".tox", 1)],
        ),
        ({".tox/py39/pyvenv.cfg": ENVIRONMENT}, [Root("KPT101", ".tox/py39", 1, "Python 3.12")]),
        (
            {"x/pyvenv.cfg": ENVIRONMENT, "x/.ruff_cache/CACHEDIR.TAG": SIGNATURE, "x/a.pyc": "", "x/.DS_Store": ""},
            [Root("KPT101", "x", 4, "Python 3.12")],
        ),
    ],
    ids=["pyvenv", "home-only", "version-only", "neither", "template", "nested", "site-packages", "lib64", "windows",
         "too-few", "no-lib", "conda", "no-history", "pixi", "pdm", "in-tox", "only-in-tox", "all-inside"],
)  # fmt: skip
def test_environments_are_known_by_their_content(
    git_repo: MakeRepository, files: dict[str, str], expected: list[Root]
) -> None:
    assert expected == recognised(git_repo(files, commit=False))


@pytest.mark.parametrize(
    "folder",
    ["tests", "test", "src/testing", "fixtures", "pkg/testdata", "test-data", "__tests__", "examples/fixtures"],
)
def test_packages_below_test_data_are_fixtures_but_caches_and_litter_are_not(
    git_repo: MakeRepository, folder: str
) -> None:
    fixtures = {
        "env/pyvenv.cfg": ENVIRONMENT,
        "app.egg-info/PKG-INFO": "",
        "app-1.0.dist-info/RECORD": "",
        "site-packages/six.py": "",
        ".eggs/x": "",
        "app-1.0-py3-none-any.whl": "",
        "app.egg": "",
        **numbered("deep/lib/python3.9/site-packages/m{}.py", 20),
    }
    litter = {"__pycache__/a.pyc": "", ".mypy_cache/x": "", ".coverage": "", ".DS_Store": "", "x.pyc": ""}

    found = recognised(git_repo(below(folder, fixtures | litter), commit=False))

    assert {
        Root("KPT102", f"{folder}/__pycache__", 1),
        Root("KPT102", folder, 1),
        Root("KPT103", f"{folder}/.mypy_cache", 1),
        Root("KPT106", f"{folder}/.coverage", 1),
        Root("KPT107", f"{folder}/.DS_Store", 1),
    } == set(found)


SHARED = {
    "pyvenv.cfg": ENVIRONMENT,
    "bin/activate": "",
    "bin/python": "",
    "lib/python3.12/site-packages/six.py": "",
    "lib64": "",
    "include/python3.12/Python.h": "",
    "share/python-wheels/pip.whl": "",
}
PROJECT = {
    ".gitignore": "*.log\n",
    "app.py": "",
    "lib/own.py": "",
    "include/own.h": "",
    "scripts/deploy.sh": "",
    "doc/index.md": "",
    "share/data.csv": "",
    "etc/app.conf": "",
    "src/app/__init__.py": "",
}


@pytest.mark.parametrize("root", ["", "shop/"], ids=["top", "folder"])
def test_beside_sources_an_environment_claims_only_what_is_its_own(git_repo: MakeRepository, root: str) -> None:
    """Somebody ran `python -m venv .` in the project; untracking must not take the project with it."""
    files = {root + path: text for path, text in (SHARED | PROJECT).items()}
    with open_source(str(git_repo(files, commit=False).root)) as source:
        (found,) = recognise(source.tree)

    own = ["bin", "include/python3.12", "lib/python3.12", "lib64", "pyvenv.cfg", "share/python-wheels"]
    assert [root + path for path in own] == [str(path) for path in found.paths]
    assert len(SHARED) == found.files


def test_a_project_inside_an_environment_is_not_claimed(git_repo: MakeRepository) -> None:
    """Tutorials for Windows put the project into the environment's folder."""
    files = {"env/pyvenv.cfg": ENVIRONMENT, "env/Scripts/activate.bat": "", "env/Lib/site-packages/six.py": ""}
    with open_source(str(git_repo(files | {"env/mysite/manage.py": ""}, commit=False).root)) as source:
        (found,) = recognise(source.tree)

    assert ["env/Lib/site-packages", "env/Scripts", "env/pyvenv.cfg"] == [str(path) for path in found.paths]


def test_an_environment_at_the_top_does_not_hide_others(git_repo: MakeRepository) -> None:
    files = SHARED | {"app.py": "", "api/env/pyvenv.cfg": ENVIRONMENT}

    found = recognised(git_repo(files, commit=False))

    assert [Root("KPT101", ".", 7, "Python 3.12"), Root("KPT101", "api/env", 1, "Python 3.12")] == found


def test_what_no_environment_makes_at_its_top_is_left_alone(git_repo: MakeRepository) -> None:
    """`bin/` without `activate` and a `conda-meta` of other files are the project's."""
    files = {"pyvenv.cfg": ENVIRONMENT, "bin/run.sh": "", "lib/own.py": "", "app.py": ""}
    with open_source(str(git_repo(files, commit=False).root)) as source:
        (found,) = recognise(source.tree)

    assert ["pyvenv.cfg"] == [str(path) for path in found.paths]


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"a/__pycache__/x.pyc": "", "a/__pycache__/sub/y.pyc": ""}, [Root("KPT102", "a/__pycache__", 2)]),
        ({"a/x.pyc": "", "a/y.PYO": "", "b/z.pyc": ""}, [Root("KPT102", "a", 2), Root("KPT102", "b", 1)]),
        ({"x.pyc": ""}, [Root("KPT102", ".", 1)]),
        ({"A$PY.class": ""}, [Root("KPT102", ".", 1)]),
        ({"a/x.pyc.txt": "", "a/pyc": "", "__pycache__": ""}, []),
        (
            {"a/.hidden/.tox/x": "", ".github/.tox/x": ""},
            [Root("KPT103", ".github/.tox", 1), Root("KPT103", "a/.hidden/.tox", 1)],
        ),
        ({"a/.b/.c/.mypy_cache/.d/x": "", "a/.b/y": ""}, [Root("KPT103", "a/.b/.c/.mypy_cache", 1)]),
        ({"a/.mypy_cache/.ruff_cache/x": ""}, [Root("KPT103", "a/.mypy_cache", 1)]),
        ({"cache/CACHEDIR.TAG": SIGNATURE, "cache/x": ""}, [Root("KPT103", "cache", 2)]),
        ({"cache/CACHEDIR.TAG": "no signature", "cache/x": ""}, []),
        ({"CACHEDIR.TAG": SIGNATURE, "x": ""}, []),
        (
            {".dmypy.json": "", "a/.spyderproject": ""},
            [Root("KPT103", ".dmypy.json", 1), Root("KPT103", "a/.spyderproject", 1)],
        ),
        ({"a.egg-info/PKG-INFO": "", "a.egg-info/top_level.txt": ""}, [Root("KPT104", "a.egg-info", 2)]),
        ({"a.egg-info/SOURCES.txt": ""}, [Root("KPT104", "a.egg-info", 1)]),
        ({"a.egg-info/notes.md": "", "b.dist-info/METADATA": ""}, []),
        ({"b-1.dist-info/RECORD": "", "b-1.dist-info/METADATA": ""}, [Root("KPT104", "b-1.dist-info", 2)]),
        ({"a-1-py3.9.egg": ""}, [Root("KPT104", ".", 1)]),
        (
            {"build/lib/a.py": "", "dist/a.whl": "", "dist/b.whl": ""},
            [Root("KPT105", "build", 1), Root("KPT105", "dist", 2)],
        ),
        ({"src/build/a.py": "", "docs/dist/b.txt": ""}, []),
        (
            {"build/__pycache__/x.pyc": "", "build/y": ""},
            [Root("KPT102", "build/__pycache__", 1), Root("KPT105", "build", 1)],
        ),
        ({"dist/index.js": "", "action.yml": ""}, []),
        ({"dist/index.js": "", "action.yaml": ""}, []),
        ({"site/index.html": ""}, []),
        ({"site/index.html": "", "mkdocs.yml": ""}, [Root("KPT105", "site", 1)]),
        ({"docs/_build/html/index.html": ""}, [Root("KPT105", "docs/_build", 1)]),
        ({"wheels/a.whl": "", "wheels/b.whl": ""}, [Root("KPT105", "wheels", 2)]),
        ({CYTHON: "", "pkg/fast.pyx": ""}, [Root("KPT105", "pkg", 1)]),
        ({"pkg/fast.pyd": "", "pkg/fast.c": ""}, [Root("KPT105", "pkg", 1)]),
        ({"fast.so": "", "fast.pyx": ""}, [Root("KPT105", ".", 1)]),
        ({CYTHON: "", "pkg/faster.pyx": "", "fast.pyx": ""}, []),
        ({".coverage": "", ".coverage.host.1.x": "", ".coverage.host.2.y": "", ".coveragerc": ""},
         [Root("KPT106", ".", 2), Root("KPT106", ".coverage", 1)]),
        ({"a/coverage.xml": "", "b/lcov.info.lcov": "", "htmlcov/index.html": ""},
         [Root("KPT106", "htmlcov", 1), Root("KPT106", "a/coverage.xml", 1), Root("KPT106", "b", 1)]),
        ({"a/.ds_store": "", "THUMBS.DB": "", "b/Desktop.ini": ""},
         [Root("KPT107", "THUMBS.DB", 1), Root("KPT107", "a/.ds_store", 1), Root("KPT107", "b/Desktop.ini", 1)]),
        ({".env": "", "a/.env.local": "", ".envrc": "", ".pypirc": "", ".streamlit/secrets.toml": "", "x.env": ""},
         [Root("KPT108", it, 1) for it in (".env", ".envrc", ".pypirc", ".streamlit/secrets.toml", "a/.env.local")]),
        ({f".env.{ending}": "" for ending in ("example", "sample", "template", "dist", "production.example")}, []),
        ({".venv": "", "a/.pdm-python": ""}, [Root("KPT109", ".venv", 1), Root("KPT109", "a/.pdm-python", 1)]),
        ({"db.sqlite3": "", "mlruns/x": "", "wandb/y": ""}, []),
    ],
    ids=["pycache", "loose", "loose-at-top", "jython", "no-bytecode", "hidden-in-hidden", "hidden-deep",
         "cache-in-cache", "tagged", "untagged", "tag-at-top", "cache-files", "egg-info", "egg-info-sources",
         "no-metadata", "dist-info", "egg", "build-and-dist", "sources-called-so", "bytecode-in-build", "action-yml",
         "action-yaml", "site", "mkdocs-site", "sphinx", "wheels", "cython", "compiled-c", "cython-at-top",
         "no-sibling", "coverage", "reports", "litter", "secrets", "templates", "state", "data"],
)  # fmt: skip
def test_artefacts_are_known_by_name_place_and_neighbours(
    git_repo: MakeRepository, files: dict[str, str], expected: list[Root]
) -> None:
    assert sorted(expected) == sorted(recognised(git_repo(files, commit=False)))


@pytest.mark.parametrize(
    "files, level",
    [
        ({".cache/x": ""}, Level.WARNING),
        ({".cache/uv/CACHEDIR.TAG": SIGNATURE}, Level.ERROR),
        ({".uv-cache/CACHEDIR.TAG": SIGNATURE}, Level.ERROR),
        ({"node_modules/.cache/x/CACHEDIR.TAG": SIGNATURE}, Level.ERROR),
        ({"node_modules/x": ""}, Level.WARNING),
        ({".cache/x": "", ".cache2/CACHEDIR.TAG": "no signature"}, Level.WARNING),
    ],
    ids=["untagged", "tag-inside", "tagged", "deep", "npm", "false-tag"],
)
def test_a_tag_proves_a_cache_that_its_name_only_suggests(
    git_repo: MakeRepository, files: dict[str, str], level: Level
) -> None:
    with open_source(str(git_repo(files, commit=False).root)) as source:
        (found,) = recognise(source.tree)

    assert level == found.row.level


def test_a_link_is_one_file_wherever_it_leads(git_repo: MakeRepository) -> None:
    repository = git_repo(commit=False)
    (repository.root / ".venv").symlink_to("/opt/shared")
    repository.stage()

    assert [Root("KPT109", ".venv", 1)] == recognised(repository)


def test_without_contents_the_folders_around_a_marker_speak(git_repo: MakeRepository) -> None:
    """In a partial clone git knows the name of `pyvenv.cfg` and cannot read it."""
    repository = git_repo(commit=False)
    missing = "1" * 40
    paths = ("x/pyvenv.cfg", "x/bin/python", "y/pyvenv.cfg", "y/notes.md", "z/CACHEDIR.TAG")
    lines = "".join(f"100644 {missing}\t{path}\n" for path in paths)
    repository.git("update-index", "--index-info", input=lines.encode())

    with open_source(str(repository.root), staged=True) as source:
        found = [(str(each.root), each.files) for each in recognise(source.tree)]

    assert [("x", 2), ("z", 1)] == found


def test_the_order_does_not_depend_on_anything_but_the_paths(git_repo: MakeRepository) -> None:
    files = {"b/__pycache__/x.pyc": "", "a/__pycache__/x.pyc": "", "c.pyc": "", "env/pyvenv.cfg": ENVIRONMENT}

    found = recognised(git_repo(files, commit=False))

    assert ["env", "a/__pycache__", "b/__pycache__", "."] == [each.root for each in found]
