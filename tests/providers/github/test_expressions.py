"""`${{ … }}`: worked out as far as the file can tell, and no further."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.providers.github.expressions import Call, parts, read
from kempt.providers.github.scope import Scope, Values, filled, possible

SCOPE = Scope(
    {"matrix.os": ("ubuntu-latest", "macos-latest"), "env.dir": ("api",), "inputs.python": (None,)},
    {"inputs.python": "${{ matrix.python }}"},
)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("plain", ("plain",)),
        ("", ("",)),
        ("${{ 'a''b' }}", ("a'b",)),
        ("${{ env.DIR }}/src", ("api/src",)),
        ("${{ env['DIR'] }}", ("api",)),
        ("${{ matrix.os }}", ("ubuntu-latest", "macos-latest")),
        ("${{ matrix.other || 'x' }}", (None, "x")),
        ("${{ github.ref == 'a' && 'b' || 'c' }}", ("b", "c")),
        ("${{ !github.ref }}", ("true", "false")),
        ("${{ format('{0}/{{}}/{1}', env.dir, matrix.os) }}", ("api/{}/ubuntu-latest", "api/{}/macos-latest")),
        ("${{ format('{0}/x', github.sha) }}", (None,)),
        ("${{ fromJSON('[1]')[0] }}", (None,)),
        ("${{ a b }}", (None,)),
        ("${{ 'it's }}", (None,)),
        ("${{ '}}' }}", ("}}",)),
    ],
)
def test_what_a_text_may_come_to(text: str, expected: Values) -> None:
    assert expected == possible(text, SCOPE)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${{ env.dir }}/${{ github.sha }}", "api/${{ github.sha }}"),
        ("${{ inputs.python }}", "${{ matrix.python }}"),
        ("${{ matrix.os }}", "${{ matrix.os }}"),
    ],
    ids=["known", "of-the-caller", "several"],
)
def test_what_is_not_known_stays_as_it_is_written(text: str, expected: str) -> None:
    assert expected == filled(text, SCOPE)


@given(st.text(alphabet="${} '()[]!&|=<>.,azA0*-_\n", max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    possible(text, SCOPE)

    assert text == "".join(part.written for part in parts(text))


@pytest.mark.parametrize(
    "text", ["(" * 100_000, "!" * 100_000, "a[" * 50_000, "f(" * 50_000, "a && " * 50_000, "'" * 99_999]
)
def test_an_expression_beyond_reason_is_not_read(text: str) -> None:
    started = time.perf_counter()

    assert Call("", ()) == read(text)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("text", ["${{ " * 200_000, "${{ '" * 100_000, "${{ $" * 100_000, "${{ }" * 100_000])
def test_unfinished_expressions_take_no_time(text: str) -> None:
    started = time.perf_counter()
    list(parts(text))

    assert time.perf_counter() - started < 2
