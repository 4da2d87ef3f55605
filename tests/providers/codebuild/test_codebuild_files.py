"""Which files are CodeBuild's, and what templates say about them."""

from __future__ import annotations

import pytest

from kempt.model.listing import Listing
from kempt.providers import provider

CODEBUILD = provider("codebuild")
SPEC = "version: 0.2\nphases: {build: {commands: [uv sync]}}\n"


class Tracked:
    """The files of a repository, in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.listing = Listing.of(files)

    def read(self, path: str, /) -> bytes | None:
        return self.files[path].encode() if path in self.files else None


def git_of(files: dict[str, str]) -> dict[str, bool | None]:
    tracked = Tracked(files)
    found = CODEBUILD.read(tracked, CODEBUILD.paths(tracked.listing))
    assert () == found.faults
    return {f"{each.path} {each.jobs[0].name}": each.has_git for each in found.pipelines}


def pipeline(settings: str = "", *, project: str = "!Ref Build", more: str = "") -> str:
    return f"""\
Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - Name: Fetch
              ActionTypeId: {{Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: "1"}}
              Configuration:
                FullRepositoryId: shop/shop
{settings}
              OutputArtifacts: [{{Name: Code}}]
        - Name: Build
          Actions:
            - Name: Test
              ActionTypeId: {{Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}}
              Configuration:
                ProjectName: {project}
              InputArtifacts:
                - Name: Code
{more}"""


def project(spec: str, source: str = "CODEPIPELINE", name: str = "Build") -> str:
    return f"""\
  {name}:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: shop-{name}
      Source:
        Type: {source}
{spec}
"""


CLONE = "                OutputArtifactFormat: CODEBUILD_CLONE_REF"
ZIP = "                OutputArtifactFormat: CODE_ZIP"
CI = "        BuildSpec: ci/build.yaml"


def test_buildspecs_are_told_by_their_names_and_examples_are_none() -> None:
    listing = Listing.of([
        "Buildspec.YML", "a/buildspec-test.yaml", "ci/release.buildspec.yml", "buildspecs/py/lint.yml",
        "deploy_buildspec.yml", "examples/buildspec.yml", "tests/buildspec.yml", "docs/buildspec.yml", "buildspec.md",
        "buildspec.yml/notes.txt", "template.yaml", "infra/shop.cfn.yml", "codepipeline.json", "chart/templates/x.yaml",
        "pipeline.yml", "app.yml",
    ])  # fmt: skip

    assert {
        "Buildspec.YML", "a/buildspec-test.yaml", "ci/release.buildspec.yml", "buildspecs/py/lint.yml",
        "deploy_buildspec.yml", "template.yaml", "infra/shop.cfn.yml", "codepipeline.json", "pipeline.yml",
    } == set(CODEBUILD.paths(listing))  # fmt: skip


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({}, None, id="no-definition"),
        pytest.param({"template.yaml": pipeline(more=project(""))}, False, id="archive-is-the-default"),
        pytest.param({"template.yaml": pipeline(ZIP, more=project(""))}, False, id="archive-named"),
        pytest.param({"template.yaml": pipeline(CLONE, more=project(""))}, True, id="clone"),
        pytest.param({"template.yml": pipeline(f"{CLONE[:-4]}X", more=project(""))}, None, id="a-parameter-decides"),
        pytest.param({"template.yaml": "Resources:\n" + project("", "GITHUB")}, True, id="codebuild-clones-itself"),
        pytest.param({"template.yaml": "Resources:\n" + project("", "S3")}, False, id="a-bucket-has-no-git"),
        pytest.param({"template.yaml": "Resources:\n" + project("")}, None, id="the-pipeline-is-elsewhere"),
        pytest.param(
            {"pipeline.yaml": pipeline(project="shop-Build"), "build.cfn.yml": "Resources:\n" + project("")},
            False,
            id="in-two-templates",
        ),
        pytest.param(
            {"template.yaml": pipeline(CLONE, more=project("")), "x-template.yaml": "Resources:\n" + project("", "S3")},
            False,
            id="missing-once-is-missing",
        ),
        pytest.param({"template.yaml": "Resources:\n  - AWS::CodeBuild::Project"}, None, id="not-a-template"),
        pytest.param({"template.yaml": "{% AWS::CodeBuild::Project %}: ["}, None, id="a-template-of-templates"),
    ],
)
def test_a_template_says_whether_there_is_a_git_folder(files: dict[str, str], expected: bool | None) -> None:  # noqa: FBT001 - it is what is expected
    assert {"buildspec.yml build": expected} == git_of({"buildspec.yml": SPEC, **files})


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(CI, id="path"),
        pytest.param("        BuildSpec: !Sub './ci/build.yaml'", id="sub"),
        pytest.param("        BuildSpec: {'Fn::Sub': ci/build.yaml}", id="long-sub"),
        pytest.param(
            "        BuildSpec: !Ref Spec\nParameters:\n  Spec: {Type: String, Default: ci/build.yaml}", id="ref"
        ),
    ],
)
def test_a_template_names_buildspecs(spec: str) -> None:
    files = {"template.yaml": pipeline(CLONE, more=project(spec)), "ci/build.yaml": SPEC}

    assert {"ci/build.yaml build": True} == git_of(files)


def test_a_template_as_json_is_read_too() -> None:
    text = (
        '{"Resources": {"B": {"Type": "AWS::CodeBuild::Project", "Properties":'
        ' {"Source": {"Type": "GITHUB", "BuildSpec": "ci/build.yaml"}}}}}'
    )

    assert {"ci/build.yaml build": True} == git_of({"codepipeline.json": text, "ci/build.yaml": SPEC})


@pytest.mark.parametrize("path", ["/etc/x.yml", "../x.yml", "arn:aws:s3:::b/x.yml", "missing.yml", "a\\ud800.yml", ""])
def test_a_buildspec_that_is_not_in_the_repository_is_none(path: str) -> None:
    assert {} == git_of({"template.yaml": "Resources:\n" + project(f'        BuildSpec: "{path}"')})


def test_a_batch_build_names_buildspecs_and_each_is_read_once() -> None:
    batch = """\
