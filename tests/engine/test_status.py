from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.status import status
from kempt.errors import KemptError
from kempt.model.status import Promise, State

CLEAN = {".gitignore": ".venv\n__pycache__/\n"}
UV = {"pyproject.toml": "[tool.uv]\n", "uv.lock": "version = 1\n"}


def promise(number: int, repository: object) -> Promise:
    return status(str(repository)).promises[number - 1]


@pytest.mark.parametrize(
    "files, detail, command, folder",
    [
        pytest.param({}, "no Python project found", "", ".", id="no-python"),
        pytest.param(UV, "`uv.lock` is tracked; not yet proven", "uv lock --check", ".", id="uv"),
        pytest.param({"pyproject.toml": "[tool.uv]\n"}, "no lock file is tracked", "uv lock", ".", id="no-lock"),
        pytest.param({"requirements.txt": "a==1\n"}, "no lock file is tracked", "", ".", id="pip"),
        pytest.param(
            {"a/pyproject.toml": "[tool.poetry]\n", "a/poetry.lock": "", "b/pdm.lock": ""},
            "2 lock files are tracked; not yet proven", "poetry check --lock", "a", id="several",
        ),
        pytest.param(
            {"examples/a/uv.lock": "version = 1\n"}, "no Python project found", "", ".", id="an-example-is-no-project"
        ),
    ],
)  # fmt: skip
def test_whether_it_rebuilds_is_not_checked_yet(
    git_repo: MakeRepository, files: dict[str, str], detail: str, command: str, folder: str
) -> None:
    repository = git_repo({**CLEAN, **files})

    assert Promise(1, State.UNCHECKED, detail, command, folder=folder) == promise(1, repository.root)


def test_a_lock_that_is_kept_out_of_git_breaks_the_first_promise(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": "[tool.uv]\n", ".gitignore": ".venv\n__pycache__/\nuv.lock\n"})
    found = promise(1, repository.root)

    assert (State.BROKEN, "kempt check --fix", ["KPT203"]) == (
        found.state, found.command, [each.code for each in found.findings]
    )  # fmt: skip


@pytest.mark.parametrize(
    "files, command",
    [
        pytest.param({"a.pyc": ""}, "kempt check --fix", id="safe"),
        pytest.param({"env/pyvenv.cfg": "home = /usr\n", "a.pyc": ""}, "kempt check --fix --unsafe-fixes", id="unsafe"),
        pytest.param({".env": "KEY=1\n"}, "kempt check", id="by-hand"),
    ],
)
def test_what_is_tracked_breaks_the_second_promise(
    git_repo: MakeRepository, files: dict[str, str], command: str
) -> None:
    found = promise(2, git_repo({**CLEAN, **files}).root)

    assert (State.BROKEN, command) == (found.state, found.command)


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({}, (State.KEPT, "nothing tracked that tools make again", ""), id="clean"),
        pytest.param(
            {".gitignore": ".venv\n__pycache__/\n.venv\n"},
            (State.KEPT, "nothing tracked that tools make again; 1 hint", "kempt check"), id="hint",
        ),
        pytest.param(
            {"x/a.pyc": "", "kempt.toml": "per-path-ignores = {x = ['KPT102']}\n"},
            (State.KEPT, "nothing tracked that tools make again; 1 suppressed", ""), id="suppressed",
        ),
        pytest.param(
            {"kempt.toml": "ignore = ['KPT101']\n"},
            (State.UNCHECKED, "nothing found, but the settings turn KPT101 off", "kempt config"), id="a-rule-is-off",
        ),
        pytest.param(
            {"kempt.toml": "select = ['KPT2']\n"},
            (State.UNCHECKED, "nothing found, but the settings turn 10 rules off", "kempt config"), id="rules-are-off",
        ),
        pytest.param(
            {"pyproject.toml": "<<<<<<< ours\n"},
            (State.UNCHECKED, "not everything could be checked", "kempt check"), id="unreadable",
        ),
    ],
)  # fmt: skip
def test_only_what_was_checked_is_kept(
    git_repo: MakeRepository, files: dict[str, str], expected: tuple[State, str, str]
) -> None:
    found = promise(2, git_repo({**CLEAN, **files}).root)

    assert expected == (found.state, found.detail, found.command)


@pytest.mark.parametrize(
    "files, third, fourth",
    [
        pytest.param({"a.txt": ""}, "no CI file found", "no Dockerfile found", id="none"),
        pytest.param(
            {".gitlab-ci.yml": "", "mkdocs.yml": "", ".pre-commit-config.yaml": "", "api/Dockerfile": ""},
            "`.gitlab-ci.yml`: not checked yet", "`api/Dockerfile`: not checked yet", id="one",
        ),
        pytest.param(
            {f".github/workflows/{name}.yml": "" for name in "abc"},
            "`.github/workflows/a.yml` and 2 more: not checked yet", "no Dockerfile found", id="several",
        ),
    ],
)  # fmt: skip
def test_ci_and_images_are_not_checked_yet(
    git_repo: MakeRepository, files: dict[str, str], third: str, fourth: str
) -> None:
    promises = status(str(git_repo(files).root)).promises

    assert [Promise(3, State.UNCHECKED, third), Promise(4, State.UNCHECKED, fourth)] == list(promises[2:])


def test_an_empty_repository_has_no_status(git_repo: MakeRepository) -> None:
    with pytest.raises(KemptError, match="nothing to check"):
        status(str(git_repo().root))


def test_what_is_tracked_comes_before_what_might_be(git_repo: MakeRepository) -> None:
    repository = git_repo({"requirements.txt": "", "z.py": "", "y/a.pyc": "", "z/a.pyc": "", "z/b.pyc": ""})

    assert ["z", "y", ".gitignore"] == [
        str(finding.location.path).partition("/")[0] for finding in promise(2, repository.root).findings[:3]
    ]
