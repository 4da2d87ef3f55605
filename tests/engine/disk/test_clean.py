"""What `plan_clean` takes, how, and what it never takes: on real folders, repositories and environments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.engine.disk.clean import plan_clean
from kempt.errors import UsageError
from kempt.model.cleaning import Wishes
from support.cleaning import ALL, PROJECT, files, plan, project, removed_at_once, spared, taken
from support.envs import DAY, backdate, make_environment
from support.repositories import write_files

NOW = time.time()
NO_LOCK = "has no lock file beside it, so the same environment may not be made again"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with something of each kind, outside git."""
    return project(tmp_path / "shop")


def old_environment(path: Path, days: float = 100) -> Path:
    return make_environment(path, now=NOW, age_days=days)


def test_by_default_only_what_comes_back_by_itself_goes(shop: Path) -> None:
    cleaning = plan_clean([str(shop)])

    assert [".hypothesis", ".mypy_cache", ".ruff_cache", "src/__pycache__"] == taken(cleaning, shop)
    assert (("build", 3),) == cleaning.others


def test_what_comes_back_by_itself_goes_at_once_and_all_else_to_the_trash(shop: Path) -> None:
    old_environment(shop / ".venv")
    cleaning = plan(shop)

    assert [".mypy_cache", ".ruff_cache", "src/__pycache__"] == removed_at_once(cleaning)
    assert [".coverage", ".hypothesis", ".venv", "build", "dist"] == sorted(
        set(taken(cleaning, shop)) - set(removed_at_once(cleaning))
    )
    assert (
        "`.hypothesis` holds the failing examples that Hypothesis remembers; it goes to the trash.",
    ) == cleaning.notes


def test_without_a_trash_everything_goes_at_once(shop: Path) -> None:
    assert taken(plan(shop), shop) == removed_at_once(plan(shop, trash=False))


def test_the_kinds_are_those_that_were_named(shop: Path) -> None:
    old_environment(shop / ".venv")

    assert ["src/__pycache__"] == taken(plan(shop, "bytecode"), shop)
    assert [".venv"] == taken(plan(shop, "envs"), shop)
    assert [".coverage", "build", "dist"] == taken(plan(shop, "build"), shop)


def test_what_goes_weighs_what_the_disk_says(shop: Path) -> None:
    sizes = {each.path: each.weight for each in plan(shop).taken}
    du = {path: int(subprocess.check_output(["du", "-s", "-B1", path]).split()[0]) for path in sizes}

    assert du == {path: weight and weight.bytes for path, weight in sizes.items()}


def test_planning_changes_nothing(shop: Path) -> None:
    before = {path: (shop / path).lstat().st_atime_ns for path in files(shop) if (shop / path).is_file()}
    plan(shop)

    assert before == {path: (shop / path).lstat().st_atime_ns for path in files(shop) if (shop / path).is_file()}


def test_what_was_planned_is_what_goes(shop: Path) -> None:
    before, cleaning = files(shop), plan(shop)
    (planned,) = cleaning.plans
    receipt = apply(planned)
    trashes = [each.name for each in shop.iterdir() if each.name.startswith(".kempt-trash-")]

    assert (True, before - files(shop, trashes)) == (
        receipt.ok, {path for path in before if any(f"{path}/".startswith(f"{one}/") for one in taken(cleaning, shop))},
    )  # fmt: skip
    assert {"pyproject.toml", "uv.lock", "src/app.py", ".env", "notes.txt"} <= files(shop)


def test_nothing_is_left_to_do_afterwards(shop: Path) -> None:
    for each in plan(shop).plans:
        apply(each)

    assert () == plan(shop).plans


def test_what_only_a_person_can_judge_goes_when_it_is_named(tmp_path: Path) -> None:
    shop = project(tmp_path / "shop", {"node_modules/x/a.js": "", ".ipynb_checkpoints/a.ipynb": ""})

    assert {"node_modules", ".ipynb_checkpoints", "app.egg-info"} == spared(plan(shop), shop).keys()
    assert {"node_modules", "app.egg-info"} == set(
        taken(plan(shop, include=("node_modules", "*.egg-info")), shop)
    ) - set(taken(plan(shop), shop))


