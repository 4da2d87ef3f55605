"""Whether two environment markers say the same: proved against `packaging`, on machines of all kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from kempt.formats import marker

ATOMS = (
    "python_version < '3.12'", "python_version >= '3.10'", "python_version == '3.11'", "python_version != '3.11'",
    "python_full_version < '3.11.4'", "python_version ~= '3.10'", "'3.11' <= python_version",
    "python_version in '3.10 3.11'",
    "sys_platform == 'win32'", "sys_platform != 'linux'", "platform_system == 'Darwin'", "platform_machine == 'arm64'",
)  # fmt: skip
MARKERS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)
MACHINES = [
    {
        "python_version": ".".join(python.split(".")[:2]), "python_full_version": python, "os_name": os, "extra": "",
        "sys_platform": platform, "platform_system": system, "platform_machine": machine,
    }
    for python in ("3.9.18", "3.10.0", "3.11.0", "3.11.3", "3.11.4", "3.12.0", "3.13.1", "4.0.0")
    for os, platform, system in (("posix", "linux", "Linux"), ("posix", "darwin", "Darwin"), ("nt", "win32", "Windows"))
    for machine in ("x86_64", "arm64")
]  # fmt: skip


@pytest.mark.parametrize(
    "one, other, python, expected",
    [
        pytest.param("python_version<'3.12'", 'python_version < "3.12"', "", True, id="spelling"),
        pytest.param("python_version < '3.12'", "python_full_version < '3.12'", "", True, id="full-version"),
        pytest.param("python_version <= '3.11'", "python_full_version < '3.12'", "", True, id="up-to"),
        pytest.param("python_version > '3.11'", "python_full_version >= '3.12'", "", True, id="above"),
        pytest.param("python_version == '3.11'", "python_full_version == '3.11.*'", "", True, id="equal"),
        pytest.param(
            "python_version in '3.9 3.10'", "python_version == '3.9' or python_version == '3.10'", "", True, id="in"
        ),
        pytest.param("python_version >= '3.8'", "", ">=3.9", True, id="implied"),
        pytest.param("python_version >= '3.8'", "", ">=3.7", False, id="not-implied"),
        pytest.param("python_version < '3.8'", "python_version < '3.7'", ">=3.9", True, id="nowhere"),
        pytest.param("platform_system == 'Windows'", "sys_platform == 'win32'", "", True, id="system"),
        pytest.param("os_name == 'nt'", "sys_platform == 'win32'", "", None, id="only-on-machines-that-are"),
        pytest.param("'linux' in sys_platform", "sys_platform == 'linux'", "", None, id="part-of-a-text"),
        pytest.param("platform_release >= '5'", "platform_release >= '5.0'", "", None, id="not-a-release"),
        pytest.param("python_version < '3.12rc1'", "python_version < '3.12'", "", None, id="pre-release"),
        pytest.param("extra == 'a' and extra == 'b'", "python_version < '0'", "", False, id="several-extras"),
        pytest.param("extra == 'A_b'", "extra == 'a-b'", "", True, id="extra-name"),
        pytest.param("what is this", "nothing", "", None, id="no-marker"),
        pytest.param("(" * 500 + "os_name == 'nt'" + ")" * 500, "os_name == 'nt'", "", None, id="deep"),
        pytest.param(
            " or ".join(f"platform_machine == '{n}'" for n in range(300)), "os_name == 'x'", "", None, id="long"
        ),
    ],
)
def test_two_markers(one: str, other: str, python: str, expected: bool | None) -> None:  # noqa: FBT001 - an expectation
    assert expected is marker.same(one, other, python)
    assert expected is marker.same(other, one, python)


@given(MARKERS, MARKERS)
def test_what_is_called_the_same_holds_on_the_same_machines(one: str, other: str) -> None:
    left, right = ([Marker(each).evaluate(machine) for machine in MACHINES] for each in (one, other))
    found = marker.same(one, other)

    assert found is not True or left == right
    assert left == right or found is False


@given(MARKERS)
def test_a_marker_and_its_opposite(text: str) -> None:
    assert marker.never(marker.conjunction(text, marker.negation(text)))
    assert not marker.never(text) or not any(Marker(text).evaluate(machine) for machine in MACHINES)


def test_a_marker_that_is_empty_holds_everywhere() -> None:
    assert not marker.never("")
    assert marker.never(marker.negation(""))
    assert marker.conjunction("", "os_name == 'nt'") == "os_name == 'nt'"
