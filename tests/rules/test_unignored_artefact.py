"""KPT201: would `git add .` take it? Asked for the tools the project uses, in every service, of git itself."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import found, mended, messages
from support.repositories import Repository

APP = {"app.py": ""}
BYTECODE = {".gitignore": "__pycache__/\n.venv\n"}
WOULD = "`git add .` would take"


def said(repository: Repository) -> list[str]:
    return messages(found(repository, "KPT201"))


@pytest.mark.parametrize(
    "files, expected",
    [
        (APP, [f"error: {WOULD} `.venv`", f"warning: {WOULD} `__pycache__`"]),
        ({"notes.md": ""}, []),
        (APP | BYTECODE, []),
        (APP | {".gitignore": "*.pyc\n.venv\n"}, []),
        (APP | {".gitignore": "__pycache__\n.venv*\n"}, []),
        (APP | {".gitignore": "*\n!*.py\n"}, []),
        (APP | {".gitignore": "__pycache__/\n"}, [f"error: {WOULD} `.venv`"]),
    ],
    ids=["nothing-ignored", "no-python", "ignored", "other-pattern", "wildcard", "everything", "half"],
)
def test_what_the_ignore_rules_let_in(git_repo: MakeRepository, files: dict[str, str], expected: list[str]) -> None:
    assert expected == said(git_repo(files, commit=False))


@pytest.mark.parametrize(
    "manifest, level",
    [
        ({"requirements.txt": ""}, "error"),
        ({"pyproject.toml": "[project]\n"}, "error"),
        ({"pyproject.toml": '[build-system]\n[project]\nclassifiers = ["x"]\n'}, "warning"),
        ({"uv.lock": "version = 0\n", "pyproject.toml": ""}, "info"),
        ({"poetry.lock": "version = 0\n", "pyproject.toml": ""}, "info"),
        ({"Pipfile": ""}, "info"),
        ({"uv.lock": "version = 0\n", "README.md": "python -m venv env"}, "info"),
    ],
    ids=["pip", "plain", "library", "uv", "poetry", "pipenv", "uv-and-read-me"],
)
def test_an_environment_weighs_what_its_tool_leaves_open(
    git_repo: MakeRepository, manifest: dict[str, str], level: str
) -> None:
    """uv and virtualenv write a .gitignore into what they make; `python -m venv` before 3.13 does not."""
    repository = git_repo(APP | manifest | {".gitignore": "__pycache__/\n"}, commit=False)

    assert f"{level}: {WOULD} `.venv`" in said(repository)


def test_an_environment_that_the_read_me_makes_by_hand_is_an_error_under_any_manager(git_repo: MakeRepository) -> None:
    repository = git_repo(
        APP | BYTECODE | {"uv.lock": "version = 0\n", "README.md": "python -m venv env\n"}, commit=False
    )

    assert [f"error: {WOULD} `env`"] == said(repository)


def test_every_service_is_asked_about(git_repo: MakeRepository) -> None:
    files = {
        "a/uv.lock": "version = 0\n",
        "b/uv.lock": "version = 0\n",
        "a/.gitignore": ".venv\n__pycache__/\n",
        "b/x.py": "",
        "a/x.py": "",
    }

    findings = found(git_repo(files, commit=False), "KPT201")

    assert [f"warning: {WOULD} `__pycache__` in `b`", f"info: {WOULD} `.venv` in `b`"] == messages(findings)
    assert ["b", "b"] == [str(each.service) for each in findings]


def test_examples_and_tests_are_not_asked_about(git_repo: MakeRepository) -> None:
    files = {"examples/a/requirements.txt": "", "tests/b/pyproject.toml": "", "examples/a/x.py": ""}

    assert [] == said(git_repo(files, commit=False))


def test_many_services_are_one_finding(git_repo: MakeRepository) -> None:
    files = {f"s{number}/uv.lock": "version = 0\n" for number in range(5)}

    (finding,) = found(git_repo(files | {"s0/x.py": "", ".gitignore": ".venv\n"}, commit=False), "KPT201")

    assert f"{WOULD} `__pycache__` in `s0`, `s1`, `s2` and 2 more" == finding.message


@pytest.mark.parametrize(
    "files, line, because",
    [
        ({".gitignore": "__pycache__/\n.venv\n!.venv\n"}, 3, "!.venv"),
        (
            {
                ".gitignore": "__pycache__/\n.venv\n",
                "api/.gitignore": "# here\n!.venv\n",
                "api/uv.lock": "version = 0\n",
            },
            2,
            "!.venv",
        ),
        ({".gitignore": "__pycache__/\n.*\n!.v*\n"}, 3, "!.v*"),
    ],
    ids=["same-file", "nested", "wildcard"],
)
def test_an_exception_that_lets_it_in_is_pointed_to_and_outdone(
    git_repo: MakeRepository, files: dict[str, str], line: int, because: str
) -> None:
    repository = git_repo(APP | files, commit=False)

    (finding,) = found(repository, "KPT201")

    assert line == finding.location.line
    assert finding.message.endswith(f", because of `{because}`")
    assert [] == said(mended(repository, "KPT201"))


@pytest.mark.parametrize(
    "text, expected",
    [
        (".venv\n", []),
        (".venv/\n", []),
        ("/.venv/\n", []),
        (".venv*/\n", [f"info: {WOULD} `.venv` where it is a file or a link"]),
        ("**/.venv/\n", [f"info: {WOULD} `.venv` where it is a file or a link"]),
    ],
    ids=["both", "folder", "rooted", "wildcard", "anywhere"],
)
def test_an_environment_may_be_a_file_or_a_link(git_repo: MakeRepository, text: str, expected: list[str]) -> None:
    """`.venv/` alone is what KPT205 speaks of, at its line."""
    repository = git_repo(APP | {".gitignore": f"__pycache__/\n{text}"}, commit=False)

    assert expected == said(repository)
    assert [] == said(mended(repository, "KPT201"))


def test_caches_that_ignore_themselves_are_not_asked_about(git_repo: MakeRepository) -> None:
    tools = '[project]\ndependencies = ["pytest", "mypy", "ruff", "hypothesis", "tox", "nox"]\n'

    assert [] == said(git_repo(APP | BYTECODE | {"pyproject.toml": tools}, commit=False))


def test_a_secret_that_is_tracked_on_purpose_is_not_asked_about(git_repo: MakeRepository) -> None:
    tools = {"pyproject.toml": 'dependencies = ["python-dotenv"]\n'}

    assert [f"warning: {WOULD} `.env`"] == said(git_repo(APP | BYTECODE | tools, commit=False))
    assert [] == said(git_repo(APP | BYTECODE | tools | {"api/.env": ""}, name="other", commit=False))


def test_a_folder_called_build_that_is_tracked_is_not_asked_about(git_repo: MakeRepository) -> None:
    """It holds sources, or KPT105 speaks of it."""
    files = APP | BYTECODE | {"setup.py": "", "build/steps.py": "", "dist/x.md": ""}

    assert [f"warning: {WOULD} `*.egg-info`"] == said(git_repo(files, commit=False))


def test_what_only_this_machine_ignores_does_not_count(git_repo: MakeRepository) -> None:
    """A clone has no `.git/info/exclude`, no untracked .gitignore and nobody's own excludes."""
    repository = git_repo(APP, commit=False)
    (repository.root / ".git" / "info" / "exclude").write_text("__pycache__/\n.venv\n", encoding="utf-8")
    (repository.root / ".gitignore").write_text("__pycache__/\n.venv\n", encoding="utf-8")
    repository.git("config", "core.excludesFile", str(repository.root / ".gitignore"))

    assert 2 == len(said(repository))


