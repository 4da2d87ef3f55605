"""KPT601: hooks that delete bytecode and caches in the work tree."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from conftest import MakeRepository
from kempt import __version__
from kempt.model.finding import Safety
from kempt.rules.destructive_clean_hook import RULE
from support.ruling import judged, mended_file, said

CONFIG = ".pre-commit-config.yaml"
KEMPT = f"""\
      - id: kempt-check
        name: kempt check
        entry: kempt check --staged
        language: python
        additional_dependencies: [kempt=={__version__}]
        pass_filenames: false
"""


def local(entry: str, *more: str) -> str:
    """A configuration with one local hook; `entry` is YAML."""
    rows = ("id: clean", f"entry: {entry}", "language: system", *more)
    return f"repos:\n  - repo: local\n    hooks:\n      - {f'{chr(10)}        '.join(rows)}\n"


@pytest.mark.parametrize(
    "entry, name",
    [
        ("bash -c \"find . -name '__pycache__' -type d -prune -exec rm -rf {} +\"", "__pycache__"),
        ("find . -name '*.pyc' -delete", "*.pyc"),
        ("find . -path ./.venv -prune -o -name '*.pyc' -exec rm {} +", "*.pyc"),
        ("sh -c 'find . | grep -E \"(__pycache__|\\.pyc$)\" | xargs rm -rf'", "__pycache__"),
        ("bash -c 'rm -rf $(find . -name __pycache__)'", "__pycache__"),
        ("bash -c 'shopt -s globstar; rm -rf **/__pycache__ .pytest_cache'", "__pycache__"),
        ("rm -rf .mypy_cache/", ".mypy_cache"),
        ("rm -rf .pytest_cache .ruff_cache", ".pytest_cache"),
        ("bash -c 'rm -rf .*_cache'", ".pytest_cache"),
        ("env PYTHONPATH=. pyclean .", "__pycache__"),
        ("python -m pyclean .", "__pycache__"),
        ("git clean -fdX", "what is ignored"),
        ("git clean -f -d -x", "what is ignored"),
        (
            "python3 -Bc \"import pathlib, shutil; [shutil.rmtree(p) for p in pathlib.Path().rglob('__pycache__')]\"",
            "__pycache__",
        ),
        ("python -c \"import pathlib; [p.unlink() for p in pathlib.Path('.').rglob('*.py[co]')]\"", "__pycache__"),
    ],
    ids=["guidance", "delete", "pruned", "grep", "substituted", "globstar", "rm", "first-of-two", "glob", "pyclean",
         "module", "git-ignored", "git-all", "python", "python-files"],
)  # fmt: skip
def test_a_hook_that_cleans(git_repo: MakeRepository, entry: str, name: str) -> None:
    shown = name if " " in name else f"`{name}`"
    scalar = "'" + entry.replace("'", "''") + "'"

    assert [f"4: the hook `clean` deletes {shown} from the work tree on each commit"] == said(
        git_repo({CONFIG: local(scalar)}), RULE
    )


@pytest.mark.parametrize(
    "entry",
    [
        "find . -name '*.orig' -delete",
        "find . -name __pycache__ -prune -o -name '*.orig' -exec rm {} +",
        "find . -name '*.pyc'",
        "find . -name '*.pyc' -ok rm {} +",
        "find /tmp/x -name '*.pyc' -delete",
        "rm -rf dist build",
        "rm -rf node_modules",
        "git clean -ndX",
        "git clean -fd",
        "python -c 'print(1)'",
        "python tools/check_pycache.py",
        "kempt check",
        "bash -c 'unclosed",
    ],
    ids=["other-files", "spared", "listed", "asked", "elsewhere", "build", "node", "dry-run", "untracked-only",
         "python", "script", "kempt", "broken"],
)  # fmt: skip
def test_a_hook_that_does_something_else(git_repo: MakeRepository, entry: str) -> None:
    scalar = "'" + entry.replace("'", "''") + "'"

    assert [] == said(git_repo({CONFIG: local(scalar)}), RULE)


def test_args_belong_to_the_command(git_repo: MakeRepository) -> None:
    text = local("rm", "args: [-rf, .ruff_cache]")

    assert ["4: the hook `clean` deletes `.ruff_cache` from the work tree on each commit"] == said(
        git_repo({CONFIG: text}), RULE
    )


@pytest.mark.parametrize("language", ["pygrep", "fail"])
def test_an_entry_that_is_no_program(git_repo: MakeRepository, language: str) -> None:
    text = local("rm -rf __pycache__").replace("system", language)

    assert [] == said(git_repo({CONFIG: text}), RULE)


def test_a_hook_that_only_people_start(git_repo: MakeRepository) -> None:
    text = local("rm -rf __pycache__", "stages: [manual]")

    assert [] == said(git_repo({CONFIG: text}), RULE)


def test_a_hook_from_elsewhere_is_known_by_its_name(git_repo: MakeRepository) -> None:
    text = "repos:\n- repo: https://example.com/pyclean\n  rev: v1\n  hooks:\n  - id: pyclean\n"

    assert ["5: the hook `pyclean` deletes `__pycache__` from the work tree on each commit"] == said(
        git_repo({CONFIG: text}), RULE
    )


# --- the fix -------------------------------------------------------------------------------------------
HEAD = """\
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v6.0.0
    hooks:
      - id: check-toml
