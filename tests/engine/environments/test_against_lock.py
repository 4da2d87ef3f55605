from __future__ import annotations

from kempt.engine.environments.against_lock import NOTHING, Against, against_lock
from kempt.model.environment import Distribution
from kempt.model.locks import Wanted


def found(**versions: str) -> list[Distribution]:
    return [Distribution(name, version, f"{name}-{version}.dist-info") for name, version in versions.items()]


def test_what_is_as_the_lock_says() -> None:
    assert NOTHING == against_lock(Wanted({"alpha": "1.0", "beta": "2"}), found(alpha="1.0", beta="2.0"))


def test_what_is_missing_wrong_and_too_much() -> None:
    against = against_lock(Wanted({"alpha": "1.0", "beta": "2"}), found(beta="3", gamma="1"))

    assert Against(("alpha",), (("beta", "3", "2"),), ("gamma",)) == against
    assert ("alpha is missing", "beta is 3, the lock says 2", "gamma is not in the lock") == against.words


def test_optional_packages_may_be_there_at_their_version() -> None:
    wanted = Wanted({}, {"alpha": "1.0", "beta": "1.0"})

    assert Against(wrong=(("beta", "2.0", "1.0"),)) == against_lock(wanted, found(alpha="1.0", beta="2.0"))


def test_a_project_without_a_version_may_have_any() -> None:
    assert NOTHING == against_lock(Wanted({"shop": ""}), found(shop="1.0+local"))


def test_what_came_with_the_environment_may_stay() -> None:
    pip = Distribution("pip", "23.2", "pip-23.2.dist-info", seed=True)

    assert NOTHING == against_lock(Wanted({}), [pip])
    assert Against(wrong=(("pip", "23.2", "26"),)) == against_lock(Wanted({"pip": "26"}), [pip])


def test_a_lock_that_does_not_say_what_it_wants() -> None:
    assert NOTHING == against_lock(None, found(alpha="1.0"))
