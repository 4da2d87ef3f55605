"""`disk()` on real trees: sizes are those of du, each thing is looked at once and counted once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from stat import S_ISREG

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.clean import plan_clean
from kempt.engine.disk_overview import disk, disk_in_brief
from kempt.errors import UsageError
from kempt.model.cleaning import Wishes
from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing
from support.caches import age, du, plant
from support.cleaning import project
from support.envs import DAY, SITE, backdate, make_environment
from support.repositories import environment

NOW = time.time()
WATCHED = """
import json, sys
opened = {}
def watch(event, values):
    if event == "open" and str(values[0]).startswith(sys.argv[1]):
        opened[values[0]] = opened.get(values[0], 0) + 1
sys.addaudithook(watch)
from kempt.engine.disk_overview import disk
disk([sys.argv[1]])
print(json.dumps(opened))
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with something of each kind, an environment in use lately and one that was not for long."""
    root = project(tmp_path / "code" / "shop")
    make_environment(root / ".venv", now=NOW, age_days=3)
    make_environment(root / "old", now=NOW, age_days=200)
    backdate(root / "pyproject.toml", NOW - 200 * DAY)
    backdate(root / "uv.lock", NOW - 200 * DAY)
    return root


def by_name(overview: DiskOverview) -> dict[str, Thing]:
    return {Path(each.path).name: each for each in overview.things}


def section(overview: DiskOverview, wanted: Section) -> list[Thing]:
    return [each for each in overview.things if each.section is wanted]


def test_each_thing_has_its_section_tool_and_project(shop: Path) -> None:
    found = by_name(disk([str(shop)]))

    assert {
        ".venv": Section.ENVIRONMENTS, "old": Section.ENVIRONMENTS, "__pycache__": Section.BYTECODE,
        ".mypy_cache": Section.CACHES, ".ruff_cache": Section.CACHES, ".hypothesis": Section.CACHES,
        "build": Section.BUILDS, "dist": Section.BUILDS, ".coverage": Section.BUILDS,
    } == {name: each.section for name, each in found.items()}  # fmt: skip
    assert ("mypy", str(shop)) == (found[".mypy_cache"].tool, found[".mypy_cache"].project)


def test_sizes_are_those_of_du(shop: Path) -> None:
    things = disk([str(shop)]).things

    assert {each.path: du(Path(each.path)) for each in things} == {each.path: each.weight.bytes for each in things}


def test_what_clean_takes_is_what_can_go(shop: Path) -> None:
    overview = disk([str(shop)])
    going = {each.path for each in overview.things if any(each.going) and each.section is not Section.ENVIRONMENTS}

    assert {each.path for each in plan_clean([str(shop)], Wishes(("bytecode", "caches", "build"))).taken} == going


def test_an_environment_that_was_not_used_for_long_can_go_and_one_in_use_stays(shop: Path) -> None:
    found = by_name(disk([str(shop)]))

    assert (Weight(), "") == (found[".venv"].going, found[".venv"].state)
    assert (found["old"].weight, "unused") == (found["old"].going, found["old"].state)


def test_a_broken_environment_can_go_and_says_why(shop: Path) -> None:
    make_environment(shop / "web" / "env", now=NOW, age_days=5, python=Path("/opt/python3.8/bin/python3.8"))
    found = by_name(disk([str(shop)]))["env"]

    assert (found.weight, "broken") == (found.going, found.state)
    assert "its Python is gone: /opt/python3.8/bin/python3.8" == found.reason


def test_a_download_cache_tells_what_prune_would_take(shop: Path, home: Path) -> None:
    cache = plant(home / "cache/pip", {"http-v2/0/e/1/0/b/0e10be9ea838.body": 40_000}, days=3)
    old = "http-v2/a/c/c/b/b/accbb12fa6bf"
    plant(cache, {old: 200, f"{old}.body": 90_000}, days=100)
    (found,) = section(disk([str(shop)]), Section.DOWNLOADS)

    assert ("pip", str(cache), du(cache)) == (found.tool, found.path, found.weight.bytes)
    assert 90_000 < found.going.bytes < found.weight.bytes


def test_environments_inside_a_cache_count_once(shop: Path, home: Path) -> None:
    cache = plant(home / "cache/pypoetry", {"artifacts/aa/bb/cc/dd/w-1.0-py3-none-any.whl": 50_000}, days=3)
    env = make_environment(cache / "virtualenvs" / "shop-Ab3dEfGh-py3.11", now=NOW, age_days=3)
    overview = disk([str(shop)])
    (found,) = section(overview, Section.DOWNLOADS)

    assert du(env) == by_name(overview)[env.name].weight.bytes
    assert du(cache) - du(env) == found.weight.bytes
    assert 1 == found.weight.files


def test_what_environments_share_counts_once_and_what_a_cache_has_too_is_told_apart(shop: Path, home: Path) -> None:
    cache = plant(home / "cache/uv", {"archive-v0/a/large.so": 400_000}, days=3)
    plant(shop, {".venv/twice": 300_000})
    os.link(shop / ".venv" / "twice", shop / "old" / "twice")
    os.link(cache / "archive-v0/a/large.so", shop / ".venv" / "large.so")
    overview = disk([str(shop)])
    shared = (cache / "archive-v0/a/large.so").stat().st_blocks * 512

    assert (du(shop / ".venv", shop / "old") - shared, shared) == (
        overview.environments.bytes, overview.environments.shared,
    )  # fmt: skip


def test_what_is_in_the_trash_is_told_and_is_in_no_other_section(shop: Path) -> None:
    (plan,) = plan_clean([str(shop)], Wishes(("build",))).plans
    apply(plan)
    overview = disk([str(shop)])
    (held,) = section(overview, Section.TRASH)

    assert ([], str(shop), held.weight) == (section(overview, Section.BUILDS), held.project, held.going)
    assert 3 == held.weight.files


def test_only_below_the_folders_where_that_is_asked_for(shop: Path, home: Path) -> None:
    plant(home / "cache/pip", {"http-v2/0/e/1/0/b/0e10be9ea838.body": 40_000}, days=3)

    assert [] == section(disk([str(shop)], central=False), Section.DOWNLOADS)


def test_in_a_home_folder_only_what_is_kept_elsewhere_is_told(
    shop: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = plant(home / "cache/pip", {"http-v2/0/e/1/0/b/0e10be9ea838.body": 40_000}, days=3)
    project(home / "code")
    monkeypatch.chdir(home)
    overview = disk()

    assert ((), [str(cache)], 1) == (overview.roots, [each.path for each in overview.things], len(overview.volumes))
    with pytest.raises(UsageError):
        disk([str(home)])


def test_folders_on_one_file_system_have_one_line_for_it(shop: Path) -> None:
    other = project(shop.parent / "api")

    assert [str(other)] == [each.path for each in disk([str(other), str(shop)]).volumes]


def test_the_heaviest_thing_comes_first(shop: Path) -> None:
    sizes = [each.weight.bytes for each in disk([str(shop)]).things]

    assert sorted(sizes, reverse=True) == sizes


def test_no_folder_inside_anything_is_opened_twice(shop: Path, home: Path) -> None:
    plant(shop, {".mypy_cache/3.11/deep/a.json": "{}", "dist/inner/x.whl": "x"})
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(shop)], check=True, capture_output=True, env=environment(home)
    )
    opened = json.loads(done.stdout)
    inside = (f".venv/{SITE}/idna", f"old/{SITE}/idna", ".mypy_cache/3.11/deep", "dist/inner")

    assert dict.fromkeys(inside, 1) == {inner: opened.get(f"{shop}/{inner}") for inner in inside}


def test_with_several_processors_the_answer_is_the_same(shop: Path) -> None:
    one, two = disk([str(shop)], jobs=1), disk([str(shop)], jobs=2)

    assert one.things == two.things


def test_it_says_what_it_is_doing(shop: Path) -> None:
    said: list[str] = []
    disk([str(shop)], tell=said.append)

    assert "weighing 2 environments" in said


def test_in_brief_environments_are_counted_and_only_caches_are_weighed(shop: Path) -> None:
    brief = disk_in_brief(str(shop))
    weighed = [shop / name for name in (".mypy_cache", ".ruff_cache", ".hypothesis", "src/__pycache__")]

    assert (du(*weighed), 1) == (brief.going.bytes, brief.environments)


def test_in_brief_a_folder_that_is_not_to_be_cleaned_has_nothing(home: Path) -> None:
    home.mkdir(exist_ok=True)

    assert (Weight(), 0) == tuple(disk_in_brief(str(home)))


def test_looking_changes_nothing(shop: Path) -> None:
    age(shop / ".mypy_cache", 50)

    def times() -> dict[Path, tuple[int, int]]:  # of files: to follow a link is to read it
        found = {path: path.lstat() for path in shop.rglob("*")}
        return {path: (each.st_atime_ns, each.st_mtime_ns) for path, each in found.items() if S_ISREG(each.st_mode)}

    before = times()
    disk([str(shop)])

    assert before == times()
