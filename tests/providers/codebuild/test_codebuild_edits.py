"""Edits of buildspecs: the whole text before and after, and what is read from it then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.model.finding import Replace
from kempt.model.installs import Downloads
from kempt.model.listing import Listing
from kempt.model.pipeline import Job, PartKind, Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers import provider

CODEBUILD = provider("codebuild")
UV = Wanted("uv", Downloads("UV_CACHE_DIR", "uv", "", "", ("uv", "cache", "dir")), ("uv.lock",), "3.13")
POETRY = Wanted(
    "poetry", Downloads("POETRY_CACHE_DIR", "pypoetry", "", "", (), ("artifacts", "cache")), ("api/poetry.lock",)
)
KEY = "uv-linux-$(uname -m)-py3.13-$(codebuild-hash-files uv.lock)"
PREFIX = "uv-linux-$(uname -m)-py3.13-"
FALLBACK = f"  fallback-keys:\n    - {PREFIX}\n"
ENTRIES = f"  key: {KEY}\n{FALLBACK}  paths:\n    - /root/.cache/uv/**/*"
BUILD = "version: 0.2\nphases:\n  build:\n    commands:\n      - uv sync\n"


class Tracked:
    """One tracked file."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.listing = Listing.of([path])

    def read(self, path: str, /) -> bytes | None:
        return self.text.encode() if path == self.path else None


def pipeline(text: str, path: str = "buildspec.yml") -> Pipeline:
    found = CODEBUILD.read(Tracked(text, path), [path])
    assert () == found.faults
    (only,) = found.pipelines
    return only


def edited(text: str, edits: Edits) -> str:
    (edit,) = edits
    assert isinstance(edit, Replace)
    assert edit.end > edit.start
    return text[: edit.start] + edit.text + text[edit.end :]


def cached(text: str, wanted: Wanted = UV) -> str:
    found = pipeline(text)
    return edited(text, CODEBUILD.with_cache(found, found.jobs[0], wanted))


def keyed(text: str, wanted: Wanted = UV) -> str:
    found = pipeline(text)
    return edited(text, CODEBUILD.with_key(found, found.jobs[0], found.jobs[0].caches[0], wanted))


def placed(text: str, index: int, wanted: Wanted = UV) -> Edits:
    found = pipeline(text)
    cache = found.jobs[0].caches[0]
    return CODEBUILD.with_path(found, found.jobs[0], cache, cache.paths[index], wanted)


def told(text: str, commands: tuple[str, ...], step: int | None = None) -> Edits:
    found = pipeline(text)
    job = found.jobs[0]
    return CODEBUILD.with_commands(found, job, None if step is None else job.steps[step], commands)


def left_out(text: str, patterns: tuple[str, ...], index: int = 0) -> Edits:
    found = pipeline(text)
    return CODEBUILD.without_paths(found, found.jobs[0].artifacts[index], patterns)


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param(
            f"{BUILD}# the end\n",
            f"{BUILD}cache:\n{ENTRIES}\n# the end\n",
            id="none-yet",
        ),
        pytest.param(
            BUILD.rstrip("\n"),
            f"{BUILD}cache:\n{ENTRIES}",
            id="no-line-end",
        ),
        pytest.param(
            f"cache: # later\n{BUILD}",
            f"cache: # later\n{ENTRIES}\n{BUILD}",
            id="empty-with-a-comment",
        ),
        pytest.param(
            f"cache: ~\n{BUILD}",
            f"cache:\n{ENTRIES}\n{BUILD}",
            id="null",
        ),
        pytest.param(
            f"{BUILD}cache:\n  # npm's\n  paths:\n  - node_modules/**/* # big\n",
            f"{BUILD}cache:\n  # npm's\n  key: {KEY}\n  fallback-keys:\n    - {PREFIX}\n  paths:\n"
            "  - node_modules/**/* # big\n  - /root/.cache/uv/**/*\n",
            id="more-paths",
        ),
        pytest.param(
            f"{BUILD}cache:\n  key: $(codebuild-hash-files uv.lock)\n",
            f"{BUILD}cache:\n  key: $(codebuild-hash-files uv.lock)\n  paths:\n    - /root/.cache/uv/**/*\n",
            id="a-key-stays",
        ),
        pytest.param(
            f"{BUILD}cache: {{paths: [a]}}\n",
            f"{BUILD}cache: {{key: {KEY}, fallback-keys: [{PREFIX}], paths: [a, /root/.cache/uv/**/*]}}\n",
            id="in-one-line",
        ),
    ],
)
def test_a_cache_is_added(before: str, after: str) -> None:
    assert after == cached(before)


