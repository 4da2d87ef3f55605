from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from kempt.cli.check import exit_code
from kempt.model.finding import Finding, Level, Location
from kempt.model.report import Report, Trouble

ENVIRONMENT = {"env/pyvenv.cfg": "home = /usr\nversion = 3.9.1\n", "env/lib/x.py": ""}
IGNORES = {".gitignore": "__pycache__/\n.venv\n"}


def finding(level: Level, code: str = "KPT102") -> Finding:
    return Finding(code, level, "", "", Location(PurePosixPath("a")), "0")


@pytest.mark.parametrize(
    "findings, errors, zero, expected",
    [
        pytest.param([], 0, False, 0, id="clean"),
        pytest.param([finding(Level.INFO)], 0, False, 0, id="info-alone"),
        pytest.param([finding(Level.WARNING)], 0, False, 1, id="warning"),
        pytest.param([finding(Level.ERROR)], 0, False, 1, id="error"),
        pytest.param([finding(Level.ERROR)], 0, True, 0, id="exit-zero"),
        pytest.param([finding(Level.ERROR, "KPT000")], 0, True, 1, id="exit-zero-hides-no-crash"),
        pytest.param([finding(Level.ERROR, "KPT001")], 0, True, 1, id="exit-zero-hides-no-unreadable-file"),
        pytest.param([finding(Level.ERROR, "KPT002")], 0, True, 1, id="exit-zero-hides-no-unparsable-file"),
        pytest.param([], 1, True, 2, id="exit-zero-hides-no-error"),
        pytest.param([finding(Level.ERROR)], 1, False, 2, id="an-error-weighs-most"),
    ],
)
def test_exit_codes(findings: Sequence[Finding], errors: int, *, zero: bool, expected: int) -> None:
    report = Report("", (), tuple(findings), errors=(Trouble("broken"),) * errors)

    assert expected == exit_code([Report("", (), ()), report], zero=zero)


