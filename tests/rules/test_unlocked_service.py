"""KPT701: services without a lock, in a repository of several."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

ASKS = '[project]\nname = "a"\nversion = "1"\ndependencies = ["idna"]\n'
POETRY = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.12"\nidna = "*"\n'
LIBRARY = '[build-system]\nrequires = []\n[project]\nclassifiers = ["x"]\ndependencies = ["idna"]\n'
LOCKED = {"api/pyproject.toml": ASKS, "api/uv.lock": "version = 1\n"}
UNSAID = "for packages, and no lock file says which versions"
TOLD = f"{{}}: `worker/pyproject.toml` asks {UNSAID}"


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"worker/pyproject.toml": ASKS}, [TOLD.format("warning")]),
        ({"worker/pyproject.toml": POETRY}, [TOLD.format("warning")]),
        ({"worker/Pipfile": '[packages]\nidna = "*"\n'}, [TOLD.format("warning").replace("pyproject.toml", "Pipfile")]),
        ({"worker/pyproject.toml": LIBRARY}, [TOLD.format("info")]),
        ({"worker/pyproject.toml": '[project]\nname = "a"\nversion = "1"\n'}, []),
        ({"worker/pyproject.toml": ASKS, "worker/pylock.toml": "version = 0\n"}, []),
        ({"worker/pyproject.toml": ASKS, ".gitignore": "*.lock\npylock.toml\n"}, []),
        ({"examples/x/pyproject.toml": ASKS}, [f"info: `examples/x/pyproject.toml` asks {UNSAID}"]),
        (
            {f"examples/{name}/pyproject.toml": ASKS for name in "wxyz"},
            [f"info: {', '.join(f'`examples/{name}/pyproject.toml`' for name in 'wxy')} and others ask {UNSAID}"],
        ),
    ],
    ids=["uv", "poetry", "pipenv", "library", "asks-nothing", "locked", "ignored", "example", "examples"],
)  # fmt: skip
def test_beside_a_locked_service(files: dict[str, str], expected: list[str], git_repo: MakeRepository) -> None:
    assert expected == messages(found(git_repo(LOCKED | files), "KPT701"))


def test_the_only_service_is_left_to_missing_lock(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": ASKS})

    assert [Seen("KPT301", "pyproject.toml", 0)] == seen(found(repository, "KPT301", "KPT701"))


def test_a_service_is_not_told_by_both_rules(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": ASKS, "examples/x/pyproject.toml": ASKS})

    assert [Seen("KPT301", "pyproject.toml", 0), Seen("KPT701", "examples/x/pyproject.toml", 0)] == seen(
        found(repository, "KPT301", "KPT701")
    )


def test_the_command_is_that_of_the_service(git_repo: MakeRepository) -> None:
    findings = found(git_repo(LOCKED | {"worker/pyproject.toml": POETRY}), "KPT701")

    assert [("cd worker && poetry lock, then git add the lock file", "worker")] == [
        (each.help, str(each.service)) for each in findings
    ]
