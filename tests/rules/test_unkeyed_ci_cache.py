"""KPT403: keys of caches that do not follow the lock file."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, gitlab, rows, workflow

CODE = "KPT403"
PROJECT = '[project]\nname = "a"\nversion = "1"\n'
UV = {"pyproject.toml": PROJECT, "uv.lock": "version = 0\n"}
PIP = {"requirements.txt": "six==1.17.0\n", "setup.py": ""}
SYNC = "uv sync --locked"
FULL = "uv-${{ runner.os }}-${{ runner.arch }}-py3.13-${{ hashFiles('uv.lock') }}"


def cache(key: str, path: str = "~/.cache/uv", restore: str = "") -> str:
    more = f"    restore-keys: {restore}\n" if restore else ""
    return f"- uses: actions/cache@v6\n  with:\n    path: {path}\n    key: {key}\n{more}"


def hashing(*files: str) -> str:
    return f"uv-${{{{ hashFiles({', '.join(map(repr, files))}) }}}}"


def spec(key: str, paths: str = "/root/.cache/uv/**/*") -> str:
    return buildspec([SYNC]) + f"cache:\n{key}  paths:\n    - {paths}\n"


@pytest.mark.parametrize(
    "key, expected",
    [
        ("uv-v1", "error: the key `uv-v1` never changes: no lock file is hashed into it"),
        ("uv-${{ runner.os }}", "error: the key `uv-${{ runner.os }}` never changes: no lock file is hashed into it"),
        (
            hashing("poetry.lock"),
            "error: the key `uv-${{ hashFiles('poetry.lock') }}` never changes: `poetry.lock` names no tracked file",
        ),
        (
            hashing("**/{uv,pdm}.lock"),
            (
                "error: the key `uv-${{ hashFiles('**/{uv,pdm}.lock') }}` never changes: `**/{uv,pdm}.lock` "
                "names no tracked file"
            ),
        ),
        (
            hashing("sub/**"),
            "error: the key `uv-${{ hashFiles('sub/**') }}` never changes: `sub/**` names no tracked file",
        ),
        (hashing("pyproject.toml"), "warning: the key follows `pyproject.toml`, and not `uv.lock`"),
        (
            "uv-${{ github.sha }}",
            "warning: the key `uv-${{ github.sha }}` is another one in each run, so nothing is ever found",
        ),
        (
            "uv-${{ github.head_ref }}",
            (
                "warning: the key `uv-${{ github.head_ref }}` holds a name that whoever opens a change request "
                "chooses, and no lock file is hashed into it"
            ),
        ),
        (
            hashing("uv.lock") + "-${{ github.run_id }}",
            (
                "warning: the key `uv-${{ hashFiles('uv.lock') }}-${{ github.run_id }}` is another one in each "
                "run, so nothing is ever found"
            ),
        ),
        (
            "uv-hashFiles('uv.lock')",
            (
                "warning: the key `uv-hashFiles('uv.lock')` never changes: `hashFiles` stands outside `${{ }}`, "
                "so it is not called"
            ),
        ),
    ],
    ids=["word", "system", "no-file", "braces", "no-folder", "manifest", "commit", "branch", "run", "not-called"],
)
def test_keys_of_github(git_repo: MakeRepository, key: str, expected: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(cache(key), SYNC)}), CODE)

    assert [expected] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 3)] == seen(findings)


def test_a_run_in_the_key_with_something_to_restore(git_repo: MakeRepository) -> None:
    text = workflow(cache(hashing("uv.lock") + "-${{ github.run_id }}", restore=hashing("uv.lock")), SYNC)
    (finding,) = found(git_repo(UV | {WORKFLOW: text}), CODE)

    assert finding.message.endswith("is another one in each run, so each run saves a cache")


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("buildspec.yml", spec(""), "warning: the cache has no key, so it does not follow `uv.lock`"),
        (
            "buildspec.yml",
            spec("  key: uv-$(codebuild-hash-files pyproject.toml)-$$(codebuild-hash-files uv.lock)\n"),
            (
                "warning: the key `uv-$(codebuild-hash-files pyproject.toml)-$$(codebuild-hash-files uv.lock)` "
                "names `uv.lock`, "
                "and hashes only `pyproject.toml`"
            ),
        ),
        (
            "buildspec.yml",
            spec("  key: $CODEBUILD_WEBHOOK_HEAD_REF-$(codebuild-hash-files uv.lock)\n"),
            (
                "warning: the key `$CODEBUILD_WEBHOOK_HEAD_REF-$(codebuild-hash-files uv.lock)` holds a name "
                "that whoever opens a change "
                "request chooses"
            ),
        ),
        (
            "buildspec.yml",
            spec("  key: uv-$CODEBUILD_RESOLVED_SOURCE_VERSION\n"),
            (
                "warning: the key `uv-$CODEBUILD_RESOLVED_SOURCE_VERSION` is another one in each run, so nothing "
                "is ever found"
            ),
        ),
        (
            ".gitlab-ci.yml",
            "variables: {UV_CACHE_DIR: .uv}\n" + gitlab([SYNC], "cache:\n  paths: [.uv]\n"),
            "error: the key `default` never changes: no lock file is hashed into it",
        ),
        (
            ".gitlab-ci.yml",
            "variables: {UV_CACHE_DIR: .uv}\n"
            + gitlab([SYNC], "cache:\n  key: {files: [a, uv.lock, b]}\n  paths: [.uv]\n"),
            "warning: the key `a-uv.lock-b` never changes: GitLab takes at most two files, not 3",
        ),
        (
            "bitbucket-pipelines.yml",
            (
                "pipelines:\n  default:\n  - step:\n      caches: [pip]\n      script:\n      - pip install -r "
                "requirements.txt\n"
            ),
            "warning: the cache `pip` has no key, so it does not follow `requirements.txt`",
        ),
        (
            ".circleci/config.yml",
            circleci([SYNC]) + "      - save_cache:\n          key: v1\n          paths: [~/.cache/uv]\n",
            "error: the key `v1` never changes: no lock file is hashed into it",
        ),
    ],
    ids=[
        "codebuild-none",
        "codebuild-literal",
        "codebuild-branch",
        "codebuild-commit",
        "gitlab-none",
        "gitlab-three",
        "bitbucket",
        "circleci",
    ],
)
def test_keys_of_others(git_repo: MakeRepository, path: str, text: str, expected: str) -> None:
    assert [expected] == messages(found(git_repo(UV | PIP | {path: text}), CODE))


def test_a_cache_without_key_may_be_local(git_repo: MakeRepository) -> None:
    (finding,) = found(git_repo(UV | {"buildspec.yml": spec("")}), CODE)

    assert ("a cache of type LOCAL, which the project's settings choose and no file here, has no key",) == finding.notes


@pytest.mark.parametrize(
    "action, expected",
    [
        ("actions/setup-python@v7\n  with:\n    cache: pip\n", []),
        (
            "actions/setup-python@v7\n  with:\n    cache: pip\n    cache-dependency-path: requirements/*.txt\n",
            ["error: the key of `cache: pip` never changes: `requirements/*.txt` names no tracked file"],
        ),
        (
            "actions/setup-python@v7\n  with:\n    cache: pip\n    cache-dependency-path: setup.py\n",
            ["warning: the key follows `setup.py`, and not `requirements.txt`"],
        ),
    ],
    ids=["default", "no-file", "other-file"],
)
def test_the_cache_of_setup_python(git_repo: MakeRepository, action: str, expected: list[str]) -> None:
    text = workflow(f"- uses: {action}", "pip install -r requirements.txt")

    assert expected == messages(found(git_repo(PIP | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize(
    "glob, expected",
    [
        (None, []),
        ("uv.lock", []),
        ('""', ["error: the key of `astral-sh/setup-uv` never changes: no lock file is hashed into it"]),
        ("pyproject.toml", ["warning: the key follows `pyproject.toml`, and not `uv.lock`"]),
        ("${{ inputs.folder }}/uv.lock", []),
    ],
    ids=["default", "lock", "empty", "manifest", "parameter"],
)
def test_the_cache_of_setup_uv(git_repo: MakeRepository, glob: str | None, expected: list[str]) -> None:
    given = f"  with:\n    cache-dependency-glob: {glob}\n" if glob else ""
    text = workflow(f"- uses: astral-sh/setup-uv@v10\n{given}", SYNC)

    assert expected == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_without_a_lock_a_manifest_is_all_there_is(git_repo: MakeRepository) -> None:
    text = workflow(cache(hashing("pyproject.toml")), "uv sync")
    findings = found(git_repo({"pyproject.toml": PROJECT, WORKFLOW: text}), CODE)

    assert ["info: the key follows `pyproject.toml`: there is no lock file for uv to follow"] == messages(findings)


MONOREPO = {f"{name}/{file}": text for name in ("api", "web") for file, text in UV.items()}


@pytest.mark.parametrize(
    "key, expected",
    [
        (hashing("api/uv.lock"), []),
        (hashing("**/uv.lock"), []),
        (hashing("web/uv.lock"), ["warning: the key follows `web/uv.lock`, and not `api/uv.lock`"]),
    ],
)
def test_of_several_projects_the_one_that_is_installed(git_repo: MakeRepository, key: str, expected: list[str]) -> None:
    step = f"- run: {SYNC}\n  working-directory: api\n"

    assert expected == messages(found(git_repo(MONOREPO | {WORKFLOW: workflow(cache(key), step)}), CODE))


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache(FULL), SYNC),
        workflow(cache(hashing("**/uv.lock")), SYNC),
        workflow(cache(hashing("./uv.lock")), SYNC),
        workflow(cache(hashing("pyproject.toml", "uv.lock")), SYNC),
        workflow(cache(hashing("**/*.lock")), SYNC),
        workflow(cache("uv-${{ steps.key.outputs.value }}"), SYNC),
        workflow(cache("${{ github.ref }}-${{ steps.key.outputs.value }}"), SYNC),
        workflow(cache(hashing("uv.lock") + "-${{ github.ref }}"), SYNC),
        workflow("uv export -o all.txt", cache(hashing("all.txt")), SYNC),
        workflow("uv export > all.txt", cache(hashing("all.txt")), SYNC),
        workflow(cache(hashing("pyproject.toml")), "make install"),
        workflow(cache(hashing("pyproject.toml"), "~/.cache/pip"), SYNC),
        workflow(cache("v1", "node_modules"), SYNC),
        workflow(cache("v1", "~/.cache/pre-commit"), SYNC),
        workflow(cache("v1", ".mypy_cache"), SYNC),
        workflow(cache("v1", "~/.cache/ms-playwright"), SYNC),
    ],
    ids=[
        "full",
        "glob",
        "dot",
        "with-manifest",
        "all-locks",
        "output",
        "output-and-branch",
        "branch-and-lock",
        "option",
        "redirect",
        "make",
        "foreign",
        "node",
        "pre-commit",
        "mypy",
        "playwright",
    ],
)
def test_what_is_right_or_not_known(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_a_key_of_several_jobs_is_told_once(git_repo: MakeRepository) -> None:
    step = "      - restore_cache: &cache\n          key: v1\n      - run: uv sync --locked\n"
    save = "      - save_cache:\n          key: v1-x\n          paths: [~/.cache/uv]\n"
    text = circleci(["echo"]) + step + save
    text += "  other:\n    docker:\n      - image: cimg/python:3.13\n    steps:\n      - restore_cache: *cache\n"
    text += "      - run: uv sync --locked\n"
    findings = found(git_repo(UV | {".circleci/config.yml": text}), CODE)

    assert ["v1", "v1-x"] == [each.message.split("`")[1] for each in findings]


@pytest.mark.parametrize(
    "path, before, after",
    [
        (
            WORKFLOW,
            workflow(
                "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n",
                cache("v1  # old", restore="v"),
                SYNC,
            ),
            workflow(
                "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n",
                cache(f"v1-{FULL}  # old", restore="v1-uv-${{ runner.os }}-${{ runner.arch }}-py3.13-"),
                SYNC,
            ),
        ),
        (
            "buildspec.yml",
            spec(""),
            spec(
                "  key: uv-linux-$(uname -m)-$(codebuild-hash-files uv.lock)\n  fallback-keys:\n"
                "    - uv-linux-$(uname -m)-\n"
            ),
        ),
    ],
    ids=["github", "codebuild"],
)
def test_the_fix_writes_a_key_that_follows(git_repo: MakeRepository, path: str, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {path: before}), CODE, unsafe=False)

    assert after == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "glob, expected",
    [
        ("uv.lock", []),
        ("${{ inputs.lock }}", []),
        ("poetry.lock", ["error: the key of `astral-sh/setup-uv` never changes: `poetry.lock` names no tracked file"]),
        (
            "pyproject.toml",
            ["warning: the key follows `api/pyproject.toml`, `web/pyproject.toml`, and not `api/uv.lock`"],
        ),
    ],
)
def test_the_locks_of_the_rows_of_a_matrix(git_repo: MakeRepository, glob: str, expected: list[str]) -> None:
    inputs = f"{{working-directory: '${{{{ matrix.root }}}}', cache-dependency-glob: '{glob}'}}"
    text = workflow(f"- uses: astral-sh/setup-uv@v10\n  with: {inputs}\n", SYNC, job=rows("api", "web"))
    files = {f"{folder}/{name}": content for folder in ("api", "web") for name, content in UV.items()}

    assert expected == messages(found(git_repo(files | {WORKFLOW: text}), CODE))


def test_constraints_are_a_lock_too(git_repo: MakeRepository) -> None:
    files = {"in/test.in": "six\n", "in/test.txt": "six==1.17.0\n"}
    step = cache("a-${{ hashFiles('in/*.txt') }}", "~/.cache/pip")
    text = workflow(step, "pip install -r in/test.in -c in/test.txt")

    assert [] == found(git_repo(files | {WORKFLOW: text}), CODE)


def test_an_environment_gets_no_prefix_to_restore_by(git_repo: MakeRepository) -> None:
    """KPT405 comes first: it puts downloads there, whose key may."""
    text = workflow(cache("v3-${{ hashFiles('pyproject.toml') }}", ".venv"), SYNC)
    (finding,) = found(git_repo(UV | {WORKFLOW: text}), CODE)

    assert finding.fix is None


AZURE = """\
variables: {UV_CACHE_DIR: $(Pipeline.Workspace)/.uv}
steps:
- task: Cache@2
  inputs:
    key: v3 | pyproject.toml
    path: $(UV_CACHE_DIR)
