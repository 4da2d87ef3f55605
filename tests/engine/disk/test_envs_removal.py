"""What goes to the trash when it is asked for, and what never does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository
from kempt.engine.disk.envs import environments
from kempt.engine.disk.envs_removal import Wanted, chosen, plan_removal, without_used
from kempt.errors import UsageError
from kempt.model.disk import Process
from kempt.model.envs import Environments, LastUse, Project, Removal, State
from kempt.model.plan import MoveToTrash, Plan
from support.envs import DAY, SITE, backdate, make_environment

NOW = time.time()
STALE = Wanted(stale_seconds=90 * DAY)
MANIFEST = "pyproject.toml"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project that nobody touched for a year, with an environment as old."""
    root = tmp_path / "shop"
    make_environment(root / ".venv", now=NOW, age_days=365)
    (root / MANIFEST).write_text("")
    backdate(root / MANIFEST, NOW - 365 * DAY)
    return root


def listed(*paths: Path, central: bool = False) -> Environments:
    return environments([str(path) for path in paths], central=central)


def plan(*paths: Path, wanted: Wanted = STALE) -> Removal:
    return plan_removal(listed(*paths), wanted)


def changed(path: Path, **fields: Any) -> Removal:
    """The plan as it would be if the one environment there had these fields."""
    found = listed(path)
    (only,) = found.environments
    return plan_removal(found._replace(environments=(only._replace(**fields),)), STALE)


def going(removal: Removal) -> list[str]:
    return [Path(each.path).parent.name for each in removal.environments]


def reasons(removal: Removal) -> list[str]:
    return [each.reason for each in removal.spared]


def test_an_old_one_goes(shop: Path) -> None:
    removal = plan(shop)

    assert (["shop"], ()) == (going(removal), removal.spared)


def test_the_plan_names_the_folder_itself_and_what_it_weighs(shop: Path) -> None:
    (each,) = listed(shop).environments
    assert each.weight
    step = MoveToTrash(".venv", each.identity, each.weight.files, each.weight.bytes)

    assert (Plan(str(shop), (step,), "kempt envs"),) == plan(shop).plans
    assert (shop / ".venv").lstat().st_ino == each.identity.inode


def test_several_places_make_one_plan_so_that_one_undo_takes_it_back(shop: Path, tmp_path: Path, home: Path) -> None:
    make_environment(home / ".virtualenvs" / "old", now=NOW, age_days=365)
    (each,) = plan_removal(listed(shop, central=True), STALE).plans

    assert (str(tmp_path), ["home/.virtualenvs/old", "shop/.venv"]) == (
        each.root, sorted(step.path for step in each.steps if isinstance(step, MoveToTrash)),
    )  # fmt: skip


def test_what_was_used_since_is_not_meant(shop: Path) -> None:
    os.utime(shop / ".venv" / SITE / "idna" / "__pycache__", (NOW - 89 * DAY, NOW - 89 * DAY))

    assert ([], ()) == (going(plan(shop)), plan(shop).spared)


def test_who_asks_for_nothing_is_asked_which(shop: Path) -> None:
    with pytest.raises(UsageError, match="which environments"):
        plan(shop, wanted=Wanted())


def test_broken_and_orphaned_ones_are_meant_by_their_state(tmp_path: Path) -> None:
    make_environment(tmp_path / "a" / ".venv", now=NOW, age_days=1, python=Path("/opt/gone/python"))
    make_environment(tmp_path / "b" / ".venv", now=NOW, age_days=30)
    make_environment(tmp_path / "c" / ".venv", now=NOW, age_days=1)
    asked = [Wanted(broken=True), Wanted(orphaned=True), Wanted(broken=True, orphaned=True)]

    assert [["a"], ["b"], ["a", "b"]] == [sorted(going(plan(tmp_path, wanted=each))) for each in asked]


def test_all_are_chosen_where_nothing_is_asked_for(shop: Path) -> None:
    assert listed(shop).environments == chosen(listed(shop), Wanted())


def test_one_that_was_just_made_stays_even_if_it_is_broken(tmp_path: Path) -> None:
    make_environment(tmp_path / ".venv", now=time.time(), python=None)

    assert ["it was made or used less than 10 minutes ago"] == reasons(plan(tmp_path, wanted=Wanted(broken=True)))


