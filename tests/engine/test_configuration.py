"""Settings: where they come from, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository
from kempt.engine.configuration import load_config
from kempt.engine.project.check import check
from kempt.engine.sources import open_source
from kempt.errors import ConfigError, KemptError
from kempt.model.config import Config
from kempt.model.repo import Fault
from support.checking import found, seen
from support.repositories import Repository

SOME = {"app.py": ""}


def loaded(repository: Repository, **keywords: object) -> tuple[Config, tuple[Fault, ...]]:
    with open_source(str(repository.root)) as source:
        return load_config(source.tree, None, None, keywords, isolated=False)


@pytest.mark.parametrize(
    "files, expected",
    [
        ({}, Config()),
        ({"pyproject.toml": "[project]\n"}, Config()),
        (
            {"pyproject.toml": '[tool.kempt]\nignore = ["KPT205"]\n'},
            Config(ignore=("KPT205",), source="pyproject.toml"),
        ),
        ({"kempt.toml": 'ignore = ["KPT2"]\n'}, Config(ignore=("KPT2",), source="kempt.toml")),
        (
            {"kempt.toml": "unsafe-fixes = true\n", "pyproject.toml": '[tool.kempt]\nignore = ["KPT205"]\n'},
            Config(unsafe_fixes=True, source="kempt.toml"),
        ),
        (
            {"kempt.toml": '[per-path-ignores]\n"a/**" = ["KPT1"]\n'},
            Config(per_path_ignores={"a/**": ("KPT1",)}, source="kempt.toml"),
        ),
        (
            {"kempt.toml": 'tracked-but-ignored = "all"\nallow = ["x"]\n'},
            Config(tracked_but_ignored="all", allow=("x",), source="kempt.toml"),
        ),
    ],
    ids=["none", "not-ours", "pyproject", "own-file", "own-file-wins", "table", "others"],
)
def test_where_settings_come_from(git_repo: MakeRepository, files: dict[str, str], expected: Config) -> None:
    assert (expected, ()) == loaded(git_repo(SOME | files, commit=False))


@pytest.mark.parametrize(
    "files, message",
    [
        ({"kempt.toml": 'igore = ["KPT1"]\n'}, "kempt.toml:1: unknown setting `igore`; did you mean `ignore`?"),
        (
            {"kempt.toml": "\nextend_select = []\n"},
            "kempt.toml:2: unknown setting `extend_select`; did you mean `extend-select`?",
        ),
        ({"kempt.toml": "source = 'x'\n"}, "kempt.toml:1: unknown setting `source`"),
        ({"kempt.toml": "zzz = 1\n"}, "kempt.toml:1: unknown setting `zzz`"),
        ({"kempt.toml": "select = 'KPT1'\n"}, "kempt.toml:1: `select` must be a list of strings"),
        ({"kempt.toml": "select = [1]\n"}, "kempt.toml:1: `select` must be a list of strings"),
        ({"kempt.toml": "unsafe-fixes = 1\n"}, "kempt.toml:1: `unsafe-fixes` must be true or false"),
        ({"kempt.toml": "tracked-but-ignored = true\n"}, "kempt.toml:1: `tracked-but-ignored` must be a string"),
        (
            {"kempt.toml": "tracked-but-ignored = 'some'\n"},
            "kempt.toml:1: `tracked-but-ignored` must be one of caches, all",
        ),
        (
            {"kempt.toml": "per-path-ignores = []\n"},
            "kempt.toml:1: `per-path-ignores` must be a table of lists of strings",
        ),
        (
            {"kempt.toml": "[per-path-ignores]\nx = 'KPT1'\n"},
            "kempt.toml:1: `per-path-ignores` must be a table of lists of strings",
        ),
        (
            {"kempt.toml": "select = ['KPT1011']\n"},
            "kempt.toml:1: no rule begins with `KPT1011`; did you mean `KPT101`?",
        ),
        ({"kempt.toml": "ignore = ['']\n"}, "kempt.toml:1: no rule begins with ``"),
        ({"kempt.toml": "\n[per-path-ignores]\nx = ['E501']\n"}, "kempt.toml:2: no rule begins with `E501`"),
        ({"kempt.toml": "a = 1\nb =\n"}, "kempt.toml:2: Invalid value"),
        (
            {"pyproject.toml": "[project]\nselect = 1\n\n[tool.kempt]\n# note\nselct = []\n"},
            "pyproject.toml:6: unknown setting `selct`; did you mean `select`?",
        ),
        (
            {"pyproject.toml": "[tool]\nkempt = 1 # [tool.kempt]\n"},
            "pyproject.toml: [tool.kempt] must be a table",
        ),
    ],
    ids=["typo", "underscore", "internal", "unknown", "string-for-list", "number-in-list", "number-for-flag",
         "flag-for-word", "word", "list-for-table", "string-in-table", "code", "empty", "not-ours", "not-toml",
         "in-pyproject", "no-table"],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_a_guess(
    git_repo: MakeRepository, files: dict[str, str], message: str
) -> None:
    repository = git_repo(SOME | files, commit=False)

    with pytest.raises(ConfigError) as caught:
        loaded(repository)

    assert message == str(caught.value)


def test_a_broken_pyproject_is_a_finding_and_the_run_goes_on(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME | {"pyproject.toml": "[tool.kempt]\nselect = [\n", ".DS_Store": ""}, commit=False)

    assert [("KPT107", ".DS_Store", 1), ("KPT002", "pyproject.toml", 2)] == [
        each[:3] for each in seen(found(repository, "KPT107"))
    ]


def test_a_mistake_on_the_command_line_has_no_line(git_repo: MakeRepository) -> None:
    with pytest.raises(ConfigError) as caught:
        found(git_repo(SOME, commit=False), "E501")

    assert "the command line: no rule begins with `E501`" == str(caught.value)


def test_the_command_line_is_laid_over_the_file(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME | {"kempt.toml": 'select = ["KPT1"]\nignore = ["KPT107"]\n'}, commit=False)

    assert Config(("KPT2",), ("KPT107",), source="kempt.toml") == loaded(repository, select=["KPT2"])[0]


def test_a_file_of_its_own_choice(git_repo: MakeRepository) -> None:
    repository = git_repo(
        SOME | {"kempt.toml": 'ignore = ["KPT1"]\n', "other.toml": "select = ['KPT107']\n", ".DS_Store": ""},
        commit=False,
    )

    report = check(str(repository.root), config_file=str(repository.root / "other.toml"))

    assert ["KPT107"] == [each.code for each in report.findings]


def test_a_file_that_cannot_be_read_is_an_error(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME, commit=False)

    with pytest.raises(KemptError):
        check(str(repository.root), config_file=str(repository.root / "missing.toml"))


def test_isolated_takes_no_file(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME | {"kempt.toml": "nonsense = 1\n", ".DS_Store": ""}, commit=False)

    report = check(str(repository.root), isolated=True, overrides={"select": ["KPT107"]})

    assert ["KPT107"] == [each.code for each in report.findings]


@pytest.mark.parametrize(
    "settings, wanted",
    [
        ({}, {"KPT101", "KPT205"}),
        ({"select": ("KPT1",)}, {"KPT101"}),
        ({"ignore": ("KPT2",)}, {"KPT101"}),
        ({"select": ("KPT",), "ignore": ("KPT1",), "extend_select": ("KPT101",)}, {"KPT101", "KPT205"}),
        ({"select": ("KPT101",), "ignore": ("KPT101",)}, set()),
        ({"select": (), "extend_select": ("KPT2",), "extend_ignore": ("KPT205",)}, set()),
        ({"select": ("KPT1",), "extend_select": ("KPT20",)}, {"KPT101", "KPT205"}),
    ],
    ids=["default", "select", "ignore", "longer-select", "tie", "longer-ignore", "extend"],
)
def test_the_longest_prefix_decides(settings: dict[str, Any], wanted: set[str]) -> None:
    config = Config(**settings)

    assert wanted == {code for code in ("KPT101", "KPT205") if config.wants(code)}


def test_a_file_extends_others_and_the_last_one_wins(git_repo: MakeRepository) -> None:
    files = {
        "kempt.toml": 'extend = ["shared/a.toml", "shared/b.toml"]\nextend-select = ["KPT416"]\n',
        "shared/a.toml": 'extend = "base.toml"\nallow = ["a"]\ndocker-fix = "flag"\n',
        "shared/b.toml": 'extend = "base.toml"\nallow = ["b"]\n',
        "shared/base.toml": 'extend-select = ["KPT1"]\nallow = ["base"]\nunsafe-fixes = true\n',
    }
    config, _ = loaded(git_repo(SOME | files, commit=False))

    assert (("KPT1", "KPT416"), ("b",), "flag", True) == (
        config.extend_select, config.allow, config.docker_fix, config.unsafe_fixes
    )  # fmt: skip
    assert ("kempt.toml", "shared/base.toml, kempt.toml", "shared/b.toml") == (
        config.source, config.origin("extend-select"), config.origin("allow")
    )  # fmt: skip


def test_a_commit_extends_files_of_the_commit(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME | {"kempt.toml": 'extend = "ci/base.toml"\n', "ci/base.toml": 'allow = ["x"]\n'})
    (repository.root / "ci/base.toml").write_text("nonsense = 1\n")

    with open_source(str(repository.root / ".git"), rev="HEAD") as source:
        config, _ = load_config(source.tree, None, None, {}, isolated=False)

    assert ("x",) == config.allow


@pytest.mark.parametrize(
    "files, message",
    [
        (
            {"kempt.toml": '\nextend = "../x.toml"\n'},
            "kempt.toml:2: `extend` leads out of the repository: ../x.toml",
        ),
        (
            {"kempt.toml": 'extend = "/etc/x.toml"\n'},
            "kempt.toml:1: `extend` leads out of the repository: /etc/x.toml",
        ),
        (
            {"pyproject.toml": '[tool.kempt]\nextend = "x.toml"\n'},
            "pyproject.toml:2: `extend` names x.toml, which cannot be read: no such file",
        ),
        (
            {"kempt.toml": 'extend = "a/b.toml"\n', "a/b.toml": '\n\nextend = "../kempt.toml"\n'},
            "a/b.toml:3: `extend` comes back to kempt.toml",
        ),
        ({"kempt.toml": 'extend = "kempt.toml"\n'}, "kempt.toml:1: `extend` comes back to kempt.toml"),
        ({"kempt.toml": 'extend = "a.toml"\n', "a.toml": "x = \n"}, "a.toml:1: Invalid value"),
        (
            {"kempt.toml": 'extend = "a.toml"\n', "a.toml": "\nignore = ['x']\n"},
            "a.toml:2: no rule begins with `x`",
        ),
        ({"kempt.toml": "extend = 1\n"}, "kempt.toml:1: `extend` must be a string or a list of strings"),
        (
            {f"{each}.toml": f"extend = '{each + 1}.toml'\n" for each in range(40)}
            | {"kempt.toml": 'extend = "0.toml"\n'},
            "31.toml:1: `extend` leads to more than 32 files",
        ),
    ],
    ids=["above", "absolute", "missing", "cycle", "itself", "not-toml", "wrong-in-it", "type", "chain"],
)
def test_a_mistake_in_what_is_extended(git_repo: MakeRepository, files: dict[str, str], message: str) -> None:
    repository = git_repo(SOME | files, commit=False)

    with pytest.raises(ConfigError) as caught:
        loaded(repository)

    assert message == str(caught.value)


def test_a_link_is_not_extended(git_repo: MakeRepository) -> None:
    repository = git_repo(SOME | {"kempt.toml": 'extend = "a.toml"\n'}, commit=False)
    (repository.root / "a.toml").symlink_to("/etc/passwd")

    with pytest.raises(ConfigError, match="a symbolic link, not a regular file"):
        loaded(repository)


def test_a_file_of_its_own_choice_extends_what_lies_beside_it(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(SOME, commit=False)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/own.toml").write_text('extend = "../base.toml"\n[fleet]\nstrict = false\n')
    (tmp_path / "base.toml").write_text('allow = ["x"]\n')

    with open_source(str(repository.root)) as source:
        config, _ = load_config(source.tree, None, str(tmp_path / "own/own.toml"), {}, isolated=False)

    assert (("x",), str(tmp_path / "base.toml")) == (config.allow, config.origin("allow"))


def test_an_exception_of_no_use_is_told_where_it_stands(git_repo: MakeRepository) -> None:
    files = {"kempt.toml": 'extend = "ci/base.toml"\n', "ci/base.toml": '# ours\nallow = ["nowhere"]\n'}

    assert [("KPT006", "ci/base.toml", 2)] == [
        each[:3] for each in seen(found(git_repo(SOME | files), "KPT006", "KPT1"))
    ]
