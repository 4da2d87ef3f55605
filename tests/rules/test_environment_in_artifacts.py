"""KPT415: artifacts that take the environment along."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, azure, buildspec, gitlab, workflow

CODE = "KPT415"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
SYNC = "uv sync --locked"
ALL = 'artifacts:\n  files:\n    - "**/*"\n'
LEFT_OUT = '  exclude-paths:\n    - .venv/**/*\n    - "**/__pycache__/**/*"\n'


def upload(path: str, more: str = "    include-hidden-files: true\n", version: str = "v7") -> str:
    return f"- uses: actions/upload-artifact@{version}\n  with:\n    path: {path}\n{more}"


@pytest.mark.parametrize(
    "command",
    [SYNC, "uv sync", "uv run pytest", "pdm sync", "python -m venv .venv", "python -m virtualenv .venv", "uv venv"],
)
def test_a_build_that_makes_an_environment(git_repo: MakeRepository, command: str) -> None:
    findings = found(git_repo(UV | {"buildspec.yml": buildspec([command]) + ALL}), CODE)

    assert ["warning: `**/*` hands on `.venv`, which the job makes"] == messages(findings)
    assert [Seen(CODE, "buildspec.yml", 8)] == seen(findings)


@pytest.mark.parametrize("path", [".", "./", "**/*", "**", "${{ github.workspace }}"])
def test_uploads_of_github(git_repo: MakeRepository, path: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(SYNC, upload(f"'{path}'"))}), CODE)

    assert [f"warning: `{path}` hands on `.venv`, which the job makes"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 3)] == seen(findings)


def test_poetry_where_it_is_told_to(git_repo: MakeRepository) -> None:
    text = buildspec(["poetry sync"]) + ALL
    files = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n", "buildspec.yml": text}
    told = {"poetry.toml": "[virtualenvs]\nin-project = true\n"}

    assert [] == found(git_repo(files, name="plain"), CODE)
    assert [] == found(git_repo(files | {"poetry.toml": "[virtualenvs]\ncreate = false\n"}, name="none"), CODE)
    assert 1 == len(found(git_repo(files | told, name="told"), CODE))


@pytest.mark.parametrize(
    "path, text",
    [
        ("buildspec.yml", buildspec([SYNC]) + ALL + LEFT_OUT),
        ("buildspec.yml", buildspec([SYNC]) + ALL + '  exclude-paths: ["**/.venv/**/*"]\n'),
        ("buildspec.yml", buildspec([SYNC]) + "artifacts:\n  files:\n    - dist/*\n"),
        ("buildspec.yml", buildspec(["pip install ."]) + ALL),
        ("buildspec.yml", buildspec(["npm ci"]) + ALL),
        (WORKFLOW, workflow(SYNC, upload(".", ""))),
        (WORKFLOW, workflow(SYNC, upload("dist"))),
        (
            WORKFLOW,
            workflow(SYNC, "- uses: actions/upload-artifact@v3\n  with:\n    path: |\n      .\n      !.venv/**\n"),
        ),
        (
            ".gitlab-ci.yml",
            gitlab([SYNC]) + '  artifacts:\n    paths: ["**/*"]\n' + "later:\n  script: [.venv/bin/pytest]\n",
        ),
    ],
    ids=["left-out", "anywhere", "named", "no-environment", "node", "hidden-files", "folder", "excepted", "used-later"],
)
def test_what_hands_on_no_environment(git_repo: MakeRepository, path: str, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {path: text}), CODE))


def test_older_uploads_take_hidden_files(git_repo: MakeRepository) -> None:
    assert 1 == len(found(git_repo(UV | {WORKFLOW: workflow(SYNC, upload(".", "", "v3"))}), CODE))


@pytest.mark.parametrize(
    "path, before, after",
    [
        ("buildspec.yml", buildspec([SYNC]) + ALL, buildspec([SYNC]) + ALL + LEFT_OUT),
        (
            ".gitlab-ci.yml",
            gitlab([SYNC]) + '  artifacts:\n    paths:\n      - "**/*"\n',
            gitlab([SYNC]) + '  artifacts:\n    paths:\n      - "**/*"\n    exclude:\n      - .venv/**/*\n'
            '      - "**/__pycache__/**/*"\n',
        ),
        (
            WORKFLOW,
            workflow(SYNC, upload("|\n      . # all", "", "v3")).replace(" # all", ""),
            workflow(SYNC, upload("|\n      .\n      !.venv/**/*\n      !**/__pycache__/**/*", "", "v3")),
        ),
    ],
    ids=["codebuild", "gitlab", "github"],
)
def test_the_fix_leaves_it_out(git_repo: MakeRepository, path: str, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {path: before}), CODE, unsafe=False)

    assert after == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "step, said",
    [
        ("publish: $(System.DefaultWorkingDirectory)", "publish: $(System.DefaultWorkingDirectory)"),
        ("task: PublishBuildArtifacts@1\n  inputs: {PathtoPublish: $(Build.SourcesDirectory)}",
            "PathtoPublish: $(Build.SourcesDirectory)"),
    ],
    ids=["step", "task"],
)  # fmt: skip
def test_what_is_told_stands_in_the_file(git_repo: MakeRepository, step: str, said: str) -> None:
    text = azure([SYNC]).replace("  - script", "- script") + f"- {step}\n"

    assert [f"warning: `{said}` hands on `.venv`, which the job makes"] == messages(
        found(git_repo(UV | {"azure-pipelines.yml": text}), CODE)
    )


def test_a_step_that_pipelines_share_is_told_of_once(git_repo: MakeRepository) -> None:
    step = "  - step: &build\n      script: [uv sync --locked]\n      artifacts: ['**']\n"
    text = f"pipelines:\n  default:\n{step}  branches:\n    main:\n    - step:\n        <<: *build\n        name: x\n"

    assert 1 == len(found(git_repo(UV | {"bitbucket-pipelines.yml": text}), CODE))