version: 0.2
batch:
  build-list:
    - {identifier: a, buildspec: ci/a.yml}
    - {identifier: again, buildspec: ./ci/a.yml}
  build-graph:
    - {identifier: b, buildspec: ci/b.yml}
  build-matrix:
    dynamic:
      buildspec: [ci/c.yml, buildspec.yml]
"""
    files = {"buildspec.yml": batch + "# uv\n", "ci/a.yml": SPEC, "ci/b.yml": SPEC, "ci/c.yml": SPEC}
    expected = {"buildspec.yml build": None, "ci/a.yml build": None, "ci/b.yml build": None, "ci/c.yml build": None}

    assert expected == git_of(files)


def test_a_buildspec_inside_a_template_has_its_places_in_the_template() -> None:
    inline = """\
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - uv sync
"""
    text = "# ä\r\n" + pipeline(more=project(inline)).replace("\n", "\r\n")
    tracked = Tracked({"template.yaml": text})

    (found,) = CODEBUILD.read(tracked, ["template.yaml"]).pipelines
    (command,) = found.jobs[0].commands

    assert ("Build", False, text) == (found.jobs[0].name, found.has_git, found.text)
    assert "uv sync" == text[command.start : command.end]
    assert text[: command.start].count("\n") + 1 == command.location.line


def test_a_file_that_does_not_parse_is_a_fault_and_the_others_are_read() -> None:
    tracked = Tracked({"buildspec.yml": "uv: [\n", "buildspec-two.yml": SPEC, "buildspec-node.yml": "phases: [\n"})

    found = CODEBUILD.read(tracked, CODEBUILD.paths(tracked.listing))

    assert [("KPT002", "buildspec.yml")] == [(each.code, str(each.path)) for each in found.faults]
    assert ["buildspec-two.yml"] == [str(each.path) for each in found.pipelines]
