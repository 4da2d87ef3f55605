"""What the commands of CI do with packages, for which service, and which of them never run in this repository."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from conftest import MakeRepository
from kempt.model.automation import Act
from kempt.model.installs import Effect
from support.checking import surveyed
from support.pipelines import WORKFLOW, rows, workflow

MANIFEST = '[project]\nname = "a"\n[tool.uv]\n'


def acts(make: MakeRepository, files: dict[str, str], *steps: str) -> tuple[Act, ...]:
    with surveyed(make(files | {WORKFLOW: workflow(*steps)})) as repo:
        return repo.automation.acts


def script(text: str) -> str:
    return "- run: |\n" + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    "text, expected",
    [
        ("if [ -f uv.lock ]; then uv sync; fi", ["uv sync"]),
        ("if [ -f poetry.lock ]; then poetry install; fi", []),
        ("if [ -f poetry.lock ]; then poetry install; else uv sync; fi", ["uv sync"]),
        ("if [ -f poetry.lock ]; then poetry install\nelif [ -f uv.lock ]; then uv sync\nelse pip install .; fi", [
            "uv sync"
        ]),
        ("if [ ! -f poetry.lock ]; then uv sync; fi", ["uv sync"]),
        ("if ! [ -f uv.lock ]; then uv lock; fi", []),
        ("if [[ -e uv.lock ]]; then uv sync; fi", ["uv sync"]),
        ("if test -f poetry.lock; then poetry install; fi", []),
        ("[ -f poetry.lock ] && poetry install", []),
        ("[ -f uv.lock ] || pip install .", []),
        ("if ls requirements*.txt; then uv sync; fi", ["uv sync"]),
        ("if ls constraints*.txt; then pip install .; fi", []),
        ("if ls requirements*.txt >/dev/null 2>&1; then pip install x; fi", ["pip install x"]),
        ("if [ -e api ]; then uv sync; fi", ["uv sync"]),
        ("if [ -f api ]; then uv sync; fi", []),
        ("cd api\nif [ -f uv.lock ]; then uv sync; fi", []),
        ("cd api\nif [ -f ../uv.lock ]; then uv sync; fi", ["uv sync"]),
        ("if [ -f $LOCK ]; then uv sync; fi", ["uv sync"]),
        ("if [ -f /etc/x ]; then uv sync; fi", ["uv sync"]),
        ("if [ -f ../x ]; then uv sync; fi", ["uv sync"]),
        ('if [ -n "$CI" ]; then uv sync; fi', ["uv sync"]),
        ('if [ "$A" = b ] && [ -f poetry.lock ]; then poetry install; fi', []),
        ("if [ -f poetry.lock ] || [ -f uv.lock ]; then uv sync; fi", ["uv sync"]),
        ("if command -v uv; then uv sync; fi", ["uv sync"]),
    ],
)  # fmt: skip
def test_branches_that_can_never_run(git_repo: MakeRepository, text: str, expected: list[str]) -> None:
    files = {"pyproject.toml": MANIFEST, "uv.lock": "", "requirements-dev.txt": "", "api/app.py": ""}

    assert expected == [act.text for act in acts(git_repo, files, script(text))]


@pytest.mark.parametrize(
    "step, root",
    [
        ("uv sync", "."),
        ("cd api && uv sync", "api"),
        ("cd api/src && uv sync", "api"),
        ("uv --directory api sync", "api"),
        ("cd api && uv --directory ../web sync", "web"),
        ("poetry -C web install", "web"),
        ("pip install -r api/requirements.txt", "api"),
        ("pip install ./web", "web"),
        ("pip install -e ./web[dev]", "web"),
        ("- run: uv sync\n  working-directory: api\n", "api"),
        ("cd $FOLDER && uv sync", None),
        ("uv --directory ${{ matrix.service }} sync", None),
        ("- run: uv sync\n  working-directory: ${{ matrix.service }}\n", None),
        ("cd ../other && uv sync", None),
    ],
)
def test_the_service_that_a_command_is_about(git_repo: MakeRepository, step: str, root: str | None) -> None:
    service = {"pyproject.toml": MANIFEST, "uv.lock": "", "requirements.txt": ""}
    files = {f"{folder}{name}": text for folder in ("", "api/", "web/") for name, text in service.items()}
    found = acts(git_repo, files, step)

    assert [None if root is None else PurePosixPath(root)] == [act.root for act in found]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("uv sync", [("api", "api"), ("web", "web")]),
        ("if [ -f uv.lock ]; then uv sync; fi", [("api", "api")]),
        ("pip install -r requirements.txt", [("api", "api"), ("web", "web")]),
        ("pip install ../web", [("api", "web"), ("web", "web")]),
        ("cd .. && pip install x", [(None, None)]),
        ("cd $GITHUB_WORKSPACE && uv sync", [("", None)]),
    ],
)
def test_a_command_is_an_act_in_each_row_of_a_matrix(
    git_repo: MakeRepository, text: str, expected: list[tuple[str | None, str | None]]
) -> None:
    files = {f"{folder}/pyproject.toml": MANIFEST for folder in ("api", "web")} | {"api/uv.lock": ""}
    with surveyed(git_repo(files | {WORKFLOW: workflow(script(text), job=rows("api", "web"))})) as repo:
        found = repo.automation.acts

    assert expected == [(act.folder, None if act.root is None else str(act.root)) for act in found]
    assert {id(act.command) for act in found} <= {id(each) for each in found[0].job.commands}


def test_outside_all_services_there_is_none(git_repo: MakeRepository) -> None:
    assert [None] == [act.root for act in acts(git_repo, {"api/uv.lock": "", "x.py": ""}, "uv sync")]


def test_variables_of_a_command_go_before_those_of_its_step(git_repo: MakeRepository) -> None:
    step = "- run: |\n    uv sync\n    UV_LOCKED=0 uv sync\n  env:\n    UV_LOCKED: '1'\n"

    assert [Effect.CHECKED, Effect.UNLOCKED] == [act.doing.effect for act in acts(git_repo, {}, step)]


def test_a_script_with_its_own_packages_leaves_the_project_alone(git_repo: MakeRepository) -> None:
    files = {"a.py": "#!/usr/bin/env python\n# /// script\n# dependencies = []\n# ///\n", "b.py": "# script\n"}
    found = acts(git_repo, files, "uv run a.py --all", "uv run b.py", "uv run missing.py", "uv run python a.py")

    assert [Effect.TOOL, Effect.UNLOCKED, Effect.UNLOCKED, Effect.UNLOCKED] == [act.doing.effect for act in found]