def test_a_cache_that_was_added_is_read_with_all_that_it_needs() -> None:
    (found,) = pipeline(cached(BUILD)).jobs[0].caches

    assert found.key is not None
    assert ("uv.lock",) == found.key.files
    assert all(found.key.has(kind) for kind in (PartKind.SYSTEM, PartKind.MACHINE, PartKind.PYTHON))
    assert [PREFIX] == [each.value for each in found.restore_keys]
    assert ("", "") == (found.limits, found.key.broken)


def test_only_the_downloads_of_poetry_are_stored() -> None:
    (found,) = pipeline(cached(BUILD, POETRY)).jobs[0].caches

    assert ["/root/.cache/pypoetry/artifacts/**/*", "/root/.cache/pypoetry/cache/**/*"] == [
        each.value for each in found.paths
    ]
    assert found.key is not None
    assert "poetry-linux-$(uname -m)-$(codebuild-hash-files api/poetry.lock)" == found.key.text.value


@pytest.mark.parametrize(
    "more, command, expected",
    [
        ("env: {variables: {UV_CACHE_DIR: /uv}}\n", "uv sync", ["/uv/**/*"]),
        ("env: {variables: {UV_CACHE_DIR: ./.uv/}}\n", "uv sync", [".uv/**/*"]),
        ("env: {variables: {XDG_CACHE_HOME: /c}}\n", "uv sync", ["/c/uv/**/*"]),
        ("env: {variables: {HOME: /h}}\n", "uv sync", ["/h/.cache/uv/**/*"]),
        ("", "export UV_CACHE_DIR=$CODEBUILD_SRC_DIR/.uv", [".uv/**/*"]),
        ("", "export UV_CACHE_DIR=~/uv", ["/root/uv/**/*"]),
        ("env: {variables: {UV_CACHE_DIR: $CODEBUILD_SRC_DIR/.uv}}\n", "uv sync", None),  # `env` expands nothing
        ("", "export UV_CACHE_DIR=$WHO_KNOWS", None),
        ("run-as: builder\n", "uv sync", None),
        ("env: {shell: powershell.exe}\n", "uv sync", None),
    ],
)
def test_the_place_of_downloads_follows_the_variables(more: str, command: str, expected: list[str] | None) -> None:
    text = f"{more}phases: {{build: {{commands: ['{command}', 'uv sync']}}}}\n"
    found = pipeline(text)

    edits = CODEBUILD.with_cache(found, found.jobs[0], UV)

    assert (expected is None) == (edits == ())
    assert expected is None or expected == [
        each.value for each in pipeline(edited(text, edits)).jobs[0].caches[0].paths
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{version: 0.2, phases: {build: {commands: [uv sync]}}}\n", id="json"),
        pytest.param(f"x: &x {{paths: [a]}}\ncache: *x\n{BUILD}", id="alias"),
        pytest.param(f"x: &x\n  cache: {{paths: [a]}}\n<<: *x\n{BUILD}", id="merged"),
        pytest.param(f"cache: text\n{BUILD}", id="text"),
        pytest.param(f"{BUILD}cache:\n  paths:\n    - /root/.cache/uv/**/*\n", id="there-already"),
    ],
)
def test_no_cache_is_added_where_its_place_is_not_sure(text: str) -> None:
    found = pipeline(text)

    assert () == CODEBUILD.with_cache(found, found.jobs[0], UV)


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param(
            "cache:\n  paths:\n    - a\n",
            f"cache:\n  key: {KEY}\n  fallback-keys:\n    - {PREFIX}\n  paths:\n    - a\n",
            id="no-key",
        ),
        pytest.param(
            "cache:\r\n  key: 'pip-$CODEBUILD_WEBHOOK_HEAD_REF' # why\r\n  fallback-keys:\r\n"
            "    - $CODEBUILD_WEBHOOK_HEAD_REF\r\n    - pip- # any\r\n  paths: [a]\r\n",
            f"cache:\r\n  key: '{KEY}' # why\r\n  fallback-keys:\r\n    - {PREFIX}\r\n  paths: [a]\r\n",
            id="what-a-stranger-chooses-goes",
        ),
        pytest.param(
            "cache:\n  key: uv-$(codebuild-hash-files pyproject.toml)\n  fallback-keys:\n    - uv-\n  paths: [a]\n",
            f"cache:\n  key: {KEY}\n  fallback-keys:\n    - {PREFIX}\n    - uv-\n  paths: [a]\n",
            id="a-shorter-prefix-stays",
        ),
        pytest.param(
            "cache:\n  key: a-$(codebuild-hash-files package-lock.json poetry.lock)\n  paths: [a]\n",
            f"cache:\n  key: {KEY[:-1]} package-lock.json)\n  paths: [a]\n{FALLBACK}",
            id="other-languages-are-followed",
        ),
        pytest.param(
            "cache:\n  key: a-$(codebuild-hash-files requirements.txt)\n  paths: [/root/.cache/pip/**/*]\n",
            f"cache:\n  key: {KEY[:-1]} requirements.txt)\n  paths: [/root/.cache/pip/**/*]\n{FALLBACK}",
            id="another-manager-is-followed-where-it-is-cached",
        ),
        pytest.param(
            'cache:\n  key: "uv-$$(codebuild-hash-files uv.lock)"\n  paths: [a]\n',
            f'cache:\n  key: "{KEY}"\n  paths: [a]\n  fallback-keys:\n    - {PREFIX}\n',
            id="literal",
        ),
    ],
)
def test_a_key_follows_the_lock(before: str, after: str) -> None:
    build = BUILD.replace("\n", "\r\n") if "\r" in before else BUILD

    assert build + after == keyed(build + before)


