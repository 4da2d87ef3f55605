"""Whatever happened to a fleet, and whatever is waived: sums of sums are what counting every finding gives."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
from hypothesis import given, settings

from kempt.engine.fleet.overview import Asked, Shown, read
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Noted, Outcome, Promised, Row, Ruled, RunFacts, Waiver
from support.fleet_plain import read_plainly

NAMES = ("https://h/a/shop", "https://h/a/till", "https://h/b/shop-2")
CODES = ("KPT000", "KPT101", "KPT102", "KPT308")
RULES = tuple(Ruled(code, "", 2, "error") for code in CODES)
OWNERS = ("", "@x", "@y @x", "@z", " ")
TODAY, ALL = "2026-11-29", Shown(100, 10_000, 1000)
STATES = (Promised.KEPT, Promised.BROKEN, Promised.ABSENT, Promised.UNKNOWN)


@st.composite
def noted(draw: st.DrawFn) -> Noted:
    """A finding, of few rules, places, fingerprints and owners."""
    return Noted(
        draw(st.sampled_from(CODES)), draw(st.sampled_from(("error", "warning", "info"))),
        draw(st.sampled_from(("a", "a/b", "b/c.py"))), draw(st.integers(0, 2)), "m", "h",
        draw(st.sampled_from("0123456")), bytes=draw(st.sampled_from((None, 0, 7))),
        fix=draw(st.sampled_from(("", "safe", "unsafe"))), owners=draw(st.sampled_from(OWNERS)),
    )  # fmt: skip


@st.composite
def row(draw: st.DrawFn) -> Row:
    """What came of one of few repositories."""
    name, outcome = draw(st.sampled_from(NAMES)), draw(st.sampled_from((Outcome.CHECKED, Outcome.CHECKED, *Outcome)))
    if outcome is not Outcome.CHECKED:
        return Row(name, outcome, error="timeout" if outcome is Outcome.FAILED else "")
    findings = tuple(draw(st.lists(noted(), max_size=6)))
    return Row(name, outcome, "head", "main", 3, STATES, findings, owners=draw(st.sampled_from(OWNERS)))


run = st.tuples(st.sampled_from("kl"), st.lists(row(), max_size=5), st.booleans())
waiver = st.builds(
    Waiver, st.sampled_from(("*", "*/shop", "*/a/*", "*/none")), st.sampled_from(("KPT", "KPT1", "KPT102", "KPT0")),
    st.sampled_from(("*", "a", "*.py")), st.just("why"), st.sampled_from(("2026-11-28", "2026-11-29", "2027-01-01")),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(run, max_size=4), waivers=st.lists(waiver, max_size=3),
    only=st.sampled_from(((), (), ("shop*",), ("till", "none"))), owner=st.sampled_from(("", "", "@x", "@none")),
)  # fmt: skip
def test_sums_are_those_of_the_findings(
    runs: list[tuple[str, list[Row], bool]], waivers: list[Waiver], only: tuple[str, ...], owner: str
) -> None:
    asked = Asked("t", only=only, owner=owner, shown=ALL)
    with TemporaryDirectory() as folder, FleetStore.open(str(Path(folder, "f.db")), create=True) as store:
        for number, (key, rows, ends) in enumerate(runs, 1):
            began = store.begin_run(RunFacts(key, "1", float(number), len(NAMES), rules=RULES), NAMES).number
            store.write(began, rows)
            if ends:
                store.finish(began, number + 0.5)

        assert (
            read_plainly(store, tuple(waivers), TODAY, 9.0, asked)
            == read(store, tuple(waivers), TODAY, 9.0, asked).overview
        )
