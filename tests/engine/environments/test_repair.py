from __future__ import annotations

import pytest

from kempt.engine.environments.against_lock import NOTHING, Against
from kempt.engine.environments.recorded import Recorded
from kempt.engine.environments.repair import Cure, as_published, changed_paths, cure_of, told
from kempt.model.environment import Damage, Fingerprint, Problem

SITE = "lib/python3.12/site-packages"
MODIFIED = Problem(Damage.MODIFIED, "site/alpha/a.py", "alpha")
MISSING = Problem(Damage.MISSING, "site/beta/b.py", "beta")
STRAY = Problem(Damage.STRAY, "lib/python3.11/site-packages/evil.pth")


def found(*problems: Problem, lines: tuple[str, ...] = ("kempt-env-1",)) -> Fingerprint:
    return Fingerprint("/env", "0" * 64, "3.12.1", lines, problems)


@pytest.mark.parametrize(
    "problems, against, expected",
    [
        pytest.param((), NOTHING, Cure(), id="nothing"),
        pytest.param((MODIFIED, MISSING), NOTHING, Cure(("alpha", "beta")), id="only-the-damaged"),
        pytest.param((STRAY,), NOTHING, Cure(rebuild=True), id="a-stray-is-nobodys"),
        pytest.param((Problem(Damage.STRAY, "notes.txt"),), NOTHING, Cure(), id="what-python-never-sees-stays"),
        pytest.param((STRAY, MODIFIED), NOTHING, Cure(("alpha",)), id="a-lost-record-makes-strays"),
        pytest.param((Problem(Damage.SYSTEM_SITE, "pyvenv.cfg"),), NOTHING, Cure(rebuild=True), id="system-site"),
        pytest.param(
            (Problem(Damage.BYTECODE, "site/a.pyc", "alpha"),), NOTHING, Cure(files=("site/a.pyc",)), id="bytecode"
        ),
        pytest.param((Problem(Damage.SHARED, "site/x.py", "alpha"),), NOTHING, Cure(), id="shared-is-of-the-lock"),
        pytest.param((), Against(("alpha",)), Cure(("alpha",)), id="missing"),
        pytest.param((), Against(wrong=(("alpha", "1", "2"),)), Cure(("alpha",)), id="wrong-version"),
        pytest.param((), Against(extra=("alpha",)), Cure(remove=("alpha",)), id="extra"),
        pytest.param((MODIFIED,), Against(extra=("alpha",)), Cure(remove=("alpha",)), id="damaged-and-extra"),
    ],
)
def test_the_least_that_mends(problems: tuple[Problem, ...], against: Against, expected: Cure) -> None:
    cure = cure_of(found(*problems), against)

    assert expected == cure._replace(words=())
    assert bool(expected != Cure()) is cure.is_needed


def test_what_is_known_to_be_published_that_way_is_no_damage() -> None:
    assert Cure() == cure_of(found(MODIFIED), NOTHING, accepted=[told(MODIFIED)])
    assert ("alpha",) == cure_of(found(MODIFIED), NOTHING, accepted=[told(MISSING)]).reinstall


def test_a_distribution_that_changed_with_its_record_is_installed_anew() -> None:
    assert Cure(("alpha",), words=("alpha is not what it was",)) == cure_of(found(), NOTHING, {"alpha"})


def test_a_file_of_nobody_that_changed_costs_a_rebuild() -> None:
    assert cure_of(found(), NOTHING, {""}).rebuild


def test_damage_is_told_in_one_line_for_each_distribution_and_kind() -> None:
    problems = [Problem(Damage.MISSING, f"site/alpha/m{number}.py", "alpha") for number in range(5)]

    assert (
        "alpha: missing: site/alpha/m0.py, site/alpha/m1.py, site/alpha/m2.py and 2 more",
        "stray: lib/python3.11/site-packages/evil.pth",
    ) == cure_of(found(*problems, STRAY), NOTHING).words


@pytest.mark.parametrize("damage", [Damage.SYSTEM_SITE, Damage.WRONG_PYTHON, Damage.MOVED, Damage.UNSAFE_RECORD])
def test_what_no_distribution_brings_along_is_never_taken_for_published(damage: Damage) -> None:
    assert as_published(found(MODIFIED, Problem(damage, "pyvenv.cfg"))) is None
    assert (told(MODIFIED),) == as_published(found(MODIFIED))


def test_changed_paths() -> None:
    lines = ("kempt-env-1", "site/a.py\t1", "site/b.py\t2")
    recorded = Recorded("/env", "1" * 64, "3.12.1", "uv.lock", "", "linux-x86_64", "uv", 0.0, (), lines)

    assert {"site/b.py", "site/c.py"} == changed_paths(
        found(lines=("kempt-env-1", "site/a.py\t1", "site/b.py\t3", "site/c.py\t4")), recorded
    )
