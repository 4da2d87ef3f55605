"""Jobs of GitLab CI: what they inherit, extend and include, and in which order they run what."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.pipeline import Job, Pipeline, Step
from kempt.model.provider import Read
from kempt.providers.gitlab import PROVIDER
from support import ci_files

ROOT = ".gitlab-ci.yml"


def read(text: str, files: dict[str, str] | None = None) -> Read:
    return ci_files.read(PROVIDER, {**(files or {}), ROOT: f"{text}\n# pip\n"})


def pipeline(text: str, files: dict[str, str] | None = None) -> Pipeline:
    found = read(text, files)
    assert () == found.faults
    return found.pipelines[0]


def job(text: str, name: str = "test", files: dict[str, str] | None = None) -> Job:
    return next(each for each in pipeline(text, files).jobs if each.name == name)


def lines(steps: tuple[Step, ...]) -> list[str]:
    return [step.script.value if step.script else step.opaque for step in steps]


def test_only_the_file_at_the_root_is_gitlabs() -> None:
    assert (ROOT,) == PROVIDER.paths(ci_files.Tracked({ROOT: b"", f"a/{ROOT}": b"", "b.yml": b""}).listing)


def test_a_file_without_a_word_of_packages_is_not_parsed() -> None:
    assert Read() == ci_files.read(PROVIDER, {ROOT: "a: [\n"})


def test_what_does_not_parse_is_a_fault() -> None:
    (fault,) = ci_files.read(PROVIDER, {ROOT: "a: 1\npip: [\n"}).faults

    assert ("KPT002", PurePosixPath(ROOT)) == (fault.code, fault.path)


def test_hidden_jobs_and_keywords_are_no_jobs() -> None:
    text = "stages: [a]\nworkflow: {}\ndefault: {}\nvariables: {}\nimage: x\n.hidden: {script: a}\npages: {script: b}"

    assert ["pages"] == [each.name for each in pipeline(text).jobs]


def test_a_job_that_only_starts_another_pipeline_is_none() -> None:
    assert () == pipeline("child: {trigger: {include: a.yml}}").jobs


def test_each_line_of_a_script_is_a_step() -> None:
    found = job("test:\n  before_script: [a]\n  script:\n    - b\n    - - c\n      - |\n        d\n  after_script: e")

    assert ["a", "b", "c", "d\n", "e"] == lines(found.steps)
    assert ["before_script", "script", "script", "script", "after_script"] == [step.name for step in found.steps]


def test_a_folder_lasts_from_before_script_to_script_and_not_to_after_script() -> None:
    found = job("test:\n  before_script: [cd api, a]\n  script: [b, cd .., c]\n  after_script: [d]")

    assert ["", "api", "api", "api", "", ""] == [command.folder for command in found.commands]


def test_an_export_is_in_force_from_the_next_line_on() -> None:
    found = job("test:\n  script: ['export UV_FROZEN=1', b]")

    assert [{}, {"UV_FROZEN": "1"}] == [dict(step.variables) for step in found.steps]


def test_a_script_ends_at_the_first_failure_until_it_says_otherwise() -> None:
    found = job("test:\n  script: [a, set +e, b]\n  after_script: [c]")

    assert [True, False, False, True] == [step.errexit for step in found.steps]


def test_an_environment_that_is_activated_is_noted() -> None:
    found = job("test:\n  script: [source .venv/bin/activate, pytest]")

    assert [True, False] == [step.activates for step in found.steps]


def test_each_part_of_a_compound_command_belongs_to_its_own_line() -> None:
    found = job("test:\n  script: ['if true; then', '  pip install a', 'fi', b, 'b']")

    assert [[("true",)], [("pip", "install", "a")], [], [("b",)], [("b",)]] == [
        [command.argv for command in step.commands] for step in found.steps
    ]


def test_an_extended_job_is_merged_map_by_map_and_lists_are_replaced() -> None:
    text = (
        ".a:\n  variables: {A: 1, B: 1}\n  script: [a]\n.b:\n  extends: .a\n  variables: {B: 2}\n  before_script: [b]\n"
        "test:\n  extends: [.b]\n  variables: {C: 3}\n  script: [c]"
    )

    found = job(text)

    assert ["b", "c"] == lines(found.steps)
    assert {"A": "1", "B": "2", "C": "3"} == found.steps[0].variables


def test_a_line_of_an_extended_job_points_to_where_it_stands() -> None:
    assert 2 == job(".a:\n  script: [a]\ntest: {extends: .a}").steps[0].location.line


def test_what_extends_something_unknown_may_do_anything() -> None:
    text = "include: {template: X.yml}\n.a: {extends: .gone}\ntest:\n  extends: .a\n  script: [a]"

    assert [".gone", ""] == [step.opaque for step in job(text).steps]


def test_a_circle_of_extends_ends() -> None:
    assert [".b", "a"] == lines(job(".a: {extends: .b}\n.b: {extends: .a}\ntest:\n  extends: .b\n  script: [a]").steps)


def test_references_are_followed_into_extended_jobs_and_other_files() -> None:
    text = (
        "include: ci/a.yml\n.b: {extends: .a}\ntest:\n  variables:\n    A: !reference [.a, variables, A]\n"
        "  script:\n    - !reference [.b, script]\n    - c"
    )

    found = job(text, files={"ci/a.yml": ".a:\n  variables: {A: x}\n  script: [a, b]\n"})

    assert ["a", "b", "c"] == lines(found.steps)
    assert {"A": "x"} == found.steps[0].variables
    assert [False, False, True] == [step.own for step in found.steps]
    assert PurePosixPath("ci/a.yml") == found.steps[0].location.path


@pytest.mark.parametrize("reference", ["[test, script]", "[gone]", "[]", "[.a, x, y]"])
def test_a_reference_to_nowhere_is_nothing(reference: str) -> None:
    assert ["b"] == lines(job(f".a: {{}}\ntest:\n  script:\n    - !reference {reference}\n    - b").steps)[-1:]


def test_merge_keys_and_anchors_are_followed() -> None:
    text = (
        ".a: &a\n  variables: &v {A: 1}\n  script: &s [a]\n"
        "test:\n  <<: *a\n  variables: {<<: *v, B: 2}\n  after_script: *s"
    )

    found = job(text)

    assert ["a", "a"] == lines(found.steps)
    assert {"A": "1", "B": "2"} == found.steps[0].variables


@pytest.mark.parametrize("place", ["{}", "default: {{{}}}"], ids=["at the top", "default"])
def test_defaults_are_for_jobs_that_do_not_say_otherwise(place: str) -> None:
    default = place.format("before_script: [a]")

    found = pipeline(f"{default}\none: {{script: [b]}}\ntwo: {{before_script: [], script: [c]}}").jobs

    assert [["a", "b"], ["c"]] == [lines(each.steps) for each in found]


@pytest.mark.parametrize(
    "inherit, expected",
    [
        pytest.param("{default: false}", (["b"], {"A": "1", "B": "1"}), id="no defaults"),
        pytest.param("{default: [image], variables: [A]}", (["b"], {"A": "1"}), id="some"),
        pytest.param("{variables: false}", (["a", "b"], {}), id="no variables"),
        pytest.param("{default: [before_script]}", (["a", "b"], {"A": "1", "B": "1"}), id="this one"),
    ],
)
def test_inherit_says_what_of_the_defaults_counts(inherit: str, expected: object) -> None:
    found = job(
        f"default: {{before_script: [a]}}\nvariables: {{A: 1, B: 1}}\ntest: {{inherit: {inherit}, script: [b]}}"
    )

    assert expected == (lines(found.steps), dict(found.steps[-1].variables))


@pytest.mark.parametrize(
    "include",
    ["/ci/a.yml", "{local: ci/a.yml}", "[{local: ci/a.yml}]", "[{local: 'ci/*.yml'}]", "['/**.yml']", "'**/a.yml'"],
)
def test_local_files_are_included(include: str) -> None:
    found = pipeline(f"include: {include}", {"ci/a.yml": "a: {script: [x]}\n", "ci/b.txt": "b: {script: [x]}\n"})

    assert ["a"] == [each.name for each in found.jobs]


def test_the_including_file_has_the_last_word_and_a_circle_of_includes_ends() -> None:
    files = {
        "a.yml": "include: b.yml\ntest: {script: [a], after_script: [x]}\n",
        "b.yml": "include: [a.yml, .gitlab-ci.yml]\n",
    }

    assert ["b", "x"] == lines(job("include: a.yml\ntest: {script: [b]}", files=files).steps)


def test_an_included_file_that_does_not_parse_is_a_fault_and_the_rest_is_read() -> None:
    found = read("include: a.yml\ntest: {script: [b]}", {"a.yml": "a: [\n"})

    assert [PurePosixPath("a.yml")] == [fault.path for fault in found.faults]
    assert ["test"] == [each.name for each in found.pipelines[0].jobs]


@pytest.mark.parametrize(
    "include", ["https://x/a.yml", "{remote: 'https://x'}", "{project: a, file: /b.yml}", "[3, [], {}]"]
)
def test_what_comes_from_elsewhere_is_not_asked_for(include: str) -> None:
    assert ["test"] == [each.name for each in pipeline(f"include: {include}\ntest: {{script: [b]}}").jobs]


def test_inputs_are_declared_in_a_document_of_their_own() -> None:
    assert ["test"] == [each.name for each in pipeline("spec: {inputs: {a: {}}}\n---\ntest: {script: [b]}").jobs]


@pytest.mark.parametrize(
    "tags, expected",
    [("[saas-windows-medium]", "windows"), ("[saas-macos-large]", "macos"), ("[docker]", "linux"), ("x", "linux")],
)
def test_tags_tell_the_system(tags: str, expected: str) -> None:
    assert expected == job(f"test: {{tags: {tags}, script: [a]}}").system


def test_what_powershell_runs_is_not_read() -> None:
    (step,) = job("test: {tags: [windows], script: [pip install a]}").steps

    assert ((), "pip install a") == (step.commands, step.script.value if step.script else "")


@pytest.mark.parametrize(
    "said, expected",
    [
        pytest.param("only: [tags]", True, id="only tags"),
        pytest.param("only: {refs: [tags]}", True, id="only refs"),
        pytest.param("only: [tags, main]", False, id="tags and a branch"),
        pytest.param("rules: [{if: $CI_COMMIT_TAG}]", True, id="rule"),
        pytest.param("rules: [{if: $CI_COMMIT_TAG, when: never}, {if: $X}]", False, id="never"),
        pytest.param("rules: [{if: $CI_COMMIT_TAG == null}]", False, id="no tag"),
        pytest.param("rules: [{if: $CI_COMMIT_TAG}, {when: always}]", False, id="always"),
        pytest.param("release: {}", True, id="release"),
        pytest.param("when: manual", False, id="manual"),
        pytest.param("before_script: [twine upload dist/*]", True, id="twine"),
        pytest.param("before_script: [uv publish]", True, id="uv"),
    ],
)
def test_a_job_for_tags_or_that_publishes_releases(said: str, *, expected: bool) -> None:
    assert expected is job(f"test:\n  {said}\n  script: [a]").releases


@pytest.mark.parametrize(
    "name, said, expected",
    [
        ("update-deps", "{}", True),
        ("latest deps", "{}", True),
        ("test", "only: [schedules]", True),
        ("test", "rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]", True),
        ("updated", "{}", False),
        ("test", "only: [main]", False),
    ],
)
def test_a_job_that_changes_dependencies_is_told_by_its_name_or_its_schedule(
    name: str, said: str, *, expected: bool
) -> None:
    rest = "" if said == "{}" else f"\n  {said}"

    assert expected is job(f"{name}:\n  script: [a]{rest}", name).updates


def test_variables_and_pythons_are_listed_where_they_stand() -> None:
    found = pipeline(
        "variables:\n  PYTHON_VERSION: 3.10\n  A: {value: x, description: y}\n.a: {variables: {UV_PYTHON: '3.12'}}\n"
        "test:\n  extends: .a\n  image: python:3.9\n  script: [a]\n"
        "  parallel: {matrix: [{PY: ['3.11', \"3.13\"], X: y}]}"
    )

    assert [("PYTHON_VERSION", "3.10", "pipeline"), ("A", "x", "pipeline"), ("UV_PYTHON", "3.12", "job")] == [
        (each.name, each.text.value, each.scope) for each in found.variables
    ]
    assert ["3.10", "3.12", "3.11", "3.13"] == [each.value for each in found.pythons]
    assert ["3.10", "'3.12'", "'3.11'", '"3.13"'] == [found.text[each.start : each.end] for each in found.pythons]


def test_events_come_from_the_rules_of_the_workflow() -> None:
    text = (
        "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'push'\n"
        "    - if: '$CI_PIPELINE_SOURCE == \"web\"'\na: {script: [b]}"
    )

    assert {"push", "web"} == pipeline(text).triggers


def test_a_job_knows_where_it_stands() -> None:
    found = pipeline("a: {script: [b]}\ntest:\n  script:\n    - b")
    start, end = found.jobs[1].block

    assert "test:\n  script:\n    - b" == found.text[start:end]
