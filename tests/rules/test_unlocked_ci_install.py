"""KPT401: installs in CI that may bring other packages than the lock names."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, everywhere, line_of, rows, workflow

CODE = "KPT401"
PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = ["idna"]\n'
APPLICATION = PROJECT + "[tool.uv]\npackage = false\n"
LIBRARY = PROJECT + 'classifiers = []\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
UV = {"pyproject.toml": APPLICATION, "uv.lock": "version = 0\n"}
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n"}
PDM = {"pyproject.toml": PROJECT + "[tool.pdm]\n", "pdm.lock": "version = 0\n"}
PIPENV = {"Pipfile": "[packages]\nidna = '*'\n", "Pipfile.lock": "{}"}
OPEN = "`pip install -r requirements.txt` takes the newest {}: `requirements.txt` leaves its version open"
UNKNOWN = "- uses: someone/setup-cached-uv@v2\n"


def told(command: str, lock: str = "uv.lock") -> str:
    return f"error: `{command}` may write another `{lock}` and install from that"


def unheld(command: str) -> str:
    return f"warning: `{command}` takes the newest versions: there is no lock to hold it to"


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("uv sync", "uv run pytest")[provider]

    assert [Seen(CODE, path, line_of(text, "uv sync"))] == seen(found(git_repo(UV | {path: text}), CODE))


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_mended(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("uv sync --all-extras  # all of it", "uv run pytest")[provider]
    repository = mended(git_repo(UV | {path: text}), CODE, unsafe=False)

    assert text.replace("uv sync", "uv sync --locked") == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "files, command, expected",
    [
        (UV, "uv sync", [told("uv sync")]),
        (UV, "uv sync --all-extras", [told("uv sync --all-extras")]),
        (UV, "uv run pytest", [told("uv run pytest")]),
        (UV, "uv sync --locked", []),
        (UV, "uv sync --frozen", []),
        (UV, "uv run --locked pytest", []),
        (UV, "UV_LOCKED=1 uv sync", []),
        (UV, "UV_FROZEN=true uv sync", []),
        (UV, "UV_LOCKED=0 uv sync", [told("uv sync")]),
        (UV, "uv sync --upgrade", []),
        (UV, "uv sync --resolution lowest-direct", []),
        (UV, "uv sync --resolution ${{ matrix.resolution }}", []),
        (UV, "uv run --no-project python -V", []),
        (UV, "uv sync --dry-run", []),
        (UV, "uv venv", []),
        (POETRY, "poetry install", []),
        (POETRY, "poetry sync", []),
        (PDM, "pdm install", [told("pdm install", "pdm.lock")]),
        (PDM, "pdm install --check", []),
        (PDM, "pdm install --frozen-lockfile", []),
        (PDM, "pdm sync", []),
        (PIPENV, "pipenv install --dev", [told("pipenv install --dev", "Pipfile.lock")]),
        (PIPENV, "pipenv install --deploy", []),
        (PIPENV, "pipenv sync", []),
    ],
)
def test_verbs(git_repo: MakeRepository, files: dict[str, str], command: str, expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files | {WORKFLOW: workflow(command)}), CODE))


@pytest.mark.parametrize(
    "files, command, expected",
    [
        ({"pyproject.toml": PROJECT}, "uv sync", [unheld("uv sync")]),
        ({"pyproject.toml": PROJECT}, "uv run pytest", [unheld("uv run pytest")]),
        ({"pyproject.toml": POETRY["pyproject.toml"]}, "poetry install", [unheld("poetry install")]),
        ({"pyproject.toml": PDM["pyproject.toml"]}, "pdm install --frozen-lockfile", [
            unheld("pdm install --frozen-lockfile")
        ]),
        ({"pyproject.toml": PDM["pyproject.toml"]}, "pdm sync", []),
        ({"Pipfile": PIPENV["Pipfile"]}, "pipenv install --deploy", [unheld("pipenv install --deploy")]),
        ({"pyproject.toml": PROJECT}, "uv sync --locked", []),
        ({}, "uv sync", []),
        ({f"examples/a/{name}": text for name, text in UV.items()}, "cd examples/a && uv sync", []),
    ],
    ids=["uv", "uv-run", "poetry", "pdm", "pdm-fails-by-itself", "pipenv", "uv-fails-by-itself", "nothing", "example"],
)  # fmt: skip
def test_without_a_lock(git_repo: MakeRepository, files: dict[str, str], command: str, expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files | {WORKFLOW: workflow(command)}), CODE))


@pytest.mark.parametrize(
    "text",
    [
        workflow("uv sync", "uv run pytest", head="env:\n  UV_FROZEN: true\n"),
        workflow("uv sync", job="env:\n  UV_LOCKED: 1\n"),
        workflow("- run: uv sync\n  env:\n    UV_LOCKED: '1'\n"),
        workflow("echo UV_LOCKED=1 >> $GITHUB_ENV", "uv sync"),
        workflow("uv sync --locked", "uv run pytest", "uv run mypy"),
        workflow("uv lock --check", "uv sync"),
        workflow("uv sync", name="latest-deps"),
        workflow("uv sync", head="name: Update dependencies\n"),
        workflow(UNKNOWN, "uv sync", "uv run pytest"),
        workflow("- run: uv sync\n  shell: pwsh\n", head=""),
        workflow("if [ -f other/uv.lock ]; then uv sync; fi"),
        workflow("pip install uv==1 pytest==8"),
    ],
    ids=[
        "workflow", "job", "step", "handed-on", "after-a-locked-sync", "after-a-check", "latest", "update",
        "unknown-action", "powershell", "dead-branch", "tools",
    ],
)  # fmt: skip
def test_what_is_right_or_not_known(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize(
    "command, expected",
    [
        ("uv sync --locked || uv sync", ["uv sync"]),
        ("uv sync || { echo failed; uv sync; }", ["uv sync", "uv sync"]),
        ("uv sync || uv sync || uv sync", ["uv sync"] * 3),
        ("if ! uv sync --locked; then uv sync; fi", ["uv sync"]),
        ("if uv sync --locked; then uv run pytest; else uv sync; fi", ["uv sync"]),
        ("uv lock --check || uv sync", ["uv sync"]),
        ("false || uv sync --locked\n    uv run pytest", []),
        ("uv sync || uv sync --locked\n    uv run pytest", ["uv sync"]),
        ("uv lock --check || { uv sync --locked; uv run pytest; }", []),
        ("if ! uv sync; then echo no; fi", ["uv sync"]),
        ("for i in 1 2 3; do uv sync && break || sleep 5; done", ["uv sync"]),
        ("until uv sync; do sleep 5; done", ["uv sync"]),
        ("for i in 1 2 3; do uv sync --locked && break || sleep 5; done", []),
    ],
)
def test_what_runs_where_an_install_failed_is_judged_by_itself(
    git_repo: MakeRepository, command: str, expected: list[str]
) -> None:
    text = workflow(f"- run: |\n    {command}\n", head="permissions: {}\n")

    assert [told(each) for each in expected] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_a_fallback_is_mended_too(git_repo: MakeRepository) -> None:
    text = workflow("- run: |\n    uv sync || { echo failed; uv sync; }\n")
    repository = mended(git_repo(UV | {WORKFLOW: text}), CODE, unsafe=False)

    assert text.replace("uv sync", "uv sync --locked") == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_a_comparison_that_only_runs_after_a_failure_is_none(git_repo: MakeRepository) -> None:
    text = workflow("uv run pytest", "uv sync --frozen || uv sync --locked")

    assert [told("uv run pytest")] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_an_unknown_action_does_not_count_where_the_manager_comes_from_elsewhere(git_repo: MakeRepository) -> None:
    text = workflow(UNKNOWN, "pip install uv==0.13.9", "uv sync")

    assert [told("uv sync")] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_uv_run_is_left_alone_where_something_compares_the_lock(git_repo: MakeRepository) -> None:
    hook = "repos:\n  - repo: https://github.com/astral-sh/uv-pre-commit\n    rev: '1'\n    hooks: [{id: uv-lock}]\n"
    files = UV | {WORKFLOW: workflow("uv run mkdocs build"), ".pre-commit-config.yaml": hook}

    assert [] == messages(found(git_repo(files), CODE))


def test_a_script_that_names_its_own_packages_is_no_project(git_repo: MakeRepository) -> None:
    script = "# /// script\n# dependencies = []\n# ///\n"
    text = workflow("uv run scripts/own.py", "uv run ./scripts/other.py")
    repository = git_repo(UV | {WORKFLOW: text, "scripts/own.py": script, "scripts/other.py": "print()\n"})

    assert [Seen(CODE, WORKFLOW, LINE + 1)] == seen(found(repository, CODE))


def test_a_local_action_is_told_once(git_repo: MakeRepository) -> None:
    action = "runs:\n  using: composite\n  steps:\n    - run: uv sync\n      shell: bash\n"
    use = "- uses: ./.github/actions/setup\n"
    text = workflow(use) + workflow(use).partition("jobs:\n")[2].replace("test:", "lint:")
    repository = git_repo(UV | {WORKFLOW: text, ".github/actions/setup/action.yml": action})
    findings = found(repository, CODE)

    assert [Seen(CODE, ".github/actions/setup/action.yml", 4)] == seen(findings)


@pytest.mark.parametrize(
    "using, path, text",
    [
        (
            {WORKFLOW: workflow("- uses: ./.github/actions/setup\n")},
            ".github/actions/setup/action.yml",
            "runs:\n  using: composite\n  steps:\n    - run: uv sync  # all\n      shell: bash\n",
        ),
        (
            {".gitlab-ci.yml": "include:\n  - local: ci/a.yml\ntest:\n  extends: .base\n  script:\n    - make\n"},
            "ci/a.yml",
            ".base:\n  image: python:3.13\n  before_script:\n    - uv sync  # all\n",
        ),
        (
            {"azure-pipelines.yml": "pool:\n  vmImage: ubuntu-latest\nsteps:\n  - template: ci/a.yml\n"},
            "ci/a.yml",
            "steps:\n  - script: uv sync  # all\n",
        ),
    ],
    ids=["local-action", "gitlab-include", "azure-template"],
)
def test_an_included_file_is_mended(git_repo: MakeRepository, using: dict[str, str], path: str, text: str) -> None:
    repository = mended(git_repo(UV | using | {path: text}), CODE, unsafe=False)

    assert text.replace("uv sync", "uv sync --locked") == (repository.root / path).read_text()
    assert list(using.values()) == [(repository.root / each).read_text() for each in using]
    assert [] == found(repository, CODE)


def test_an_included_file_stays_where_a_job_that_updates_uses_it(git_repo: MakeRepository) -> None:
    path, action = (
        ".github/actions/setup/action.yml",
        "runs: {using: composite, steps: [{run: uv sync, shell: bash}]}\n",
    )
    use = "- uses: ./.github/actions/setup\n"
    update = workflow(use, name="update-dependencies").replace("on: push", "on: {schedule: [{cron: '0 0 * * 0'}]}")
    repository = git_repo(UV | {WORKFLOW: workflow(use), ".github/workflows/update.yml": update, path: action})

    notes = [f"`{path}` is used by `{WORKFLOW}`; kempt does not edit it here, mend it by hand"]
    assert [(notes, None)] == [([*each.notes], each.fix) for each in found(repository, CODE)]


def test_a_command_that_an_input_gives_is_mended_by_hand(git_repo: MakeRepository) -> None:
    path = ".github/actions/setup/action.yml"
    steps = "runs:\n  using: composite\n  steps:\n    - run: ${{ inputs.cmd }}\n      shell: bash\n"
    action = f"inputs:\n  cmd:\n    default: uv sync\n{steps}"
    repository = git_repo(UV | {WORKFLOW: workflow("- uses: ./.github/actions/setup\n"), path: action})

    assert [(1, None)] == [(len(each.notes), each.fix) for each in found(repository, CODE)]


@pytest.mark.parametrize(
    "manifest, lines, expected",
    [
        (APPLICATION, "idna\n", [f"error: {OPEN.format('idna')}"]),
        (LIBRARY, "idna>=3\n", [f"warning: {OPEN.format('idna')}"]),
        (APPLICATION, "idna==3.10\n", []),
        (APPLICATION, "-c constraints.txt\nidna\n", []),
        (APPLICATION, "-r requirements/more.txt\n", [f"error: {OPEN.format('attrs')}"]),
        (APPLICATION, "-r requirements.txt\nidna==3\n", []),
    ],
    ids=["application", "library", "pinned", "constrained", "included", "includes-itself"],
)  # fmt: skip
def test_requirements(git_repo: MakeRepository, manifest: str, lines: str, expected: list[str]) -> None:
    text = workflow("pip install -r requirements.txt")
    files = {"pyproject.toml": manifest, "requirements.txt": lines, "requirements/more.txt": "attrs\n", WORKFLOW: text}

    assert expected == messages(found(git_repo(files), CODE))


@pytest.mark.parametrize(
    "manifest, command, expected",
    [
        (APPLICATION, "pip install .", ["error: `pip install .` takes the newest versions and leaves `uv.lock` aside"]),
        (LIBRARY, "pip install -e .[dev]", [
            "info: `pip install -e .[dev]` takes the newest versions and leaves `uv.lock` aside"
        ]),
        (APPLICATION, "uv pip install --system -r pyproject.toml", [
            "error: `uv pip install --system -r pyproject.toml` takes the newest versions and leaves `uv.lock` aside"
        ]),
        (APPLICATION, "uv pip sync setup.py", [
            "error: `uv pip sync setup.py` takes the newest versions and leaves `uv.lock` aside"
        ]),
        (APPLICATION, "cd / && uv pip install -r pyproject.toml", []),
        (APPLICATION, "pip install --no-deps .", []),
        (APPLICATION, "pip install -c constraints.txt .", []),
        (APPLICATION, "pip install --require-hashes -r other.txt", []),
        (APPLICATION, "pip install -r pylock.toml", []),
    ],
    ids=[
        "application", "library", "manifest-as-file", "script-as-file", "elsewhere", "no-deps", "constrained", "hashed",
        "pylock",
    ],
)  # fmt: skip
def test_a_project_past_its_lock(
    git_repo: MakeRepository, manifest: str, command: str, expected: list[str]
) -> None:  # fmt: skip
    files = {"pyproject.toml": manifest, "uv.lock": "version = 0\n", WORKFLOW: workflow(command)}

    assert expected == messages(found(git_repo(files), CODE))


@pytest.mark.parametrize("command", ["pip install ./api", "uv pip install -r api/pyproject.toml"])
def test_a_project_of_another_folder_past_its_lock(git_repo: MakeRepository, command: str) -> None:
    files = {f"api/{name}": text for name, text in UV.items()} | {WORKFLOW: workflow(command)}

    expected = [f"error: `{command}` takes the newest versions and leaves `api/uv.lock` aside"]
    assert expected == messages(found(git_repo(files), CODE))


def test_the_project_itself_comes_last(git_repo: MakeRepository) -> None:
    text = workflow("uv sync --locked", "pip install .")

    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_the_help_names_the_folder_of_a_service(git_repo: MakeRepository) -> None:
    files = {"api/pyproject.toml": PROJECT, WORKFLOW: workflow("- run: uv sync\n  working-directory: api\n")}

    assert ["cd api && uv lock"] == [each.help for each in found(git_repo(files), CODE)]


def test_comments_and_line_ends_stay(git_repo: MakeRepository) -> None:
    before = workflow("- name: all  # of it\n  run: |\n    # first\n    sudo uv sync -q && uv run pytest  # then\n")
    before = before.replace("\n", "\r\n")
    repository = mended(git_repo(UV | {WORKFLOW: before}), CODE, unsafe=False)

    assert before.replace("uv sync -q", "uv sync --locked -q").encode() == (repository.root / WORKFLOW).read_bytes()


ROWS = rows("api", "web")
FOLDERS = {f"{folder}/{name}": text for folder in ("api", "web") for name, text in UV.items()}


def test_a_command_in_each_row_of_a_matrix_is_one_finding(git_repo: MakeRepository) -> None:
    repository = git_repo(FOLDERS | {WORKFLOW: workflow("uv sync", "uv run pytest", job=ROWS)})

    assert [told("uv sync")] == messages(found(repository, CODE))


def test_a_command_in_each_row_of_a_matrix_is_mended_once(git_repo: MakeRepository) -> None:
    text = workflow("uv sync", "uv run pytest", job=ROWS)
    repository = mended(git_repo(FOLDERS | {WORKFLOW: text}), CODE, unsafe=False)

    assert text.replace("uv sync", "uv sync --locked") == (repository.root / WORKFLOW).read_text()


def test_where_a_row_has_no_lock_the_command_stays_as_it_is(git_repo: MakeRepository) -> None:
    text = workflow("uv sync", job=ROWS)
    files = {path: content for path, content in FOLDERS.items() if path != "web/uv.lock"}
    repository = git_repo(files | {WORKFLOW: text})

    assert [told("uv sync")] == messages(found(repository, CODE))
    assert text == (mended(repository, CODE, unsafe=False).root / WORKFLOW).read_text()


def test_a_row_that_only_a_run_knows_is_left_alone(git_repo: MakeRepository) -> None:
    unknown = ROWS.replace("[{root: api}, {root: web}]", "${{ fromJSON(needs.a.outputs.b) }}")

    assert [] == found(git_repo(FOLDERS | {WORKFLOW: workflow("uv sync", job=unknown)}), CODE)
