"""Which Dockerfiles of a tree are read, and what stands in them."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.automation import SIZE_LIMIT
from kempt.formats.dockerfile.reader import LIMIT, MOST_INSTRUCTIONS
from kempt.model.config import Config
from support.checking import found, mended, surveyed

INSTALL = "FROM python:3.12\nRUN pip install \\\n  x && \\\n  pip install y\n"


def test_one_that_has_nothing_to_do_with_python_is_not_read(git_repo: MakeRepository) -> None:
    with surveyed(git_repo({"Dockerfile": "FROM scratch\nCOPY a /\n", "b/Dockerfile": INSTALL})) as repo:
        assert ["b/Dockerfile"] == [str(file.path) for file in repo.automation.dockerfiles]


def test_none_is_read_where_no_rule_asks(git_repo: MakeRepository) -> None:
    from kempt.engine.sources import open_source
    from kempt.engine.survey import survey

    repository = git_repo({"Dockerfile": INSTALL})
    with open_source(str(repository.root)) as source:
        assert () == survey(source.tree, Config(ignore=("KPT5",))).automation.dockerfiles


@pytest.mark.parametrize("path", ["Dockerfile", "api/Dockerfile"])
def test_a_suppression_above_an_instruction_is_about_all_its_lines(git_repo: MakeRepository, path: str) -> None:
    text = INSTALL.replace("RUN", "# kempt: ignore[KPT501] a test image\nRUN")

    assert [] == found(git_repo({path: text}), "KPT501")


def test_a_suppression_inside_an_instruction_is_about_the_next_line(git_repo: MakeRepository) -> None:
    text = INSTALL.replace("  pip", "  # kempt: ignore[KPT501] small\n  pip")

    assert [2] == [each.location.line for each in found(git_repo({"Dockerfile": text}), "KPT501")]


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("Dockerfile", "COPY a.txt /\n", ""), ("api/Dockerfile", "COPY a.txt /\n", "api"),
        ("docker/Dockerfile", "COPY a.txt api /x/\n", ""), ("docker/Dockerfile", "COPY . /x\n", "docker"),
        ("docker/Dockerfile", "COPY gone.txt /x\n", "docker"),
    ],
)  # fmt: skip
def test_the_context(git_repo: MakeRepository, path: str, text: str, expected: str) -> None:
    files = {"a.txt": "", "api/a.txt": "", path: f"FROM python\n{text}"}
    with surveyed(git_repo(files)) as repo:
        assert [expected] == [file.context for file in repo.automation.dockerfiles]


@pytest.mark.parametrize("compose", ["services: [", "services: {a: {build: {context: ../..}}}", "- a", "", "build: x"])
def test_a_compose_file_that_says_nothing(git_repo: MakeRepository, compose: str) -> None:
    with surveyed(git_repo({"Dockerfile": INSTALL, "compose.yml": compose})) as repo:
        assert [0] == [file.target for file in repo.automation.dockerfiles]


STAGES = (
    "FROM python:3.12 AS prod\nRUN pip install --no-cache-dir x\nFROM prod AS dev\nRUN pip install y\n"
    "FROM dev AS test\nRUN pip install z\n"
)
HCL = """\
group "default" {
  targets = ["app"]
}
target "_base" {
  dockerfile = "docker/app.Dockerfile"
  target     = "dev"
}
target "app" {
  inherits = ["_base"]
  target   = "prod"
}
"""
VARIABLE = """\
variable "T" {
  default = "prod"
}
variable "D" { default = "od" }
"""
MATRIX = """\
target "app" {
  name = "app-${stage}"
  matrix = {
    stage = ["prod", "dev"]
  }
  dockerfile = "docker/app.Dockerfile"
  target = stage
}
"""
VARIABLES = '{"variable": {"T": {"default": "prod"}}, '
SHARED = "x: &b {dockerfile: docker/app.Dockerfile}\n"
JSON = """{"target": {"_base": {"dockerfile": "docker/app.Dockerfile", "target": "dev"},
"app": {"inherits": ["_base"], "target": "prod"}}}"""


@pytest.mark.parametrize(
    "path, text, lines",
    [
        ("compose.yml", "services: {a: {build: {context: ., dockerfile: docker/app.Dockerfile, target: prod}}}", []),
        ("compose.yml", "services: {a: {build: {context: docker, dockerfile: app.Dockerfile, target: dev}}}", [4]),
        ("compose.yml", "services: {a: {build: {context: docker, dockerfile: other, target: prod}}}", [4, 6]),
        ("docker-compose.prod.yaml", "services: {a: {build: {dockerfile: docker/app.Dockerfile, target: 0}}}", []),
        ("docker/docker-compose-ci.yml", "services: {a: {build: {dockerfile: ./app.Dockerfile, target: PROD}}}", []),
        ("compose.yml", "services: {a: {build: {dockerfile: docker/app.Dockerfile, target: '${T:-dev}'}}}", [4]),
        ("compose.yml", "services: {a: {build: {dockerfile: docker/app.Dockerfile, target: '${T}'}}}", [1]),
        (
            "compose.yml",
            f"{SHARED}services: {{a: {{build: {{<<: *b, target: prod}}}}, d: {{build: {{<<: *b, target: dev}}}}}}",
            [4],
        ),
        ("docker-bake.hcl", HCL.replace('target   = "prod"', ""), [4]),
        ("docker-bake.hcl", HCL.replace('"dev"', '"prod"'), []),
        ("docker-bake.hcl", HCL.replace('"prod"', '"test"').replace('target     = "dev"', ""), [4, 6]),
        ("docker-bake.hcl", 'variable "T" {\n  default = "prod"\n}\n' + HCL.replace('"prod"', "T"), [4]),
        ("docker-bake.hcl", VARIABLE + HCL.replace('"dev"', '"${T}"').replace('"prod"', "T"), []),
        ("docker-bake.hcl", VARIABLE + HCL.replace('"dev"', "T # why").replace('"prod"', '"pr${D}"'), []),
        ("docker-bake.hcl", HCL.replace('"dev"', "T").replace('"prod"', "upper(T)"), [1]),
        ("docker-bake.hcl", HCL.replace('"dev"', "T"), [1]),
        ("docker-bake.hcl", MATRIX, [4]),
        ("docker-bake.json", JSON.replace('"dev"', '"${T}"').replace('"prod"', '"${T}"'), [1]),
        ("docker-bake.json", VARIABLES + JSON[1:].replace('"dev"', '"${T}"').replace('"prod"', '"${T}"'), []),
        ("docker-bake.json", JSON.replace('"dev"', '"prod"'), []),
        ("docker-bake.json", JSON.replace(', "target": "prod"', ""), [4]),
        ("docker-bake.override.json", JSON.replace('"dev"', '"prod"'), []),
    ],
)  # fmt: skip
def test_the_stages_that_another_file_builds(git_repo: MakeRepository, path: str, text: str, lines: list[int]) -> None:
    repository = git_repo({"docker/app.Dockerfile": STAGES, path: text})

    assert lines == [each.location.line for each in found(repository, "KPT501")]


INLINE = """\
services:
  app:
    build:
      context: app
      dockerfile_inline: |
        FROM python:3.12-slim
        COPY . /app
        RUN <<EOF
        pip install x
        EOF
        # kempt: ignore[KPT501] small
        RUN pip install y
    ports: ["80"]