def test_clean(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a.py": "", **IGNORES})

    assert (0, "Clean: 2 tracked files.\n", "") == run("check")


@pytest.mark.parametrize(
    "words, expected",
    [
        pytest.param(["--select", "KPT101"], {"KPT101"}, id="select"),
        pytest.param(["--select", "KPT1", "--ignore", "KPT101"], {"KPT102"}, id="ignore"),
        pytest.param(["--select=KPT101,KPT102"], {"KPT101", "KPT102"}, id="comma"),
        pytest.param(["--select", "KPT101", "--extend-select", "KPT102"], {"KPT101", "KPT102"}, id="extend-select"),
        pytest.param(["--select", "KPT1", "--extend-ignore", "KPT102"], {"KPT101"}, id="extend-ignore"),
    ],
)
def test_rules_are_chosen(run: Run, git_repo: MakeRepository, words: list[str], expected: set[str]) -> None:
    git_repo({**ENVIRONMENT, "a.pyc": ""})

    found = json.loads(run("check", "--output-format=json", *words).out)["findings"]

    assert expected == {each["code"] for each in found}


def test_what_is_staged(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.txt": "", "kempt.toml": ""})
    repository.write({"kempt.toml": "ignore = ['KPT102']"})
    repository.write({"a.pyc": ""})
    repository.stage(["a.pyc"])

    status, out, _ = run("check", "--staged")

    assert 1 == status
    assert out.endswith("1 finding (1 error). Mend it with `kempt check --fix --staged`.\n")
    assert 0 == run("check").status


def test_a_commit_of_a_bare_repository(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.pyc": ""}).git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))

    assert 1 == run("check", "--rev", "HEAD", "bare.git", cwd=tmp_path).status
    assert (2, "") == run("check", "bare.git", cwd=tmp_path)[:2]


def test_a_folder_without_git(run: Run, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.pyc").touch()

    status, out, err = run("check", cwd=tmp_path / "archive")

    assert (2, "") == (status, out)
    assert err == (
        "kempt: not a git repository: . (KPT003)\n"
        "       kempt check --no-git takes every file of the folder as tracked (a source archive)\n"
    )
    assert 1 == run("check", "--no-git", "archive", cwd=tmp_path).status


def test_names_that_a_hook_is_given(run: Run, tmp_path: Path) -> None:
    words = ["check", "--filenames", "-q", "--output-format=concise", "env/pyvenv.cfg", "a/b.pyc", "c.py"]
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr")

    status, out, err = run(*words, cwd=tmp_path)

    assert (1, "") == (status, err)
    assert ["KPT101", "KPT102"] == sorted(line.split()[1] for line in out.splitlines())


def test_nothing_to_check_is_never_green(run: Run, git_repo: MakeRepository) -> None:
    git_repo()

    status, out, err = run("check", "--exit-zero")

    assert (2, "") == (status, out)
    assert err.startswith("kempt: nothing to check")


def test_an_error_is_in_the_result_that_a_program_reads(run: Run, tmp_path: Path) -> None:
    status, out, err = run("check", "--output-format", "json", "--exit-zero", cwd=tmp_path)

    assert (2, "KPT003") == (status, json.loads(out)["errors"][0]["code"])
    assert err.startswith("kempt: not a git repository")


def test_findings_of_several_folders_of_one_repository_are_one_report(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a/x.pyc": "", "b/x.pyc": "", "c/x.pyc": "", "a/d/x.txt": ""})

    status, out, _ = run("check", "--output-format=concise", "a", "b", "./a", "--select=KPT102")

    assert 1 == status
    assert ["a/x.pyc:1:1:", "b/x.pyc:1:1:"] == [line.split()[0] for line in out.splitlines()[:-1]]
    assert out.splitlines()[-1] == "2 findings (2 errors). Mend them with `kempt check --fix a b ./a`."


class TestAFolderOfRepositories:
    @pytest.fixture(autouse=True)
    def repositories(self, git_repo: MakeRepository, tmp_path: Path) -> None:
        git_repo({"a.txt": ""}, name="code/clean")
        git_repo({"a.pyc": "", "b.txt": ""}, name="code/deep/er/dirty")
        git_repo(name="code/empty")
        git_repo({"x.pyc": ""}, name="code/clean/inside")
        git_repo({"x.pyc": ""}, name="code/node_modules/x")
        git_repo({"x.pyc": ""}, name="code/.hidden/x")
        (tmp_path / "code" / "link").symlink_to(tmp_path / "code" / "clean")

    def test_is_checked_one_by_one(self, run: Run, tmp_path: Path) -> None:
        code = tmp_path / "code"

        status, out, err = run("check", "code", cwd=tmp_path)

        assert 2 == status
        assert out == (
            "clean           clean, 1 tracked file\n"
            "deep/er/dirty   1 finding (1 error)   `kempt check code/deep/er/dirty`\n"
            f"empty           not checked: nothing to check: no file is tracked in {code}/empty\n"
            "\n"
            "3 repositories: 1 with findings, 1 clean, 1 not checked.\n"
        )
        assert err == (
            f"kempt: {code}/empty: nothing to check: no file is tracked in {code}/empty (KPT005)\n"
            "       git add the project's files first\n"
        )

    def test_is_one_report_for_programs(self, run: Run, tmp_path: Path) -> None:
        status, out, _ = run("check", "--output-format", "json", cwd=tmp_path / "code")
        report = json.loads(out)

        assert (2, str(tmp_path / "code")) == (status, report["root"])
        assert ["deep/er/dirty/a.pyc"] == [each["path"] for each in report["findings"]]
        assert ["KPT005"] == [each["code"] for each in report["errors"]]

    def test_is_counted_in_one(self, run: Run, tmp_path: Path) -> None:
        assert "1  KPT102  [*]  tracked-bytecode\n" in run("check", "--statistics", cwd=tmp_path / "code").out

    def test_is_mended_one_by_one(self, run: Run, tmp_path: Path) -> None:
        status, out, _ = run("check", "--fix", cwd=tmp_path / "code")

        assert 2 == status
        assert "untracked a.pyc" in out
        assert "deep/er/dirty   clean" in out

    def test_holds_a_repository_that_is_damaged(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "code" / "clean" / ".git" / "index").write_bytes(b"broken")

        status, out, _ = run("check", cwd=tmp_path / "code")

        assert 2 == status
        assert "clean           not checked: git failed" in out
        assert "2 not checked" in out


def test_a_baseline_is_written_and_kept_to(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.pyc": "", "b.txt": ""})
    written = run("check", "--write-baseline", "known.json")

    assert (0, "known.json holds 1 known finding.\nFrom now on: `kempt check --baseline known.json`\n", "") == written
    assert (0, "Clean: 2 tracked files, 1 suppressed.\n", "") == run("check", "--baseline", "known.json")
    repository.write({"c/d.pyc": ""})
    repository.stage()
    assert 1 == run("check", "--baseline", "known.json").status


def test_a_baseline_does_not_take_what_could_not_be_read(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a.py": "", "pyproject.toml": "<<<<<<< ours\n", **IGNORES})

    assert (1, "known.json holds 0 known findings.") == (
        (ended := run("check", "--write-baseline", "known.json")).status,
        ended.out.splitlines()[0],
    )
    assert 1 == run("check", "--baseline", "known.json", "--exit-zero").status


def test_no_baseline_where_nothing_could_be_checked(run: Run, tmp_path: Path) -> None:
    assert 2 == run("check", "--write-baseline", "known.json", cwd=tmp_path).status
    assert not (tmp_path / "known.json").exists()


@pytest.mark.parametrize("name", ["missing.json", "broken.json"])
def test_a_baseline_that_cannot_be_read(run: Run, git_repo: MakeRepository, name: str) -> None:
    repository = git_repo({"a.txt": ""})
    repository.write({"broken.json": "{"})

    status, out, err = run("check", "--baseline", name)

    assert (2, "") == (status, out)
    assert err.startswith(f"kempt: {name}: ")


class TestAnOutputFile:
    @pytest.fixture(autouse=True)
    def repository(self, git_repo: MakeRepository) -> None:
        git_repo({"a.txt": ""})

    def test_holds_the_result_and_no_colours(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLICOLOR_FORCE", "1")

        assert (0, "", "") == run("check", "-o", tmp_path / "out")
        assert "Clean: 1 tracked file.\n" == (tmp_path / "out").read_text()

    def test_may_be_a_link(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("old")
        (tmp_path / "link").symlink_to(tmp_path / "real")

        assert 0 == run("check", "-o", tmp_path / "link").status
        assert (tmp_path / "link").is_symlink()
        assert "Clean: 1 tracked file.\n" == (tmp_path / "real").read_text()

    def test_may_be_a_device(self, run: Run) -> None:
        assert (0, "", "") == run("check", "-o", "/dev/null")
        assert Path("/dev/null").is_char_device()

    def test_may_be_stdout(self, run: Run) -> None:
        assert (0, "Clean: 1 tracked file.\n", "") == run("check", "-o", "/dev/stdout")

    def test_needs_a_folder(self, run: Run, tmp_path: Path) -> None:
        missing = tmp_path / "missing"

        assert (2, "", f"kempt: {missing}: no such folder\n       mkdir -p {missing}\n") == run(
            "check", "-o", missing / "x"
        )


class TestTheFormat:
    @pytest.fixture(autouse=True)
    def repository(self, git_repo: MakeRepository) -> None:
        git_repo({"a.txt": ""})

    def test_comes_from_the_environment(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KEMPT_OUTPUT_FORMAT", "json")

        assert 1 == json.loads(run("check").out)["version"]
        assert "Clean: 1 tracked file.\n" == run("check", "--output-format", "text").out

    def test_of_the_environment_counts_where_a_command_has_it(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KEMPT_OUTPUT_FORMAT", "sarif")

        assert run("rules").out.startswith("1  one command rebuilds\n")

    def test_must_exist(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KEMPT_OUTPUT_FORMAT", "xml")

        status, out, err = run("check")

        assert (2, "") == (status, out)
        assert err.startswith("kempt: KEMPT_OUTPUT_FORMAT names no format: xml\n")

    def test_github_has_a_page_for_the_step(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        page = tmp_path / "summary.md"
        page.write_text("before\n")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))

        assert (0, "", "") == run("check", "--output-format", "github")
        assert page.read_text().startswith("before\n## kempt\n")

    def test_a_page_that_cannot_be_written_does_not_hide_the_verdict(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "missing" / "summary.md"))

        status, _, err = run("check", "--output-format", "github")

        assert 0 == status
        assert err.startswith("kempt: ")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--staged", "--rev", "HEAD"], id="two-sources"),
        pytest.param(["--fix", "--rev", "HEAD"], id="fix-of-a-commit"),
        pytest.param(["--diff", "--no-git"], id="diff-without-git"),
        pytest.param(["--dry-run", "--filenames", "x"], id="dry-run-of-names"),
        pytest.param(["--fix", "--write-baseline", "x"], id="fix-and-baseline"),
        pytest.param(["--diff", "--output-format", "json"], id="diff-as-json"),
        pytest.param(["--statistics", "--output-format", "sarif"], id="statistics-as-sarif"),
        pytest.param(["--output-format", "xml"], id="unknown-format"),
        pytest.param(["--select", "KPT999"], id="unknown-rule"),
        pytest.param(["--select", ","], id="no-rule"),
        pytest.param(["--config", "missing.toml"], id="missing-settings"),
    ],
)
def test_contradictions_and_nonsense_are_refused_before_anything_is_done(
    run: Run, git_repo: MakeRepository, words: list[str]
) -> None:
    repository = git_repo({"a.pyc": ""})

    status, out, err = run("check", *words)

    assert (2, "", ["a.pyc"]) == (status, out, repository.tracked())
    assert err.startswith("kempt: ")


def test_settings_of_a_file_that_is_named_and_of_none(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"a.pyc": "", "kempt.toml": "ignore = ['KPT1']\n"})
    repository.write({"other.toml": "select = ['KPT101']\n"})

    assert [0, 0, 1] == [run("check", *words).status for words in ([], ["--config", "other.toml"], ["--isolated"])]


def test_a_wrong_setting_is_named_with_its_line(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a.txt": "", "kempt.toml": "\nselct = []\n"})

    assert (2, "", "kempt: kempt.toml:2: unknown setting `selct`; did you mean `select`?\n") == run("check")


def test_codes_of_the_command_line_come_on_top_of_those_in_the_file(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"a.pyc": "", ".DS_Store": "", "kempt.toml": "extend-ignore = ['KPT102']\n"})

    assert 0 == run("check", "--extend-ignore", "KPT107").status


def test_what_cannot_be_mended_is_not_said_to_be(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pyc").touch()

    assert "fix" not in run("check", "--no-git", "--select", "KPT102", cwd=tmp_path).out


def test_the_next_command_means_the_same_commit(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.pyc": ""}, name="code/dirty")

    assert "`kempt check --rev HEAD ./dirty`" in run("check", "--rev", "HEAD", cwd=tmp_path / "code").out
    assert "`kempt check --rev HEAD code/dirty`" in run("check", "--rev", "HEAD", "code", cwd=tmp_path).out


def test_progress_names_each_repository_in_turn(
    run: Run, git_repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("kempt.cli.output.progress", shown.append)
    for name in ("a", "b"):
        git_repo({"x": ""}, name=f"code/{name}")

    run("check", cwd=tmp_path / "code")
    run("check", "--quiet", cwd=tmp_path / "code")
    run("check", "--no-progress", cwd=tmp_path / "code")

    assert ["checking 1 of 2: a", "checking 2 of 2: b"] == [text for text in shown if text]
