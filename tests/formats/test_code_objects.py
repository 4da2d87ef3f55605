"""Code objects, compared as they are stored: the same code is equal, other code is not, and nothing is made of it."""

from __future__ import annotations

import marshal
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.code_objects import MalformedError, canonical

SOURCE = '''
"""A module."""
import os
NUMBERS = (1, -1, 2**80, -(2**80), 1.5, 2j, True, None, ..., b"bytes", "caf\\xe9", "")
KNOWN = {"a", "b", "c"}

def outer(first, /, second, *rest, third=3, **more):
    total = 0
    for each in rest:
        if each in {"x", "y", "z"} and each not in (1, 2, 3):
            total += len(each)
    def inner():
        nonlocal total
        total = [value ** 2 for value in range(10) if value]
        return total
    try:
        return inner()
    except (ValueError, OSError) as error:
        raise RuntimeError from error

class Alpha(dict):
    async def run(self):
        async with self as found:
            yield found
'''


def code_of(source: str, name: str = "alpha.py") -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def test_the_same_source_is_the_same_code() -> None:
    assert canonical(marshal.dumps(code_of(SOURCE))) == canonical(marshal.dumps(code_of(SOURCE)))


@pytest.mark.parametrize("version", range(3, 5))
def test_how_values_are_referred_to_does_not_matter(version: int) -> None:
    once = code_of(SOURCE)
    again = marshal.loads(marshal.dumps(once))  # noqa: S302 - its own output

    assert canonical(marshal.dumps(once)) == canonical(marshal.dumps(again, version))


def test_the_place_of_the_source_does_not_matter() -> None:
    assert canonical(marshal.dumps(code_of(SOURCE))) == canonical(marshal.dumps(code_of(SOURCE, "/elsewhere/alpha.py")))


@pytest.mark.parametrize(
    "old, new",
    [
        ("2**80", "2**81"), ("-(2**80)", "2**80 + 1"), ("1.5", "1.6"), ("2j", "3j"), ("True", "1"), ("1,", "1.0,"),
        ('b"bytes"', 'b"bytez"'), ('b"bytes"', '"bytes"'), ('"z"', '"w"'), ("(1, 2, 3)", "(1, 2, 4)"),
        ("import os", "import re"), ("total += ", "total -= "), ("/, second", "second"), ("OSError", "KeyError"),
        ("value ** 2", "value ** 3"), ("async with", "with"), ("dict", "list"), ("third=3", "third=4"),
    ],
)  # fmt: skip
def test_other_code_is_not_the_same(old: str, new: str) -> None:
    assert old in SOURCE
    other = SOURCE.replace(old, new, 1)

    assert canonical(marshal.dumps(code_of(SOURCE))) != canonical(marshal.dumps(code_of(other)))


@pytest.mark.parametrize(
    "stream",
    [
        b"", b"N", b"c", marshal.dumps(code_of(SOURCE))[:-1], marshal.dumps(code_of(SOURCE)) + b"N", b"r\0\0\0\0",
        b"(\xff\xff\xff\x7f", b"(\xff\xff\xff\xff", b"s\xff\xff\xff\xff", b"?", b"\xa8\x01r\0\0\0\0", b"[\0\0\0\0",
    ],
    ids=[
        "empty", "no-code", "cut-at-once", "cut", "more", "refers-to-nothing", "endless", "negative", "negative-bytes",
        "unknown", "refers-to-itself", "list",
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused(stream: bytes) -> None:
    with pytest.raises(MalformedError):
        canonical(stream)


def test_a_nest_without_end_is_refused() -> None:
    with pytest.raises((MalformedError, RecursionError)):
        canonical(b")\x01" * 100_000)


@given(st.binary(max_size=100))
def test_it_raises_nothing_else(stream: bytes) -> None:
    with pytest.raises(MalformedError):
        canonical(b"c" + stream)
