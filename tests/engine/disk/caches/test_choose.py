"""Which entries go."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kempt.engine.disk.caches.choose import choose, emptied
from kempt.model.caches import DAY, Cache, CacheEntry, Item, PrunePlan, PruneWishes, Remake, State, Survey, Where
from kempt.model.disk import Weight
from kempt.model.plan import Identity
from support.caches import FACTS, SECOND

NOW = 1_800_000_000 * SECOND
HERE = Identity(1, 1, 0o40000)


def entry(name: str, days: float, bytes: int = 100, remake: Remake = Remake.DOWNLOAD, **more: Any) -> CacheEntry:
    used = NOW - int(days * DAY * SECOND)
    made = CacheEntry(name, (name,), remake, Weight(1, bytes), used, "read")
    return made._replace(**more) if more else made


def cache(*entries: CacheEntry, tool: str = "pip", state: State = State.FREE) -> Cache:
    total = Weight(0, 1000)
    for each in entries:
        total = total.plus(each.weight)
    return Cache(FACTS[tool], Where("/cache"), state, "", total, entries)


def names(plan: PrunePlan) -> list[list[str]]:
    return [sorted(each.entry.name for each in plan.chosen) for plan in plan.plans]


def test_what_must_be_downloaded_again_stays_90_days_and_the_rest_30() -> None:
    made, brought = Remake.CREATE, Remake.DOWNLOAD
    found = cache(
        entry("made-29", 29, remake=made), entry("made-30", 30, remake=made),
        entry("brought-89", 89, remake=brought), entry("brought-90", 90, remake=brought),
    )  # fmt: skip

    assert [["brought-90", "made-30"]] == names(choose([found], PruneWishes(), NOW))


def test_an_age_that_was_named_holds_for_all() -> None:
    found = cache(entry("old", 8), entry("made", 8, remake=Remake.CREATE), entry("new", 6))

    assert [["made", "old"]] == names(choose([found], PruneWishes(older_than=7 * DAY), NOW))


def test_a_budget_takes_what_was_used_least_recently_of_all_caches_together() -> None:
    first, second = cache(entry("a", 5), entry("b", 1)), cache(entry("c", 4), entry("d", 2), tool="uv")
    plan = choose([first, second], PruneWishes(max_size=2200), NOW)

    assert [["a"], ["c"]] == names(plan)
    assert 0 == plan.missed


def test_a_budget_alone_takes_nothing_that_fits() -> None:
    assert [[]] == names(choose([cache(entry("old", 500))], PruneWishes(max_size=1100), NOW))


def test_a_budget_that_cannot_be_met_is_told() -> None:
    plan = choose([cache(entry("a", 5))], PruneWishes(max_size=400), NOW)

    assert ([["a"]], 600) == (names(plan), plan.missed)


def test_what_environments_share_goes_only_with_all() -> None:
    found = cache(entry("shared", 900, held="environments share its files"))

    wanted = (PruneWishes(), PruneWishes(max_size=0), PruneWishes(all=True))

    assert [[[]], [[]], [["shared"]]] == [names(choose([found], wishes, NOW)) for wishes in wanted]


def test_a_use_in_the_future_decides_no_eviction() -> None:
    found = cache(entry("future", -400), entry("old", 100), entry("now", 0))

    assert [["old"]] == names(choose([found], PruneWishes(), NOW))
    assert [["now", "old"]] == names(choose([found], PruneWishes(max_size=1100), NOW))


def test_a_ci_keeps_what_was_built() -> None:
    found = cache(entry("wheel", 0), entry("built", 500, built=True, remake=Remake.CREATE))

    assert [["wheel"]] == names(choose([found], PruneWishes(ci=True), NOW))


def test_what_nothing_needs_goes_at_any_age() -> None:
    assert [["rest"]] == names(choose([cache(entry("rest", 0, remake=Remake.NOTHING))], PruneWishes(), NOW))


def test_a_cache_that_is_in_use_is_left_alone() -> None:
    assert [[]] == names(choose([cache(entry("old", 500), state=State.IN_USE)], PruneWishes(all=True), NOW))


def test_kempts_own_cache_has_a_budget() -> None:
    large = [entry(f"e{days}", days, 300_000_000, Remake.CREATE) for days in (1, 2, 3)]
    plan = choose([cache(*large, tool="kempt")], PruneWishes(), NOW)

    assert [["e2", "e3"]] == names(plan)


@given(
    sizes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(-10, 400)), max_size=20),
    budget=st.integers(0, 10**7),
)
def test_after_any_budget_nothing_that_stays_was_used_before_what_goes(
    sizes: list[tuple[int, int]], budget: int
) -> None:
    entries = [entry(str(number), days, size) for number, (size, days) in enumerate(sizes)]
    found = cache(*entries)
    plan = choose([found], PruneWishes(max_size=budget), NOW)
    going = [each.entry for each in plan.plans[0].chosen]
    staying = [each for each in entries if each not in going]
    left = found.weight.bytes - sum(each.weight.bytes for each in going)

    assert plan.missed == max(left - budget, 0)
    assert plan.missed == 0 or not staying
    assert max((_used(each) for each in going), default=0) <= min(map(_used, staying), default=NOW)


def _used(entry: CacheEntry) -> int:
    """When; the future counts as now."""
    return min(entry.used_ns, NOW)


def item(*, folder: bool = False) -> Item:
    return Item(Identity(1, 1, 0o40000 if folder else 0o100000), Weight(0 if folder else 1, 4096), 0, 0)


def test_folders_that_are_empty_then_go_from_the_inside_out() -> None:
    folders = ["a", "a/b", "a/b/c", "a/d"]
    items = {path: item(folder=True) for path in folders} | {path: item() for path in ("a/b/c/x", "a/b/c/y", "a/d/z")}
    found = Survey("/cache", HERE, items, {}, Weight(), {})

    assert ("a/b/c", "a/b") == emptied(found, ["a/b/c/x", "a/b/c/y"], 2)
    assert () == emptied(found, ["a/b/c/x"], 2)
    assert ("a/b", "a/d") == emptied(found, ["a/b/c", "a/d/z"], 2)
    assert ("a/b", "a/d", "a") == emptied(found, ["a/b/c", "a/d/z"], 1)
