"""What the screen offers; taking it does what the commands do, nothing more, and nothing that changed since."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from kempt.engine.disk.by_hand import look_around
from kempt.engine.disk.by_hand_done import carry_out, settle
from kempt.engine.disk.caches.prune import plan_prune
from kempt.engine.disk.clean import plan_clean
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.model.by_hand import CACHES, Choice, Holding, Stock, Way
from kempt.model.caches import PruneWishes
from kempt.model.cleaning import GROUPS, Wishes
from support.caches import plant
from support.cleaning import files, project
from support.envs import make_environment

ANSWER = "http-v2/0/e/1/0/b/0e10be9ea838"
OLD = "http-v2/a/c/c/b/b/accbb12fa6bf"
BODY = f"{OLD}.body"


@pytest.fixture
def code(home: Path) -> Path:
    """Two projects with environments, one environment of pipenv's, and pip's cache."""
    now = time.time()
    for name in ("shop", "thesis"):
        make_environment(project(home / "code" / name) / ".venv", age_days=40, now=now)
    (home / "code/thesis/uv.lock").unlink()
    central = make_environment(home / ".local/share/virtualenvs/blog-Ab12Cd34", age_days=200, now=now)
    (central / ".project").write_text(str(home / "code/blog"))
    plant(home / "cache/pip", {ANSWER: 200, f"{ANSWER}.body": 40_000}, days=3)
    plant(home / "cache/pip", {OLD: 200, f"{OLD}.body": 90_000}, days=100)
    return home / "code"


def look(*paths: Path, central: bool = True) -> Stock:
    *_, last = look_around(tuple(map(str, paths)), silent, central=central)
    return last


def silent(_line: str) -> None:
    """Hear nothing."""


def named(stock: Stock, end: str) -> Holding:
    return next(each for each in stock.holdings if each.path.endswith(end))


def choose(stock: Stock, *ends: str, trash: bool = True) -> Choice:
    return settle(stock, {named(stock, end).key for end in ends}, silent, trash=trash)


def test_all_that_clean_and_prune_would_take_is_offered(code: Path) -> None:
    stock = look(code)
    cleaning = plan_clean([str(code)], Wishes(tuple(GROUPS), unlocked=True))
    caches = plan_prune(PruneWishes(all=True))

    offered = [each for each in stock.holdings if each.goes]
    assert sorted((each.path, each.weight) for each in cleaning.taken) == sorted(
        (each.path, each.weight) for each in offered if each.path.startswith(str(code))
    )
    assert sorted(chosen.entry.name for plan in caches.plans for chosen in plan.chosen) == sorted(
        each.name for each in offered if each.group == CACHES
    )


def test_it_comes_piece_by_piece_and_each_holds_the_one_before(code: Path) -> None:
    keys = [{each.key for each in stock.holdings} for stock in look_around((str(code),), silent)]

    assert [True, True] == [before < after for before, after in pairwise(keys)]


def test_what_stays_is_there_with_its_reason(code: Path) -> None:
    (code / "shop/legacy.pyc").write_bytes(b"the only copy")

    held = named(look(code), "legacy.pyc")

    assert (Way.STAYS, True) == (held.way, held.why.startswith("it ") and "source" in held.why)


def test_an_environment_tells_its_last_use_and_that_no_lock_makes_it_again(code: Path) -> None:
    stock = look(code)
    shop, thesis = named(stock, "shop/.venv"), named(stock, "thesis/.venv")

    assert [False, True] == [any("No lock file" in fact for fact in each.facts) for each in (shop, thesis)]
    assert "packages installed" == shop.evidence
    assert 40 == (stock.now_ns - shop.used_ns) // (24 * 3600 * 10**9)


def test_central_places_are_left_out_where_that_is_asked_for(code: Path) -> None:
    assert [] == [each.path for each in look(code, central=False).holdings if not each.path.startswith(str(code))]


def test_a_home_folder_itself_shows_only_what_is_kept_elsewhere(
    code: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)

    assert [False] == list({each.path.startswith(str(code)) for each in look().holdings})


def test_a_folder_that_is_not_one_to_clean_is_refused(home: Path) -> None:
    with pytest.raises(UsageError):
        look(home)


def test_only_what_is_chosen_goes(code: Path, home: Path) -> None:
    before = files(home, without=("state", "cache/kempt"))
    carried = carry_out(choose(look(code), "shop/.mypy_cache", "thesis/.venv", BODY), silent)

    after = {path for path in files(home, without=("state", "cache/kempt")) if ".kempt-trash" not in path}
    gone = ("code/shop/.mypy_cache", "code/thesis/.venv", "cache/pip/http-v2/a")
    assert {path for path in before if not any(f"{path}/".startswith(f"{one}/") for one in gone)} == after
    assert 3 == len(carried.gone)
    assert () == carried.problems


def test_what_is_shown_is_what_is_freed(code: Path) -> None:
    choice = choose(look(code), "shop/.mypy_cache", "thesis/.venv", BODY)
    carried = carry_out(choice, silent)

    by_way = {way: sum(each.bytes for each in choice.going if each.way is way) for way in Way}
    assert by_way[Way.TRASH] == carried.held.bytes
    assert by_way[Way.AT_ONCE] <= carried.freed.bytes


def test_undo_brings_back_what_went_to_the_trash(code: Path) -> None:
    before = files(code)
    carried = carry_out(choose(look(code), "shop/.venv", "thesis/.venv"), silent)
    for journal in carried.journals:
        undo(plan_undo(str(code), journal))

    assert before == files(code)


def test_past_the_trash_nothing_is_held(code: Path) -> None:
    carried = carry_out(choose(look(code), "shop/.venv", trash=False), silent)

    assert ((), 0) == (carried.journals, carried.held.bytes)
    assert carried.freed.bytes > 0


def test_an_environment_elsewhere_goes_to_the_trash(code: Path, home: Path) -> None:
    stock = look(code)
    carried = carry_out(choose(stock, "blog-Ab12Cd34"), silent)

    assert not (home / ".local/share/virtualenvs/blog-Ab12Cd34").exists()
    assert 1 == len(carried.journals)


def test_what_is_another_one_by_now_stays(code: Path) -> None:
    stock = look(code)
    cache = code / "shop/.mypy_cache"
    cache.rename(code / "aside")
    cache.mkdir()
    (cache / "CACHEDIR.TAG").write_text("another one")
    choice = choose(stock, "shop/.mypy_cache")

    assert ((), [str(cache)]) == (choice.plans, [each.path for each in choice.stays])


def test_what_is_gone_by_now_is_told(code: Path) -> None:
    stock = look(code)
    (code / "shop").rename(code.parent / "moved")
    choice = choose(stock, "shop/.mypy_cache")

    assert [(), ("it is gone, or another one by now",)] == [choice.plans, tuple(each.reason for each in choice.stays)]


def test_an_entry_that_was_used_since_stays(code: Path, home: Path) -> None:
    choice = choose(look(code), BODY)
    plant(home / "cache/pip", {f"{OLD}.body": 90_000})
    carried = carry_out(choice, silent)

    assert frozenset() == carried.gone
    assert 1 == len(carried.problems)
    assert (home / f"cache/pip/{OLD}.body").exists()


def test_nothing_chosen_is_nothing_to_do(code: Path) -> None:
    assert Choice((), None, ()) == settle(look(code), frozenset(), silent)
