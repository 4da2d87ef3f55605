from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository

SETTINGS = "ignore = ['KPT205']\nunsafe-fixes = true\nper-path-ignores = {'tests/**' = ['KPT10', 'KPT2']}\n"
TEXT = """\
select = ["KPT"]                # default
ignore = ["KPT205"]             # kempt.toml
extend-select = []              # default
extend-ignore = []              # default
fixable = ["KPT"]               # default
unfixable = []                  # default
unsafe-fixes = true             # kempt.toml
allow = []                      # default
per-path-ignores = { "tests/**" = ["KPT10", "KPT2"] }  # kempt.toml
tracked-but-ignored = "caches"  # default
docker-fix = "auto"             # default
clean-keep = []                 # default
extend = []                     # default
"""


def test_each_setting_with_its_source(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"kempt.toml": SETTINGS})

    assert (0, TEXT, "") == run("config")


def test_the_text_is_a_file_of_settings(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"kempt.toml": SETTINGS})

    assert tomllib.loads(SETTINGS).items() <= tomllib.loads(run("config", "--verbose").out).items()


def test_what_a_setting_means(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a": ""})

    assert run("config", "-v").out.startswith('# Rule codes or prefixes that are on.\nselect = ["KPT"]')


def test_json(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"pyproject.toml": f"[tool.kempt]\n{SETTINGS}"})
    document = json.loads(run("config", "--output-format", "json").out)

    assert (1, "config", "pyproject.toml") == (document["version"], document["command"], document["file"])
    assert {"value": ["KPT205"], "source": "pyproject.toml"} == document["settings"]["ignore"]
    assert {"value": {"tests/**": ["KPT10", "KPT2"]}, "source": "pyproject.toml"} == (
        document["settings"]["per-path-ignores"]
    )


@pytest.mark.parametrize("words", [["--isolated"], ["--config", "empty.toml"]], ids=["isolated", "another-file"])
def test_other_settings(run: Run, git_repo: MakeRepository, words: list[str]) -> None:
    git_repo({"kempt.toml": SETTINGS, "empty.toml": ""})

    assert "kempt.toml" not in run("config", *words).out


def test_outside_git(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kempt.toml").write_text(SETTINGS)

    assert (0, TEXT, "") == run("config", cwd=tmp_path)


def test_a_folder_may_be_named(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"kempt.toml": SETTINGS, "src/a": ""})

    assert (0, TEXT, "") == run("config", "repo/src", cwd=tmp_path)


@pytest.mark.parametrize(
    "name, content, expected",
    [
        pytest.param(
            "kempt.toml", "a = 1\nignore = 1\n", "kempt.toml:1: unknown setting `a`", id="unknown-setting"
        ),
        pytest.param("kempt.toml", "a = \n", "kempt.toml:1: Invalid value", id="no-toml"),
        pytest.param(
            "pyproject.toml", "[tool.kempt]\n[tool.kempt]\n",
            "pyproject.toml:2: Cannot declare ('tool', 'kempt') twice", id="shared-file-is-no-toml",
        ),
    ],
)  # fmt: skip
def test_wrong_settings(run: Run, git_repo: MakeRepository, name: str, content: str, expected: str) -> None:
    git_repo({name: content})

    assert (2, "", f"kempt: {expected}\n") == run("config")


def test_the_schema(run: Run, tmp_path: Path) -> None:
    status, out, err = run("config", "--schema", cwd=tmp_path)

    assert (0, "") == (status, err)
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(out)["$schema"]


def test_where_extended_settings_come_from(run: Run, git_repo: MakeRepository) -> None:
    base = "unsafe-fixes = true\nextend-ignore = ['KPT2']\n"
    git_repo({"kempt.toml": "extend = 'base.toml'\nextend-ignore = ['KPT205']\n", "base.toml": base})
    lines = run("config").out.splitlines()

    assert [
        'extend-ignore = ["KPT2", "KPT205"] # base.toml, kempt.toml',
        "unsafe-fixes = true # base.toml",
        'extend = ["base.toml"] # kempt.toml',
    ] == [" ".join(each.split()) for each in lines if "base.toml" in each]
