from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.engine.environments.chosen import chosen_services
from kempt.model.repo import Service


def service(root: str, *, demoted: bool = False, dependency: bool = False) -> Service:
    return Service(PurePosixPath(root), "uv", demoted=demoted, dependency=dependency)


ALL = (
    service("services/api"),
    service("services/web"),
    service("docs/site", demoted=True),
    service("libs/core", dependency=True),
)


@pytest.mark.parametrize(
    "inside, everything, named, roots",
    [
        pytest.param("", False, False, ["services/api", "services/web"], id="repository"),
        pytest.param("", True, False, ["services/api", "services/web", "docs/site"], id="all"),
        pytest.param("services/api", False, True, ["services/api"], id="one"),
        pytest.param("services", False, False, ["services/api", "services/web"], id="folder"),
        pytest.param("services/api/src/shop", False, False, ["services/api"], id="inside-one"),
        pytest.param("docs", False, False, [], id="demoted"),
        pytest.param("docs/site", False, True, ["docs/site"], id="demoted-by-name"),
        pytest.param("services/ap", False, False, [], id="not-a-prefix"),
    ],
)
def test_which_are_meant(inside: str, roots: list[str], *, everything: bool, named: bool) -> None:
    chosen = chosen_services(ALL, inside, everything=everything, named=named)

    assert roots == [str(each.root) for each in chosen]


def test_of_services_in_each_other_the_inner_one_is_meant() -> None:
    nested = (service("."), service("services/api"))

    assert ["services/api"] == [str(each.root) for each in chosen_services(nested, "services/api/src")]
    assert ["."] == [str(each.root) for each in chosen_services(nested, "tools")]
