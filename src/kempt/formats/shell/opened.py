"""Scripts inside of scripts: `bash -c '…'`, `su app -c '…'`, `eval "…"`, `bash <<EOF`."""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt.formats.shell.chain import Part
from kempt.formats.shell.data import UNPLACED, Word
from kempt.formats.shell.source import Source
from kempt.formats.shell.wrappers import program

_SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh", "ksh"})
_LOGINS = frozenset({"su", "runuser"})
_VALUES = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_SCRIPT_OPTION = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")
_ENDS_AT_ERROR = re.compile(r"-[a-zA-Z]*e")


class Opened(NamedTuple):
    """The inner script, where it begins in the source (-1: nowhere as it is), and what the shell was told.

    `same_shell`: it is `eval`, so that what it changes stays.
    """

    text: str
    start: int
    errexit: bool | None = None
    same_shell: bool = False


def opened(source: Source, part: Part) -> Opened | None:
    """The script that a command runs, where it is written in it."""
    words = part.words
    name = program(words)
    if name == "eval" and len(words) > 1:
        found = Opened(" ".join(word.text for word in words[1:]), _start(source, words[1:]), None, same_shell=True)
        return found if _is_known(words[1]) else None
    if name in _LOGINS:
        at = next((number for number, word in enumerate(words) if word.text in {"-c", "--command"}), len(words)) + 1
        return Opened(words[at].text, _start(source, words[at : at + 1])) if _holds(words, at) else None
    if name not in _SHELLS:
        return None
    options, at = _options(words)
    errexit = True if any(_ENDS_AT_ERROR.match(option) for option in options) else None
    if any(_SCRIPT_OPTION.match(option) for option in options):
        return Opened(words[at].text, _start(source, words[at : at + 1]), errexit) if _holds(words, at) else None
    if part.heredoc is not None and (at >= len(words) or "-s" in options):
        return _heredoc(source, part, errexit=errexit)
    return None


def _options(words: tuple[Word, ...]) -> tuple[list[str], int]:
    """A shell's options, and the index of its first other word."""
    options, at = [], 1
    while at < len(words) and words[at].text[:1] in {"-", "+"} and words[at].literal:
        option = words[at].text
        options.append(option)
        if option == "--":
            return options, at + 1
        takes_next = option in _VALUES or (option.endswith("o") and not option.startswith("--"))
        at += 2 if takes_next else 1
        if takes_next and at <= len(words) and words[at - 1].text == "errexit":
            options.append("-e")
    return options, at


def _holds(words: tuple[Word, ...], at: int) -> bool:
    """Whether there is such a word, and the script stands in it."""
    return at < len(words) and _is_known(words[at])


def _is_known(word: Word) -> bool:
    """Whether the script stands there, and not only what it will come from."""
    return word.literal or word.text[:1] not in {"$", "`"} or word.text.startswith("${{") or " " in _after(word.text)


def _after(text: str) -> str:
    """What follows the expansion that a text begins with, if it does not end with it."""
    return "" if text.endswith((")", "}", "`")) else text


def _start(source: Source, words: tuple[Word, ...]) -> int:
    """Where the text of words begins, if it is written exactly as it is run; else -1."""
    if words[0].start < 0 or not source.is_exact:
        return UNPLACED
    text, start = " ".join(word.text for word in words), words[0].start - source.place(0)
    for at in (start, start + 1):
        if source.text.startswith(text, at) and at + len(text) <= words[-1].end - source.place(0):
            return at
    return UNPLACED


def _heredoc(source: Source, part: Part, *, errexit: bool | None) -> Opened | None:
    children = part.heredoc.children if part.heredoc else []
    delimiter = next((child for child in children if child.type == "heredoc_start"), None)
    body = next((child for child in children if child.type == "heredoc_body"), None)
    if delimiter is None or body is None:
        return None
    start = body.start_byte
    end = max(start, children[-1].start_byte if children[-1].type == "heredoc_end" else body.end_byte)
    text = source.text[start:end]
    if "\\" not in text or source.text[delimiter.start_byte] in "'\"\\":
        return Opened(text, start, errexit)
    return Opened(source.plain(start, end, "<<"), UNPLACED, errexit)
