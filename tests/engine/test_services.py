"""Service roots: which folders of a repository get an environment of their own."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.engine.services import find_services
from kempt.model.repo import Service

LIBRARY = b'[build-system]\n[project]\nclassifiers = ["Typing :: Typed"]\n'
ASKS = b'[project]\nname = "x"\ndependencies = ["idna"]\n'
WORKSPACE = b'[project]\nname = "all"\n[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n'


def services(files: dict[str, bytes]) -> tuple[Service, ...]:
    return find_services(files, has_python=False)


def roots(files: dict[str, bytes]) -> list[str]:
    return [str(each.root) for each in services(files)]


def only(files: dict[str, bytes]) -> Service:
    (service,) = services(files)
    return service


def texts(paths: tuple[PurePosixPath, ...]) -> list[str]:
    return list(map(str, paths))


@pytest.mark.parametrize(
    "paths, expected",
    [
        pytest.param(["pyproject.toml"], ["."], id="one"),
        pytest.param(["setup.py", "requirements.txt"], ["."], id="setup-py"),
        pytest.param(["requirements/dev.txt"], ["."], id="requirements"),
        pytest.param(["pyproject.toml", "requirements/dev.txt"], ["."], id="requirements-below"),
        pytest.param(["a/pyproject.toml", "b/requirements.txt"], ["a", "b"], id="two"),
        pytest.param(["uv.lock", "pyproject.toml", "packages/a/pyproject.toml"], ["."], id="nothing-asked-below"),
        pytest.param(["uv.lock", "a/poetry.lock"], [".", "a"], id="own-lock"),
        pytest.param(
            ["libs/a/uv.lock", "libs/b/uv.lock", "pyproject.toml"], ["libs/a", "libs/b"], id="a-lock-for-each"
        ),
        pytest.param(["a/pixi.lock", "b/conda-lock.yml", "c/pylock.dev.toml"], ["a", "b", "c"], id="other-locks"),
        pytest.param([], [], id="none"),
    ],
)
def test_a_lock_or_a_manifest_makes_a_root(paths: list[str], expected: list[str]) -> None:
    assert expected == roots(dict.fromkeys(paths, b""))


@pytest.mark.parametrize(
    "manifest, is_root",
    [
        pytest.param({"pyproject.toml": ASKS}, True, id="dependencies"),
        pytest.param({"pyproject.toml": b'[project.optional-dependencies]\nx = ["y"]'}, True, id="extras"),
        pytest.param({"pyproject.toml": b'[dependency-groups]\ndev = ["y"]'}, True, id="groups"),
        pytest.param({"pyproject.toml": b'[tool.poetry.dependencies]\npython = "^3"\ny = "1"'}, True, id="poetry"),
        pytest.param({"pyproject.toml": b'[tool.poetry.group.dev.dependencies]\ny = "1"'}, True, id="poetry-group"),
        pytest.param({"pyproject.toml": b'[tool.uv]\ndev-dependencies = ["y"]'}, True, id="uv"),
        pytest.param({"pyproject.toml": b'[tool.pdm.dev-dependencies]\ndev = ["y"]'}, True, id="pdm"),
        pytest.param({"Pipfile": b""}, True, id="pipfile"),
        pytest.param({"setup.py": b"setup(install_requires=['y'])"}, True, id="setup-py"),
        pytest.param({"setup.py": b"setup()"}, False, id="setup-py-alone"),
        pytest.param({"pyproject.toml": b'[tool.poetry.dependencies]\npython = "^3"'}, False, id="only-python"),
        pytest.param({"pyproject.toml": b"[project]\nname = 'x'"}, False, id="nothing"),
        pytest.param({"pyproject.toml": b"[tool.ruff]"}, False, id="settings"),
        pytest.param({"pyproject.toml": b"[broken"}, False, id="broken"),
        pytest.param({"requirements.txt": b"y"}, False, id="requirements"),
    ],
)
def test_below_a_root_a_manifest_makes_another_where_it_asks_for_packages(
    *, manifest: dict[str, bytes], is_root: bool
) -> None:
    below = {f"api/{name}": content for name, content in manifest.items()}

    assert [".", *["api"] * is_root] == roots({"pyproject.toml": ASKS, **below})


def test_settings_of_tools_at_the_top_are_no_service_where_there_are_others() -> None:
    files = {"pyproject.toml": b"[tool.ruff]\n", "a/requirements.txt": b"", "b/pyproject.toml": ASKS}

    assert (["a", "b"], ["."]) == (roots(files), roots({"pyproject.toml": b"[tool.ruff]\n"}))


def test_the_members_of_a_uv_workspace_share_its_environment() -> None:
    folders = ("packages/a", "packages/b", "packages/old", "tools/c")
    files = {"pyproject.toml": WORKSPACE, "uv.lock": b"", **{f"{each}/pyproject.toml": ASKS for each in folders}}

    assert [".", "packages/old", "tools/c"] == roots(files)
    assert ["packages/a/pyproject.toml", "packages/b/pyproject.toml"] == texts(services(files)[0].members)


def test_a_workspace_needs_no_project_and_no_lock_to_be_one() -> None:
    files = {"x/pyproject.toml": b'[tool.uv.workspace]\nmembers = ["a"]', "x/a/pyproject.toml": ASKS}

    assert (["x"], ["x/a/pyproject.toml"]) == (roots(files), texts(only(files).members))


@pytest.mark.parametrize(
    "naming",
    [
        pytest.param({"api/pyproject.toml": b'[tool.poetry.dependencies]\nx = { path = "../libs/x" }'}, id="poetry"),
        pytest.param(
            {"api/pyproject.toml": b'[tool.poetry.group.a.dependencies]\nx = { path = "../libs/x/" }'},
            id="poetry-group",
        ),
        pytest.param({"api/pyproject.toml": ASKS + b'[tool.uv.sources]\nx = [{ path = "../libs/./x" }]'}, id="uv"),
        pytest.param(
            {"api/pyproject.toml": b'[project]\ndependencies = ["x @ file:///${PROJECT_ROOT}/../libs/x"]'}, id="pdm"
        ),
        pytest.param({"api/requirements.txt": b"idna\n-e ../libs/x\n"}, id="requirements"),
        pytest.param({"api/requirements.txt": b"../libs/x  # ours\n"}, id="not-editable"),
    ],
)
def test_what_others_install_by_its_path_needs_no_lock_of_its_own(naming: dict[str, bytes]) -> None:
    found = {str(each.root): each.dependency for each in services({**naming, "libs/x/pyproject.toml": ASKS})}
    locked = {
        str(each.root): each.dependency
        for each in services({**naming, "libs/x/pyproject.toml": ASKS, "libs/x/uv.lock": b""})
    }

    assert ({"api": False, "libs/x": True}, {"api": False, "libs/x": False}) == (found, locked)


def test_requirements_files_of_one_folder_are_one_service_the_base_first() -> None:
    names = ["a/requirements-dev.txt", "a/requirements.txt", "a/requirements/test.txt", "a/requirements.in"]
    service = only(dict.fromkeys(names, b""))

    assert (PurePosixPath("a"), "pip") == (service.root, service.manager)
    assert ["a/requirements.txt", "a/requirements-dev.txt", "a/requirements/test.txt"] == texts(service.requirements)


def test_a_service_with_a_manifest_knows_its_requirements_files_too() -> None:
    files = {"pyproject.toml": ASKS, "requirements.txt": b"", "tools/requirements.txt": b""}

    assert ["requirements.txt"] == texts(only(files).requirements)


@pytest.mark.parametrize(
    "files, manager",
    [
        ({"uv.lock": b"", "pyproject.toml": b"[tool.poetry]"}, "uv"),
        ({"poetry.lock": b""}, "poetry"),
        ({"pdm.lock": b""}, "pdm"),
        ({"Pipfile.lock": b"", "Pipfile": b""}, "pipenv"),
        ({"Pipfile": b""}, "pipenv"),
        ({"pylock.toml": b""}, "pylock"),
        ({"pylock.api.toml": b""}, "pylock"),
        ({"pixi.lock": b"", "pyproject.toml": b"[tool.pixi]"}, "pixi"),
        ({"conda-lock.yml": b""}, "conda-lock"),
        ({"pyproject.toml": b"[tool.uv]"}, "uv"),
        ({"pyproject.toml": b"[tool.poetry.dependencies]"}, "poetry"),
        ({"pyproject.toml": b"[tool.pdm]"}, "pdm"),
        ({"pyproject.toml": b"[project]"}, "pip"),
        ({"requirements.txt": b""}, "pip"),
    ],
    ids=[
        "uv-lock-first",
        "poetry-lock",
        "pdm-lock",
        "pipenv-lock",
        "pipfile",
        "pylock",
        "named-pylock",
        "pixi",
        "conda",
        "uv",
        "poetry",
        "pdm",
        "plain",
        "pip",
    ],
)
def test_the_lock_names_the_manager_and_else_the_manifest_does(files: dict[str, bytes], manager: str) -> None:
    assert manager == only(files).manager


@pytest.mark.parametrize(
    "manifest, lock",
    [
        pytest.param({"pyproject.toml": b"[tool.poetry]\nname = 'x'"}, "poetry.lock", id="poetry"),
        pytest.param({"pyproject.toml": b"[tool.poetry]\n[tool.uv]"}, "poetry.lock", id="poetry-without-project"),
        pytest.param({"pyproject.toml": b"[project]\n[tool.poetry]\n[tool.uv]"}, "uv.lock", id="uv-with-project"),
        pytest.param({"pyproject.toml": b"[project]"}, "uv.lock", id="nobody"),
        pytest.param({"Pipfile": b""}, "Pipfile.lock", id="pipenv"),
    ],
)
def test_of_several_locks_the_manifest_decides_else_their_order(manifest: dict[str, bytes], lock: str) -> None:
    others = {"pylock.toml": b"", "uv.lock": b"", "poetry.lock": b"", "Pipfile.lock": b"", "pylock.b.toml": b""}
    service = only({**manifest, **others})

    assert PurePosixPath(lock) == service.lock
    assert ["uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml", "pylock.b.toml"] == texts(service.locks)


@pytest.mark.parametrize(
    "files, application",
    [
        ({"pyproject.toml": b"[project]\n"}, True),
        ({"pyproject.toml": b"[build-system]\n"}, True),
        ({"pyproject.toml": LIBRARY}, False),
        ({"setup.py": b""}, False),
        ({"requirements.txt": b""}, True),
    ],
    ids=["no-build", "no-classifiers", "library", "setup-py", "requirements"],
)
def test_what_is_made_to_be_published_is_no_application(*, files: dict[str, bytes], application: bool) -> None:
    assert application == only(files).application


def test_a_service_knows_its_manifest_and_its_lock() -> None:
    service = only({"api/pyproject.toml": b"", "api/uv.lock": b""})

    assert (PurePosixPath("api/pyproject.toml"), PurePosixPath("api/uv.lock")) == (service.manifest, service.lock)


@pytest.mark.parametrize(
    "folder", ["examples/shop", "tests/project", "docs", "third_party/x", "a/_vendor/b", "uv-examples/a", "a_example"]
)
def test_examples_tests_and_vendored_code_are_demoted(folder: str) -> None:
    assert only({f"{folder}/pyproject.toml": b""}).demoted


def test_python_without_a_manifest_is_one_service_at_the_top() -> None:
    (service,) = find_services({}, has_python=True)

    assert (PurePosixPath("."), "pip", None) == (service.root, service.manager, service.manifest)