@pytest.mark.parametrize(
    "python, expected",
    [("3.13", "py3.13-"), ("$PY", "py$PY-"), ("${PY}", "py${PY}-"), ("3.x", ""), ("latest", ""), ("", ""), ("3;x", "")],
)
def test_a_key_names_the_python_where_the_file_does(python: str, expected: str) -> None:
    text = keyed(f"{BUILD}cache:\n  paths: [a]\n", UV._replace(python=python))

    assert f"uv-linux-$(uname -m)-{expected}$(codebuild-hash-files uv.lock)" in text


def test_a_lock_with_blanks_is_one_word() -> None:
    text = keyed(f"{BUILD}cache:\n  paths: [a]\n", UV._replace(locks=("my app/uv.lock",)))
    (found,) = pipeline(text).jobs[0].caches

    assert found.key is not None
    assert ("my app/uv.lock",) == found.key.files


PATHS = f"{BUILD}cache:\n  paths:\n    - '/root/.cache/pip/**/*' # pip's\n    - node_modules/**/*\n"


def test_a_path_becomes_the_place_of_the_downloads() -> None:
    assert PATHS.replace("/pip/", "/uv/") == edited(PATHS, placed(PATHS, 0))


def test_a_path_becomes_several_where_only_some_folders_are_downloads() -> None:
    after = PATHS.replace("pip/**", "pypoetry/artifacts/**") + "    - /root/.cache/pypoetry/cache/**/*\n"

    assert after == edited(PATHS, placed(PATHS, 0, POETRY))


def test_a_path_goes_where_the_right_one_is_there() -> None:
    text = PATHS + "    - /root/.cache/uv/**/*\n"

    assert text.replace("    - '/root/.cache/pip/**/*' # pip's\n", "") == edited(text, placed(text, 0))
    assert () == placed(text, 2)


PHASES = """\
version: 0.2
phases:
  install:
    commands:
      # first the tool
      - pip install uv
  build:
    commands: [uv sync]
    finally:
      - echo
artifacts:
  files: ['**/*']
"""


@pytest.mark.parametrize(
    "step, old, new",
    [
        pytest.param(
            None,
            "      - echo\n",
            '      - echo\n  post_build:\n    commands:\n      - uv cache prune --ci\n      - "a: b"\n',
            id="at-the-end",
        ),
        pytest.param(0, "# first", '- uv cache prune --ci\n      - "a: b"\n      # first', id="before-a-phase"),
        pytest.param(1, "[uv sync]", '[uv cache prune --ci, "a: b", uv sync]', id="in-one-line"),
        pytest.param(2, "- echo", '- uv cache prune --ci\n      - "a: b"\n      - echo', id="before-finally"),
    ],
)
def test_commands_are_put_where_they_are_wanted(step: int | None, old: str, new: str) -> None:
    assert PHASES.replace(old, new) == edited(PHASES, told(PHASES, ("uv cache prune --ci", "a: b"), step))


@pytest.mark.parametrize(
    "before, after",
    [
        ("  post_build:\n", "  post_build:\n    commands:\n      - x\n"),
        ("  post_build:\n    commands:\n      - a # b\n", "  post_build:\n    commands:\n      - a # b\n      - x\n"),
        (
            "  post_build:\n    commands:\n    finally: [a]\n",
            "  post_build:\n    commands:\n      - x\n    finally: [a]\n",
        ),
        ("  post_build:\n    finally: [a]\n", "  post_build:\n    commands:\n      - x\n    finally: [a]\n"),
        ("  post_build: {commands: []}\n", "  post_build: {commands: [x]}\n"),
    ],
)
def test_the_last_commands_come_after_those_of_the_last_phase(before: str, after: str) -> None:
    assert BUILD + after == edited(BUILD + before, told(BUILD + before, ("x",)))


@pytest.mark.parametrize(
    "text",
    [
        f"{BUILD}    finally: &f [a]\n  post_build:\n    commands: *f\n",
        f"{BUILD}  post_build:\n    commands: uv sync\n",
        "phases: {build: {commands: [uv sync]}}\n",
    ],
)
def test_no_commands_are_put_where_the_place_is_not_sure(text: str) -> None:
    assert () == told(text, ("x",))


