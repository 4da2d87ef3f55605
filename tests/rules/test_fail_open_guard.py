"""KPT413: a check for tracked caches that is green when git fails."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt import __version__
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, workflow

CODE = "KPT413"
OWN = """\
- name: Guard
  run: |
    disallowed='(^|/)(__pycache__|\\.venv)(/|$)'
    if git ls-files -z | xargs -0 -n1 | grep -E "$disallowed"; then
      echo "caches are tracked"
      exit 1
    fi
    echo done  # at last
"""
PLAIN = "- run: |\n    if git ls-files | grep -q '__pycache__'; then exit 1; fi\n"


def guarded(check: str) -> str:
    return f"- name: Guard\n  run: |\n    {check}\n    echo done  # at last\n"


def test_a_pipeline_in_a_condition(git_repo: MakeRepository) -> None:
    findings = found(git_repo({WORKFLOW: workflow(OWN, "pip install uv")}), CODE)

    assert [Seen(CODE, WORKFLOW, LINE + 3)] == seen(findings)
    said = "passes when git fails: only the status of the last program in the pipeline counts"
    assert [f"error: `git ls-files -z` as a guard {said}"] == messages(findings)


@pytest.mark.parametrize(
    "bring, check",
    [
        ("pip install pytest", f"pipx run kempt=={__version__} check"),
        ("pip install uv", f"uvx kempt=={__version__} check"),
        ("- uses: astral-sh/setup-uv@v7\n", f"uvx kempt=={__version__} check"),
    ],
    ids=["pipx", "uv-by-pip", "uv-by-action"],
)
def test_kempt_takes_its_place(git_repo: MakeRepository, bring: str, check: str) -> None:
    repository = mended(git_repo({WORKFLOW: workflow(bring, OWN)}), CODE, unsafe=False)

    assert workflow(bring, guarded(check)) == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_before_uv_is_there_it_is_not_used(git_repo: MakeRepository) -> None:
    repository = mended(git_repo({WORKFLOW: workflow(OWN, "pip install uv", "uv sync")}), CODE, unsafe=False)

    assert f"pipx run kempt=={__version__} check" in (repository.root / WORKFLOW).read_text()


def test_a_patterns_assignment_stays_where_others_use_it(git_repo: MakeRepository) -> None:
    text = workflow(OWN.replace("echo done", 'echo "$disallowed"'), "pip install uv")
    repository = mended(git_repo({WORKFLOW: text}), CODE, unsafe=False)

    assert "disallowed='" in (repository.root / WORKFLOW).read_text()


@pytest.mark.parametrize(
    "check",
    [
        "if git ls-files | grep -E '\\.pyc$'; then exit 1; fi",
        "git ls-files | grep -q __pycache__ && exit 1",
        "! git ls-files | grep -q __pycache__",
        "if git ls-tree -r HEAD --name-only | grep venv; then exit 1; fi",
        'if [ -n "$(git ls-files | grep __pycache__)" ]; then exit 1; fi',
    ],
)
def test_shapes(git_repo: MakeRepository, check: str) -> None:
    step = f"- run: |\n    {check}\n"

    assert [Seen(CODE, WORKFLOW, LINE + 1)] == seen(found(git_repo({WORKFLOW: workflow(step, "uv sync")}), CODE))


@pytest.mark.parametrize(
    "check",
    [
        "git ls-files | xargs ruff check",
        "git ls-files | grep __pycache__ || true",
        "if git diff --quiet; then exit 1; fi",
        "if git ls-files | grep -q '\\.ipynb$'; then exit 1; fi",
        "git ls-files > files.txt",
        "git ls-files '*.pyc'",
        "if grep -r __pycache__ .gitignore; then exit 1; fi",
    ],
)
def test_what_is_no_such_guard(git_repo: MakeRepository, check: str) -> None:
    step = f"- run: |\n    {check}\n"

    assert [] == messages(found(git_repo({WORKFLOW: workflow(step, "uv sync")}), CODE))


GUARD = '|\n        if git ls-files | grep -E "__pycache__"; then exit 1; fi'


def test_a_buildspec(git_repo: MakeRepository) -> None:
    text = buildspec(["pip install uv==0.13.9", GUARD, "uv sync --locked"])
    repository = git_repo({"buildspec.yml": text})

    assert [CODE] == [each.code for each in found(repository, CODE)]
    mended(repository, CODE, unsafe=False)
    assert "kempt" in (repository.root / "buildspec.yml").read_text()
    assert [] == found(repository, CODE)


TEMPLATE = """\
Resources:
  Tests:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        Type: CODEPIPELINE
        BuildSpec: buildspec.yml
  Line:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - ActionTypeId:
                Provider: CodeStarSourceConnection
              Configuration:
                OutputArtifactFormat: CODE_ZIP
              OutputArtifacts:
                - Name: source
        - Name: Build
          Actions:
            - ActionTypeId:
                Provider: CodeBuild
              Configuration:
                ProjectName: !Ref Tests
              InputArtifacts:
                - Name: source
"""


def test_an_archive_has_nothing_to_list(git_repo: MakeRepository) -> None:
    text = buildspec(["pip install uv==0.13.9", "uv sync --locked", GUARD])
    repository = git_repo({"buildspec.yml": text, "template.yml": TEMPLATE})
    findings = found(repository, CODE)

    said = "the source comes without `.git`, so git always fails here and nothing is ever found"
    assert [f"error: `git ls-files` as a guard {said}"] == messages(findings)


def test_an_archive_is_checked_before_anything_is_installed(git_repo: MakeRepository) -> None:
    text = buildspec(["pip install uv==0.13.9", "uv sync --locked", GUARD])
    repository = git_repo({"buildspec.yml": text, "template.yml": TEMPLATE})
    mended(repository, CODE, unsafe=False)
    after = (repository.root / "buildspec.yml").read_text()

    assert f"kempt=={__version__} check --no-git" in after or "kempt check --no-git" in after
    assert after.index("--no-git") < after.index("uv sync")
    assert "git ls-files" not in after
    assert [] == found(repository, CODE)
