"""`kempt prune`: the plan that is shown, what is done, and what the options mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import RunKempt
from support.caches import du, plant

ANSWER = "http-v2/0/e/1/0/b/0e10be9ea838"
OLD = "http-v2/a/c/c/b/b/accbb12fa6bf"
GONE = "It cannot be undone, and need not be: each tool downloads or builds again what it needs."


@pytest.fixture
def cache(home: Path) -> Path:
    """pip's cache with an answer of 3 days ago and one of 100."""
    root = plant(home / "cache/pip", {ANSWER: 200, f"{ANSWER}.body": 40_000}, days=3)
    return plant(root, {OLD: 200, f"{OLD}.body": 10_000}, days=100)


PLAN = (
    f"  pip  37 kB, 1 of 2 entries\n    16 kB  answer accbb12fa6bf  unused for 100 days\n\n37 kB in 2 files. {GONE}\n"
)


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--yes", "--dry-run")])
def test_without_yes_the_plan_is_shown_and_nothing_is_done(
    options: tuple[str, ...], kempt: RunKempt, cache: Path, tmp_path: Path
) -> None:
    before = du(cache)

    assert (0, f"{PLAN}Nothing is removed yet: `kempt prune --yes` does it.\n", "") == kempt(
        "prune", *options, cwd=tmp_path
    )
    assert before == du(cache)


def test_with_yes_the_plan_is_done(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    before = du(cache)
    ended = kempt("prune", "--yes", cwd=tmp_path)

    assert (0, "") == (ended.status, ended.err)
    plan, _, receipt = ended.out.partition("\n\n  pip  1 entry")
    assert PLAN.rstrip() == plan
    assert receipt.startswith(", 37 kB freed\n\n37 kB freed, 2 files, in ")
    assert 36864 == before - du(cache)
    assert ["http-v2", "http-v2/0"] == sorted(str(path.relative_to(cache)) for path in cache.rglob("*"))[:2]
    assert not (cache / "http-v2/a").exists()


def test_the_command_to_type_next_repeats_what_was_typed(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    out = kempt("prune", "--tool", "pip", "--older-than", "30d", cwd=tmp_path).out

    assert "`kempt prune --tool pip --older-than 30d --yes`" in out


def test_a_quiet_run_that_went_well_says_nothing(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    assert (0, "", "") == kempt("prune", "--yes", "--quiet", cwd=tmp_path)


def test_a_second_run_finds_nothing(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    kempt("prune", "--yes", cwd=tmp_path)

    assert (0, "Nothing to prune.\n", "") == kempt("prune", "--yes", cwd=tmp_path)


def test_a_budget_is_for_all_tools_that_are_named(kempt: RunKempt, cache: Path, home: Path, tmp_path: Path) -> None:
    plant(home / "cache/torch/hub", {"checkpoints/a.pth": 50_000}, days=2)
    ended = kempt(
        "prune", "--tool", "pip", "--tool", "torch", "--max-size", "130kB", "--output-format", "json", cwd=tmp_path
    )
    found = {each["tool"]: [entry["name"] for entry in each["entries"]] for each in json.loads(ended.out)["caches"]}

    assert {"pip": ["answer 0e10be9ea838", "answer accbb12fa6bf"], "torch": []} == found


def test_the_largest_entries_are_shown_and_all_with_verbose(kempt: RunKempt, home: Path, tmp_path: Path) -> None:
    files: dict[str, str | int | Path] = {f"checkpoints/model-{number}.pth": 10_000 * number for number in range(1, 9)}
    plant(home / "cache/torch/hub", files, days=365)
    short, long = (kempt("prune", *options, cwd=tmp_path).out.splitlines() for options in ((), ("-v",)))

    assert [
        "  torch  377 kB, 8 of 8 entries",
        "    82 kB  checkpoints/model-8.pth  unused for 365 days",
        "    74 kB  checkpoints/model-7.pth  unused for 365 days",
        "    61 kB  checkpoints/model-6.pth  unused for 365 days",
        "    53 kB  checkpoints/model-5.pth  unused for 365 days",
        "    41 kB  checkpoints/model-4.pth  unused for 365 days",
        "           3 more, with the folders that are empty then 66 kB: `-v`",
    ] == short[:7]
    assert "    12 kB  checkpoints/model-1.pth  unused for 365 days (written)" in long


def test_what_was_used_after_the_plan_stays(cache: Path, home: Path) -> None:
    from kempt.engine.disk.caches.prune import plan_prune, prune
    from kempt.model.caches import PruneWishes, Spare

    plan = plan_prune(PruneWishes(), ("pip",))
    (cache / f"{OLD}.body").read_bytes()
    (done,) = prune(plan).pruned

    assert (0, (Spare("answer accbb12fa6bf", "was used since the plan was made"),)) == (done.entries, done.spared)
    assert (cache / f"{OLD}.body").exists()


def test_what_was_replaced_after_the_plan_stays(cache: Path, home: Path) -> None:
    from kempt.engine.disk.caches.prune import plan_prune, prune
    from kempt.model.caches import PruneWishes

    plan = plan_prune(PruneWishes(), ("pip",))
    (cache / f"{OLD}.body").unlink()
    (cache / f"{OLD}.body").symlink_to(home)
    (done,) = prune(plan).pruned

    assert ["is not what it was when the plan was made"] == [each.reason for each in done.spared]
    assert (cache / f"{OLD}.body").is_symlink()


def test_another_folder_in_its_place_is_not_touched(cache: Path, tmp_path: Path) -> None:
    from kempt.engine.disk.caches.prune import plan_prune, prune
    from kempt.model.caches import PruneWishes

    plan = plan_prune(PruneWishes(), ("pip",))
    cache.rename(tmp_path / "moved")
    plant(cache, {f"{OLD}.body": "another", OLD: "x"}, days=100)
    (done,) = prune(plan).pruned

    assert "another folder is there than when the plan was made" == done.skipped
    assert (cache / OLD).exists()


def test_kempts_own_cache_is_kept_in_a_budget(kempt: RunKempt, home: Path, tmp_path: Path) -> None:
    plant(home / "cache/kempt", {"images/one": 5000, "CACHEDIR.TAG": "x"}, days=3)

    assert (0, "Nothing to prune.\n", "") == kempt("prune", "--tool", "kempt", cwd=tmp_path)
    kempt("prune", "--tool", "kempt", "--max-size", "0", "--yes", cwd=tmp_path)
    assert ["CACHEDIR.TAG", "images"] == sorted(path.name for path in (home / "cache/kempt").iterdir())


def test_ci_and_all_contradict_each_other(kempt: RunKempt, tmp_path: Path) -> None:
    ended = kempt("prune", "--ci", "--all", cwd=tmp_path)

    assert (2, "", "kempt: --ci and --all contradict each other\n       kempt prune --help\n") == ended


def test_an_age_that_is_none_is_an_error_of_usage(kempt: RunKempt, tmp_path: Path) -> None:
    ended = kempt("prune", "--older-than", "soon", cwd=tmp_path)

    assert (2, "", "kempt: `soon` is no age\n       hours, days, weeks or years: 36h, 90d, 12w, 1y\n") == ended
