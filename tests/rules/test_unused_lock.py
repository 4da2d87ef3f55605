"""KPT307: packages are installed, and nothing installs them from the lock file."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, seen

CI = ".github/workflows/ci.yml"
BY_PIP = {
    "pyproject.toml": "[tool.uv]\n",
    "uv.lock": "version = 0\n",
    CI: "jobs:\n  a:\n    steps:\n    - run: pip install flask\n",
}


@pytest.mark.parametrize(
    "more, expected",
    [
        ({}, Seen("KPT307", CI, 4)),
        ({CI: "- run: |\n    python -m pip install .\n"}, Seen("KPT307", CI, 2)),
        ({CI: "- run: pip  install .  # without uv\n"}, None),
        ({CI: "# uv sync\n- run: pip install .\n"}, Seen("KPT307", CI, 2)),
        ({CI: "- run: echo\n", "Dockerfile": "FROM x\nRUN pip3 install flask\n"}, Seen("KPT307", "Dockerfile", 2)),
        ({"README.md": "uv sync\n"}, Seen("KPT307", CI, 4)),
        ({"CHANGES.md": "", "src/shop/app.py": ""}, Seen("KPT307", CI, 4)),
    ],
    ids=["ci", "module", "named-anywhere", "named-in-a-comment", "image", "named-in-words", "other-files"],
)
def test_an_install_that_leaves_the_lock_alone(
    git_repo: MakeRepository, more: dict[str, str], expected: Seen | None
) -> None:
    findings = found(git_repo(BY_PIP | more, commit=False), "KPT307")

    assert ([expected] if expected else []) == seen(findings)


@pytest.mark.parametrize(
    "more",
    [
        {CI: "- uses: astral-sh/setup-uv@v7\n- run: pip install x\n"},
        {CI: "- run: pip install x && uvx ruff\n"},
        {CI: "- run: pip install tox && tox\n"},
        {CI: "- uses: ./.github/actions/install\n- run: pip install x\n"},
        {CI: "- uses: someone/else/.github/workflows/a.yml@v1\n- run: pip install x\n"},
        {CI: "- run: echo\n"},
        {"Makefile": "install:\n\tuv sync\n"},
        {".pre-commit-config.yaml": "- repo: https://example.com/astral-sh/uv-pre-commit\n"},
        {"scripts/install": ""},
        {"install.sh": ""},
        {"services/api/Dockerfile": ""},
        {"Procfile": ""},
        {"pyproject.toml": '[build-system]\n[project]\nclassifiers = ["x"]\n'},
    ],
    ids=["setup-uv", "uvx", "tox", "own-action", "other-workflow", "no-install", "makefile", "hook", "script", "shell",
         "image-below", "hosting", "library"],
)  # fmt: skip
def test_where_the_lock_is_used_or_may_be(git_repo: MakeRepository, more: dict[str, str]) -> None:
    assert [] == found(git_repo(BY_PIP | more, commit=False), "KPT307")


def test_without_a_lock_there_is_nothing_to_use(git_repo: MakeRepository) -> None:
    files = {path: text for path, text in BY_PIP.items() if path != "uv.lock"}

    assert [] == found(git_repo(files, commit=False), "KPT307")