@pytest.mark.parametrize("name", ["egg-info", "*.egg-info", "app.egg-info", "app.egg-info/"])
def test_metadata_may_be_named_in_several_ways(name: str, shop: Path) -> None:
    assert "app.egg-info" in taken(plan(shop, include=(name,)), shop)


@pytest.mark.parametrize(
    "name, note",
    [
        ("bogus", "`--include bogus`: nothing that is called so waits to be named."),
        ("egg-info", "`--include egg-info` counts with --build."),
    ],
)
def test_a_name_that_takes_nothing_is_told(name: str, note: str, shop: Path) -> None:
    assert (note,) == plan(shop, "caches", include=(name,)).notes[:1]


@pytest.mark.parametrize("wish", [{"include": ("",)}, {"include": ("/",)}, {"keep": ("",)}, {"keep": ("[",)}])
def test_a_name_or_pattern_that_means_nothing_is_refused(wish: dict[str, tuple[str, ...]], shop: Path) -> None:
    with pytest.raises(UsageError):
        plan(shop, **wish)


@pytest.mark.parametrize("pattern", ["./dist", "{shop}/dist/", "{shop}/dist"])
def test_a_path_is_as_good_as_a_pattern(pattern: str, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)

    assert "dist" in spared(plan(shop, keep=(pattern.format(shop=shop),)), shop)


def test_patterns_keep_what_they_match_as_git_reads_them(shop: Path) -> None:
    cleaning = plan(shop, keep=("/dist/", ".*_cache", "!.ruff_cache"))

    assert {
        "dist": "is kept by the pattern `/dist/`",
        ".mypy_cache": "is kept by the pattern `.*_cache`",
        "app.egg-info": "is not known to be made again by itself (--include egg-info)",
    } == spared(cleaning, shop)


@pytest.mark.parametrize(
    "file, content",
    [
        ("kempt.toml", 'clean-keep = ["/dist/"]\n'),
        ("pyproject.toml", '[tool.kempt]\nclean-keep = ["/dist/"]\n'),
        ("pyproject.toml", '[tool."kempt"]\nclean-keep = ["/dist/"]\n'),
        ("pyproject.toml", '[ tool . kempt ]\nclean-keep = ["/dist/"]\n'),
        ("pyproject.toml", 'tool.kempt.clean-keep = ["/dist/"]\n'),
        ("pyproject.toml", '[tool]\nkempt = {"clean-keep" = ["/dist/"]}\n'),
    ],
)
def test_a_project_says_what_is_to_be_kept(tmp_path: Path, file: str, content: str) -> None:
    shop = project(tmp_path / "shop", {file: content})

    assert "is kept by `clean-keep`: `/dist/`" == spared(plan(tmp_path / "shop"), shop)["dist"]


@pytest.mark.parametrize("key", ["clean_keep", "clean-kep"])
@pytest.mark.parametrize("file", ["kempt.toml", "pyproject.toml"])
def test_a_mistyped_setting_keeps_everything(key: str, file: str, tmp_path: Path) -> None:
    head = "[tool.kempt]\n" if file == "pyproject.toml" else ""
    shop = project(tmp_path / "shop", {file: f'{head}{key} = ["/dist/"]\n'})

    assert [] == taken(plan(shop), shop)


def test_the_settings_of_the_folder_itself_count_without_a_repository(tmp_path: Path) -> None:
    nest = tmp_path / "nest"
    project(nest / "a" / "b")
    (nest / "kempt.toml").write_text('clean-keep = ["a/b/dist/"]\n')

    assert "is kept by `clean-keep`: `a/b/dist/`" == spared(plan(nest), nest)["a/b/dist"]


