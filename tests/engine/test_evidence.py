"""Which tools a project uses: shown by manifests, locks, CI files and scripts, not by what merely mentions them."""

from __future__ import annotations

import pytest

from kempt.engine.evidence import manifests, scripts, used_rows
from kempt.model.listing import Listing


def used(files: dict[str, str], *others: str) -> set[str]:
    listing = Listing.of([*files, *others])
    return {row.name for row in used_rows(listing, {path: text.encode() for path, text in files.items()})}


@pytest.mark.parametrize(
    "files, row",
    [
        ({"pyproject.toml": 'dev = ["pytest-cov>=5"]'}, ".coverage"),
        ({"pyproject.toml": "[tool.coverage.run]\n"}, ".coverage"),
        ({"pyproject.toml": "[tool.coverage.run]\nparallel = true\n"}, ".coverage.*"),
        ({"requirements-dev.txt": "Coverage==7\n"}, ".coverage"),
        ({"uv.lock": '[[package]]\nname = "coverage"\n'}, ".coverage"),
        ({".github/workflows/ci.yml": "run: pytest --cov-report=xml\n"}, "coverage.xml"),
        ({"tox.ini": "coverage xml\n"}, "coverage.xml"),
        ({"Makefile": "\tpython -m build\n"}, "/dist/"),
        ({"setup.py": ""}, "*.egg-info/"),
        ({"api/setup.py": ""}, "/build/"),
        ({"pyproject.toml": 'requires = ["setuptools>=80"]'}, "*.egg-info/"),
        ({"README.md": "    python -m venv env\n"}, "env/"),
        ({"README.md": "```\nsource venv/bin/activate\n```\n"}, "venv/"),
        ({"CONTRIBUTING.md": "Run `. venv/bin/activate`"}, "venv/"),
        ({"pyproject.toml": 'dependencies = ["python-dotenv"]'}, ".env"),
        ({"pyproject.toml": "[tool.pdm.dev-dependencies]"}, ".pdm-python"),
        ({"mkdocs.yml": ""}, "/site/"),
    ],
    ids=["requirement", "table", "setting", "case", "lock", "ci", "tox", "makefile", "setup-py", "service", "backend",
         "read-me", "activate", "dot", "secret", "pdm", "mkdocs"],
)  # fmt: skip
def test_a_tool_is_shown_by_what_the_project_says(files: dict[str, str], row: str) -> None:
    assert row in used(files)


@pytest.mark.parametrize(
    "files, row",
    [
        ({"README.md": "We measure coverage."}, ".coverage"),
        ({"pyproject.toml": "# coverage is measured elsewhere\n"}, ".coverage"),
        ({".github/workflows/ci.yml": "  # uploads coverage\n  - run: x\n"}, ".coverage"),
        ({"pyproject.toml": 'dependencies = ["code-coverage-badge"]'}, ".coverage"),
        ({"pyproject.toml": 'dependencies = ["myscrapy"]'}, ".scrapy/"),
        ({"mkdocs.yml": "nav:\n  - marimo: marimo.md\n"}, "__marimo__/"),
        ({"uv.lock": '[[package]]\nname = "python-dotenv"\n'}, ".env"),
        ({"uv.lock": '[[package]]\nname = "setuptools"\n'}, "*.egg-info/"),
        ({"examples/a/pyproject.toml": 'dependencies = ["scrapy"]'}, ".scrapy/"),
        ({"README.md": "python -m venv venv-dev"}, "venv/"),
    ],
    ids=[
        "prose",
        "comment",
        "ci-comment",
        "longer-name",
        "name-inside",
        "page",
        "brought-along",
        "in-lock",
        "example",
        "other-name",
    ],
)
def test_a_mention_is_no_evidence(files: dict[str, str], row: str) -> None:
    assert row not in used(files)


@pytest.mark.parametrize(
    "path, row, expected",
    [
        ("src/a.py", "__pycache__/", True),
        ("tests/a.py", "__pycache__/", True),
        ("a.pyx", "__pycache__/", False),
        ("book/a.ipynb", ".ipynb_checkpoints/", True),
        ("docs/A.IPYNB", ".ipynb_checkpoints/", True),
        ("tests/data/a.ipynb", ".ipynb_checkpoints/", False),
    ],
)
def test_tracked_files_show_what_opens_them(*, path: str, row: str, expected: bool) -> None:
    assert expected == (row in used({}, path))


def test_the_manifests_of_a_listing() -> None:
    wanted = [
        "a/pyproject.toml",
        "a/uv.lock",
        "requirements.txt",
        "requirements/dev.txt",
        "setup.py",
        "pylock.toml",
        "b/Pipfile.lock",
    ]
    others = ["PyProject.toml", "a/setup.py", "a/__init__.py", "notes.txt", "b/pylock.toml.bak", "x/pipfile"]

    assert set(wanted) == set(manifests(Listing.of(wanted + others)))


def test_the_scripts_are_those_at_the_root() -> None:
    wanted = [
        ".github/workflows/ci.yml",
        ".github/workflows/deep/x.yaml",
        "Makefile",
        "README.md",
        "tox.ini",
        ".circleci/config.yml",
    ]
    others = ["sub/Makefile", ".github/dependabot.yml", ".github/workflows/notes.md", "makefile"]

    assert set(wanted) == set(scripts(Listing.of(wanted + others)))
