"""The shell in Makefiles and justfiles, and whole shell scripts: what is run, where, with its places in the file.

make and just hand each line of a recipe to a shell of its own, in the folder of their file. What they put in before
(`$(NAME)`, `{{name}}`) is not known here: it stays in the words, as an expansion of the shell's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import script_commands, shell
from kempt.formats.script_commands import NOWHERE, Span
from kempt.model.finding import Location
from kempt.model.hooks import Script
from kempt.model.pipeline import Command

MAKE_NAMES = frozenset({"makefile", "gnumakefile", "bsdmakefile"})
JUST_NAMES = frozenset({"justfile", ".justfile"})
SIZE_LIMIT = 1024**2
OTHER_PROGRAM = re.compile(r"#!(?![^\n]{0,200}\b(?:ba|da|k|z)?sh\b)")
"""The first line of a script, or of a recipe of just, that is no shell's."""
MAKES_OWN = frozenset({"define", "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"})
"""Lines of make's own that may stand between those of a recipe."""
QUOTED = re.compile(r"'[^'\n]*+'|\"[^\"\n]*+\"")
INLINE = re.compile(r";[ \t]*+(?=\S)")
MADE = re.compile(r"\$(?:\$|\(|\{|[^\s$({])")
NAME = re.compile(r"\$[({](\w+)[)}]")
CLOSING = {"(": ")", "{": "}"}
SELF = r"[\"']?(?:\$0|\$\{0\}|\$BASH_SOURCE|\$\{BASH_SOURCE(?:\[0\])?\})[\"']?"
OWN_FOLDER = re.compile(rf"\$\([ ]?dirname (?:-- )?{SELF}[ ]?\)|\$\{{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}}")
TOP = re.compile(r"\$\([ ]?git rev-parse --show-toplevel[ ]?\)")
SIMPLE = re.compile(r"[\w./-]+", re.ASCII)
LINE_END = re.compile(r"(?<!\\)(?<!\\\r)\r?\n|\Z")


class Piece(NamedTuple):
    """A text for a shell. `starts` are places in it, and `offsets` those of the file that they come from."""

    text: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def place(self, span: Span) -> Span:
        """The span in the file; nowhere for what is not known."""
        return (self.at(span[0]), self.at(span[1])) if min(span) >= 0 else NOWHERE

    def at(self, index: int) -> int:
        """The offset in the file of a place in the text."""
        run = bisect_right(self.starts, index) - 1
        return self.offsets[run] + index - self.starts[run]


def parse(path: PurePosixPath, content: bytes) -> Script:
    """The commands of a file, by its name: make's, just's, or else a shell script. What is too large has none."""
    text = content.decode("utf-8", "surrogateescape")
    if len(content) > SIZE_LIMIT:
        return Script(path, text)
    name = path.name.lower()
    folder = "" if path.parent == PurePosixPath() else str(path.parent)
    if name in MAKE_NAMES or name.endswith((".mk", ".mak")):
        found = tuple(_commands(path, text, _make_pieces(text), folder))
    elif name in JUST_NAMES or name.endswith(".just"):
        found = tuple(_commands(path, text, _just_pieces(text), folder))
    elif OTHER_PROGRAM.match(text):
        found = ()
    else:
        found = tuple(_commands(path, text, iter([Piece(_at_home(text, folder), (0,), (0,))]), ""))
    return Script(path, text, found)


def _commands(path: PurePosixPath, text: str, pieces: Iterator[Piece], folder: str) -> Iterator[Command]:
    lines = [match.end() for match in re.finditer("\n", text)]
    for piece in pieces:
        for each in shell.parse(piece.text).commands:
            offset = piece.at(max(each.start, 0))
            number = bisect_right(lines, offset)
            location = Location(path, number + 1, offset - (lines[number - 1] if number else 0) + 1)
            yield script_commands.command(each, location, place=piece.place, folder=folder)


def _at_home(text: str, folder: str) -> str:
    """A script with two ways to say where it goes written out, equally long: its own folder, and the top of git's."""
    text = OWN_FOLDER.sub(lambda match: _as_long(match[0], folder or "."), text)
    return TOP.sub(lambda match: _as_long(match[0], "."), text)


def _as_long(expansion: str, path: str) -> str:
    fits = len(path) <= len(expansion) and SIMPLE.fullmatch(path)
    return path + "/" * (len(expansion) - len(path)) if fits else expansion