def test_settings_that_cannot_be_read_keep_everything_below_them(tmp_path: Path) -> None:
    shop = project(tmp_path / "code" / "shop", {"kempt.toml": "clean-keep = 5\n"})
    project(tmp_path / "code" / "other")
    cleaning = plan(tmp_path / "code", "bytecode")
    (reason,) = (each.reason for each in cleaning.spared)

    assert ["other/src/__pycache__"] == taken(cleaning, tmp_path / "code")
    assert (
        "stays, because the settings above it cannot be read: "
        f"{shop}/kempt.toml:1: `clean-keep` must be a list of strings"
    ) == reason


def test_folders_that_lie_in_each_other_are_cleaned_once(shop: Path) -> None:
    cleaning = plan_clean([str(shop / "src"), str(shop), f"{shop}/"])

    assert ((str(shop),), 1) == (cleaning.roots, len(cleaning.plans))


def test_a_folder_that_goes_itself_is_taken_from_the_one_that_holds_it(shop: Path) -> None:
    cleaning = plan(shop / ".mypy_cache")

    assert ([str(shop)], [".mypy_cache"]) == ([each.root for each in cleaning.plans], [s.path for s in cleaning.steps])


# --- git -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_what_git_tracks_stays(git_repo: MakeRepository, version: str) -> None:
    tracked = ("pyproject.toml", "dist/app-1-py3-none-any.whl", "old/legacy.pyc", "old/legacy.py")
    repository = git_repo(dict.fromkeys((*tracked, "src/__pycache__/a.pyc"), ""))
    repository.git("config", "index.version", version)
    repository.git("update-index", "--index-version", version)
    write_files(
        repository.root, {"dist/app-2-py3-none-any.whl": "", "src/__pycache__/b.pyc": "", "x/__pycache__/c.pyc": ""}
    )
    cleaning = plan(repository.root)

    assert ["x/__pycache__"] == taken(cleaning, repository.root)
    assert {
        "dist": "holds a file that git tracks",
        "old/legacy.pyc": "is tracked by git",
        "src/__pycache__": "holds a file that git tracks",
    } == spared(cleaning, repository.root)


def test_what_is_staged_and_not_committed_stays(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": ""})
    repository.write({"build/lib/a.py": "", "__pycache__/x.pyc": ""})
    repository.stage(["build"])

    assert {"build": "holds a file that git tracks"} == spared(plan(repository.root), repository.root)


def test_each_repository_answers_for_its_own_files(git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"__pycache__/a.pyc": ""}, name="code/one")
    git_repo({"b.py": ""}, name="code/two")
    git_repo({"__pycache__/c.pyc": ""}, name="code/two/inner")
    code = tmp_path / "code"
    write_files(code, {"two/__pycache__/b.pyc": "", "__pycache__/d.pyc": ""})

    assert ["__pycache__", "two/__pycache__"] == taken(plan(code), code)


def test_a_linked_work_tree_and_a_submodule_are_repositories_too(git_repo: MakeRepository, tmp_path: Path) -> None:
    library = git_repo({"lib/__pycache__/a.pyc": ""}, name="library")
    main = git_repo({"src/__pycache__/b.pyc": ""}, name="code/main")
    main.git("worktree", "add", "--quiet", str(tmp_path / "code" / "linked"))
    main.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "vendored")
    code = tmp_path / "code"

    assert {
        "linked/src/__pycache__": "holds a file that git tracks",
        "main/src/__pycache__": "holds a file that git tracks",
        "main/vendored/lib/__pycache__": "holds a file that git tracks",
    } == spared(plan(code), code)


def test_a_split_index_and_a_sparse_one_are_asked_about(git_repo: MakeRepository) -> None:
    split = git_repo({"src/__pycache__/a.pyc": "", "b.py": ""}, name="split")
    split.git("update-index", "--split-index")
    sparse = git_repo({"kept/a.py": "", "left/out/__pycache__/a.pyc": ""}, name="sparse")
    sparse.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    write_files(sparse.root, {"left/out/__pycache__/b.pyc": ""})

    assert ["src/__pycache__"] == list(spared(plan(split.root), split.root))
    assert ["left/out/__pycache__"] == list(spared(plan(sparse.root), sparse.root))