- script: uv sync --locked
"""
COUNTED = "variables: {UV_CACHE_DIR: $CI_PROJECT_DIR/.uv}\n"


@pytest.mark.parametrize(
    "path, text, expected",
    [
        (WORKFLOW, workflow(cache("v3-${{ hashFiles('pyproject.toml') }}"), SYNC),
            "key: v3-uv-${{ runner.os }}-${{ runner.arch }}-${{ hashFiles('uv.lock') }}\n"),
        ("buildspec.yml", spec("  key: v3-$CODEBUILD_WEBHOOK_HEAD_REF\n"),
            "key: v3-uv-linux-$(uname -m)-$(codebuild-hash-files uv.lock)\n"),
        (".gitlab-ci.yml", COUNTED + gitlab([SYNC], "cache:\n  key: v3-$CI_COMMIT_REF_SLUG\n  paths: [.uv]\n"),
            "    prefix: v3-uv-linux-amd64-py3.13\n"),
        ("azure-pipelines.yml",
            AZURE,
            '    key: v3 | uv | "$(Agent.OS)" | "$(Agent.OSArchitecture)" | uv.lock | pyproject.toml\n'),
        (".circleci/config.yml",
            circleci([SYNC]) + "      - save_cache:\n          key: v3-deps\n          paths: [~/.cache/uv]\n",
            "          key: 'v3-deps-{{ arch }}-py3.13-{{ checksum \"uv.lock\" }}'\n"),
    ],
    ids=["github", "codebuild", "gitlab", "azure", "circleci"],
)  # fmt: skip
def test_the_word_that_people_count_up_stays(git_repo: MakeRepository, path: str, text: str, expected: str) -> None:
    repository = mended(git_repo(UV | {path: text}), CODE, unsafe=False)

    assert expected in (repository.root / path).read_text()
    assert [] == found(repository, CODE, "KPT404")


def test_a_file_that_is_not_there_is_no_part_of_the_new_key(git_repo: MakeRepository) -> None:
    """Azure's task fails where a segment matches nothing."""
    text = "steps:\n- task: Cache@2\n  inputs:\n    key: python | requirements.txt | package.json\n    path: .uv\n"
    text += "- script: uv sync --locked\nvariables: {UV_CACHE_DIR: .uv}\n"
    files = UV | {"package.json": "{}\n", "azure-pipelines.yml": text}
    repository = mended(git_repo(files), CODE, unsafe=False)

    expected = '"$(Agent.OSArchitecture)" | uv.lock | package.json\n'
    assert expected in (repository.root / "azure-pipelines.yml").read_text()


