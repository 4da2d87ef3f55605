"""`kempt fleet fix`: what would be sent, and what is written where."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import RunFacts

DIRTY: dict[str, str | bytes] = {
    "a.py": "",
    ".gitignore": ".venv\n__pycache__/\n",
    "pkg/__pycache__/a.cpython-312.pyc": b"\0",
}
CLEAN = {"a.py": "", ".gitignore": ".venv\n__pycache__/\n"}


@pytest.fixture
def fleet(git_repo: MakeRepository, tmp_path: Path) -> Path:
    """A folder with a repository to mend, a clean one, one with a wrong setting."""
    git_repo(DIRTY, name="fleet/dirty")
    git_repo(CLEAN, name="fleet/clean")
    git_repo(DIRTY | {"kempt.toml": "nonsense = 1\n"}, name="fleet/wrong")
    (tmp_path / "repo").mkdir()
    return tmp_path / "fleet"


def folder_of(fleet: Path) -> tuple[Path, list[str]]:
    """The folder of the patches, and what lies in it, by name and without digests."""
    out = fleet.parent / "out"
    return out, sorted("-".join(each.name.split("-")[-3:-1]) or each.name for each in out.iterdir())


def test_without_a_folder_nothing_is_written(run: Run, fleet: Path) -> None:
    before = sorted(fleet.parent.rglob("*"))

    shown = (
        f"{fleet}/dirty\n"
        "  Mend KPT102 tracked-bytecode: 1 finding, 0 left\n"
        "  1 file leaves git\n\n"
        f"{fleet}/wrong\n"
        "  failed: kempt.toml:1: unknown setting `nonsense`\n\n"
        "1 patch for 3 repositories, 1 with nothing to mend, 1 failed.\n"
        "Nothing is written. Write them: the same with -o FOLDER\n"
    )

    assert (1, shown, "") == run("fleet", "fix", fleet)
    assert before == sorted(fleet.parent.rglob("*"))


def test_patches_and_an_index_are_written(run: Run, fleet: Path) -> None:
    out = fleet.parent / "out"
    ended = run("fleet", "fix", fleet, "--branch", "mend/it", "-o", out)

    assert (1, f"What to type for each of them, for branch mend/it: {out}/README.md\n") == (
        ended.status, ended.out.splitlines(keepends=True)[-1]
    )  # fmt: skip
    assert ["README.md", "fleet-dirty"] == folder_of(fleet)[1]


def test_the_commands_of_the_index_make_the_branch(run: Run, fleet: Path) -> None:
    out = fleet.parent / "out"
    run("fleet", "fix", fleet / "dirty", "-o", out, "--author", "Bob <bob@example.com>")
    page = (out / "README.md").read_text(encoding="utf-8")
    commands = page.partition("```sh\n")[2].partition("```")[0]

    subprocess.run(["bash", "-ec", commands], cwd=out, check=True, capture_output=True)

    [clone] = [each for each in out.iterdir() if each.is_dir()]
    log = subprocess.run(
        ["git", "log", "-1", "--format=%an %D", "--name-status"], cwd=clone, check=True, capture_output=True, text=True
    )
    assert "Bob HEAD -> kempt\n\nD\tpkg/__pycache__/a.cpython-312.pyc\n" == log.stdout


def test_json(run: Run, fleet: Path) -> None:
    document = json.loads(run("fleet", "fix", fleet, "--output-format", "json", "--only", "*/dirty").out)
    [row] = document["repositories"]

    assert {"repositories": 1, "patches": 1, "failed": 0} == document["summary"]
    assert (f"{fleet}/dirty", 1, [], None) == (row["repository"], row["leaving"], row["edited"], row["error"])
    assert [("KPT102", "tracked-bytecode")] == [(each["code"], each["rule"]) for each in row["mended"]]
    assert row["patch"].endswith(".patch")
    assert 3 == len(row["commands"])


def test_a_second_time_the_files_are_replaced(run: Run, fleet: Path) -> None:
    out = fleet.parent / "out"
    ends = [run("fleet", "fix", fleet / "dirty", "-o", out).status for _ in range(2)]

    assert ([0, 0], ["README.md", "fleet-dirty"]) == (ends, folder_of(fleet)[1])


def test_a_file_of_somebody_else_stays(run: Run, fleet: Path) -> None:
    out = fleet.parent / "out"
    out.mkdir()
    (out / "README.md").write_text("mine\n")

    assert (
        2, "",
        f"kempt: {out}/README.md: kempt did not make this file for that repository\n       name another folder\n",
    ) == run("fleet", "fix", fleet / "dirty", "-o", out)  # fmt: skip
    assert ["README.md"] == [each.name for each in out.iterdir()]


def test_unsafe_fixes_and_selected_rules(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(DIRTY | {"env/pyvenv.cfg": "home = /usr\n", "env/x": "#", "a.log": ""})
    words = ("fleet", "fix", repository.root, "-o", tmp_path / "out", "--unsafe-fixes", "--select", "KPT101")

    assert 0 == run(*words).status
    [patch] = (tmp_path / "out").glob("*.patch")
    text = patch.read_text(encoding="utf-8")
    assert "  kempt check --fix --unsafe-fixes --select KPT101\n" in text
    assert ["a/env/pyvenv.cfg b/env/pyvenv.cfg", "a/env/x b/env/x"] == [
        line.removeprefix("diff --git ") for line in text.splitlines() if line.startswith("diff ") and "/env/" in line
    ]
    assert ".pyc" not in text


@pytest.mark.parametrize(
    "words, message",
    [
        (["--branch=-x"], "`-x` is no plain name of a branch"),
        (["--branch=a..b"], "`a..b` is no plain name of a branch"),
        (["--branch=a.lock"], "`a.lock` is no plain name of a branch"),
        (["--branch=a b"], "`a b` is no plain name of a branch"),
        (["--author", "Bob"], "`Bob` is no author"),
        (["--author", "Bob <b>"], "`Bob <b>` is no author"),
        (["--token", "x"], "--token takes HOST=VARIABLE"),
    ],
)
def test_what_git_would_not_take(run: Run, fleet: Path, words: list[str], message: str) -> None:
    ended = run("fleet", "fix", fleet, *words)

    assert (2, True) == (ended.status, ended.err.startswith(f"kempt: {message}")), ended.err


def test_a_policy_counts_here_too(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(DIRTY | {"kempt.toml": 'ignore = ["KPT"]\n'})
    (tmp_path / "policy.toml").write_text('select = ["KPT1"]\n')
    outcomes = [
        run("fleet", "fix", repository.root, *words, "--output-format", "json").out
        for words in ([], ["--config", str(tmp_path / "policy.toml")])
    ]

    assert [0, 1] == [json.loads(each)["summary"]["patches"] if each else 0 for each in outcomes]


def test_without_sources_those_of_the_database_that_can_be_mended(run: Run, fleet: Path) -> None:
    database = fleet.parent / "fleet.db"
    run("fleet", "scan", fleet, "--db", database, "--jobs", "1")

    document = json.loads(run("fleet", "fix", "--db", database, "--output-format", "json").out)

    assert [f"{fleet}/dirty"] == [each["repository"] for each in document["repositories"]]


def test_no_name_in_the_database_keeps_the_others_from_being_mended(run: Run, git_repo: MakeRepository) -> None:
    """A folder whose name looks like the URL of a helper program, and one that is gone."""
    gone = git_repo(DIRTY, name="clones/gone").root
    folder = git_repo(DIRTY, name="clones/ext::sh -c x").root.parent
    run("fleet", "scan", folder, "--jobs", "1", cwd=folder.parent)
    gone.rename(folder.parent / "elsewhere")

    ended = run("fleet", "fix", cwd=folder.parent)

    assert (1, "") == (ended.status, ended.err)
    assert f"{folder}/ext::sh -c x\n  Mend KPT102" in ended.out
    assert f"{gone}\n  failed: no such file or folder: {gone}" in ended.out


def test_a_fleet_with_nothing_to_mend_is_no_error(run: Run, fleet: Path) -> None:
    database = fleet.parent / "fleet.db"
    run("fleet", "scan", fleet / "clean", "--jobs", "1", "--db", database)

    assert (0, "Nothing to mend.\n", "") == run("fleet", "fix", "--db", database)


def test_globs_that_leave_nothing_are_said_to_do_so(run: Run, fleet: Path) -> None:
    ended = run("fleet", "fix", fleet, "--only", "zzz")

    assert (2, "") == (ended.status, ended.out)
    assert ended.err.startswith("kempt: no repository to look at: --only and --without leave none of the 3 that are")


def test_a_database_without_a_finished_scan_says_so(run: Run, tmp_path: Path, git_repo: MakeRepository) -> None:
    with FleetStore.open(str(tmp_path / "fleet.db"), create=True) as store:
        store.begin_run(RunFacts("key", "0.9.0", 1.0, 1), ["https://host/a"])
    git_repo(CLEAN)

    ended = run("fleet", "fix", "--db", tmp_path / "fleet.db")

    assert (2, "") == (ended.status, ended.out)
    assert ": no scan of this fleet has been finished yet\n       the same `kempt fleet scan` goes on\n" in ended.err


def test_what_the_list_names_and_kempt_refuses_has_failed(run: Run, fleet: Path) -> None:
    (fleet / "list.txt").write_text("clean\nhttp://host.example/x\n", encoding="utf-8")

    ended = run("fleet", "fix", fleet / "list.txt")

    assert 1 == ended.status
    assert f"http://host.example/x\n  failed: {fleet}/list.txt:2: http is neither encrypted" in ended.out


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_codes_are_checked_before_anything_starts(run: Run, fleet: Path, option: str) -> None:
    ended = run("fleet", "fix", fleet, option, "nope")

    assert (2, "", "kempt: the command line: no rule begins with `nope`\n") == ended


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which nobody can make a file")
def test_a_folder_that_cannot_be_written_is_named(run: Run, fleet: Path) -> None:
    ended = run("fleet", "fix", fleet / "dirty", "-o", "/proc/x")

    assert (2, "", True) == (ended.status, ended.out, ended.err.startswith("kempt: /proc/x/"))
    assert ".tmp" not in ended.err