@pytest.mark.parametrize("damage", ["cut", "garbled", "no repository"])
def test_where_git_cannot_be_asked_everything_stays(git_repo: MakeRepository, damage: str) -> None:
    repository = git_repo({f"m{number}/a.py": "" for number in range(50)})
    write_files(repository.root, {"m1/__pycache__/a.pyc": ""})
    index = repository.root / ".git" / "index"
    content = index.read_bytes()
    if damage == "cut":
        index.write_bytes(content[: len(content) // 2])
    elif damage == "garbled":
        index.write_bytes(content[:12] + b"\xff" * 40 + content[52:])
    else:
        (repository.root / ".git" / "HEAD").unlink()
    cleaning = plan(repository.root)

    assert [] == taken(cleaning, repository.root)
    assert spared(cleaning, repository.root)["m1/__pycache__"].startswith(
        "lies in a repository that cannot be asked what it tracks: "
    )


def test_git_is_not_started_where_its_index_holds_nothing_of_it(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = git_repo({"src/__pycache__.md": "", "pycache/a.py": ""})
    write_files(repository.root, {"src/__pycache__/a.pyc": ""})
    monkeypatch.setenv("PATH", "")

    assert ["src/__pycache__"] == taken(plan(repository.root), repository.root)


def test_what_holds_a_repository_stays(git_repo: MakeRepository, tmp_path: Path) -> None:
    shop = project(tmp_path / "shop")
    old_environment(shop / ".venv")
    git_repo({"mine.py": ""}, name="shop/.venv/lib/python3.11/site-packages/mine")
    git_repo({"mine.py": ""}, name="shop/.mypy_cache/x")

    reasons = spared(plan(shop), shop)
    assert f"holds a git repository: {shop}/.mypy_cache/x" == reasons[".mypy_cache"]
    assert "repository" in reasons[".venv"]


# --- bytecode ------------------------------------------------------------------------------------------------------


def test_a_pycache_that_holds_what_no_python_wrote_stays(tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"a/__pycache__/notes.txt": "mine", "b/__pycache__/b.cpython-311.pyc.140234": "",
                                 "b/__pycache__/f.nbi": "", "c/__pycache__/inner/a.pyc": ""})  # fmt: skip
    cleaning = plan(tmp_path / "x")

    assert ["b/__pycache__"] == taken(cleaning, tmp_path / "x")
    assert {
        "a/__pycache__": "holds what no Python wrote: notes.txt",
        "c/__pycache__": "holds what no Python wrote: inner",
    } == spared(cleaning, tmp_path / "x")


def test_bytecode_inside_an_environment_goes_only_when_it_is_asked_for(shop: Path) -> None:
    old_environment(shop / ".venv")
    inside = ".venv/lib/python3.11/site-packages/idna/__pycache__"

    assert ["src/__pycache__"] == taken(plan(shop, "bytecode"), shop)
    assert [inside, "src/__pycache__"] == taken(plan(shop, "bytecode", in_environments=True), shop)


# --- environments --------------------------------------------------------------------------------------------------


def test_an_environment_without_a_lock_stays_unless_it_is_named(tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"pyproject.toml": ""})
    old_environment(tmp_path / "x" / ".venv")

    assert {".venv": NO_LOCK} == spared(plan(tmp_path / "x"), tmp_path / "x")
    assert [".venv"] == taken(plan(tmp_path / "x", unlocked=True), tmp_path / "x")


@pytest.mark.parametrize(
    "lock", ["uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml", "requirements.txt", "requirements/dev.txt"]
)
def test_a_lock_beside_it_makes_an_environment_again(tmp_path: Path, lock: str) -> None:
    write_files(tmp_path / "x", {"pyproject.toml": "", lock: ""})
    old_environment(tmp_path / "x" / "venv")

    assert ["venv"] == taken(plan(tmp_path / "x", "envs"), tmp_path / "x")


def test_an_active_environment_stays(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(old_environment(shop / ".venv")))

    assert {".venv": "stays: it is active in this shell (VIRTUAL_ENV)"} == spared(plan(shop, "envs"), shop)


def test_the_environment_that_kempt_runs_in_stays(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(old_environment(shop / ".venv")))

    assert {".venv": "stays: kempt runs in it"} == spared(plan(shop, "envs"), shop)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not say what its processes use")
def test_an_environment_that_a_process_uses_stays(shop: Path) -> None:
    old_environment(shop / ".venv")
    old_environment(shop / ".tox" / "py311")
    backdate(shop / ".tox", NOW - DAY)
    running = [
        subprocess.Popen([str(shop / path / "bin" / "python"), "-c", "import time; time.sleep(60)"])
        for path in (".venv", ".tox/py311")
    ]
    try:
        wait_for(running)
        reasons = spared(plan(shop, "envs"), shop)
    finally:
        for each in running:
            each.send_signal(signal.SIGKILL)
            each.wait()

    assert [".tox", ".venv"] == sorted(reasons)
    assert [] == [each.pid for each in running if f"({each.pid}) runs its Python" not in str(reasons)], reasons


def wait_for(running: list[subprocess.Popen[bytes]]) -> None:
    """Until each process is the Python that it is to become."""
    for each in running:
        while b"time.sleep" not in Path(f"/proc/{each.pid}/cmdline").read_bytes():
            time.sleep(0.01)


def test_an_environment_that_was_just_made_stays(shop: Path) -> None:
    make_environment(shop / ".venv", now=time.time())

    assert {".venv": "was made or changed less than 10 minutes ago"} == spared(plan(shop, "envs"), shop)


def test_one_that_was_just_made_in_the_folder_of_tox_keeps_it(shop: Path) -> None:
    make_environment(shop / ".tox" / "py311", now=time.time())
    os.utime(shop / ".tox", (NOW - DAY, NOW - DAY))

    assert {".tox": "was made or changed less than 10 minutes ago, in py311"} == spared(plan(shop, "envs"), shop)


def test_an_environment_that_a_sync_works_on_stays(shop: Path) -> None:
    write_files(old_environment(shop / ".venv"), {".kempt-incomplete": "{}"})
    backdate(shop / ".venv", NOW - DAY)

    assert [".venv"] == list(spared(plan(shop, "envs"), shop))


def test_an_environment_that_a_command_starts_from_stays(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_environment(shop / ".venv")
    old_environment(shop / "web" / ".venv")
    write_files(shop, {"web/uv.lock": "", "web/pyproject.toml": ""})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").symlink_to(shop / ".venv" / "bin" / "python")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    cleaning = plan(shop, "envs")

    assert ["web/.venv"] == taken(cleaning, shop)
    assert {".venv": f"is where a command starts from: {tmp_path}/bin/tool"} == spared(cleaning, shop)


def test_the_folders_of_tox_and_nox_go_with_environments_and_need_no_lock(tmp_path: Path) -> None:
    write_files(tmp_path / "x", {"tox.ini": "", ".nox/.gitignore": "*"})
    old_environment(tmp_path / "x" / ".tox" / "py311")
    backdate(tmp_path / "x", NOW - DAY)

    assert [] == taken(plan(tmp_path / "x", "caches"), tmp_path / "x")
    assert [".nox", ".tox"] == taken(plan(tmp_path / "x", "envs"), tmp_path / "x")


# --- age -----------------------------------------------------------------------------------------------------------


def test_only_what_was_not_used_for_so_long_goes(shop: Path) -> None:
    backdate(shop, NOW - 40 * DAY)
    write_files(shop, {".ruff_cache/new": ""})
    os.utime(shop / "dist" / "app-1.0-py3-none-any.whl", (NOW - DAY, NOW - 40 * DAY))
    cleaning = plan(shop, "caches", "build", older_than=30 * DAY, include=("*.egg-info",))

    assert {".ruff_cache": "was used since", "dist": "was used since"} == spared(cleaning, shop)


def test_the_evidence_of_the_last_use_is_told(shop: Path) -> None:
    backdate(shop / "build", NOW - 40 * DAY)
    os.utime(shop / "build" / "lib" / "app.py", (NOW - 3 * DAY, NOW - 40 * DAY))
    (seen,) = (each for each in plan(shop).taken if each.path.endswith("build"))

    assert (int(NOW - 3 * DAY), "file read") == (seen.used_ns // 10**9, seen.evidence)


def test_a_time_in_the_future_decides_nothing(shop: Path) -> None:
    backdate(shop, NOW - 40 * DAY)
    os.utime(shop / ".ruff_cache" / "CACHEDIR.TAG", (NOW + 400 * DAY, NOW + 400 * DAY))
    cleaning = plan(shop, "caches", older_than=30 * DAY)

    assert {".ruff_cache": "has times that lie in the future, or none, so its last use is not known"} == spared(
        cleaning, shop
    )


def test_a_clock_that_went_back_takes_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.engine.disk.clean.now", lambda: NOW - 1000 * DAY)

    assert [] == taken(plan(shop, older_than=30 * DAY), shop)


# --- what else ------------------------------------------------------------------------------------------------------


def test_what_cannot_be_looked_into_is_told(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refusing(path: str, *args: int, **more: int) -> int:
        if str(path).endswith(".mypy_cache/3.11"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **more)

    monkeypatch.setattr("kempt.host.weighing.os.open", refusing)
    cleaning = plan(shop, "caches")

    assert [f"holds a folder that cannot be read: {shop}/.mypy_cache/3.11"] == [
        each.reason for each in cleaning.unlisted
    ]
    assert [".hypothesis", ".ruff_cache"] == taken(cleaning, shop)


def test_secrets_and_notes_never_go(shop: Path) -> None:
    going = taken(plan(shop, unlocked=True, include=(".env", "notes.txt", "pyproject.toml")), shop)

    assert set() == {".env", "notes.txt", "pyproject.toml", "uv.lock", "src/app.py"}.intersection(going)


def test_several_processes_see_what_one_sees(tmp_path: Path) -> None:
    for number in range(60):
        project(tmp_path / "code" / f"{number:02}")

    one, four = (plan_clean([str(tmp_path / "code")], Wishes(ALL), jobs=jobs) for jobs in (1, 4))
    assert one._replace(now=0) == four._replace(now=0)


def test_hard_links_count_once_and_as_shared_where_others_are_left(tmp_path: Path) -> None:
    shop = project(tmp_path / "shop")
    big = shop / ".mypy_cache" / "big"
    big.write_bytes(b"x" * 100_000)
    os.link(big, shop / ".mypy_cache" / "again")
    os.link(shop / "notes.txt", shop / ".ruff_cache" / "shared")
    weights = {Path(each.path).name: each.weight for each in plan(shop, "caches").taken}
    mypy, ruff = weights[".mypy_cache"], weights[".ruff_cache"]

    assert mypy is not None
    assert ruff is not None
    assert (3, 0, True) == (mypy.files, mypy.shared, 100_000 < mypy.bytes < 130_000)
    assert (2, os.stat(shop / "notes.txt").st_blocks * 512) == (ruff.files, ruff.shared)


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        plan_clean([str(tmp_path / "missing")])


def test_the_projects_of_the_things_are_told(tmp_path: Path) -> None:
    project(tmp_path / "code" / "one")
    write_files(tmp_path / "code", {"loose/__pycache__/a.pyc": ""})
    projects = {each.path: each.project for each in plan(tmp_path / "code", "bytecode").taken}

    assert {
        str(tmp_path / "code" / "one" / "src" / "__pycache__"): str(tmp_path / "code" / "one"),
        str(tmp_path / "code" / "loose" / "__pycache__"): "",
    } == projects
    assert "pyproject.toml" in PROJECT
