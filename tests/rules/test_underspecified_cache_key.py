"""KPT404: keys that lack the system, the architecture or the Python version."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, workflow

CODE = "KPT404"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
LOCK = "${{ hashFiles('uv.lock') }}"
SYNC = "uv sync --locked"
PYTHON = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n"


def cache(key: str, path: str = "~/.cache/uv") -> str:
    return f"- uses: actions/cache@v6\n  with:\n    path: {path}\n    key: {key}\n"


@pytest.mark.parametrize(
    "key, lacking",
    [
        (f"uv-{LOCK}", "the operating system, the architecture and the Python version"),
        (f"uv-${{{{ runner.os }}}}-{LOCK}", "the architecture and the Python version"),
        (f"uv-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-{LOCK}", "the Python version"),
        (f"uv-py3.13-${{{{ runner.os }}}}-{LOCK}", "the architecture"),
        (f"uv-${{{{ matrix.python-version }}}}-${{{{ runner.arch }}}}-{LOCK}", "the operating system"),
    ],
)
def test_what_a_key_lacks(git_repo: MakeRepository, key: str, lacking: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(PYTHON, cache(key), SYNC)}), CODE)

    assert [f"info: the key `{key}` lacks {lacking}"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 6)] == seen(findings)


@pytest.mark.parametrize(
    "path, text",
    [
        (
            "buildspec.yml",
            buildspec([SYNC]).replace("phases:\n", "phases:\n  install: {runtime-versions: {python: '3.13'}}\n")
            + "cache:\n  key: uv-$(codebuild-hash-files uv.lock)\n  paths: [/root/.cache/uv/**/*]\n",
        ),
        (
            ".circleci/config.yml",
            circleci([SYNC])
            + '      - save_cache:\n          key: uv-{{ checksum "uv.lock" }}\n          paths: [~/.cache/uv]\n',
        ),
    ],
    ids=["codebuild", "circleci"],
)
def test_other_providers(git_repo: MakeRepository, path: str, text: str) -> None:
    (finding,) = found(git_repo(UV | {path: text}), CODE)

    assert finding.message.endswith("lacks the operating system, the architecture and the Python version")


@pytest.mark.parametrize(
    "key, path",
    [
        (f"uv-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-${{{{ matrix.python-version }}}}-{LOCK}", "~/.cache/uv"),
        (f"uv-linux-x64-py313-{LOCK}", "~/.cache/uv"),
        (f"uv-Linux-ARM64-3.13-{LOCK}", "~/.cache/uv"),
        (f"uv-${{{{ steps.key.outputs.all }}}}-{LOCK}", "~/.cache/uv"),
        ("uv-v1", "~/.cache/uv"),
        (f"npm-{LOCK}", "~/.npm"),
        (f"mypy-{LOCK}", ".mypy_cache"),
        (f"pip-{LOCK}", "~/.cache/pip"),
    ],
    ids=["whole", "words", "other-words", "output", "constant", "node", "mypy", "foreign"],
)
def test_what_is_whole_or_not_asked(git_repo: MakeRepository, key: str, path: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: workflow(cache(key, path), SYNC)}), CODE))


def test_actions_have_keys_of_their_own(git_repo: MakeRepository) -> None:
    text = workflow("- uses: astral-sh/setup-uv@v10\n", SYNC)

    assert [] == found(git_repo(UV | {WORKFLOW: text}), CODE)


def test_the_fix_writes_a_whole_key(git_repo: MakeRepository) -> None:
    repository = git_repo(UV | {WORKFLOW: workflow(PYTHON, cache(f"uv-{LOCK}  # by hand"), SYNC)})
    mended(repository, CODE, unsafe=False)

    key = f"uv-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.13-{LOCK}"
    restored = "uv-${{ runner.os }}-${{ runner.arch }}-py3.13-"
    wanted = cache(f"{key}  # by hand") + f"    restore-keys: {restored}\n"
    assert workflow(PYTHON, wanted, SYNC) == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_a_python_that_the_file_does_not_name_is_not_asked(git_repo: MakeRepository) -> None:
    repository = git_repo(UV | {WORKFLOW: workflow(cache(f"uv-{LOCK}"), SYNC)})
    (finding,) = found(repository, CODE)

    assert finding.message.endswith("lacks the operating system and the architecture")
    assert [] == found(mended(repository, CODE, unsafe=False), CODE)


def test_an_environment_is_not_given_a_prefix_to_restore_by(git_repo: MakeRepository) -> None:
    """Packages of another lock would stay in it."""
    (finding,) = found(git_repo(UV | {WORKFLOW: workflow(PYTHON, cache(f"uv-{LOCK}", ".venv"), SYNC)}), CODE)

    assert finding.fix is None


WHOLE = "uv-${{ runner.os }}-${{ runner.arch }}-"


@pytest.mark.parametrize(
    "files, setup, key",
    [
        ({".python-version": "3.13\n"}, "", f"{WHOLE}${{{{ hashFiles('uv.lock', '.python-version') }}}}"),
        ({".python-version": "3.13\n"}, PYTHON, f"{WHOLE}py3.13-{LOCK}"),
        ({}, PYTHON.replace("'3.13'", "'3.x'"), f"{WHOLE}py3.x-{LOCK}"),
        (
            {},
            "- uses: actions/setup-python@v7\n  id: py\n",
            f"{WHOLE}py${{{{ steps.py.outputs.python-version }}}}-{LOCK}",
        ),
    ],
    ids=["file", "input", "newest", "output"],
)
def test_a_fix_that_leaves_nothing_to_find(
    git_repo: MakeRepository, files: dict[str, str], setup: str, key: str
) -> None:
    steps = [*filter(None, [setup]), cache(f"uv-{LOCK}"), SYNC]
    repository = mended(git_repo(UV | files | {WORKFLOW: workflow(*steps)}), CODE, unsafe=False)

    assert f"key: {key}\n" in (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE, "KPT403")


def test_a_python_of_each_row_is_written_too(git_repo: MakeRepository) -> None:
    setup = PYTHON.replace("'3.13'", "${{ matrix.python }}")
    job = "strategy:\n  matrix:\n    python: ['3.12', '3.13']\n"
    repository = git_repo(UV | {WORKFLOW: workflow(setup, cache(f"{WHOLE}{LOCK}"), SYNC, job=job)})

    assert [f"info: the key `{WHOLE}{LOCK}` lacks the Python version"] == messages(found(repository, CODE))
    assert [] == found(mended(repository, CODE, unsafe=False), CODE)


def test_the_image_names_the_python(git_repo: MakeRepository) -> None:
    step = '      - {}_cache:\n          key: uv-v1-{{{{ arch }}}}-{{{{ checksum "uv.lock" }}}}\n'
    text = circleci([]) + step.format("restore") + f"      - run: {SYNC}\n"
    text += step.format("save") + "          paths: [~/.cache/uv]\n"
    repository = git_repo(UV | {".circleci/config.yml": text})

    assert [Seen(CODE, ".circleci/config.yml", 9)] == seen(found(repository, CODE))
    mended(repository, CODE, unsafe=False)
    assert 2 == (repository.root / ".circleci/config.yml").read_text().count(
        'uv-v1-py3.13-{{ arch }}-{{ checksum "uv.lock" }}'
    )
    assert [] == found(repository, CODE)


def test_what_is_told_of_already_is_not_told_twice(git_repo: MakeRepository) -> None:
    """A key that follows the wrong file is KPT403's."""
    text = workflow(PYTHON, cache("uv-${{ hashFiles('pyproject.toml') }}"), SYNC)

    assert ["KPT403"] == [each.code for each in found(git_repo(UV | {WORKFLOW: text}), CODE, "KPT403")]
