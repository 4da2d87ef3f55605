"""The text of a Dockerfile to its instructions, then to stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from kempt.formats.dockerfile import words
from kempt.formats.dockerfile.lines import Line, Lines
from kempt.formats.dockerfile.stages import staged
from kempt.model.dockerfile import Dockerfile, Heredoc, Instruction
from kempt.model.pipeline import Word

LIMIT = 4 * 1024**2
"""Characters of a file that is read; a larger one has no instructions."""
MOST_INSTRUCTIONS = 4_000
"""Instructions that are read; what people write has some hundreds."""
_JSON = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})


def parse(
    path: PurePosixPath,
    content: bytes,
    *,
    target: str = "",
    others: Sequence[str] = (),
    context: str | None = None,
    indent: str = "",
) -> Dockerfile:
    """A Dockerfile; no content is an error. `target` names the stage that is built, the last one where it is empty.

    `others` are more stages that are built as images of their own. `context` is the folder that the build gets,
    relative to the root. `indent` stands before each line of a file that is a block of another one.
    """
    text = content.decode("utf-8", "surrogateescape")
    if len(text) > LIMIT:
        return Dockerfile(path, text, context=context)
    lines = Lines(text, indent)
    found = tuple(_instructions(lines))
    return staged(Dockerfile(path, text, instructions=found, context=context, escape=lines.escape), (target, *others))


def _instructions(lines: Lines) -> Iterator[Instruction]:
    for count, line in enumerate(lines):
        if count >= MOST_INSTRUCTIONS:
            return
        yield _instruction(lines, line)


def _instruction(lines: Lines, line: Line) -> Instruction:
    escape, text = lines.escape, line.text
    start, at = words.bare(text, 0)
    keyword, trigger = text[start:at].upper(), False
    if keyword == "ONBUILD" and text[at:].strip():
        begin, at = words.bare(text, at)
        keyword, trigger = text[begin:at].upper(), True
    flags, body = words.flags(text, at, escape)
    of_json = words.of_json(text, body) if keyword in _JSON else None
    heredocs: tuple[Heredoc, ...] = ()
    if keyword in _HEREDOCS and of_json is None and "<<" in text:
        heredocs = tuple(_bodies(lines, text))
    end = heredocs[-1].end if heredocs else line.start + len(text.rstrip())
    base = line.start
    plain = of_json if of_json is not None else tuple(
        Word(words.plain(raw.text, escape), raw.start, raw.end) for raw in words.split(text, body, escape)
    )  # fmt: skip
    return Instruction(
        keyword, base + start, _after_name(lines.text, end) if heredocs else end, line.line, lines.number, base + body,
        tuple(Word(word.text, base + word.start, base + word.end) for word in plain),
        tuple(each._replace(start=base + each.start, end=base + each.end) for each in flags),
        heredocs, json=of_json is not None, trigger=trigger,
    )  # fmt: skip


def _after_name(text: str, at: int) -> int:
    """The end of the line that ends a heredoc, its line feed left out."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _bodies(lines: Lines, text: str) -> Iterator[Heredoc]:
    """The heredocs of a line with the lines that belong to them."""
    for heredoc in words.heredocs(text, lines.escape):
        start = end = -1
        while (found := lines.physical()) is not None:
            at, raw = found
            start = at if start < 0 else start
            content = raw.rstrip("\r\n")
            end = at
            content = content.removeprefix(lines.indent)
            if (content.lstrip("\t") if heredoc.strips_tabs else content) == heredoc.name:
                break
            end = at + len(raw)
        start = len(lines.text) if start < 0 else start
        yield heredoc._replace(start=start, end=max(start, end))
