"""Changes of pre-commit's configuration. Each is one edit, and is read again: none is made if it came out wrong.

Repositories are added right before a line end, and whatever is added to the last one takes the character before that
along: so both can be done at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from kempt.formats import precommit, yaml
from kempt.formats.hook_entries import Entry, Rows
from kempt.formats.precommit import Place
from kempt.model.finding import Replace
from kempt.model.hooks import Hook, HookFile
from kempt.model.pipeline import UNPLACED, Text

Edits: TypeAlias = tuple[Replace, ...]
LONGEST = 64 * 1024
"""Characters of a configuration that is edited: it is read anew for each edit."""
ABOVE = re.compile(r"\n((?:[ \t]*#[^\n]*\n)+)\Z")
"""The comment that stands right above a place."""
ENDS_SECTION = re.compile(r"\s*(?:#|\Z)")
"""After a place: a comment of its own, or the end. Else what stands above may be a heading for what follows as well."""
BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")


def with_repository(file: HookFile, entry: Entry) -> Edits:
    """Another repository, at the end."""
    document = _document(file)
    added = None if document is None else _appended(document, entry)
    if document is None or added is None:
        return ()
    return _done(file, document, [added], (*_ids(file.hooks), *_names(entry.hooks)), at_end=True)


def with_hooks(file: HookFile, beside: Hook, hooks: Sequence[Rows]) -> Edits:
    """More hooks of the repository that one comes from, after its last."""
    document, place = _found(file, beside)
    if document is None or place is None:
        return ()
    at = max(n for n, each in enumerate(precommit.places(document)) if each.hooks is place.hooks) + 1
    ids = _ids(file.hooks)
    changes = _added(document, place, hooks, len(place.hooks.items))
    return _done(file, document, changes, (*ids[:at], *_names(hooks), *ids[at:]))


def without_hook(file: HookFile, hook: Hook) -> Edits:
    """One hook less; the entry of its repository goes with its last."""
    document, place = _found(file, hook)
    if document is None or place is None or len(file.hooks) == 1:
        return ()
    ids = [each for number, each in enumerate(_ids(file.hooks)) if number != _number(file, hook)]
    return _done(file, document, [_removed(document, place)], ids)


def instead_of(file: HookFile, hook: Hook, entry: Entry) -> Edits:
    """Another repository's hook for one: where it stands, if its repository's entry can hold it or has no other."""
    document, place = _found(file, hook)
    if document is None or place is None:
        return ()
    if hook.repo == entry.address and not place.hooks.flow:
        change = _in_place(document, place.hooks, place.position, entry.hooks[0])
    elif hook.alone and not place.repositories.flow:
        lines = _lines(entry, _inset(place.repositories))
        change = _in_place(document, place.repositories, place.number, lines)
    else:
        return _moved(file, hook, entry)
    ids, number = list(_ids(file.hooks)), _number(file, hook)
    ids[number : number + 1] = _names(entry.hooks)
    return _done(file, document, [change], ids)


def renamed(file: HookFile, hook: Hook, name: str, *, rev: str = "", following: Sequence[Rows] = ()) -> Edits:
    """Another id for a hook, with another `rev` of its repository if one is given, and hooks that come right after."""
    document, place = _found(file, hook)
    if document is None or place is None or hook.id.start == UNPLACED:
        return ()
    changes: list[yaml.Change | None] = [_value(hook.id, name)]
    if rev and (hook.rev is None or hook.rev.start == UNPLACED):
        return ()
    if rev and hook.rev is not None:
        changes.append(_value(hook.rev, rev))
    changes += _added(document, place, following, place.position + 1)
    ids, number = list(_ids(file.hooks)), _number(file, hook)
    ids[number : number + 1] = [name, *_names(following)]
    return _done(file, document, changes, ids)


def rows_of(file: HookFile, hook: Hook, keys: Sequence[str]) -> Rows:
    """Lines of a hook as they are written, for these keys; what takes several lines is left out, and so are anchors."""
    document, place = _found(file, hook)
    found: list[str] = []
    for key in keys if document is not None and place is not None else ():
        value = None if place is None else yaml.get(place.hook, key)
        text = file.text[value.start : value.end] if value is not None else ""
        inside = value is not None and place is not None and place.hook.start <= value.start < place.hook.end
        if text and inside and "\n" not in text and text[0] not in "|>":
            found.append(f"{key}: {text}")
    return tuple(found)


def _moved(file: HookFile, hook: Hook, entry: Entry) -> Edits:
    """One hook less, and another repository at the end: two edits as one, for they may meet."""
    less = without_hook(file, hook)
    text = file.text
    for edit in less:
        text = text[: edit.start] + edit.text + text[edit.end :]
    again = precommit.parse(file.path, text.encode("utf-8", "surrogateescape"))
    if not less or isinstance(again, yaml.Unparsable):
        return ()
    more = with_repository(again, entry)
    if not more:
        return ()
    (first,), (last,) = less, more
    text = text[: last.start] + last.text + text[last.end :]
    start, end = min(first.start, last.start), max(last.end, first.start) + len(file.text) - len(again.text)
    return (Replace(file.path, start, end, text[start : len(text) - (len(file.text) - end)]),)


def _document(file: HookFile) -> yaml.Document | None:
    if len(file.text) > LONGEST:
        return None
    document = yaml.parse(file.text.encode("utf-8", "surrogateescape"))
    return None if isinstance(document, yaml.Unparsable) else document


def _found(file: HookFile, hook: Hook) -> tuple[yaml.Document | None, Place | None]:
    document = _document(file)
    places = tuple(precommit.places(document)) if document else ()
    return document, places[_number(file, hook)] if len(places) == len(file.hooks) else None


def _number(file: HookFile, hook: Hook) -> int:
    return next((number for number, each in enumerate(file.hooks) if each is hook), file.hooks.index(hook))


def _ids(hooks: Iterable[Hook]) -> tuple[str, ...]:
    return tuple(hook.id.value for hook in hooks)


def _names(hooks: Iterable[Rows]) -> tuple[str, ...]:
    return tuple(rows[0].removeprefix("id: ") for rows in hooks)


def _value(text: Text, value: str) -> yaml.Change:
    scalar = yaml.Scalar(text.value, text.style, text.start, text.end, text.location.line, text.location.column)
    return yaml.with_value(scalar, value)


def _lines(entry: Entry, inset: str) -> list[str]:
    """The lines of a repository's entry; `inset` is how far its hooks stand to the right of their key."""
    head = [f"repo: {yaml.quoted(entry.address)}"] + ([f"rev: {yaml.quoted(entry.rev)}"] if entry.rev else [])
    hooks = [
        f"{inset}{'- ' if n == 0 else '  '}{row}" for rows in entry.hooks for n, row in enumerate(rows)
    ]  # fmt: skip
    return [*head, "hooks:", *hooks]


