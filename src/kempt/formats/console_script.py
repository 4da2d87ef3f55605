r"""Console scripts: the small programs that installers write for entry points, and their first lines.

Every installer words them its own way, so two environments that do the same hold different bytes. A script is taken for
the entry point that it starts only if it holds nothing else: its whole text must be made of the lines below, each of
which does nothing but import the entry point, shorten `sys.argv[0]`, and call. The forms, and who writes them:

- import, then the guard: pip, distlib up to 0.3, installer (Poetry and PDM), uv
- the guard, then the import: distlib from 0.4
- without the coding line, or with `str.removesuffix`: pip from 25
- an endswith chain that shortens `sys.argv[0]`: uv from 0.5, pip 25
- no shortening at all: Poetry's own editable installs
- `load_entry_point`: setuptools' `setup.py install` and `setup.py develop`, told by the digest of the whole text

On Windows a script is a program with a zip file at its end, and the first line stands between them.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

LIMIT = 1024**2
RELATIVE = "."
_NAME = rb"[^\W\d]\w*"
_DOTTED = rb"%s(?:\.%s)*" % (_NAME, _NAME)
_GUARD = rb"if __name__ == (?:'__main__'|\"__main__\"):\n"
_SUFFIX = rb"\(-script\\\.pyw\??\|\\\.exe\)\?\$"
_QUOTE, _CUT = rb"['\"]", rb"        sys\.argv\[0\] = sys\.argv\[0\]\[: ?-%s\]\n"
_SHORTEN = b"|".join(
    (
        rb"    sys\.argv\[0\] = re\.sub\(r(?:'%s', ''|\"%s\", \"\"), sys\.argv\[0\]\)\n" % (_SUFFIX, _SUFFIX),
        rb"    if sys\.argv\[0\]\.endswith\(%s-script\.pyw%s\):\n%s    elif sys\.argv\[0\]\.endswith\(%s\.exe%s\):\n%s"
        % (_QUOTE, _QUOTE, _CUT % b"11", _QUOTE, _QUOTE, _CUT % b"4"),
        rb"    if sys\.argv\[0\]\.endswith\('\.exe'\):\n        sys\.argv\[0\] = sys\.argv\[0\]\[:-4\]\n",
        rb"    sys\.argv\[0\] = sys\.argv\[0\]\.removesuffix\('\.exe'\)\n",
    )
)
_WRAPPER = re.compile(
    rb"\n?(?:# -\*- coding: utf-8 -\*-\n)?(?:import re\n)?import sys\n\n?"
    rb"(?:from (%s) import (%s)\n\n?%s|%s    from (%s) import (%s)\n)(?:%s)?    sys\.exit\((%s)\(\)\)\n"
    % (_DOTTED, _NAME, _GUARD, _GUARD, _DOTTED, _NAME, _SHORTEN, _DOTTED)
)
_LOADER = re.compile(rb"# EASY-INSTALL-ENTRY-SCRIPT: ('[^'\\\n]+'),('(?:console|gui)_scripts'),('[^'\\\n]+')\n")
_LOADERS = frozenset(
    {  # with 'SPEC', 'GROUP' and 'NAME' for the three: setuptools 0.8 to 25, 26 to 47.2, 47.2, 47.3.0, from 47.3.1
        "a86ccda3b95343082a3f28c2684395b41cba7e6561aed17779f88c47c7d5b523",
        "94ad7a45b98fe4e68ede16f5e0cc74000341046303d0bf68143d2f172e509f73",
        "9f64ca890b9513b3171d02567c46d6ba449e93546acd2913cb253da69cb49c59",
        "1147e52749852d928dacf6351547f96bbecb27ff58ced0a7dbebfe0754965f24",
        "71a4d5a48e9d6b686d5b3d5bbe256ee5673512c2374d3490d47ef736fa9c48a0",
    }
)
_PLAIN = re.compile(rb"#!([^\r\n]{1,4096})\r?\n")
_TRAMPOLINE = re.compile(rb"#!/bin/sh\n'''exec' ([^\r\n]{1,8192}) \"\$0\" \"\$@\"\n' '''\n")
_OWN_FOLDER = re.compile(rb'"\$\(dirname -- "\$\(realpath -- "\$0"\)"\)"/(.+)')


class FirstLine(NamedTuple):
    """What starts a script: the interpreter as written, its options, and where the line (or the three) ends.

    `interpreter` begins with RELATIVE and `/` where it is looked up beside the script, wherever that lies.
    """

    interpreter: str
    options: str
    end: int


class Wrapper(NamedTuple):
    """A script that does nothing but start an entry point.

    `target` is `module:attribute`; empty where the script looks it up in entry_points.txt by `name`. `launcher` is the
    SHA-256 of the program in front of it on Windows, else empty.
    """

    first: FirstLine
    target: str
    name: str = ""
    launcher: str = ""


def first_line(content: bytes) -> FirstLine | None:
    """How a script is started, also where its interpreter's path is too long for a `#!` line; None without `#!`."""
    if match := _TRAMPOLINE.match(content):
        return FirstLine(_unquoted(match[1]), "", match.end())
    if match := _PLAIN.match(content):
        line = match[1].strip().decode("utf-8", "surrogateescape")
        if line.startswith('"'):
            path, _, options = line[1:].partition('"')
        else:
            path, _, options = line.partition(" ")
        return FirstLine(path, options.strip(), match.end())
    return None


def wrapper(content: bytes) -> Wrapper | None:
    """The entry point that a script starts; None for one that does anything else."""
    if content.startswith(b"MZ"):
        return _launched(content)
    first = first_line(content)
    if first is None or first.options:
        return None
    return _told(first, content[first.end :])


def _told(first: FirstLine, body: bytes) -> Wrapper | None:
    if match := _WRAPPER.fullmatch(body):
        module, holder, late_module, late_holder, called = match.groups()
        module, holder = module or late_module, holder or late_holder
        if called.split(b".")[0] != holder:
            return None
        return Wrapper(first, f"{_text(module)}:{_text(called)}")
    if match := _LOADER.match(body):
        for value, placeholder in zip(match.groups(), (b"'SPEC'", b"'GROUP'", b"'NAME'"), strict=True):
            body = body.replace(value, placeholder)
        if hashlib.sha256(body).hexdigest() in _LOADERS:
            return Wrapper(first, "", _text(match[3]).strip("'"))
    return None


def _launched(content: bytes) -> Wrapper | None:
    """A launcher of Windows: a program, the first line, and a zip file whose only member is `__main__.py`."""
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            if [each.filename for each in members] != ["__main__.py"] or members[0].file_size > LIMIT:
                return None
            start, body = members[0].header_offset, archive.read(members[0])
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        # What zipfile raises for bytes that are no archive, a compression that it does not know, or an encrypted one.
        return None
    at = content.rfind(b"#!", 0, start)
    first = first_line(content[at:start]) if at >= 0 else None
    if first is None or first.options or at + first.end != start:
        return None
    found = _told(first, body.replace(b"\r\n", b"\n"))
    return found and found._replace(launcher=hashlib.sha256(content[:at]).hexdigest())


def _unquoted(path: bytes) -> str:
    if match := _OWN_FOLDER.fullmatch(path):
        return f"{RELATIVE}/{_unquoted(match[1])}"
    text = path.decode("utf-8", "surrogateescape")
    for quote in "'\"":
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            return text[1:-1]
    return text


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
