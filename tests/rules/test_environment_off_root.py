"""KPT702: environments that will not be at `.venv` of their service."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen

POETRY = {"pyproject.toml": "[tool.poetry]\npackage-mode = false\n", "poetry.lock": "version = 0\n"}
PDM = {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": "version = 0\n"}
PIPENV = {"Pipfile": '[packages]\nidna = "*"\n', "Pipfile.lock": "{}"}
OFF = "warning: {} keeps the environment outside the service: {}"
UV = {"pyproject.toml": "[tool.uv]\n", "uv.lock": "version = 1\n"}


@pytest.mark.parametrize(
    "files, expected",
    [
        (POETRY, [OFF.format("Poetry", "`poetry.toml` does not say `[virtualenvs] in-project = true`")]),
        (POETRY | {"poetry.toml": "[virtualenvs]\nin-project = true\n"}, []),
        (POETRY | {"poetry.toml": "virtualenvs.in-project = true\n"}, []),
        (
            POETRY | {"poetry.toml": "[virtualenvs]\nin-project = false\n"},
            [OFF.format("Poetry", "`poetry.toml` says `in-project = false`")],
        ),
        (POETRY | {"poetry.toml": "[virtualenvs\n"}, []),
        (PDM, []),
        (
            PDM | {"pdm.toml": "[venv]\nin_project = false\n"},
            [OFF.format("PDM", "`pdm.toml` says `in_project = false`")],
        ),
        (PIPENV, [OFF.format("Pipenv", "`Pipfile` does not say `[pipenv] venv_in_project = true`")]),
        (PIPENV | {"Makefile": "export PIPENV_VENV_IN_PROJECT=1\n"}, []),
        (UV, []),
        ({f"examples/{path}": text for path, text in POETRY.items()}, []),
    ],
    ids=[
        "poetry", "poetry-on", "poetry-dotted", "poetry-off", "poetry-broken", "pdm", "pdm-off", "pipenv",
        "pipenv-variable", "uv", "example",
    ],
)  # fmt: skip
def test_settings(files: dict[str, str], expected: list[str], git_repo: MakeRepository) -> None:
    assert expected == messages(found(git_repo(files), "KPT702"))


@pytest.mark.parametrize(
    "files, path, expected",
    [
        (POETRY, "poetry.toml", "[virtualenvs]\nin-project = true\n"),
        (POETRY | {"poetry.toml": ""}, "poetry.toml", "[virtualenvs]\nin-project = true\n"),
        (
            POETRY | {"poetry.toml": "# ours\n[installer]\nparallel = true"}, "poetry.toml",
            "# ours\n[installer]\nparallel = true\n\n[virtualenvs]\nin-project = true\n",
        ),
        (
            POETRY | {"poetry.toml": "[virtualenvs] # here\nprompt = 'x'\n"}, "poetry.toml",
            "[virtualenvs] # here\nin-project = true\nprompt = 'x'\n",
        ),
        (
            POETRY | {"poetry.toml": "[virtualenvs]\r\nin-project = false\r\n"}, "poetry.toml",
            "[virtualenvs]\r\nin-project = true\r\n",
        ),
        (
            POETRY | {"poetry.toml": "virtualenvs.in-project = false\n"}, "poetry.toml",
            "virtualenvs.in-project = true\n",
        ),
        (PDM | {"pdm.toml": "[venv]\nin_project = false # why\n"}, "pdm.toml", "[venv]\nin_project = true # why\n"),
        (PIPENV, "Pipfile", '[packages]\nidna = "*"\n\n[pipenv]\nvenv_in_project = true\n'),
    ],
    ids=["new", "empty", "no-table", "table", "windows", "dotted", "pdm", "pipenv"],
)  # fmt: skip
def test_the_fix_writes_the_setting_and_nothing_else(
    files: dict[str, str], path: str, expected: str, git_repo: MakeRepository
) -> None:
    repository = mended(git_repo(files), "KPT702", unsafe=False)

    assert expected.encode() == (repository.root / path).read_bytes()
    assert [] == found(repository, "KPT702")
    assert path in repository.tracked()


@pytest.mark.parametrize(
    "setting, tracked", [("[virtualenvs]\ncreate = false\n", True), ("", False)], ids=["no-environment", "untracked"]
)
def test_no_fix_where_a_person_decides(setting: str, *, tracked: bool, git_repo: MakeRepository) -> None:
    repository = git_repo(POETRY | ({"poetry.toml": setting} if tracked else {}))
    repository.write({"poetry.toml": setting})

    assert [None] == [each.fix for each in found(repository, "KPT702")]


@pytest.mark.parametrize(
    "path, text, expected",
    [
        (".env", "UV_PROJECT_ENVIRONMENT=/opt/venv\n", [("warning", 1)]),
        (".env", "X=1\nexport UV_PROJECT_ENVIRONMENT='env'\n", [("warning", 2)]),
        (".env", "UV_PROJECT_ENVIRONMENT=.venv\n", []),
        (".env", "# UV_PROJECT_ENVIRONMENT=/opt/venv\n", []),
        (".github/workflows/a.yml", "env:\n  UV_PROJECT_ENVIRONMENT: /opt/venv\n", [("warning", 2)]),
        (
            ".github/workflows/a.yml", "  steps:\n    - run: x\n        env:\n          UV_PROJECT_ENVIRONMENT: x\n",
            [("info", 4)],
        ),
        ("Dockerfile", "ENV UV_PROJECT_ENVIRONMENT=/opt/venv\n", []),
    ],
    ids=["absolute", "export", "same", "comment", "workflow", "step", "image"],
)  # fmt: skip
def test_the_variable_of_uv(path: str, text: str, expected: list[tuple[str, int]], git_repo: MakeRepository) -> None:
    findings = found(git_repo(UV | {path: text}), "KPT702")

    assert expected == [(str(each.level), each.location.line) for each in findings]


def test_one_path_for_two_services_is_named_as_such(git_repo: MakeRepository) -> None:
    files = {f"{name}/{path}": text for name in ("api", "worker") for path, text in UV.items()}
    findings = found(git_repo(files | {".env": "UV_PROJECT_ENVIRONMENT=/opt/venv\n"}), "KPT702")

    assert [Seen("KPT702", ".env", 1)] == seen(findings)
    assert [
        "warning: `UV_PROJECT_ENVIRONMENT` puts the environment at `/opt/venv`, one path for `api` and `worker`"
    ] == messages(findings)


def test_a_comment_in_the_settings_silences_it(git_repo: MakeRepository) -> None:
    setting = "[virtualenvs]\nin-project = false # kempt: ignore[KPT702] the image sets it\n"

    assert [] == found(git_repo(POETRY | {"poetry.toml": setting}), "KPT702")
