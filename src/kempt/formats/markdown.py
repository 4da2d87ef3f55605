"""Markdown as read-mes are written: its headings, and a section more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<rest>.*)")
_HEADING = re.compile(r" {0,3}(?P<signs>#{1,6})(?:[ \t]+(?P<title>.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?P<sign>=|-)(?P=sign)*[ \t]*")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?:.*\n)*?---[ \t]*(?:\r?\n|\Z)")
_NO_TITLE = (" " * 4, "\t", "#", ">", "-", "*", "+", "|", "<", "`", "~")


class Heading(NamedTuple):
    """A heading: its level from 1 to 6, its text, and the offset at which its first line begins."""

    level: int
    title: str
    start: int


def headings(text: str) -> Iterator[Heading]:
    """The headings of a page in order, those in fenced blocks left out. Underlined ones count as well."""
    front = _FRONT_MATTER.match(text)
    fence, above, offset = "", "", front.end() if front else 0
    for line in text[offset:].splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        opened = _FENCE.fullmatch(bare)
        if fence:
            if opened and opened["fence"].startswith(fence) and not opened["rest"].strip():
                fence = ""
        elif opened:
            fence = opened["fence"]
        elif match := _HEADING.fullmatch(bare):
            yield Heading(len(match["signs"]), (match["title"] or "").strip(), offset)
        elif above.strip() and not above.startswith(_NO_TITLE) and (match := _UNDERLINE.fullmatch(bare)):
            yield Heading(1 if match["sign"] == "=" else 2, above.strip(), offset - len(above))
        above = "" if fence or opened else line
        offset += len(line)


def names(text: str, command: str) -> bool:
    """Whether a text names a command, however its words are spaced."""
    return f" {' '.join(command.split())} " in f" {' '.join(re.sub(r'[`$]', ' ', text).split())} "


def with_section(text: str, title: str, body: str) -> str:
    """The page with a section more, behind the first one; in a section of that title, where there is one, at its end.

    `body` ends with a line end. All that is there stays as it is. A page whose last fenced block is left open is
    returned unchanged.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    found = list(headings(text))
    own = next((number for number, each in enumerate(found) if _plain(each.title) == _plain(title)), None)
    if own is not None:
        following = (each for each in found[own + 1 :] if each.level <= found[own].level)
        return _inserted(text, next(following, None), body, end)
    behind = found[1] if len(found) > 1 else None
    level = behind.level if behind else 2
    longer = _inserted(text, behind, f"{'#' * level} {title}\n\n{body}", end)
    return longer if len(list(headings(longer))) > len(found) else text


def _inserted(text: str, behind: Heading | None, passage: str, end: str) -> str:
    at = len(text) if behind is None else behind.start
    before, after = text[:at], text[at:]
    gap = "" if not before.strip() or before.endswith((f"{end}{end}", "\n\n")) else end
    gap += end if before and not before.endswith("\n") else ""
    return before + gap + passage.replace("\n", end) + (end if after else "") + after


def _plain(title: str) -> str:
    return re.sub(r"[\W_]", "", title).casefold()