def _inset(found: yaml.Sequence) -> str:
    """How far the hooks of a repository that is there stand to the right of the key `hooks`."""
    for repository in found.items:
        for entry in repository.entries if isinstance(repository, yaml.Mapping) else ():
            value = entry.value
            if entry.key.value == "hooks" and isinstance(value, yaml.Sequence) and not value.flow:
                return " " * min(max(value.column - entry.key.column, 0), 8)
    return "  "


def _appended(document: yaml.Document, entry: Entry) -> yaml.Change | None:
    """A repository at the end, after a blank line if the last two have one between them."""
    found = precommit.repositories(document)
    if found is None or found.flow or not found.items:
        return None
    change = yaml.with_item(document, found, _lines(entry, _inset(found)))
    between = document.text[found.items[-2].end : found.items[-1].start] if len(found.items) > 1 else ""
    if BLANK_LINE.search(between):
        end = "\r\n" if change.text.startswith("\r") else "\n"
        change = change._replace(text=end + change.text)
    return change


def _added(document: yaml.Document, place: Place, hooks: Sequence[Rows], position: int) -> list[yaml.Change | None]:
    """Hooks before the one of a number, or at the end."""
    if not hooks:
        return []
    if place.hooks.flow:
        text = ", ".join("{" + ", ".join(rows) + "}" for rows in hooks)
        return [yaml.with_item(document, place.hooks, text, index=position)]
    if position < len(place.hooks.items):  # at the end of the one before: the comment above the next is the next one's
        end = yaml.block_of_item(document, place.hooks, position - 1)[1]
        return [yaml.Change(end, end, _block(document, place.hooks, hooks))]
    return [yaml.with_item(document, place.hooks, rows) for rows in hooks]


def _block(document: yaml.Document, sequence: yaml.Sequence, items: Sequence[Sequence[str]]) -> str:
    """Items as whole lines, at the margin of the others."""
    margin = yaml.indent_of(document, sequence)
    end = "\r\n" if "\r\n" in document.text else "\n"
    return "".join(f"{margin}{'- ' if n == 0 else '  '}{row}{end}" for rows in items for n, row in enumerate(rows))


def _in_place(document: yaml.Document, sequence: yaml.Sequence, index: int, lines: Sequence[str]) -> yaml.Change | None:
    start, end = yaml.block_of_item(document, sequence, index)
    if document.text[start:end].lstrip(" \t\ufeff")[:1] != "-":
        return None
    text = _block(document, sequence, [lines])
    return yaml.Change(start, end, text if document.text[start:end].endswith("\n") else text.rstrip("\r\n"))


def _removed(document: yaml.Document, place: Place) -> yaml.Change | None:
    """Without a hook, or a whole repository with its comment, and the blank line above where there is another below."""
    if len(place.hooks.items) > 1:
        return yaml.without_item(document, place.hooks, place.position)
    change = yaml.without_item(document, place.repositories, place.number)
    if change is None or place.repositories.flow:
        return change
    comment = ABOVE.search(document.text[: change.start])
    if comment and ENDS_SECTION.match(document.text, change.end):
        change = change._replace(start=comment.start(1))
    above = re.search(r"\n([ \t]*\r?\n)\Z", document.text[: change.start])
    below = re.match(r"[ \t]*(?:\r?\n|\Z)", document.text[change.end :])
    return change._replace(start=change.start - len(above[1])) if above and below else change


def _done(
    file: HookFile,
    document: yaml.Document,
    changes: Sequence[yaml.Change | None],
    ids: Sequence[str],
    *,
    at_end: bool = False,
) -> Edits:
    """The changes as one edit, if the hooks are then those that they should be."""
    made = [change for change in changes if change is not None]
    if len(made) < len(changes) or not made:
        return ()
    try:
        text = yaml.applied(document.text, made)
    except ValueError:  # they overlap
        return ()
    again = precommit.parse(file.path, text.encode("utf-8", "surrogateescape"))
    if isinstance(again, yaml.Unparsable) or list(_ids(again.hooks)) != list(ids):
        return ()
    start, end = min(change.start for change in made), max(change.end for change in made)
    start -= start == end and not at_end
    return (Replace(file.path, start, end, text[start : len(text) - (len(document.text) - end)]),)
