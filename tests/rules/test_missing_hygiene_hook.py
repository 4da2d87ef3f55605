"""KPT607: pre-commit is in use without the hooks that keep text files whole."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.missing_hygiene_hook import RULE
from support.ruling import judged, mended_file, said

CONFIG = ".pre-commit-config.yaml"
OTHER = "repos:\n- repo: https://example.com/hooks\n  rev: v1\n  hooks:\n  - id: mypy\n"
THREE = ("check-merge-conflict", "end-of-file-fixer", "trailing-whitespace")
ADDRESS = "https://github.com/pre-commit/pre-commit-hooks"


def entry(*ids: str, repo: str = ADDRESS, rev: str = "v6.0.0") -> str:
    """A repository's entry with these hooks."""
    hooks = "".join(f"  - id: {id}\n" for id in ids)
    return f"- repo: {repo}\n" + (f"  rev: {rev}\n" if rev else "") + f"  hooks:\n{hooks}"


@pytest.mark.parametrize(
    "text, missing",
    [
        (OTHER, THREE),
        (OTHER + entry("check-toml"), THREE),
        (OTHER + entry(*THREE[1:]), THREE[:1]),
        (OTHER + entry("mixed-line-ending", *THREE[:2]), THREE[2:]),
        (OTHER + entry("editorconfig-checker", repo="https://example.com/ec"), THREE[:1]),
    ],
    ids=["none", "others", "no-conflicts", "no-whitespace", "editorconfig"],
)
def test_what_is_missing(git_repo: MakeRepository, text: str, missing: tuple[str, ...]) -> None:
    shown = ", ".join(f"`{name}`" for name in missing)

    assert [f"0: pre-commit is in use without {shown}"] == said(git_repo({CONFIG: text}), RULE)


@pytest.mark.parametrize(
    "files",
    [
        {CONFIG: OTHER + entry(*THREE, rev="v2.0.0")},
        {CONFIG: OTHER + entry(*THREE, repo="https://example.com/fork", rev="v1")},
        {CONFIG: OTHER + entry(*THREE, repo="builtin", rev="")},
        {CONFIG: OTHER + "- repo: local\n  hooks:\n" + "".join(
            f"  - id: own-{name}\n    name: x\n    entry: {program}\n    language: system\n"
            for name, program in zip(THREE, (*THREE[:2], "trailing-whitespace-fixer"), strict=True)
        )},
        {},
        {CONFIG: "repos: []\n"},
        {CONFIG: "- just: a list\n"},
    ],
    ids=["old", "fork", "prek", "local", "no-hooks", "empty", "list"],
)  # fmt: skip
def test_where_nothing_is_missing(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == said(git_repo(files | {"kept": ""}), RULE)


@pytest.mark.parametrize(
    "before, after",
    [
        (OTHER, OTHER + entry(*THREE)),
        (OTHER + entry("check-toml", rev="v4.0.0"), OTHER + entry("check-toml", *THREE, rev="v4.0.0")),
        (f"repos:\n{entry('check-toml', THREE[0])}{OTHER[7:]}", f"repos:\n{entry('check-toml', *THREE)}{OTHER[7:]}"),
        (OTHER + entry(THREE[0], repo="builtin", rev=""), OTHER + entry(*THREE, repo="builtin", rev="")),
        (
            f"repos:\n- repo: {ADDRESS}\n  rev: v6.0.0\n  hooks: [{{id: check-toml}}]\n",
            f"repos:\n- repo: {ADDRESS}\n  rev: v6.0.0\n  hooks: [{{id: check-toml}}, "
            + ", ".join(f"{{id: {name}}}" for name in THREE) + "]\n",
        ),
    ],
    ids=["entry", "beside", "in-the-middle", "builtin", "brackets"],
)  # fmt: skip
def test_what_is_missing_is_added(git_repo: MakeRepository, before: str, after: str) -> None:
    repository = git_repo({CONFIG: before})

    assert after == mended_file(repository, CONFIG, RULE)
    assert [] == judged(repository, RULE)