"""
LOCAL = "  - repo: local\n    hooks:\n"
CLEAN = (
    "      - id: clean\n        name: clean\n        entry: find . -name '*.pyc' -delete\n        language: system\n"
)
OTHER = "      - id: other\n        name: other\n        entry: true\n        language: system\n"


@pytest.mark.parametrize(
    "before, after",
    [
        (HEAD + LOCAL + CLEAN, HEAD + LOCAL + KEMPT),
        (HEAD + LOCAL + CLEAN + OTHER, HEAD + LOCAL + KEMPT + OTHER),
        (HEAD + LOCAL + OTHER + CLEAN, HEAD + LOCAL + OTHER + KEMPT),
        (HEAD + LOCAL + CLEAN.rstrip("\n"), HEAD + LOCAL + KEMPT.rstrip("\n")),
        (LOCAL + CLEAN, LOCAL + KEMPT),
        (HEAD + LOCAL + CLEAN + KEMPT, HEAD + LOCAL + KEMPT),
        (HEAD + "\n" + LOCAL + CLEAN + "\n" + LOCAL + KEMPT, HEAD + "\n" + LOCAL + KEMPT),
        (HEAD + LOCAL + CLEAN + CLEAN.replace("clean", "again"), HEAD + LOCAL + KEMPT),
        (HEAD + LOCAL + "      # why\n" + CLEAN + "# end\n", HEAD + LOCAL + "      # why\n" + KEMPT + "# end\n"),
        ("default_stages: [pre-commit]\n" + HEAD + LOCAL + CLEAN + "fail_fast: true\n",
         "default_stages: [pre-commit]\n" + HEAD + LOCAL + KEMPT + "fail_fast: true\n"),
    ],
    ids=["alone", "first", "last", "no-line-end", "only", "kempt-beside", "kempt-apart", "twice", "comments",
         "settings"],
)  # fmt: skip
def test_kempt_takes_the_place_of_the_hook(git_repo: MakeRepository, before: str, after: str) -> None:
    before, after = (text if "repos:" in text else "repos:\n" + text for text in (before, after))

    assert after == mended_file(git_repo({CONFIG: before}), CONFIG, RULE)
    assert [] == judged(git_repo({CONFIG: after}, name="after"), RULE)


def test_a_repository_that_has_no_other_hook_goes_with_it(git_repo: MakeRepository) -> None:
    remote = "  - repo: https://example.com/pyclean\n    rev: v1\n    hooks:\n      - id: pyclean\n"

    assert HEAD + LOCAL + KEMPT + LOCAL + OTHER == mended_file(
        git_repo({CONFIG: HEAD + remote + LOCAL + OTHER}), CONFIG, RULE
    )


@pytest.mark.parametrize(
    "before, after",
    [
        ("  # clean up\n  # first\n{}", ""),
        ("\n  # clean up\n{}\n  # ours\n{}", "\n  # ours\n{}"),
        ("\n  # no tests, and ours\n{}\n{}", "\n  # no tests, and ours\n\n{}"),
        ("  # no tests, and ours\n{}{}", "  # no tests, and ours\n{}"),
    ],
    ids=["last", "the-next-has-its-own", "may-be-a-heading", "right-below"],
)
def test_the_comment_of_a_repository_goes_with_it(git_repo: MakeRepository, before: str, after: str) -> None:
    remote = "  - repo: https://example.com/pyclean\n    rev: v1\n    hooks:\n      - id: pyclean\n"
    head = HEAD + LOCAL + KEMPT

    text = mended_file(git_repo({CONFIG: head + before.format(remote, LOCAL + OTHER)}), CONFIG, RULE)
    assert head + after.format(LOCAL + OTHER) == text


def test_beside_other_hooks_of_a_repository_kempt_comes_at_the_end(git_repo: MakeRepository) -> None:
    remote = "  - repo: https://example.com/hooks\n    rev: v1\n    hooks:\n      - id: pyclean\n      - id: more\n"

    assert HEAD + remote.replace("      - id: pyclean\n", "") + LOCAL + OTHER + LOCAL + KEMPT == mended_file(
        git_repo({CONFIG: HEAD + remote + LOCAL + OTHER}), CONFIG, RULE
    )


def test_line_ends_of_windows_stay(git_repo: MakeRepository) -> None:
    before, after = (text.replace("\n", "\r\n") for text in (HEAD + LOCAL + CLEAN, HEAD + LOCAL + KEMPT))

    assert after == mended_file(git_repo({CONFIG: before.encode()}), CONFIG, RULE)


def test_margins_stay_as_they_are(git_repo: MakeRepository) -> None:
    before = "repos:\n- repo: local\n  hooks:\n  - id: clean\n    entry: pyclean .\n    language: system\n"
    kempt = indent(dedent(KEMPT), "  ")

    assert f"repos:\n- repo: local\n  hooks:\n{kempt}" == mended_file(git_repo({CONFIG: before}), CONFIG, RULE)


def test_a_hook_in_brackets_goes_and_kempt_comes_at_the_end(git_repo: MakeRepository) -> None:
    before = f"{HEAD}  - repo: https://example.com/hooks\n    rev: v1\n    hooks: [{{id: pyclean}}, {{id: more}}]\n"

    assert (
        f"{HEAD}  - repo: https://example.com/hooks\n    rev: v1\n    hooks: [{{id: more}}]\n{LOCAL}{KEMPT}"
        == mended_file(git_repo({CONFIG: before}), CONFIG, RULE)
    )


def test_an_alias_goes_before_what_it_stands_for(git_repo: MakeRepository) -> None:
    text = "repos:\n- &one\n  repo: https://example.com/a\n  rev: v1\n  hooks: [{id: pyclean}]\n- *one\n"

    assert f"repos:\n- repo: local\n  hooks:\n{indent(dedent(KEMPT), '    ')}" == mended_file(
        git_repo({CONFIG: text}), CONFIG, RULE
    )


def test_the_fix_is_safe(git_repo: MakeRepository) -> None:
    (finding,) = judged(git_repo({CONFIG: HEAD + LOCAL + CLEAN}), RULE)

    assert finding.fix is not None
    assert (Safety.SAFE, "put `kempt-check` in the place of `clean`") == (finding.fix.safety, finding.fix.title)