"""
BAKED = """\
target "app" {
  dockerfile-inline = <<EOT
FROM python:3.12-slim
RUN pip install x
EOT
}
"""


def test_a_dockerfile_inside_of_a_compose_file(git_repo: MakeRepository) -> None:
    repository = git_repo({"compose.yml": INLINE, "app/.dockerignore": ".git\n"})
    [each] = found(repository, "KPT501")
    with surveyed(repository) as repo:
        [file] = repo.automation.dockerfiles

    assert ("compose.yml", 9, 9) == (str(each.location.path), each.location.line, each.location.column)
    assert ("app", "app/.dockerignore") == (file.context, str(file.ignore_path))


def test_it_is_mended_there(git_repo: MakeRepository) -> None:
    repository = mended(git_repo({"compose.yml": INLINE}), "KPT501")

    assert INLINE.replace("install x", "install --no-cache-dir x") == (repository.root / "compose.yml").read_text()


def test_a_dockerfile_inside_of_a_bake_file(git_repo: MakeRepository) -> None:
    assert [4] == [each.location.line for each in found(git_repo({"docker-bake.hcl": BAKED}), "KPT501")]


@pytest.mark.parametrize(
    "text",
    [
        'services: {a: {build: {dockerfile_inline: "FROM python"}}}',
        "services: {a: {build: {dockerfile_inline: 1}}}",
        "services:\n  a:\n    build:\n      dockerfile_inline: |\n",
        "services:\n  a:\n    build:\n      dockerfile_inline: >\n        FROM python\n        RUN pip install x\n",
    ],
)
def test_an_inline_dockerfile_without_lines_of_its_own_is_not_read(git_repo: MakeRepository, text: str) -> None:
    assert [] == found(git_repo({"compose.yml": text}), "KPT501")


@pytest.mark.parametrize("name", ["Dockerfile.j2", "app.Dockerfile.tmpl", "Dockerfile.template", "Dockerfile.jinja2"])
def test_what_a_dockerfile_is_made_from_is_none(git_repo: MakeRepository, name: str) -> None:
    assert [] == found(git_repo({name: INSTALL}), "KPT501")


@pytest.mark.parametrize(
    "text, message",
    [
        (INSTALL + "#\n" * (LIMIT // 2), f"larger than {LIMIT:,} characters"),
        (INSTALL + "EXPOSE 80\n" * MOST_INSTRUCTIONS, f"more than {MOST_INSTRUCTIONS:,} instructions"),
        (INSTALL + "#" * SIZE_LIMIT, f"larger than {SIZE_LIMIT:,} bytes"),
    ],
    ids=["characters", "instructions", "bytes"],
)
def test_what_is_not_read_to_its_end_is_told(git_repo: MakeRepository, text: str, message: str) -> None:
    told = [each for each in found(git_repo({"Dockerfile": text}), "KPT001", "KPT501") if each.code == "KPT001"]

    assert [("Dockerfile", True)] == [(str(each.location.path), message in each.message) for each in told]
