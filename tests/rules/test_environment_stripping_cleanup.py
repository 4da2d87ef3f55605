"""KPT604: clean-ups of bytecode that go into environments."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.environment_stripping_cleanup import RULE
from support.ruling import judged, said

CI = ".github/workflows/ci.yml"
TOLD = "this deletes the bytecode of environments too (`{}`), not only the project's"
GUIDANCE = 'find . -name "__pycache__" -type d -prune -exec rm -rf {} +'


def makefile(*lines: str) -> dict[str, str]:
    """A Makefile whose recipe begins in line 2."""
    return {"Makefile": "clean:\n" + "".join(f"\t{line}\n" for line in lines)}


@pytest.mark.parametrize(
    "command",
    [
        GUIDANCE,
        "find . -name '*.pyc' -delete",
        "find -name '*.pyc' -delete",
        "find ./ -type f -name '*.py[co]' -exec rm -f {} \\;",
        "find . \\( -name '*.pyc' -o -name __pycache__ \\) -exec rm -rf {} +",
        "find . -iname '*.PYC' -mtime +7 -delete",
        "find . -path '*/__pycache__/*' -delete",
        "find . -regex '.*\\.pyc' -delete",
        "find . -name __pycache__ -exec sh -c 'rm -rf \"$0\"' {} \\;",
        "find . -name __pycache__ -print0 | xargs -0 rm -rf",
        "find . | grep -E '(__pycache__|\\.pyc$)' | xargs rm -rf",
        "find . | grep '__pycache__\\|\\.pyc$' | xargs rm -rf",
        "find . -type d | grep -v node_modules | grep __pycache__ | xargs rm -rf",
        "rm -rf `find . -name __pycache__`",
        "rm -rf $(find . -name __pycache__)",
        'find "$PWD" -name __pycache__ -exec rm -r {} +',
        "find . src -name '*.pyc' -delete",
        "find . -not -path './node_modules/*' -name '*.pyc' -delete",
        "find . -name .git -prune -o -name '*.pyc' -exec rm {} +",
        "sudo find . -name '*.pyc' -delete || true",
        "cd src && cd .. && find . -name '*.pyc' -delete",
        "python3 -c \"import pathlib; [p.unlink() for p in pathlib.Path('.').rglob('*.py[co]')]\"",
    ],
    ids=["guidance", "delete", "no-start", "exec", "brackets", "old", "path", "regex", "shell", "xargs", "grep",
         "basic", "grep-twice", "backquotes", "substituted", "pwd", "two-starts", "other-excluded", "git-pruned",
         "sudo", "cd", "python"],
)  # fmt: skip
def test_a_clean_up_that_enters_environments(git_repo: MakeRepository, command: str) -> None:
    assert [f"2: {TOLD.format('.venv')}"] == said(
        git_repo({"clean.sh": f"#!/bin/sh\n{command}\n# __pycache__\n"}), RULE
    )


@pytest.mark.parametrize(
    "command",
    [
        "find src tests -name __pycache__ -exec rm -rf {} +",
        "find . -not -path './.venv/*' -name '*.pyc' -delete",
        "find . ! -path '*/.venv/*' -name '*.pyc' -delete",
        "find . -path ./.venv -prune -o -name '*.pyc' -exec rm {} +",
        "find . -name .venv -prune -o -name __pycache__ -exec rm -rf {} +",
        "find . \\( -name .git -o -name .venv \\) -prune -o -name '*.pyc' -exec rm {} +",
        "find . -not -path '*/.*' -name '*.pyc' -delete",
        "find . -not -path '*/site-packages/*' -name '*.pyc' -delete",
        "find . -maxdepth 3 -name __pycache__ -exec rm -rf {} +",
        "find . | grep -v venv | grep '\\.pyc$' | xargs rm",
        "find . -name __pycache__",
        "find . -name '*.pyc' | wc -l",
        "find . -name '*.pyc' -ok rm {} \\;",
        "find . -name '*.pyo' -delete",
        "find . -name '*~' -delete",
        "find . -type d -name __pycache__ -delete",
        "find . -name __pycache__ -prune -o -name '*.orig' -exec rm {} +",
        "find .venv -name __pycache__ -exec rm -rf {} +",
        "find . -name .venv -exec rm -rf {} +",
        "find /usr/local -name '*.pyc' -delete",
        'find "$BUILD" -name \'*.pyc\' -delete',
        "cd src && find . -name '*.pyc' -delete",
        'cd "$BUILD" && find . -name \'*.pyc\' -delete',
        "rm -rf src/__pycache__",
        "echo 'find . -name __pycache__ -delete'",
        "find . -name '*.pyc' -delete -bogus",
        "find . \\( -name '*.pyc' -delete",
        "python3 -c \"import pathlib; [p.unlink() for p in pathlib.Path('src').rglob('*.py[co]')]\"",
        "kempt clean  # not __pycache__",
    ],
    ids=["own-folders", "not-path", "bang", "pruned", "pruned-name", "pruned-several", "hidden", "site-packages",
         "shallow", "grep", "listed", "counted", "asked", "pyo", "backups", "never-empty", "spared", "on-purpose",
         "whole-environment", "elsewhere", "variable", "cd", "cd-variable", "rm", "quoted", "unknown", "broken",
         "python-src", "kempt"],
)  # fmt: skip
def test_a_clean_up_that_does_not(git_repo: MakeRepository, command: str) -> None:
    text = f"#!/bin/sh\n{command}\n# __pycache__\n"

    assert [] == said(git_repo({"clean.sh": text}), RULE)


def test_each_place_is_told_with_its_column(git_repo: MakeRepository) -> None:
    files = makefile("@echo __pycache__", f"-@{GUIDANCE}", "rm -f x; find . -name '*.pyc' -delete")

    assert [(3, 4), (4, 11)] == [(each.location.line, each.location.column) for each in judged(git_repo(files), RULE)]


def test_make_starts_where_its_file_is(git_repo: MakeRepository) -> None:
    files = {"docs/Makefile": f"clean:\n\t{GUIDANCE}\n", "services/api/Makefile": f"clean:\n\t{GUIDANCE}\n"}
    files["services/api/pyproject.toml"] = "[tool.uv]\n"

    assert ["services/api/Makefile"] == [str(each.location.path) for each in judged(git_repo(files), RULE)]


@pytest.mark.parametrize(
    "command, expected",
    [("cd services/api && find . -name '*.pyc' -delete", True), ("find services -name '*.pyc' -delete", True),
     ("find services/web -name '*.pyc' -delete", False)],
    ids=["inside", "above", "beside"],
)  # fmt: skip
def test_the_environment_of_a_service(git_repo: MakeRepository, command: str, *, expected: bool) -> None:
    files = {"services/api/pyproject.toml": "[tool.uv]\n", "clean.sh": f"{command}\n"}

    assert [f"1: {TOLD.format('services/api/.venv')}"] * expected == said(git_repo(files), RULE)


@pytest.mark.parametrize(
    "goes, expected",
    [
        ('cd "$(dirname "$0")/.."', True),
        ('cd "$(git rev-parse --show-toplevel)"', True),
        ('cd "$(dirname "${BASH_SOURCE[0]}")"', False),
        ('cd "${0%/*}"', False),
        ('cd "$SOMEWHERE"', False),
    ],
    ids=["folder-above", "top", "own-folder", "parameter", "unknown"],
)
def test_scripts_say_where_they_go(git_repo: MakeRepository, goes: str, *, expected: bool) -> None:
    text = f"#!/usr/bin/env bash\n{goes}\n{GUIDANCE}\n"

    assert [f"3: {TOLD.format('.venv')}"] * expected == said(git_repo({"scripts/clean.sh": text}), RULE)


@pytest.mark.parametrize(
    "path", ["docker/slim.sh", "docker-entrypoint.sh", ".devcontainer/post.sh", "tests/data/clean.sh"]
)
def test_scripts_of_images_and_test_data(git_repo: MakeRepository, path: str) -> None:
    assert [] == said(git_repo({path: f"{GUIDANCE}\n"}), RULE)


def test_a_justfile(git_repo: MakeRepository) -> None:
    text = f"clean:\n    @{GUIDANCE}\n\nother arg:\n    echo {{{{arg}}}}\n"

    assert [f"2: {TOLD.format('.venv')}"] == said(git_repo({"justfile": text}), RULE)


def test_ci(git_repo: MakeRepository) -> None:
    commands = f"        python -V\n        {GUIDANCE}\n"
    text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n{commands}"

    assert [f"8: {TOLD.format('.venv')}"] == said(git_repo({CI: text}), RULE)


def test_an_image_may_strip(git_repo: MakeRepository) -> None:
    assert [] == said(git_repo({"Dockerfile": f"FROM python:3.12\nRUN {GUIDANCE}\n"}), RULE)


def test_the_help_names_what_does_it_right(git_repo: MakeRepository) -> None:
    (finding,) = judged(git_repo(makefile(GUIDANCE)), RULE)

    assert "kempt clean leaves environments alone; find does with -not -path '*/.venv/*'" == finding.help