def test_a_key_that_one_step_saves_and_another_restores_is_told_of_once(git_repo: MakeRepository) -> None:
    step = "      - restore_cache:\n          key: a\n      - run: uv sync --locked\n"
    save = "      - save_cache:\n          key: a\n          paths: [~/.cache/uv]\n"
    repository = git_repo(UV | {".circleci/config.yml": circleci([]) + step + save})

    assert [Seen(CODE, ".circleci/config.yml", 9)] == seen(found(repository, CODE, "KPT404"))


SHARED = "default:\n  image: python:3.12\n  cache:\n    key: ${CI_COMMIT_REF_SLUG}\n    paths: [.uv]\n"
MATRIX = "other:\n  parallel: {matrix: [{PY: ['3.9', '3.10']}]}\n  image: python:$PY\n  script: [uv sync --locked]\n"


@pytest.mark.parametrize(
    "files, other, key",
    [
        ({}, "", "    key:\n      files:\n        - uv.lock\n      prefix: uv-linux-amd64-py3.12\n"),
        ({}, MATRIX, "    key:\n      files:\n        - uv.lock\n      prefix: uv-linux-amd64\n"),
        ({".python-version": "3.12\n"}, MATRIX,
            "    key:\n      files:\n        - uv.lock\n        - .python-version\n      prefix: uv-linux-amd64\n"),
    ],
    ids=["one-image", "several", "file"],
)  # fmt: skip
def test_a_python_is_in_the_key_where_all_jobs_that_share_it_have_it(
    git_repo: MakeRepository, files: dict[str, str], other: str, key: str
) -> None:
    text = COUNTED + SHARED + f"test:\n  script: [{SYNC}]\n" + other
    repository = mended(git_repo(UV | files | {".gitlab-ci.yml": text}), CODE, unsafe=False)

    assert text.replace("    key: ${CI_COMMIT_REF_SLUG}\n", key) == (repository.root / ".gitlab-ci.yml").read_text()
    assert [] == found(repository, CODE, "KPT404")


