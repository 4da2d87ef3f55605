"""Console scripts as each installer writes them, and what only looks like one."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.console_script import FirstLine, first_line, wrapper

PYTHON = "/srv/shop/.venv/bin/python"
HEAD = f"#!{PYTHON}\n"
CODING = "# -*- coding: utf-8 -*-\n"
SUB = r"""    sys.argv[0] = re.sub(r'(-script\.pyw|\.exe)?$', '', sys.argv[0])
"""
SINGLE, DOUBLE = "if __name__ == '__main__':\n", 'if __name__ == "__main__":\n'
IMPORT, CALL = "from gamma.cli import App\n", "    sys.exit(App.main())\n"
CHAIN = """\
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
"""
SHORT_CHAIN = """\
    if sys.argv[0].endswith('.exe'):
        sys.argv[0] = sys.argv[0][:-4]
"""
BODIES = {
    "distlib": f"{CODING}import re\nimport sys\n{IMPORT}{SINGLE}{SUB}{CALL}",
    "distlib-0.4": f"{CODING}import re\nimport sys\n{SINGLE}    {IMPORT}{SUB}{CALL}",
    "pip-9": f"\n{CODING}import re\nimport sys\n\n{IMPORT}\n{SINGLE}{SUB.replace('pyw|', 'pyw?|')}{CALL}",
    "pip-19": f"{CODING}import re\nimport sys\n\n{IMPORT}\n{SINGLE}{SUB.replace('pyw|', 'pyw?|')}{CALL}",
    "pip-25": f"import sys\n{IMPORT}{SINGLE}{SHORT_CHAIN}{CALL}",
    "pip-26": f"import sys\n{IMPORT}{SINGLE}    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n{CALL}",
    "installer": f"{CODING}import re\nimport sys\n{IMPORT}{DOUBLE}{SUB.replace(chr(39), chr(34))}{CALL}",
    "uv": f"{CODING}import sys\n{IMPORT}{DOUBLE}{CHAIN}{CALL}",
    "poetry-editable": f"import sys\n{IMPORT}\n{SINGLE}{CALL}",
}
LOADER = f"""\
# EASY-INSTALL-ENTRY-SCRIPT: 'gamma==1.0','console_scripts','gamma'
__requires__ = 'gamma==1.0'
import re
import sys
from pkg_resources import load_entry_point

{SINGLE}{SUB.replace("pyw|", "pyw?|")}    sys.exit(
        load_entry_point('gamma==1.0', 'console_scripts', 'gamma')()
    )
"""
UV = BODIES["uv"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_installers_write(body: str) -> None:
    found = wrapper((HEAD + body).encode())

    assert found is not None
    assert (PYTHON, "gamma.cli:App.main", "") == (found.first.interpreter, found.target, found.launcher)


def test_setuptools_looks_the_entry_point_up() -> None:
    found = wrapper((HEAD + LOADER).encode())

    assert found is not None
    assert ("", "gamma") == (found.target, found.name)


@pytest.mark.parametrize(
    "content",
    [
        UV,
        HEAD + UV + "print('evil')\n",
        HEAD + "import evil\n" + UV,
        HEAD + UV.replace("import sys", "import sys, evil"),
        HEAD + UV.replace("App.main()", "App.main(), evil()"),
        HEAD + UV.replace("App.main", "evil.main"),
        HEAD + UV.replace("[:-4]", "[:-5]"),
        HEAD + UV.replace("gamma.cli", "gamma..cli"),
        HEAD + UV.replace("gamma.cli", "gamma;cli"),
        HEAD + UV.rstrip("\n"),
        HEAD + UV.replace("\n", "\n\n"),
        f"#!{PYTHON} -c evil\n{UV}",
        HEAD + LOADER.replace("    sys.exit(", "    evil()\n    sys.exit("),
        HEAD + LOADER.replace("__requires__ = 'gamma==1.0'", "__requires__ = 'evil==1.0'"),
        "#!/bin/sh\nexec python -m gamma\n",
        "",
    ],
    ids=[
        "no-first-line", "more-below", "more-above", "another-import", "another-call", "another-name", "another-cut",
        "no-module", "two-statements", "cut-short", "spread", "options", "loader-with-more", "loader-of-another",
        "shell", "empty",
    ],
)  # fmt: skip
def test_what_does_anything_else_is_none(content: str) -> None:
    assert wrapper(content.encode()) is None


@pytest.mark.parametrize(
    "head, interpreter, options",
    [
        (HEAD, PYTHON, ""),
        (f"#! {PYTHON}\r\n", PYTHON, ""),
        (f"#!{PYTHON} -E -s\n", PYTHON, "-E -s"),
        ("#!/usr/bin/env python3\n", "/usr/bin/env", "python3"),
        ('#!"C:\\Program Files\\x\\python.exe"\r\n', "C:\\Program Files\\x\\python.exe", ""),
        (f"#!/bin/sh\n'''exec' {PYTHON} \"$0\" \"$@\"\n' '''\n", PYTHON, ""),
        ("#!/bin/sh\n'''exec' '/a b/bin/python' \"$0\" \"$@\"\n' '''\n", "/a b/bin/python", ""),
        ("#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''\n", "/a b/bin/python", ""),
        (
            "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3' \"$0\" \"$@\"\n' '''\n",
            "./python3", "",
        ),
    ],
    ids=["plain", "blank-and-crlf", "options", "env", "windows", "long", "long-quoted", "long-double", "relocatable"],
)  # fmt: skip
def test_first_lines(head: str, interpreter: str, options: str) -> None:
    assert FirstLine(interpreter, options, len(head)) == first_line(f"{head}rest".encode())
    found = wrapper((head + UV).encode())
    assert found is None if options else found is not None


def launched(
    members: dict[str, str], head: str = "#!C:\\x\\Scripts\\python.exe\r\n", stub: bytes = b"MZ\x90 stub"
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stub + head.encode() + stream.getvalue()


def test_a_launcher_of_windows() -> None:
    found = wrapper(launched({"__main__.py": UV.replace("\n", "\r\n")}))
    other = wrapper(launched({"__main__.py": UV}, stub=b"MZ\x90 another"))

    assert found is not None
    assert other is not None
    assert ("C:\\x\\Scripts\\python.exe", "gamma.cli:App.main") == (found.first.interpreter, found.target)
    assert found.launcher != other.launcher


@pytest.mark.parametrize(
    "content",
    [
        launched({"__main__.py": UV, "evil.py": ""}),
        launched({"__main__.py": UV + "evil()\n"}),
        launched({"__main__.py": UV}, head=""),
        launched({"__main__.py": UV}, head="#!python.exe\r\nevil\r\n"),
        launched({}),
        b"MZ",
        b"MZ" + b"PK\x05\x06" + b"\xff" * 18,
    ],
    ids=["two-members", "more", "no-first-line", "between", "no-member", "no-zip", "broken-zip"],
)
def test_a_launcher_of_something_else_is_none(content: bytes) -> None:
    assert wrapper(content) is None


@given(st.binary(max_size=200), st.sampled_from([b"", b"#!", b"MZ", HEAD.encode()]))
def test_it_never_raises(content: bytes, start: bytes) -> None:
    wrapper(start + content)
    first_line(start + content)
