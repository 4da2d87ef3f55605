"""`pyvenv.cfg` as the tools write it, and files of that name that mark no environment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.pyvenv import Pyvenv, parse

VENV = b"home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\nexecutable = /usr/bin/python3.12\n"
VIRTUALENV = b"home = C:\\Python39\r\nimplementation = CPython\r\nversion_info = 3.9.1.final.0\r\nvirtualenv = 20.2\r\n"
UV = b"home = /opt/python/bin\nimplementation = CPython\nuv = 0.13.9\nversion_info = 3.13.1\n"
UV += b"include-system-site-packages = true\n"


@pytest.mark.parametrize(
    "content, expected",
    [
        (VENV, Pyvenv("/usr/bin", "3.12.1", system_site_packages=False)),
        (VIRTUALENV, Pyvenv("C:\\Python39", "3.9.1.final.0", system_site_packages=False)),
        (UV, Pyvenv("/opt/python/bin", "3.13.1", system_site_packages=True)),
        (b"HOME=/usr", Pyvenv("/usr", "", system_site_packages=False)),
        (b"version = 3.11", Pyvenv("", "3.11", system_site_packages=False)),
    ],
    ids=["venv", "virtualenv", "uv", "upper-case", "no-home"],
)
def test_what_the_tools_write(content: bytes, expected: Pyvenv) -> None:
    assert expected == parse(content)


@pytest.mark.parametrize(
    "content", [b"", b"home\n", b"home =\n", b"prompt = x\n", b"# home: /usr\n", b"\xff\xfe"], ids=repr
)
def test_what_marks_no_environment(content: bytes) -> None:
    assert parse(content) is None


@given(st.binary(max_size=60))
def test_it_never_raises(content: bytes) -> None:
    assert parse(content) is None or isinstance(parse(content), Pyvenv)
