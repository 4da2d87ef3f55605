"""pre-commit's configuration, which prek reads too: its hooks, where each stands, and what they run where it says so.

How an entry becomes a command is pre-commit's own: the words of `entry` as `shlex` splits them, then `args`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import script_commands, shell, yaml
from kempt.formats.shell.wrappers import peeled
from kempt.formats.yaml import Unparsable
from kempt.model.finding import Location
from kempt.model.hooks import Hook, HookFile
from kempt.model.pipeline import UNPLACED, Command, Text

__all__ = ["Place", "Unparsable", "parse", "places", "repositories"]

NO_PROGRAM = frozenset({"pygrep", "fail", "docker_image"})
"""Languages whose `entry` is a pattern, a message, or the name of an image."""
SHELL = re.compile(r"(?:.*/)?(?:ba|z|k|da|a)?sh")
LONGEST_ENTRY = 64 * 1024
MOST_COMMANDS = 500
"""Hooks of a file that are read for what they run; no project has half as many."""
FARTHEST = 500
"""Characters between a dash and what it belongs to: an anchor, a comment."""
NOWHERE = (UNPLACED, UNPLACED)


class Place(NamedTuple):
    """Where a hook stands: the sequences that it and its repository's entry are items of, with their numbers there."""

    repositories: yaml.Sequence
    number: int
    repository: yaml.Mapping
    hooks: yaml.Sequence
    position: int
    hook: yaml.Mapping
    id: yaml.Scalar


def parse(path: PurePosixPath, content: bytes) -> HookFile | Unparsable:
    """The hooks of a configuration; what has not the form of one, or of a hook, is passed over."""
    document = yaml.parse(content)
    if isinstance(document, Unparsable):
        return document
    found = repositories(document)
    root = document.roots[0] if document.roots else None
    default = tuple(each.value for each in yaml.scalars(yaml.get(root, "default_stages")))
    hooks = tuple(
        _hook(document.text, path, place, default, opened=number < MOST_COMMANDS)
        for number, place in enumerate(places(document))
    )
    insert, indent = UNPLACED, ""
    if found is not None and not found.flow and found.items:
        indent = yaml.indent_of(document, found)
        end = document.text.find("\n", found.end)
        insert = len(document.text) if end < 0 else end - document.text.startswith("\r", end - 1)
    return HookFile(path, document.text, hooks, insert, indent, isinstance(yaml.get(root, "ci"), yaml.Mapping))


def repositories(document: yaml.Document) -> yaml.Sequence | None:
    """The list of repositories: at `repos`, or, as in pre-commit's first year, the whole file."""
    root = document.roots[0] if document.roots else None
    found = root if isinstance(root, yaml.Sequence) else yaml.get(root, "repos")
    return found if isinstance(found, yaml.Sequence) else None


def places(document: yaml.Document) -> Iterator[Place]:
    """All that is a hook, in order: `parse` has these hooks, and an edit finds its own again by its number."""
    found = repositories(document)
    for number, repository in enumerate(found.items if found else ()):
        hooks = yaml.get(repository, "hooks")
        if found is None or not isinstance(repository, yaml.Mapping) or not isinstance(hooks, yaml.Sequence):
            continue
        for position, hook in enumerate(hooks.items):
            name = yaml.get(hook, "id")
            if isinstance(hook, yaml.Mapping) and isinstance(name, yaml.Scalar) and name.value:
                yield Place(found, number, repository, hooks, position, hook, name)


def _hook(text: str, path: PurePosixPath, place: Place, default: tuple[str, ...], *, opened: bool) -> Hook:
    hook, repository = place.hook, place.repository
    span, repo_span = _span(place.hooks, hook), _span(place.repositories, repository)
    entry = _text(yaml.get(hook, "entry"), path, span)
    args = tuple(each.value for each in yaml.scalars(yaml.get(hook, "args")))
    language = yaml.text_of(yaml.get(hook, "language"))
    stages = yaml.get(hook, "stages")
    runs = opened and language not in NO_PROGRAM
    return Hook(
        _placed(place.id, path, span),
        yaml.text_of(yaml.get(repository, "repo")),
        rev=_text(yaml.get(repository, "rev"), path, repo_span),
        entry=entry,
        args=args,
        language=language,
        commands=_commands(entry, args) if entry is not None and runs else (),
        block=_block(text, place.hooks, span),
        repo_block=_block(text, place.repositories, repo_span),
        alone=len(place.hooks.items) == 1,
        stages=default if stages is None else tuple(each.value for each in yaml.scalars(stages)),
    )


def _span(sequence: yaml.Sequence, item: yaml.Mapping) -> tuple[int, int]:
    """Where an item stands; nowhere if an alias stands for it, and it is written elsewhere."""
    return (item.start, item.end) if sequence.start <= item.start < sequence.end else NOWHERE


def _block(text: str, sequence: yaml.Sequence, span: tuple[int, int]) -> tuple[int, int]:
    """From the dash of an item to its end; nowhere for one of `[...]`."""
    if sequence.flow or span == NOWHERE:
        return NOWHERE
    begin = max(sequence.start, span[0] - FARTHEST)
    dash = max(text.rfind(f"-{blank}", begin, span[0]) for blank in " \t\r\n")
    return (dash, span[1]) if dash >= 0 and _is_begin(text[dash + 1 : span[0]]) else NOWHERE


def _is_begin(between: str) -> bool:
    """Whether a dash and an item have nothing between them but blanks, comments, an anchor."""
    lines = (line.strip() for line in between.split("\n"))
    return all(not line or line.startswith(("#", "&")) for line in lines)


def _text(node: yaml.Node | None, path: PurePosixPath, span: tuple[int, int]) -> Text | None:
    return _placed(node, path, span) if isinstance(node, yaml.Scalar) and not yaml.is_null(node) else None


def _placed(scalar: yaml.Scalar, path: PurePosixPath, span: tuple[int, int]) -> Text:
    """A value with its place; with its line alone if it is written elsewhere, for others too."""
    inside = span[0] <= scalar.start and scalar.end <= span[1]
    start, end = (scalar.start, scalar.end) if inside else NOWHERE
    return Text(scalar.value, Location(path, scalar.line, scalar.column), start, end, scalar.style)


def _commands(entry: Text, args: Iterable[str]) -> tuple[Command, ...]:
    import shlex

    if len(entry.value) > LONGEST_ENTRY:
        return ()
    try:
        argv = (*shlex.split(entry.value), *args)
    except ValueError:  # a quote that nobody closes: pre-commit cannot run it either
        return ()
    if any(SHELL.fullmatch(word) for word in argv[:-1]):
        parsed = shell.parse(shlex.join(argv)).commands
        return tuple(script_commands.command(each, entry.location) for each in parsed)
    running, assignments = peeled(tuple(shell.Word(word) for word in argv))
    words = script_commands.words(running)
    return (Command(words, entry.location, assignments=assignments),) if words else ()
