"""The rows of a matrix: which there are, and what folders, keys, caches and versions come to in them."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kempt.model.pipeline import Job, PartKind, Pipeline
from kempt.providers.github import PROVIDER
from support.workflows import edited, job, pipeline, read_all

SERVICES = {
    f"services/{name}/{file}": ""
    for name in ("api", "web")
    for file in ("uv.lock", "pyproject.toml", "requirements.txt")
}
BY_ROOT = (
    "include: [{root: services/api, lock: services/api/uv.lock}, {root: services/web, lock: services/web/uv.lock}]"
)
BY_NAME = "service: [api, web]"
BOTH = ("services/api/uv.lock", "services/web/uv.lock")


def text_of(matrix: str, steps: str, head: str = "on: push\n", more: str = "") -> str:
    start = f"{head}jobs:\n  a:\n    runs-on: ubuntu-latest\n{indent(more, ' ' * 4)}"
    return f"{start}    strategy:\n      matrix:\n{indent(matrix, ' ' * 8)}\n    steps:\n{indent(steps, ' ' * 6)}"


def rows(matrix: str, steps: str, **others: str) -> Job:
    return job(text_of(matrix, steps, **others), SERVICES)


def folders(matrix: str, folder: str = "${{ matrix.a }}/${{ matrix.b }}") -> tuple[str | None, ...]:
    (command,) = rows(matrix, f"- run: uv sync\n  working-directory: {folder}\n").commands
    return command.folders or (command.folder,)


# --- which rows there are ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "matrix, expected",
    [
        ("{a: [x, y], b: [m, n]}", ("x/m", "x/n", "y/m", "y/n")),
        ("{a: [x, y], b: [m, n], exclude: [{a: x, b: n}]}", ("x/m", "y/m", "y/n")),
        ("{a: [x, y], b: [m, n], exclude: [{a: x}]}", ("y/m", "y/n")),
        ("{include: [{a: x, b: m}, {a: y, b: n}]}", ("x/m", "y/n")),
        ("{a: [x, y], include: [{b: m}]}", ("x/m", "y/m")),
        ("{a: [x, y], include: [{a: x, b: m}, {a: y, b: n}]}", ("x/m", "y/n")),
        ("{a: [x], include: [{a: x, b: m}, {a: z, b: n}]}", ("x/m", "z/n")),
        ("{a: [x, y], include: [{b: m}, {a: y, b: n}]}", ("x/m", "y/n")),
        ("{a: x, b: m}", ("x/m",)),
        ("{include: [{a: x, b: m}, {a: y}]}", ("x/m", "y")),
        ("{a: [x, '${{ inputs.a }}'], b: [m]}", ("x/m", None)),
        ("{a: [x], b: '${{ fromJSON(needs.a.outputs.b) }}'}", (None,)),
        ("{a: [x], b: [m], include: '${{ fromJSON(needs.a.outputs.b) }}'}", ("x/m", None)),
        ("'${{ fromJSON(needs.a.outputs.b) }}'", (None,)),
        ("{a: '${{ fromJSON(''[\"x\", \"y\"]'') }}', b: [m]}", ("x/m", "y/m")),
        ("'${{ fromJSON(''{\"a\": [\"x\", \"y\"], \"include\": [{\"b\": \"m\"}]}'') }}'", ("x/m", "y/m")),
        ("{a: '${{ fromJSON(inputs.all && ''[\"x\", \"y\"]'' || ''[\"x\"]'') }}', b: [m]}", ("x/m", "y/m")),
        ("{a: '${{ fromJSON(''[\"x\"'') }}', b: [m]}", (None,)),
        ("[a, b]", (None,)),
    ],
)  # fmt: skip
def test_the_rows_of_a_matrix(matrix: str, expected: tuple[str | None, ...]) -> None:
    assert expected == folders(matrix)


def test_names_in_names_are_told_apart() -> None:
    assert ("x/m", "y/n") == folders("{on: [{a: x, b: m}, {a: y, b: n}]}", "${{ matrix.on.a }}/${{ matrix['on'].b }}")


def test_more_folders_than_anybody_has_are_not_known() -> None:
    assert (None,) == folders("{a: [" + ", ".join(f"s{n}" for n in range(40)) + "], b: [m]}")


scalars = st.sampled_from(["x", "", "3.12", "${{ inputs.a }}", "${{ fromJSON('[1]') }}", "${{ matrix.a }}"])
items = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner))
matrices = st.dictionaries(st.sampled_from(["a", "b", "include", "exclude", "${{ x }}"]), items) | items


@given(matrices)
def test_no_matrix_is_an_error(matrix: Any) -> None:
    steps = "- uses: astral-sh/setup-uv@v10\n  with: {working-directory: '${{ matrix.a }}'}\n- run: uv sync\n"
    written = text_of(yaml.safe_dump(matrix), steps, more="defaults: {run: {working-directory: '${{ matrix.b }}'}}\n")

    assert 1 == len(read_all({".github/workflows/ci.yml": written}).pipelines)


def test_a_row_without_a_value_has_nothing_there() -> None:
    found = rows(
        "include: [{root: services/api}, {root: services/web, python: '3.12'}]",
        "- run: uv sync\n  env: {UV_PYTHON: '${{ matrix.python }}'}\n",
    )

    assert "${{ matrix.python }}" == found.steps[0].variables["UV_PYTHON"]


# --- folders -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "matrix, folder",
    [
        (BY_ROOT, "${{ matrix.root }}"),
        (BY_NAME, "services/${{ matrix.service }}"),
        (BY_NAME, "./services/${{ matrix.service }}/"),
        (BY_NAME, "${{ github.workspace }}/services/${{ matrix.service }}"),
        (BY_NAME, "${{ format(''services/{0}'', matrix.service) }}"),
    ],
)
def test_a_command_runs_in_the_folder_of_each_row(matrix: str, folder: str) -> None:
    (command,) = rows(
        matrix, "- run: uv sync\n", more=f"defaults: {{run: {{working-directory: '{folder}'}}}}\n"
    ).commands

    assert (None, ("services/api", "services/web")) == (command.folder, command.folders)


def test_a_variable_hands_a_row_s_folder_on() -> None:
    found = rows(
        BY_ROOT, "- run: uv sync\n  working-directory: ${{ env.ROOT }}\n", more="env: {ROOT: '${{ matrix.root }}'}\n"
    )

    assert ("services/api", "services/web") == found.commands[0].folders


def test_a_script_moves_on_from_the_folder_of_its_row() -> None:
    found = rows(BY_NAME, "- run: cd src && uv sync\n  working-directory: services/${{ matrix.service }}\n")

    assert ("services/api/src", "services/web/src") == found.commands[1].folders


def test_a_script_that_goes_to_the_checkout_is_in_one_folder() -> None:
    found = rows(BY_NAME, "- run: cd $GITHUB_WORKSPACE && uv sync\n  working-directory: ${{ matrix.service }}\n")

    assert ("", ()) == (found.commands[1].folder, found.commands[1].folders)


def test_a_local_action_is_given_the_folder_of_each_row() -> None:
    action = (
        "inputs: {folder: {required: true}}\nruns:\n  using: composite\n  steps:\n"
        "    - uses: astral-sh/setup-uv@v10\n"
        "      with: {working-directory: '${{ inputs.folder }}', cache-dependency-glob: uv.lock}\n"
        "    - run: uv sync\n      shell: bash\n      working-directory: ${{ inputs.folder }}\n"
    )
    files = {**SERVICES, ".github/actions/setup/action.yml": action}
    steps = "- uses: ./.github/actions/setup\n  with: {folder: '${{ matrix.root }}'}\n"
    found = pipeline(text_of(BY_ROOT, steps), files).jobs[0]

    assert ("services/api", "services/web") == found.commands[0].folders
    assert [BOTH] == [cache.key.files for cache in found.all_caches if cache.key]


# --- keys ----------------------------------------------------------------------------------------------
def hashed(matrix: str, steps: str) -> tuple[PartKind, tuple[str, ...]]:
    (cache,) = rows(matrix, steps).all_caches
    assert cache.key is not None
    return cache.key.parts[-1].kind, cache.key.files


@pytest.mark.parametrize(
    "matrix, inputs",
    [
        (BY_ROOT, "{working-directory: '${{ matrix.root }}', cache-dependency-glob: uv.lock}"),
        (BY_ROOT, "{cache-dependency-glob: '${{ matrix.root }}/uv.lock'}"),
        (BY_ROOT, "{cache-dependency-glob: '${{ matrix.lock }}'}"),
        (BY_NAME, "{working-directory: 'services/${{ matrix.service }}', cache-dependency-glob: uv.lock}"),
        ("include: [{in: services, on: api/uv.lock}, {in: services/web, on: uv.lock}]",
         "{working-directory: '${{ matrix.in }}', cache-dependency-glob: '${{ matrix.on }}'}"),
    ],
)  # fmt: skip
def test_setup_uv_hashes_the_lock_of_each_row(matrix: str, inputs: str) -> None:
    assert (PartKind.FILES, BOTH) == hashed(matrix, f"- uses: astral-sh/setup-uv@v10\n  with: {inputs}\n")


@pytest.mark.parametrize(
    "inputs",
    [
        "{working-directory: '${{ inputs.folder }}', cache-dependency-glob: uv.lock}",
        "{cache-dependency-glob: '${{ inputs.lock }}'}",
        "{cache-dependency-glob: 'uv.lock\n\n  ${{ inputs.lock }}'}",
    ],
)
def test_what_only_a_run_knows_is_not_taken_for_the_top(inputs: str) -> None:
    assert (PartKind.UNKNOWN, ()) == hashed(BY_NAME, f"- uses: astral-sh/setup-uv@v10\n  with: {inputs}\n")


@pytest.mark.parametrize(
    "path, expected",
    [
        ("${{ matrix.root }}/requirements.txt", (PartKind.FILES, ("services/api/requirements.txt",
                                                                  "services/web/requirements.txt"))),
        ("${{ matrix.none }}", (PartKind.UNKNOWN, ())),
        ("${{ inputs.lock }}", (PartKind.UNKNOWN, ())),
    ],
)  # fmt: skip
def test_setup_python_hashes_what_each_row_names(path: str, expected: tuple[PartKind, tuple[str, ...]]) -> None:
    step = f"- uses: actions/setup-python@v7\n  with:\n    cache: pip\n    cache-dependency-path: {path}\n"

    assert expected == hashed(BY_ROOT, step)


def test_setup_python_caches_for_the_manager_of_each_row() -> None:
    found = rows("{cache: [pip, poetry]}", "- uses: actions/setup-python@v7\n  with: {cache: '${{ matrix.cache }}'}\n")

    assert ["pip", "poetry"] == [cache.manager for cache in found.all_caches]


@pytest.mark.parametrize(
    "key, expected",
    [
        ("${{ hashFiles(matrix.lock) }}", (PartKind.FILES, BOTH)),
        ("${{ hashFiles(format('{0}/uv.lock', matrix.root)) }}", (PartKind.FILES, BOTH)),
        ("${{ hashFiles(format('{0}/{1}', matrix.root, inputs.lock)) }}", (PartKind.UNKNOWN, ())),
        ("${{ hashFiles('uv.lock', inputs.lock) }}", (PartKind.UNKNOWN, ())),
    ],
)
def test_a_key_hashes_what_each_row_names(key: str, expected: tuple[PartKind, tuple[str, ...]]) -> None:
    assert expected == hashed(BY_ROOT, f"- uses: actions/cache@v6\n  with:\n    path: ~/.cache/uv\n    key: {key}\n")


def test_a_value_that_not_every_row_has_changes_a_key() -> None:
    kind, _ = hashed(
        "include: [{root: a}, {root: b, tag: new}]",
        "- uses: actions/cache@v6\n  with: {path: x, key: '${{ matrix.tag }}'}\n",
    )

    assert PartKind.UNKNOWN is kind


def test_the_paths_of_a_cache_are_those_of_all_rows() -> None:
    text = text_of(
        "include: [{where: ~/.cache/uv}, {where: ~/Library/Caches/uv}]",
        "- uses: actions/cache@v6\n  with:\n    key: a\n"
        "    path: |\n      ${{ matrix.where }}\n      x-${{ matrix.where }}\n",
    )
    paths = job(text).all_caches[0].paths

    assert ["~/.cache/uv", "~/Library/Caches/uv", "x-${{ matrix.where }}"] == [path.value for path in paths]
    assert [-1, -1, text.index("x-$")] == [path.start for path in paths]


def test_artifacts_out_of_a_matrix_are_not_edited() -> None:
    step = "- uses: actions/upload-artifact@v4\n  with:\n    include-hidden-files: true\n"
    step += "    path: |\n      .\n      ${{ matrix.a }}\n"
    found = pipeline(text_of("a: [x, y]", step))

    assert [".", "x", "y"] == [path.value for path in found.jobs[0].artifacts[0].paths]
    assert found.text == edited(found.text, PROVIDER.without_paths(found, found.jobs[0].artifacts[0], ("!.venv",)))


# --- settings of uv ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "pinned, folder, expected",
    [
        (("api", "web"), "${{ matrix.root }}", "pyproject.toml"),
        (("api",), "${{ matrix.root }}", ""),
        ((), "${{ inputs.folder }}", "${{ inputs.folder }}"),
    ],
    ids=["every-row", "one-row", "unknown"],
)
def test_settings_pin_uv_where_each_row_has_them(pinned: tuple[str, ...], folder: str, expected: str) -> None:
    files = {f"services/{name}/pyproject.toml": '[tool.uv]\nrequired-version = ">=0.13"\n' for name in pinned}
    steps = f"- uses: astral-sh/setup-uv@v10\n  with: {{working-directory: '{folder}'}}\n"

    assert [expected] == [tool.pinned_by for tool in pipeline(text_of(BY_ROOT, steps), files).jobs[0].steps[0].tools]


# --- versions of Python --------------------------------------------------------------------------------
def pythons(found: Pipeline) -> list[tuple[str, str, int]]:
    return [(text.value, text.style, text.location.line) for text in found.pythons]


SETUP = "- uses: actions/setup-python@v7\n  with:\n    python-version: {}\n"
MATRIX = SETUP.format("${{ matrix.python }}")
CALL = "on:\n  workflow_call:\n    inputs:\n      version:\n        default: {}\n"


@pytest.mark.parametrize(
    "matrix, steps, head, expected",
    [
        ("a: [x]", SETUP.format("|\n      3.9\n      3.10\n"), "on: push\n", [("3.9", "|", 12), ("3.10", "|", 13)]),
        ("a: [x]", SETUP.format("'3.9'"), "on: push\n", [("3.9", "'", 11)]),
        ("python: [3.9, 3.10]", MATRIX, "on: push\n", [("3.9", "", 7), ("3.10", "", 7)]),
        ("python: ${{ fromJSON('[\"3.9\", \"3.10\"]') }}", MATRIX, "on: push\n", [("3.9", '"', 7), ("3.10", '"', 7)]),
        ("python: ${{ fromJSON('[3.10]') }}", MATRIX, "on: push\n", [("3.10", "", 7)]),
        ("a: [x]", SETUP.format("${{ inputs.version }}"), CALL.format("3.10"), [("3.10", "", 5)]),
        ("python: ${{ fromJSON(inputs.version) }}", MATRIX, CALL.format("'[\"3.9\", \"3.10\"]'"),
         [("3.9", '"', 5), ("3.10", '"', 5)]),
        ("python: ${{ fromJSON(needs.a.outputs.b) }}", MATRIX, "on: push\n", []),
    ],
    ids=["lines", "one", "matrix", "json", "json-number", "input", "input-json", "output"],
)  # fmt: skip
def test_the_versions_that_are_named(matrix: str, steps: str, head: str, expected: list[tuple[str, str, int]]) -> None:
    assert expected == pythons(pipeline(text_of(matrix, steps, head)))


def test_a_version_inside_json_has_no_place_of_its_own() -> None:
    found = pipeline(text_of("python: ${{ fromJSON('[3.10]') }}", MATRIX))

    assert [(-1, -1)] == [(text.start, text.end) for text in found.pythons]


def test_an_input_s_default_is_not_all_that_it_may_be() -> None:
    folder = "- run: uv sync\n  working-directory: ${{ inputs.version }}\n"

    assert [None] == [command.folder for command in rows("a: [x]", folder, head=CALL.format("services/api")).commands]


@pytest.mark.parametrize("matrix", ["python: ['3.9']", "python: ${{ fromJSON('[\"3.9\"]') }}", "a: [x]"])
def test_a_version_is_a_part_of_a_key(matrix: str) -> None:
    step = "- uses: actions/cache@v6\n  with:\n    path: x\n    key: ${{ matrix.python || inputs.python-version }}\n"

    key = rows(matrix, step).all_caches[0].key

    assert key is not None
    assert {PartKind.PYTHON} == {part.kind for part in key.parts}