@pytest.mark.parametrize(
    "inputs, said",
    [("enable-cache: true", "enable-cache: true"), ("enable-cache: auto", "enable-cache: auto")],
)
def test_a_switch_is_told_as_it_is_written(git_repo: MakeRepository, inputs: str, said: str) -> None:
    step = f'- uses: astral-sh/setup-uv@v10\n  with: {{{inputs}, cache-dependency-glob: ""}}\n'
    (finding,) = found(git_repo(UV | {WORKFLOW: workflow(step, SYNC)}), CODE)

    assert f"the key of `{said}` never changes: no lock file is hashed into it" == finding.message


def test_the_switch_of_setup_pdm_is_told_as_it_is_written(git_repo: MakeRepository) -> None:
    step = "- uses: pdm-project/setup-pdm@v4\n  with: {cache: true}\n"
    files = {"pyproject.toml": PROJECT, "pdm.lock": "version = 0\n", WORKFLOW: workflow(step, "pdm sync")}
    (finding,) = found(git_repo(files), "KPT405")

    assert "what `cache: true` stores is an environment, no download cache" == finding.message


def test_of_gitlabs_two_files_the_one_that_is_not_there_makes_room(git_repo: MakeRepository) -> None:
    text = COUNTED + gitlab([SYNC], "cache:\n  key: {files: [package.json, poetry.lock]}\n  paths: [.uv]\n")
    repository = mended(git_repo(UV | {"package.json": "{}\n", ".gitlab-ci.yml": text}), CODE, unsafe=False)

    assert "files: [package.json, uv.lock]" in (repository.root / ".gitlab-ci.yml").read_text()
