"""Requirements (PEP 508): taken apart, and compared by what they ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement as Reference
from packaging.utils import canonicalize_name

from kempt.formats.requirement import (
    Requirement,
    normalised_name,
    parse,
    same_requirement,
    surely_differ,
)


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,12}[A-Za-z0-9])?", fullmatch=True))
def test_a_name_is_normalised_as_indexes_do_it(name: str) -> None:
    assert canonicalize_name(name) == normalised_name(name)


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("Idna", Requirement("idna"), id="name"),
        pytest.param("a.b_c [Z, x_y] >= 1.0 , <2 ; os_name == 'nt'",
                     Requirement("a-b-c", ("x-y", "z"), ("<2", ">=1"), "", "os_name == 'nt'"), id="all"),
        pytest.param("a (>=1)", Requirement("a", (), (">=1",)), id="brackets"),
        pytest.param("a==1.0.*,!=1.00", Requirement("a", (), ("!=1", "==1.0.*")), id="zeros"),
        pytest.param("a~=1.0", Requirement("a", (), ("~=1.0",)), id="compatible"),
        pytest.param("a @ git+https://x/y@main#egg=z ; os_name == 'nt'",
                     Requirement("a", (), (), "git+https://x/y@main#egg=z", "os_name == 'nt'"), id="address"),
        pytest.param("a[x]@https://x/y.whl", Requirement("a", ("x",), (), "https://x/y.whl"), id="address-at-once"),
        pytest.param("a b", None, id="two-names"),
        pytest.param("-a", None, id="no-name"),
        pytest.param("a;", None, id="no-marker"),
        pytest.param("a 1.0", None, id="no-operator"),
        pytest.param("a" * 20_000, None, id="beyond-reason"),
    ],
)  # fmt: skip
def test_a_requirement_is_taken_apart(text: str, expected: Requirement | None) -> None:
    assert expected == parse(text)


@pytest.mark.parametrize(
    "one, other, same",
    [
        pytest.param(
            "Foo_bar[B,a]>=1.0,<2 ; python_version<'3.12'",
            "foo-bar[a,b] <2.0,>=1; python_full_version < '3.12'",
            True,
            id="spelling",
        ),
        pytest.param("a>=1rc1", "a>=1.0.0.rc.1", True, id="pre-release"),
        pytest.param("a==1.0+Local.1", "a==1.0+local-1", True, id="local"),
        pytest.param("a>=1", "a>1", False, id="operator"),
        pytest.param("a~=1.0", "a~=1.0.0", False, id="compatible"),
        pytest.param("a", "a[x]", False, id="extra"),
        pytest.param("a @ https://x/1.whl", "a @ https://x/2.whl", False, id="address"),
        pytest.param("a; os_name == 'nt'", "a", False, id="marker"),
        pytest.param("a; os_name == 'nt'", "a; sys_platform == 'win32'", False, id="cannot-be-told"),
        pytest.param("a b", "a b", True, id="equal-nonsense"),
        pytest.param("a b", "a  b", False, id="nonsense"),
    ],
)
def test_two_requirements(*, one: str, other: str, same: bool) -> None:
    assert same is same_requirement(one, other)
    assert same is same_requirement(other, one)


OPERATORS, VERSIONS = st.sampled_from([">=", "<", "!=", "==", "<=", ">"]), st.sampled_from(["1", "1.0", "1.5", "2"])
SPECIFIERS = st.lists(st.builds("{}{}".format, OPERATORS, VERSIONS), max_size=3).map(",".join)


@given(SPECIFIERS, SPECIFIERS)
def test_what_is_called_the_same_takes_the_same_versions(one: str, other: str) -> None:
    left, right = Reference(f"a{one}").specifier, Reference(f"a{other}").specifier
    versions = ["0.9", "1", "1.1", "1.5", "1.6", "2", "3"]
    alike = [left.contains(each) for each in versions] == [right.contains(each) for each in versions]

    assert alike or not same_requirement(f"a{one}", f"a{other}")
    sides = [getattr(parse(f"a{each}"), "specifiers", ()) for each in (one, other)]
    assert not surely_differ(*sides) or not same_requirement(f"a{one}", f"a{other}")