# --- make ----------------------------------------------------------------------------------------------
def _make_pieces(text: str) -> Iterator[Piece]:
    """The lines of all recipes; with `.ONESHELL` the lines of a recipe are one script."""
    whole = re.search(r"^\.ONESHELL[ \t]*:", text, re.MULTILINE) is not None
    recipe: list[Span] = []
    in_rule = False
    for start, end in _logical_lines(text):
        line = text[start:end]
        if line.startswith("\t") and in_rule:
            recipe.append((start + 1, end))
        elif line.strip() and not line.lstrip().startswith("#"):
            yield from _recipe(text, recipe, whole=whole)
            recipe = []
            in_rule = _is_rule(line)
            inline = INLINE.search(line) if in_rule else None
            if inline:
                recipe.append((start + inline.end(), end))
    yield from _recipe(text, recipe, whole=whole)


def _is_rule(line: str) -> bool:
    """Whether recipes may follow: after a rule, and inside of `define` and of make's own conditions."""
    head = line.partition("#")[0]
    if head.split(maxsplit=1)[:1] and head.split(maxsplit=1)[0] in MAKES_OWN:
        return True
    colon, equals = head.find(":"), head.find("=")
    return colon >= 0 and not 0 <= equals < colon and head[colon:].lstrip(":")[:1] != "="


def _recipe(text: str, lines: list[Span], *, whole: bool) -> Iterator[Piece]:
    pieces = [_made(text, *_unmarked(text, start, end, "@-+ \t")) for start, end in lines]
    if not whole:
        yield from pieces
    elif pieces:
        yield _joined(pieces)


def _made(text: str, start: int, end: int) -> Piece:
    """A line as the shell gets it from make, as far as that can be known: `$$` is `$`, `$(NAME)` is `${NAME}`."""
    out: list[str] = []
    starts, offsets, length, done = [0], [start], 0, start
    while (match := MADE.search(text, done, end)) is not None:
        sign = match.start()
        stop = _closing(text, sign + 1, end) if match[0][1] in CLOSING else match.end()
        piece = _expansion(text[sign:stop])
        out += text[done:sign], piece
        length += sign - done + len(piece)
        starts.append(length)
        offsets.append(stop)
        done = stop
    out.append(text[done:end])
    return Piece("".join(out), tuple(starts), tuple(offsets))


def _expansion(text: str) -> str:
    """What a shell is given in the place of make's `$…`: an expansion of its own, or, for `$$`, the one sign."""
    if text == "$$":
        return "$"
    name = NAME.fullmatch(text)
    return f"${{{name[1]}}}" if name else "$" + "_" * (len(text) - 1)


def _closing(text: str, start: int, end: int) -> int:
    """The offset after the bracket that closes the one at `start`; the end where none does."""
    opening, depth = text[start], 0
    for match in re.compile(f"[{re.escape(opening + CLOSING[opening])}]").finditer(text, start, end):
        depth += 1 if match[0] == opening else -1
        if not depth:
            return match.end()
    return end


# --- just ----------------------------------------------------------------------------------------------
def _just_pieces(text: str) -> Iterator[Piece]:
    """The lines of all recipes; a recipe that begins with a shell's `#!` is one script."""
    recipe: list[Span] = []
    in_rule = False
    for start, end in _logical_lines(text):
        line = text[start:end]
        if in_rule and (line[:1] in {" ", "\t"} or not line.strip()):
            recipe.append((start, end))
        else:
            yield from _just_recipe(text, recipe)
            recipe = []
            head = QUOTED.sub("", line).partition("#")[0]
            in_rule = ":" in head and ":=" not in head
    yield from _just_recipe(text, recipe)


def _just_recipe(text: str, lines: list[Span]) -> Iterator[Piece]:
    if not lines:
        return
    first = text[slice(*lines[0])].lstrip()
    if OTHER_PROGRAM.match(first):
        return
    if first.startswith("#!"):
        yield _joined([Piece(text[start:end], (0,), (start,)) for start, end in lines])
        return
    for start, end in lines:
        begin, stop = _unmarked(text, start, end, "@- \t")
        yield Piece(text[begin:stop], (0,), (begin,))


# --- both ----------------------------------------------------------------------------------------------
def _logical_lines(text: str) -> Iterator[Span]:
    """The lines, each with those that a backslash at its end makes it go on with; without the last line end."""
    start = 0
    for match in LINE_END.finditer(text):
        yield start, match.start()
        start = match.end()


def _unmarked(text: str, start: int, end: int, marks: str) -> Span:
    """A line of a recipe without what tells make or just how to run it."""
    while start < end and text[start] in marks:
        start += 1
    return start, end


def _joined(pieces: list[Piece]) -> Piece:
    """Lines as one script."""
    starts: list[int] = []
    offsets: list[int] = []
    length = 0
    for piece in pieces:
        starts += (length + each for each in piece.starts)
        offsets += piece.offsets
        length += len(piece.text) + 1
    return Piece("\n".join(piece.text for piece in pieces), tuple(starts), tuple(offsets))