@pytest.mark.parametrize(
    "before, after",
    [
        ("  files: ['**/*']\n", "  files: ['**/*']\n  exclude-paths:\n    - .venv/**/*\n"),
        ("  files: [a]\n  exclude-paths: x # y\n", "  files: [a]\n  exclude-paths:\n    - x\n    - .venv/**/* # y\n"),
        ("  exclude-paths:\n  - x\n  files: [a]\n", "  exclude-paths:\n  - x\n  - .venv/**/*\n  files: [a]\n"),
        ("  exclude-paths: [x]\n  files: [a]\n", "  exclude-paths: [x, .venv/**/*]\n  files: [a]\n"),
        (
            "  files: [a]\n  base-directory: back\n",
            "  files: [a]\n  base-directory: back\n  exclude-paths:\n    - .venv/**/*\n",
        ),
    ],
)
def test_artifacts_leave_out_what_patterns_match(before: str, after: str) -> None:
    text = f"{BUILD}artifacts:\n"
    pattern = "back/.venv/**/*" if "base" in before else ".venv/**/*"

    assert text + after == edited(text + before, left_out(text + before, (pattern,)))


def test_secondary_artifacts_are_changed_alone() -> None:
    text = f"{BUILD}artifacts:\n  files: [a]\n  secondary-artifacts:\n    one:\n      files: ['**/*']\n"

    assert f"{text}      exclude-paths:\n        - x/**\n" == edited(text, left_out(text, ("x/**",), 1))


def test_what_is_left_out_already_is_no_edit() -> None:
    assert () == left_out(f"{BUILD}artifacts: {{files: [a], exclude-paths: [x]}}\n", ("x",))


def test_a_buildspec_inside_a_template_is_changed_there() -> None:
    head = (
        "Resources:\n  Test:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n        BuildSpec: |\n"
    )
    body = "".join(f"          {line}\n" for line in BUILD.splitlines())
    text = f"{head}{body}        Type: GITHUB\n# end\n"
    found = pipeline(text, "template.yaml")

    after = edited(text, CODEBUILD.with_cache(found, found.jobs[0], UV))

    margin = " " * 10
    cache = "".join(
        f"{margin}{line}\n"
        for line in (
            "cache:",
            f"  key: {KEY}",
            "  fallback-keys:",
            f"    - {PREFIX}",
            "  paths:",
            "    - /root/.cache/uv/**/*",
        )
    )
    assert f"{head}{body}{cache}        Type: GITHUB\n# end\n" == after
    assert 1 == len(pipeline(after, "template.yaml").jobs[0].caches)


def test_two_edits_at_one_place_are_seen_to_overlap() -> None:
    found = pipeline(BUILD)
    one, two = (CODEBUILD.with_cache(found, found.jobs[0], each)[0] for each in (UV, POETRY))

    assert (one.start, one.end) == (two.start, two.end)
    assert one.end > one.start


CACHES = st.sampled_from([
    "", "cache:\n", "cache:\n  paths:\n    - a\n", "cache:\n    key: k\n    paths: [a, b]\n", "cache: {paths: [a]}\n",
    "cache:\n  fallback-keys: []\n  paths:\n  - a\n", "cache:\n  fallback-keys: x\n  key:\n  paths:\n  - a\n",
])  # fmt: skip
ENDS = st.sampled_from(
    ["", "  post_build:\n", "  post_build:\n    finally:\n    - x\n", "  post_build: {commands: [x]}\n"]
)
OUTPUTS = st.sampled_from(["", "artifacts:\n  files:\n  - a\n", "artifacts:\n  files: a\n  exclude-paths:\n"])


@given(CACHES, ENDS, OUTPUTS, st.booleans())
def test_after_each_edit_the_file_reads_back(cache: str, end: str, outputs: str, crlf: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    text = f"# head\n{BUILD}{end}\n# before\n{outputs}{cache}# tail\n"
    text = text.replace("\n", "\r\n") if crlf else text
    found = pipeline(text)
    job: Job = found.jobs[0]
    edits = [CODEBUILD.with_cache(found, job, UV), CODEBUILD.with_commands(found, job, None, ("last",))]
    edits += [CODEBUILD.with_key(found, job, each, UV) for each in job.caches]
    edits += [CODEBUILD.without_paths(found, each, (".venv/**/*",)) for each in job.artifacts]
    for each in filter(None, edits):
        after = edited(text, each)
        assert crlf == ("\r\n" in after)
        assert not crlf or after.count("\n") == after.count("\r\n")
        assert [line for line in text.splitlines() if "#" in line] == [
            line for line in after.splitlines() if "#" in line
        ]
        pipeline(after)
