"""KPT406: installers and tools that CI takes in whatever version is the newest."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.managers.commands import TESTED
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, everywhere, line_of, workflow

CODE = "KPT406"
UV = {"pyproject.toml": '[project]\nname = "a"\n[tool.uv]\npackage = false\n', "uv.lock": "version = 0\n"}
COMMIT = "20cfd1bf945f4377ade1205e4dbc17946fc9a30d"


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read_and_mended(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("pip install --quiet uv", "uv sync --locked")[provider]
    repository = git_repo(UV | {path: text})

    assert [Seen(CODE, path, line_of(text, "install"))] == seen(found(repository, CODE))
    mended(repository, CODE)
    assert text.replace("quiet uv", f"quiet uv=={TESTED['uv']}") == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "command, names",
    [
        ("pip install uv", ["uv"]),
        ("pip install -U pip", ["pip"]),
        ("python -m pip install --upgrade pip", ["pip"]),
        ("pip install pip", []),
        ("pip install 'poetry>=2'", ["poetry"]),
        ("pip install poetry pdm", ["poetry", "pdm"]),
        ("pip install uv==0.13.9", []),
        ("pip install 'uv~=0.13'", []),
        ("pip install 'uv<1'", []),
        ("pip install uv==$UV_VERSION", []),
        ("pip install uv==${{ env.UV_VERSION }}", []),
        ("pip install -c constraints.txt uv", []),
        ("pip install -r requirements/uv.txt", []),
        ("pip install git+https://example.com/poetry.git@1.0", []),
        ("pip install pytest", []),
        ("pipx install poetry", ["poetry"]),
        ("pipx install poetry==2.5.1", []),
        ("pipx inject poetry==2 poetry-plugin-export==1", []),
        ("pipx run build", ["build"]),
        ("pipx run --spec twine==6 twine check", []),
        ("uvx ruff check", ["ruff"]),
        ("uvx ruff@0.17.6 check", []),
        ("uvx ruff==0.17.6 check", []),
        ("uvx --from build==1.3 pyproject-build", []),
        ("uvx --from poetry poetry build", ["poetry"]),
        ("uv tool install tox --with tox-uv", ["tox"]),
        ("uv tool run --python-preference only-managed tox", ["tox"]),
        ("uvx kempt check", []),
        ("./uvx ruff", []),
        ("uv pip install poetry", ["poetry"]),
    ],
)
def test_commands(git_repo: MakeRepository, command: str, names: list[str]) -> None:
    step = f"- run: |\n    {command}\n"
    findings = found(git_repo(UV | {WORKFLOW: workflow(step)}), CODE)

    assert names == [each.message.rpartition(" ")[2] for each in findings]


@pytest.mark.parametrize(
    "uses, given, told",
    [
        ("astral-sh/setup-uv@v5", "", True),
        ("astral-sh/setup-uv@v10.0.1", "", True),
        ("astral-sh/setup-uv@v5", "version: latest", True),
        ("astral-sh/setup-uv@v5", "version: 0.13.9", False),
        ("astral-sh/setup-uv@v5", "version: ${{ env.UV }}", False),
        (f"astral-sh/setup-uv@{COMMIT} # v10.0.1", "", False),
        (f"astral-sh/setup-uv@{COMMIT}", "", False),
        ("snok/install-poetry@v1", "", True),
        ("snok/install-poetry@v1", "version: 2.5.1", False),
        ("pdm-project/setup-pdm@v4", "", True),
        ("actions/setup-python@v6", "python-version: '3.13'", False),
    ],
)
def test_actions(git_repo: MakeRepository, uses: str, given: str, *, told: bool) -> None:
    step = f"- uses: {uses}\n" + (f"  with:\n    {given}\n" if given else "")
    findings = found(git_repo(UV | {WORKFLOW: workflow(step, "uv sync --locked")}), CODE)

    assert ([Seen(CODE, WORKFLOW, LINE)] if told else []) == seen(findings)


@pytest.mark.parametrize(
    "manifest, extra, command",
    [
        ('[tool.uv]\nrequired-version = "==0.13.9"\n', {}, "pip install uv"),
        ('[tool.uv]\nrequired-version = ">=0.13,<0.14"\n', {}, "pip install uv"),
        ('[tool.uv]\nrequired-version = "==0.13.9"\n', {}, "curl -LsSf https://astral.sh/uv/install.sh | sh"),
        ("", {"uv.toml": 'required-version = "~=0.13.0"\n'}, "pip install uv"),
        ('[tool.poetry]\nrequires-poetry = "^2.1"\n', {"poetry.lock": "version = 0\n"}, "pipx install poetry"),
        ('[tool.uv]\nrequired-version = ">=0.13"\n', {}, "- uses: astral-sh/setup-uv@v7\n"),
    ],
    ids=["uv", "uv-range", "uv-script", "uv-toml", "poetry", "setup-uv"],
)
def test_a_project_that_says_its_version(
    git_repo: MakeRepository, manifest: str, extra: dict[str, str], command: str
) -> None:  # fmt: skip
    files = {"pyproject.toml": f'[project]\nname = "a"\n{manifest}', **extra, WORKFLOW: workflow(command)}
    if "poetry.lock" not in extra:
        files["uv.lock"] = "version = 0\n"

    assert [] == messages(found(git_repo(files), CODE))


@pytest.mark.parametrize("wanted", [">=0.13", ">0.12, !=0.13.2", "*", ">=0.13,"])
def test_a_requirement_that_is_open_above_pins_nothing(git_repo: MakeRepository, wanted: str) -> None:
    manifest = f'[project]\nname = "a"\n[tool.uv]\nrequired-version = "{wanted}"\n'
    files = {"pyproject.toml": manifest, "uv.lock": "version = 0\n", WORKFLOW: workflow("pip install uv")}

    assert [Seen(CODE, WORKFLOW, LINE)] == seen(found(git_repo(files), CODE))


def test_the_action_of_poetry_does_not_read_what_the_project_asks_for(git_repo: MakeRepository) -> None:
    manifest = '[project]\nname = "a"\n[tool.poetry]\nrequires-poetry = ">=2"\n'
    text = workflow("- uses: snok/install-poetry@v1\n")

    assert [Seen(CODE, WORKFLOW, LINE)] == seen(
        found(git_repo({"pyproject.toml": manifest, "poetry.lock": "version = 0\n", WORKFLOW: text}), CODE)
    )


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "curl -LsSf https://astral.sh/uv/install.sh | sh",
            f"curl -LsSf https://astral.sh/uv/{TESTED['uv']}/install.sh | sh",
        ),
        (
            "curl -sSL https://install.python-poetry.org | python3 -  # for CI",
            f"curl -sSL https://install.python-poetry.org | python3 - --version {TESTED['poetry']}  # for CI",
        ),
    ],
    ids=["uv", "poetry"],
)
def test_a_script_from_the_web_is_pinned(git_repo: MakeRepository, before: str, after: str) -> None:
    repository = git_repo(UV | {WORKFLOW: workflow(before)})

    manager = "uv" if "/uv/" in before else "poetry"
    told = f"warning: `{before.partition(' |')[0]}` takes the newest {manager}"
    assert [told] == messages(found(repository, CODE))
    mended(repository, CODE)
    assert workflow(after) == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_a_variable_of_the_step_says_the_version(git_repo: MakeRepository) -> None:
    step = "- run: curl -sSL https://install.python-poetry.org | python3 -\n  env:\n    POETRY_VERSION: 2.5.1\n"

    assert [] == found(git_repo(UV | {WORKFLOW: workflow(step)}), CODE)


def test_the_version_that_the_repository_names_elsewhere_is_written(git_repo: MakeRepository) -> None:
    image = "FROM python:3.13\nRUN pip install --no-cache-dir uv==0.12.3\n"
    repository = mended(git_repo(UV | {WORKFLOW: workflow("pip install uv"), "Dockerfile": image}), CODE)

    assert workflow("pip install uv==0.12.3") == (repository.root / WORKFLOW).read_text()


def test_extras_stay(git_repo: MakeRepository) -> None:
    repository = mended(git_repo({WORKFLOW: workflow("- run: pip install 'pdm[locked]'  # for CI\n")}), CODE)

    text = (repository.root / WORKFLOW).read_text()
    assert f'      - run: pip install "pdm[locked]=={TESTED["pdm"]}"  # for CI' in text.splitlines()


def test_the_fix_is_unsafe(git_repo: MakeRepository) -> None:
    repository = mended(git_repo(UV | {WORKFLOW: workflow("pip install uv")}), CODE, unsafe=False)

    assert workflow("pip install uv") == (repository.root / WORKFLOW).read_text()


def test_a_requirement_that_the_shell_takes_for_a_redirection(git_repo: MakeRepository) -> None:
    (finding,) = found(git_repo({WORKFLOW: workflow("pip install -U pip>=26.1")}), CODE)

    told = "put quotes around the requirement: `>=26.1` tells the shell to write a file"
    assert (told, None) == (finding.help, finding.fix)
