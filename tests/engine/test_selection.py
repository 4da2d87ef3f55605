"""What silences a finding: comments, path settings, a baseline; and what is said of a suppression of no use."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.project.check import check
from kempt.engine.selection import matches
from kempt.model.finding import Untrack
from kempt.model.report import Report
from support.checking import mended
from support.repositories import Repository

MARK = "# kempt: ignore"
DEAD = "x\nx\n"  # the second line is KPT205


def report(repository: Repository, *codes: str, **settings: object) -> Report:
    return check(str(repository.root), overrides={"select": list(codes), **settings})


def shown(result: Report) -> tuple[list[str], list[tuple[str, str]]]:
    """The codes that count, with lines, and those that are silenced, with the reason."""
    counted = [f"{each.code} {each.location.path}:{each.location.line}" for each in result.findings]
    return counted, [(each.finding.code, each.by) for each in result.suppressed]


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"x\n{MARK}[KPT205] wanted twice\nx\n", ([], [("KPT205", "comment")])),
        (f"x\n{MARK}[KPT2]\n\n# note\nx\n", ([], [("KPT205", "comment")])),
        (f"x\n{MARK}[KPT101, KPT205]\nx\n", ([], [("KPT205", "comment")])),
        (f"x\nx\n{MARK}[KPT205]\ny\n", (["KPT006 .gitignore:3", "KPT205 .gitignore:2"], [])),
        (f"x\n{MARK}[KPT202]\nx\n", (["KPT006 .gitignore:2", "KPT205 .gitignore:3"], [])),
        (f"x\n{MARK}[]\nx\n", (["KPT006 .gitignore:2", "KPT205 .gitignore:3"], [])),
        (f"x\nx {MARK}[KPT205]\n", ([], [])),
    ],
    ids=["next-line", "prefix", "several", "other-line", "other-rule", "empty", "part-of-the-pattern"],
)
def test_a_comment_covers_the_next_pattern(
    git_repo: MakeRepository, text: str, expected: tuple[list[str], list[tuple[str, str]]]
) -> None:
    assert expected == shown(report(git_repo({".gitignore": text, "a": ""}, commit=False), "KPT0", "KPT205", "KPT202"))


def test_a_comment_anywhere_covers_findings_about_the_file_as_a_whole(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": f"*.log\n\n{MARK}[KPT201] by hand\n", "app.py": ""}, commit=False)

    counted, silenced = shown(report(repository, "KPT0", "KPT201"))

    assert ([], {("KPT201", "comment")}) == (counted, set(silenced))


def test_a_comment_for_a_rule_that_is_off_is_not_idle(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": f"{MARK}[KPT201]\nx\n", "a": ""}, commit=False)

    assert ([], []) == shown(report(repository, "KPT006", "KPT205"))


@pytest.mark.parametrize("code", ["KPT001", "KPT0"])
def test_what_could_not_be_read_is_never_silenced(git_repo: MakeRepository, code: str) -> None:
    repository = git_repo({"a": ""}, commit=False)
    (repository.root / ".gitignore").symlink_to("elsewhere")
    repository.stage()

    result = report(repository, "KPT2", ignore=[code], **{"per-path-ignores": {"**": ["KPT"]}})

    assert (["KPT001 .gitignore:1"], []) == shown(result)


@pytest.mark.parametrize(
    "settings, by",
    [
        ({"per-path-ignores": {"data/**": ["KPT10"]}}, "per-path-ignores"),
        ({"per-path-ignores": {"data": ["KPT"]}}, "per-path-ignores"),
        ({"per-path-ignores": {"./data/": ["KPT102"]}}, "per-path-ignores"),
        ({"per-path-ignores": {"*.pyc": ["KPT102"]}}, "per-path-ignores"),
        ({"allow": ["data"]}, "allow"),
        ({"allow": ["data/*.pyc"]}, "allow"),
        ({"allow": ["data/a.pyc", "data/b.pyc"]}, "allow"),
    ],
    ids=["glob", "folder", "spelled", "name", "allow", "allow-glob", "allow-each"],
)
def test_path_settings(git_repo: MakeRepository, settings: dict[str, object], by: str) -> None:
    repository = git_repo({"data/a.pyc": "", "data/b.pyc": "", "x": ""}, commit=False)

    assert ([], [("KPT102", by)]) == shown(report(repository, "KPT102", **settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"per-path-ignores": {"data": ["KPT103"]}},
        {"per-path-ignores": {"dat": ["KPT102"]}},
        {"allow": ["other"]},
        {"allow": []},
    ],
    ids=["other-rule", "other-folder", "other-path", "none"],
)
def test_path_settings_that_do_not_fit(git_repo: MakeRepository, settings: dict[str, object]) -> None:
    repository = git_repo({"data/a.pyc": "", "x": ""}, commit=False)

    assert (["KPT102 data/a.pyc:1"], []) == shown(report(repository, "KPT102", **settings))


def test_what_is_allowed_may_be_tracked_and_nothing_more(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": DEAD, "x": ""}, commit=False)

    assert (["KPT205 .gitignore:2"], []) == shown(report(repository, "KPT205", allow=[".gitignore"]))


def test_one_allowed_file_keeps_its_place_when_its_neighbours_go(git_repo: MakeRepository) -> None:
    """Loose files are one finding a folder: an exempt one must not be untracked with the rest, nor hide it."""
    repository = git_repo({"data/a.pyc": "", "data/b.pyc": "", "x": ""}, commit=False)

    (finding,) = report(repository, "KPT102", allow=["data/a.pyc"]).findings

    assert finding.fix is not None
    assert [["data/b.pyc"]] == [
        [str(path) for path in edit.paths] for edit in finding.fix.edits if isinstance(edit, Untrack)
    ]


@pytest.mark.parametrize(
    "path, glob, expected",
    [
        ("a/b/c", "a", True),
        ("a/b/c", "a/*", True),
        ("a/b/c", "a/**", True),
        ("a/b/c", "*/c", True),
        ("a/b/c", "c", False),
        ("ab/c", "a", False),
        ("A/b", "a", False),
        ("a[1]/b", "a[[]1]", True),
    ],
)
def test_globs(*, path: str, glob: str, expected: bool) -> None:
    assert expected == matches(path, glob)


def test_a_baseline_silences_what_is_known_and_nothing_new(git_repo: MakeRepository) -> None:
    repository = git_repo({"data/a.pyc": "", "x": ""}, commit=False)
    known = [each.fingerprint for each in report(repository, "KPT102").findings]
    repository.write({"data/b.pyc": "", "other/c.pyc": ""})
    repository.stage()

    result = check(str(repository.root), overrides={"select": ["KPT102"]}, baseline=known)

    assert (["KPT102 other/c.pyc:1"], [("KPT102", "baseline")]) == shown(result)


def test_idle_path_settings_of_a_file_are_reported(git_repo: MakeRepository) -> None:
    config = 'allow = ["data", "nothing"]\n[per-path-ignores]\n"data/*" = ["KPT1"]\n"src/*" = ["KPT2"]\n'
    repository = git_repo({"kempt.toml": config, "data/a.pyc": "", "x": ""}, commit=False)

    result = report(repository, "KPT")

    assert [("KPT102", "per-path-ignores")] == [(each.finding.code, each.by) for each in result.suppressed]
    assert [
        "`data` in allow silences nothing",
        "`nothing` in allow silences nothing",
        "`src/*` in per-path-ignores silences nothing",
    ] == sorted(each.message for each in result.findings)


def test_a_comment_for_a_rule_that_does_not_exist_is_idle(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": f"{MARK}[KPT999]\nx\n", "a": ""}, commit=False)

    assert (["KPT006 .gitignore:1"], []) == shown(report(repository, "KPT"))


def test_settings_of_the_command_line_are_never_idle(git_repo: MakeRepository) -> None:
    repository = git_repo({"x": ""}, commit=False)

    assert ([], []) == shown(report(repository, "KPT006", "KPT102", allow=["nothing"]))


def test_the_worst_come_first_then_the_paths(git_repo: MakeRepository) -> None:
    files = {".gitignore": DEAD, "b/.DS_Store": "", "a/.DS_Store": "", "coverage.xml": "", "x": ""}

    result = report(git_repo(files, commit=False), "KPT106", "KPT107", "KPT205")

    assert ["KPT107 a/.DS_Store:1", "KPT107 b/.DS_Store:1", "KPT106 coverage.xml:1", "KPT205 .gitignore:2"] == shown(
        result
    )[0]


def test_idle_settings_are_pointed_to_and_can_be_taken_out(git_repo: MakeRepository) -> None:
    config = '# ours\n[tool.kempt]\nallow = ["data", "nothing"] # why\n\n[project]\nname = "x"\n\n[tool.other]\ny = 1\n'
    repository = git_repo({"pyproject.toml": config, "data/a.pyc": "", "x": ""}, commit=False)

    (idle,) = [each for each in report(repository, "KPT").findings if each.code == "KPT006"]
    mended(repository, "KPT")

    assert ("pyproject.toml", 3) == (str(idle.location.path), idle.location.line)
    assert config.replace(', "nothing"', "") == (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    assert "data/a.pyc" in repository.tracked()