def test_one_in_use_is_not_meant_whatever_its_age(shop: Path) -> None:
    removal = changed(shop, state=State.IN_USE, processes=(Process(1, "x", "y"),), kept="x (1) y")

    assert ([], []) == (going(removal), reasons(removal))


def test_one_that_is_kept_stays(shop: Path) -> None:
    (shop / ".venv" / "notes.py").write_text("")

    assert ["it holds a file that no environment has: notes.py"] == reasons(plan(shop))


def test_one_whose_last_use_nothing_tells_stays(shop: Path) -> None:
    assert ["nothing tells when it was last used"] == reasons(changed(shop, used=None))


def test_without_access_times_an_unknown_project_makes_it_stay(shop: Path) -> None:
    used = LastUse(int((NOW - 365 * DAY) * 10**9), "packages installed", sure=False)
    known = changed(shop, used=used)
    unknown = changed(shop, used=used, project=Project("shop"))

    assert (["shop"], []) == (going(known), going(unknown))
    assert ["its disk keeps no access times, so it may have been used since"] == reasons(unknown)


def test_one_that_its_manager_removes_stays_with_the_command(shop: Path) -> None:
    removal = changed(shop, removal="uv tool uninstall x")

    assert ["its manager removes it: `uv tool uninstall x`"] == reasons(removal)


def test_one_that_a_command_starts_from_stays(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").symlink_to(shop / ".venv" / "bin" / "tool")
    monkeypatch.setenv("PATH", f"{shop}/.venv/bin:{tmp_path}/bin")

    assert [f"a command starts from it: {tmp_path}/bin/tool"] == reasons(plan(shop))


def test_one_with_a_repository_deep_inside_stays(shop: Path) -> None:
    (shop / ".venv" / SITE / "mine" / ".git").mkdir(parents=True)
    backdate(shop / ".venv", NOW - 365 * DAY)

    assert [f"it holds a repository: {shop}/.venv/{SITE}/mine"] == reasons(plan(shop))


def test_one_that_git_tracks_files_of_stays(git_repo: MakeRepository) -> None:
    repository = git_repo({MANIFEST: ""})
    make_environment(repository.root / ".venv", now=NOW, age_days=365)
    repository.stage([".venv/pyvenv.cfg"])
    for name in (MANIFEST, ".venv/pyvenv.cfg", ".git"):  # git has read and written them just now
        backdate(repository.root / name, NOW - 365 * DAY)

    assert ["git tracks files in it: `kempt check` says more"] == reasons(plan(repository.root))


def test_one_in_a_repository_that_tracks_nothing_of_it_goes(git_repo: MakeRepository) -> None:
    repository = git_repo({MANIFEST: ""})
    make_environment(repository.root / ".venv", now=NOW, age_days=365)
    for name in (MANIFEST, ".git"):
        backdate(repository.root / name, NOW - 365 * DAY)

    assert ["repo"] == going(plan(repository.root))


def test_a_repository_that_git_cannot_read_makes_it_stay(shop: Path) -> None:
    (shop / ".git").write_text("gitdir: nowhere\n")
    backdate(shop / ".git", NOW - 365 * DAY)

    assert ["git cannot say"] == [each[:14] for each in reasons(plan(shop))]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes use")
def test_what_comes_into_use_after_the_plan_was_shown_stays(shop: Path, tmp_path: Path) -> None:
    make_environment(tmp_path / "web" / ".venv", now=NOW, age_days=365)
    removal = plan(tmp_path)
    with subprocess.Popen(["sh", "-c", "read x"], cwd=shop / ".venv", stdin=subprocess.PIPE) as process:
        again = without_used(removal)
        process.communicate(b"\n")

    assert (["shop", "web"], ["web"]) == (sorted(going(removal)), going(again))
    assert ["web/.venv"] == [step.path for each in again.plans for step in each.steps if isinstance(step, MoveToTrash)]
    assert [f"sh ({process.pid}) works in it"] == reasons(again)
    assert removal == without_used(removal)