@pytest.mark.parametrize(
    "files, path, text",
    [
        (APP, ".gitignore", "\n.venv\n__pycache__/\n"),
        (
            {"api/x.py": "", "api/requirements.txt": "", "api/.gitignore": "x\n"},
            "api/.gitignore",
            "\n.venv\n__pycache__/\n",
        ),
        (
            {"api/x.py": "", "api/setup.py": "", ".gitignore": ".venv\n*.pyc\n*.egg-info\n"},
            ".gitignore",
            "\n/api/build/\n/api/dist/\n",
        ),
        (
            {"api/x.py": "", "api/setup.py": "", "api/.gitignore": ".venv\n*.pyc\n*.egg-info\n"},
            "api/.gitignore",
            "\n/build/\n/dist/\n",
        ),
        (
            {"api/x.py": "", "api/requirements.txt": "streamlit\n", ".gitignore": ".venv\n*.pyc\n"},
            ".gitignore",
            "\n/api/.streamlit/secrets.toml\n",
        ),
    ],
    ids=["new", "nearest", "services-own-top", "in-the-service", "place"],
)
def test_the_line_is_appended_where_it_belongs(
    git_repo: MakeRepository, files: dict[str, str], path: str, text: str
) -> None:
    repository = mended(git_repo(files, commit=False), "KPT201")

    assert (repository.root / path).read_text(encoding="utf-8").endswith(text)
    assert [] == said(repository)
