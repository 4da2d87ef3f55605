"""The name of a source in its bytecode: found in code of every kind, put differently, and nothing else with it."""

from __future__ import annotations

import marshal
import os
import py_compile
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.bytecode import HEADER
from kempt.formats.file_names import Spot, find, is_known, token, with_token
from support.pythons import python

SOURCE = '''"""Text."""
import os as _os

NUMBERS, FLOAT, COMPLEX, BIG = (1, 2, -3), 1.5, 2j, 10**40
TEXTS = ("plain", "\\u00e9", "x" * 300, b"bytes", ..., None, True)

def outer(first, /, second=1, *rest, third, **others):
    seen = {first}
    def inner():
        return seen, first in {"one", "two"}, lambda value: value + second
    return inner

class Kind:
    async def run(self):
        try:
            return [each async for each in self]
        except* ValueError as error:
            raise
'''


def compiled(folder: Path, name: str, source: str = SOURCE) -> bytes:
    """The bytecode of a source with this path."""
    path = folder / "source.py"
    path.write_text(source)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    made = py_compile.compile(str(path), str(folder / "made.pyc"), name, doraise=True)
    return Path(str(made)).read_bytes()


def renamed(content: bytes, name: str) -> bytes | None:
    spot = find(content)
    return spot and with_token(content, spot.at, spot.token, token(name, spot.token))


@pytest.mark.parametrize("name", ["/a.py", "/" + "long" * 80 + ".py", "/\u00e4/\u20ac.py", "/lone\udc80.py"])
def test_the_same_source_is_the_same_under_one_name(name: str, tmp_path: Path) -> None:
    expected = compiled(tmp_path, "alpha/core.py")

    assert expected == renamed(compiled(tmp_path, name), "alpha/core.py")


def test_what_is_put_differently_can_be_put_back(tmp_path: Path) -> None:
    content = compiled(tmp_path, "/here/core.py")
    spot = find(content)
    assert spot is not None
    after = token("core.py", spot.token)
    changed = with_token(content, spot.at, spot.token, after)

    assert changed is not None
    assert (content, Spot(spot.at, after)) == (with_token(changed, spot.at, after, spot.token), find(changed))


def test_nothing_is_put_where_another_name_stands(tmp_path: Path) -> None:
    content = compiled(tmp_path, "/here/core.py")
    spot = find(content)
    assert spot is not None

    assert None is with_token(content, spot.at, b"other", b"name")


def test_a_constant_with_the_same_text_stays(tmp_path: Path) -> None:
    content = renamed(compiled(tmp_path, "/here/core.py", "PATH = '/here/core.py'\ndef run(): pass\n"), "core.py")
    assert content is not None
    code = code_of(content)

    assert ("core.py", True) == (code.co_filename, "/here/core.py" in code.co_consts)


def test_every_code_object_gets_the_name(tmp_path: Path) -> None:
    content = renamed(compiled(tmp_path, "/here/core.py"), "alpha/core.py")
    assert content is not None

    assert {"alpha/core.py"} == set(names(code_of(content)))


def code_of(content: bytes) -> CodeType:
    code: CodeType = marshal.loads(content[HEADER:])  # noqa: S302 - this test made it
    return code


def names(code: CodeType) -> list[str]:
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return [code.co_filename, *(name for each in inner for name in names(each))]


def test_two_names_in_one_file_are_left_alone(tmp_path: Path) -> None:
    content = compiled(tmp_path, "/here/core.py")
    code = code_of(content)
    consts = tuple(
        each.replace(co_filename="/other.py") if isinstance(each, CodeType) else each for each in code.co_consts
    )

    assert None is find(content[:HEADER] + marshal.dumps(code.replace(co_consts=consts)))


def test_what_is_no_code_is_left_alone(tmp_path: Path) -> None:
    content = compiled(tmp_path, "/here/core.py")

    assert [None] * 4 == [find(each) for each in (b"", content[:HEADER], content[:-1], content + b"N")]
    assert [None] * 2 == [find(content[:HEADER] + marshal.dumps(each)) for each in ({"a": 1}, (1, 2))]


def test_bytecode_of_a_later_python_is_not_known(tmp_path: Path) -> None:
    content = compiled(tmp_path, "/here/core.py")

    assert (True, False) == (is_known(content), is_known((3999).to_bytes(2, "little") + content[2:]))


def test_a_file_that_promises_more_than_it_holds_takes_no_memory() -> None:
    start = py_header() + b"\xe3" + b"\0" * 20
    many = b"(" + (2**20).to_bytes(4, "little")

    assert None is find(start + many * 100_000 + b"N" * 2**20)


def py_header() -> bytes:
    from importlib.util import MAGIC_NUMBER

    return MAGIC_NUMBER + b"\0" * 12


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    find(content)
    find(py_header() + b"\xe3" + b"\0" * 20 + content)


@given(at=st.integers(HEADER, 2000), byte=st.integers(0, 255))
def test_a_changed_byte_never_makes_it_fail(at: int, byte: int) -> None:
    code = marshal.dumps(compile(SOURCE, "/here/core.py", "exec"))
    content = bytearray(py_header() + code)
    content[at % len(content)] = byte

    find(bytes(content))


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_standard_library_of_each_python_is_the_same_under_one_name(version: str, tmp_path: Path) -> None:
    found = python(version)
    if found is None:
        pytest.skip(f"there is no Python {version}, whose code objects are to be read")
    script = """
import compileall, os, shutil, sys
for name in sys.argv[1:]:
    shutil.copytree(os.path.dirname(os.__file__) + "/json", name)
    shutil.copytree(os.path.dirname(os.__file__) + "/asyncio", name + "/asyncio")
    compileall.compile_dir(name, quiet=2, force=True)
"""
    folders = [tmp_path / "one", tmp_path / "another"]
    subprocess.run([found, "-I", "-c", script, *folders], check=True)
    ones = {path.relative_to(folders[0]): path.read_bytes() for path in folders[0].rglob("*.pyc")}
    others = {path.relative_to(folders[1]): path.read_bytes() for path in folders[1].rglob("*.pyc")}
    put = [{path: timeless(renamed(each, str(path))) for path, each in found.items()} for found in (ones, others)]

    assert len(ones) > 30
    assert put[0] == put[1]
    assert None not in put[0].values()


def timeless(content: bytes | None) -> bytes | None:
    return content and content[:8] + content[12:]


def test_the_python_of_the_tests_is_known() -> None:
    assert is_known(py_header()), sys.version
