"""KPT414: CI goes on, and is green, where an install has failed."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import WORKFLOW, everywhere, line_of, workflow

CODE = "KPT414"


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read_and_mended(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("pip install -r requirements.txt || true", "pytest")[provider]
    repository = git_repo({path: text})

    assert [Seen(CODE, path, line_of(text, "|| true"))] == seen(found(repository, CODE))
    mended(repository, CODE, unsafe=False)
    assert text.replace(" || true", "") == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "command, expected",
    [
        ("uv sync --locked || true", ["error: `uv sync --locked` may fail unseen: `true` hides it"]),
        ("uv sync --locked || :", ["error: `uv sync --locked` may fail unseen: `:` hides it"]),
        ("uv sync --locked; exit 0", ["error: `uv sync --locked` may fail unseen: `exit 0` hides it"]),
        ("uv sync --locked; true", ["error: `uv sync --locked` may fail unseen: `true` hides it"]),
        ("uv sync --locked\n    :", ["error: `uv sync --locked` may fail unseen: `:` hides it"]),
        ("uv lock --check || echo ::warning::stale", [
            "warning: `uv lock --check` may fail unseen: `echo …` hides it"
        ]),
        ("poetry install || exit 0", ["error: `poetry install` may fail unseen: `exit 0` hides it"]),
        ("pip install x || echo failed", ["warning: `pip install x` may fail unseen: `echo failed` hides it"]),
        ("uv lock --check || true", ["error: `uv lock --check` may fail unseen: `true` hides it"]),
        ("uv cache prune --ci || true", ["error: `uv cache prune --ci` may fail unseen: `true` hides it"]),
        ("poetry cache clear pypi --all -n || true", [
            "error: `poetry cache clear pypi --all -n` may fail unseen: `true` hides it"
        ]),
        ("uv sync --locked", []),
        ("uv sync --locked || exit 1", []),
        ("uv sync --locked || pip install .", []),
        ("uv sync --locked || { echo broken; exit 1; }", []),
        ("uv run pytest || true", []),
        ("rm -rf build || true", []),
        ("if ! uv lock --check; then echo stale; fi", []),
        ("if [ -f poetry.lock ]; then poetry install || true; fi", []),
    ],
)  # fmt: skip
def test_what_hides_a_failure(git_repo: MakeRepository, command: str, expected: list[str]) -> None:
    text = workflow(f"- run: |\n    {command}\n")

    assert expected == messages(found(git_repo({WORKFLOW: text, "pyproject.toml": "[project]\n"}), CODE))


@pytest.mark.parametrize(
    "before, after",
    [
        ("uv sync --locked || true  # sometimes", "uv sync --locked  # sometimes"),
        ("uv sync --locked || :", "uv sync --locked"),
        ("uv sync --locked 2>/dev/null || true", "uv sync --locked 2>/dev/null"),
        ("(uv sync --locked || true) && echo on", "(uv sync --locked) && echo on"),
    ],
    ids=["comment", "colon", "redirected", "group"],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    repository = mended(git_repo({WORKFLOW: workflow(f"- run: |\n    {before}\n")}), CODE, unsafe=False)

    assert workflow(f"- run: |\n    {after}\n") == (repository.root / WORKFLOW).read_text()


@pytest.mark.parametrize("told", ['echo "::warning::stale"', "printf failed"])
def test_what_is_told_is_left_unless_unsafe_fixes_are_asked_for(git_repo: MakeRepository, told: str) -> None:
    text = workflow(f"- run: |\n    uv lock --check || {told}\n")
    repository = mended(git_repo({WORKFLOW: text}), CODE, unsafe=False)

    assert text == (repository.root / WORKFLOW).read_text()
    assert text.replace(f" || {told}", "") == (mended(repository, CODE).root / WORKFLOW).read_text()


def test_an_included_file_is_mended(git_repo: MakeRepository) -> None:
    path = ".github/actions/clean/action.yml"
    action = "runs:\n  using: composite\n  steps:\n    - run: uv cache prune --ci || true\n      shell: bash\n"
    repository = git_repo({WORKFLOW: workflow("- uses: ./.github/actions/clean\n"), path: action})

    assert action.replace(" || true", "") == (mended(repository, CODE, unsafe=False).root / path).read_text()


def test_two_installs_that_hide_their_failures(git_repo: MakeRepository) -> None:
    text = workflow("- run: |\n    pip wheel -r a.txt || true\n    pip install ./wheels/* || true\n")
    repository = mended(git_repo({WORKFLOW: text}), CODE, unsafe=False)

    assert text.replace("wheels/* || true", "wheels/*") == (repository.root / WORKFLOW).read_text()
