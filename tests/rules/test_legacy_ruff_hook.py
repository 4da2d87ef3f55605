"""KPT602: Ruff's hook under its legacy id."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.model.finding import Safety
from kempt.rules.legacy_ruff_hook import RULE
from support.ruling import judged, mended_file, said

CONFIG = ".pre-commit-config.yaml"
ADDRESS = "https://github.com/astral-sh/ruff-pre-commit"
COMMIT = "db90487f48a9dd992d243ef63c156eaffddeaf28"


def config(*rows: str, rev: str = "v0.12.0", address: str = ADDRESS, more: str = "") -> str:
    """A configuration with Ruff's repository, whose hooks are these rows."""
    hooks = "".join(f"  {row}\n" for row in rows)
    return f"repos:\n- repo: {address}\n  rev: {rev}\n  hooks:\n{hooks}{more}"


BLACK = "- repo: https://github.com/psf/black\n  rev: 24.1.0\n  hooks:\n  - id: black\n"
SCRIPT = "- repo: local\n  hooks:\n  - id: lint\n    name: lint\n    entry: make lint\n    language: system\n"


@pytest.mark.parametrize(
    "text, why",
    [
        (config("- id: ruff"), ", and no hook formats"),
        (config("- id: ruff", "- id: ruff-format"), ""),
        (config("- id: ruff", more=BLACK), ""),
        (config("- id: ruff", more=SCRIPT), ""),
        (config("- id: ruff", address="https://github.com/charliermarsh/ruff-pre-commit"), ", and no hook formats"),
        (config("- id: ruff", address="https://git.example.com/mirrors/ruff-pre-commit.git"), ", and no hook formats"),
        (config("- id: ruff", address="git@example.com:mirrors/ruff-pre-commit/"), ", and no hook formats"),
    ],
    ids=["alone", "with-format", "black", "make", "old-address", "mirror", "ssh"],
)
def test_the_legacy_id(git_repo: MakeRepository, text: str, why: str) -> None:
    assert [f"5: the hook id `ruff` is a legacy alias of `ruff-check`{why}"] == said(git_repo({CONFIG: text}), RULE)


@pytest.mark.parametrize(
    "text",
    [
        config("- id: ruff-check", "- id: ruff-format"),
        config("- id: ruff", address="https://example.com/our-hooks"),
        SCRIPT.replace("- repo", "repos:\n- repo").replace("lint\n", "ruff\n", 1),
    ],
    ids=["new-id", "other-repository", "local"],
)
def test_what_is_no_legacy_id(git_repo: MakeRepository, text: str) -> None:
    assert [] == said(git_repo({CONFIG: text}), RULE)


@pytest.mark.parametrize(
    "rev, after, safety",
    [
        ("v0.11.10", "v0.11.10", Safety.SAFE),
        ("'v0.16.1'", "'v0.16.1'", Safety.SAFE),
        (f"{COMMIT} # frozen: v0.12.11", f"{COMMIT} # frozen: v0.12.11", Safety.SAFE),
        ("v0.11.9", "v0.16.4", Safety.UNSAFE),
        ('"v0.0.287"', '"v0.16.4"', Safety.UNSAFE),
        (f"{COMMIT}  # frozen: v0.5.7", None, None),
        (COMMIT, None, None),
        ("main", None, None),
    ],
    ids=["first", "quoted", "frozen", "older", "ancient", "frozen-older", "commit", "branch"],
)
def test_the_name_changes_and_with_an_old_version_that_too(
    git_repo: MakeRepository, rev: str, after: str | None, safety: Safety | None
) -> None:
    before = config("- id: ruff", "  args: [--fix] # keep", "- id: ruff-format", rev=rev)
    repository = git_repo({CONFIG: before})
    expected = before if after is None else before.replace(rev, after).replace("id: ruff\n", "id: ruff-check\n")

    assert [safety] == [each.fix and each.fix.safety for each in judged(repository, RULE)]
    assert (before if safety is Safety.UNSAFE else expected) == mended_file(repository, CONFIG, RULE)
    assert expected == mended_file(repository, CONFIG, RULE, unsafe=True)


@pytest.mark.parametrize(
    "before, after",
    [
        (("- id: ruff",), ("- id: ruff-check", "- id: ruff-format")),
        (
            ("- id: ruff", "  args: [--fix]", "  exclude: ^docs/", "  types_or: [python, pyi]"),
            ("- id: ruff-check", "  args: [--fix]", "  exclude: ^docs/", "  types_or: [python, pyi]",
             "- id: ruff-format", "  exclude: ^docs/", "  types_or: [python, pyi]"),
        ),
        (("- id: ruff # lint", "# the end"), ("- id: ruff-check # lint", "- id: ruff-format", "# the end")),
        (("- id: 'ruff'",), ("- id: 'ruff-check'", "- id: ruff-format")),
        (("- {id: ruff, args: [--fix]}",), ("- {id: ruff-check, args: [--fix]}", "- id: ruff-format")),
        (
            ("- id: ruff", "- id: ruff", "  alias: again"),
            ("- id: ruff-check", "- id: ruff-format", "- id: ruff-check", "  alias: again"),
        ),
    ],
    ids=["bare", "same-files", "comments", "quoted", "braces", "twice"],
)  # fmt: skip
def test_a_formatter_comes_along(git_repo: MakeRepository, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    repository = git_repo({CONFIG: config(*before)})

    assert config(*after) == mended_file(repository, CONFIG, RULE)
    assert [] == judged(repository, RULE)


def test_hooks_in_brackets(git_repo: MakeRepository) -> None:
    before = f"repos:\n- repo: {ADDRESS}\n  rev: v0.12.0\n  hooks: [id: ruff]\n"

    assert before.replace("[id: ruff]", "[id: ruff-check, {id: ruff-format}]") == mended_file(
        git_repo({CONFIG: before}), CONFIG, RULE
    )
