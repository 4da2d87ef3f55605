"""Which repositories are meant: files of URLs and paths, folders of clones, GitHub organisations; each once."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from kempt.engine.fleet import github, urls
from kempt.errors import KemptError, UsageError
from kempt.formats.redaction import on_one_line, redacted
from kempt.host.reading import read_open, read_regular
from kempt.host.repositories import Kind, exists, find_repositories, place_of
from kempt.model.fleet import Inventory, Outcome, Row, Target, Wishes

STDIN = "-"
GITHUB = "github:"
REFUSED = "refused"
"""The word in the row of what an inventory names and kempt does not take."""
LIST_LIMIT = 64 * 1024**2
_COMMENT = re.compile(r"(?:^|\s)#.*")


class _Named(NamedTuple):
    """What someone named. `place` is where: a file and its line, empty on the command line."""

    text: str
    base: str = ""
    place: str = ""


class _Reader:
    """Sources to targets. Of a list, what cannot be taken becomes a failed row; of the command line, an error."""

    def __init__(self, wishes: Wishes, also: Collection[str]) -> None:
        self._wishes = wishes
        self._also = also
        self.notes: list[str] = []
        self.refused: dict[str, Row] = {}
        self.unnamed: set[str] = set()

    def of(self, named: _Named) -> Iterator[Target]:
        """The repositories that one source, or one line, stands for."""
        try:
            yield from self._of(named)
        except UsageError as error:
            if not named.place:
                raise
            name = _name_of(named)
            said = error.message + (f" ({error.hint})" if error.hint else "")
            said = said if name else error.message.partition(": ")[0]  # without what was written there
            self._refuse(name or named.place, f"{named.place}: {said}", is_named=bool(name))

    def failed(self, taken: Collection[str], only: Sequence[str], without: Sequence[str]) -> tuple[Row, ...]:
        """What was refused and is neither looked at by another spelling, nor, as far as its name is known, unwanted."""
        return tuple(
            row for name, row in self.refused.items()
            if name not in taken and (name in self.unnamed or is_chosen(name, only, without))
        )  # fmt: skip

    def _refuse(self, name: str, reason: str, *, is_named: bool) -> None:
        self.refused.setdefault(name, Row(name, Outcome.FAILED, error=REFUSED, reason=redacted(reason)))
        if not is_named:
            self.unnamed.add(name)

    def _of(self, named: _Named) -> Iterator[Target]:
        text = named.text
        if text.startswith(GITHUB):
            found = github.listed(text.removeprefix(GITHUB), self._wishes, self._also)
            self.notes += found.notes
            yield from found.targets
        elif text.lower().startswith("file://"):
            yield from self._at(named._replace(text=path_of(text)))
        elif not text.startswith("/") and urls.is_url(text) and ("://" in text or "::" in text or not exists(text)):
            yield urls.target_of(text, allow_insecure=self._wishes.allow_insecure)
        elif text == STDIN and not named.place:
            yield from self._lines(read_open(0, "the standard input", LIST_LIMIT), "", "-")
        else:
            yield from self._at(named)

    def _at(self, named: _Named) -> Iterator[Target]:
        """What lies at a path. What a list names and is not there is looked at, so that a row says so."""
        found = place_of(named.text, named.base)
        if found.kind is Kind.FILE:
            if named.place:
                raise UsageError(f"a file, where a repository or a folder is meant: {_shown(named.text)}")
            yield from self._lines(_content(found.path), found.path, named.text)
        elif found.kind is Kind.FOLDER:
            yield from self._clones(named, found.path)
        elif found.kind is Kind.REPOSITORY or named.place:
            yield Target(found.path, found.path)
        else:
            raise UsageError(f"no such file or folder: {_shown(named.text)}")

    def _clones(self, named: _Named, folder: str) -> Iterator[Target]:
        holding = find_repositories(folder, bare=True)
        for path, why in holding.unlisted:
            self._refuse(path, f"{path}: cannot be listed: {why}", is_named=False)
        if not holding.repositories and not named.place:
            raise UsageError(f"no repository in {_shown(named.text)}", hint="name a folder of clones, or a repository")
        yield from (Target(path, path) for path in holding.repositories or (folder,))

    def _lines(self, content: bytes, base: str, name: str) -> Iterator[Target]:
        if b"\0" in content:
            raise UsageError(
                f"{_shown(name)} is no list of repositories: not text, or not in UTF-8",
                hint="a line holds a URL or a path",
            )
        text = content.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")
        for number, line in enumerate(text.splitlines(), 1):
            text = _COMMENT.sub("", line).strip()
            if text:
                yield from self.of(_Named(text, base, f"{name}:{number}"))


def read_inventory(
    sources: Sequence[str],
    *,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    wishes: Wishes | None = None,
    also: Collection[str] = (),
    known: Sequence[str] = (),
) -> Inventory:
    """The repositories that these sources name, each once, in their order.

    A source is a URL, the path of a repository (bare or not), a folder that holds some, a file with any of these in its
    lines (`#` begins a comment, paths are relative to the file), `-` for such lines on the standard input, or
    `github:NAME`: what an organisation or a user has there, without what is archived, disabled, empty or a fork, unless
    `also` names it (`archived`, `disabled`, `empty`, `forks`). Of the names, those count that a glob of `only` matches
    (all, without any) and none of `without`; a glob stands for a whole name, for what is behind its `://`, or its last
    part. `wishes` say which transports are allowed and where tokens are. `known` are names that a database has: a
    folder among them is looked at even where it is no repository any more, so that its row says so.

    A line of a list that cannot be taken, and a folder that cannot be listed, is a failed row. Raises UsageError for a
    source that cannot be taken, and where nothing is left; RemoteError where GitHub does not list.
    """
    reader = _Reader(wishes or Wishes(), also)
    found: dict[str, Target] = {}
    twice = Counter[str]()
    passed = 0
    for named in (*map(_Named, sources), *map(_known, known)):
        for target in reader.of(named):
            if not is_chosen(target.name, only, without):
                passed += 1
                continue
            key = target.name if target.is_local else urls.identity(target)
            twice[key] += 1
            found.setdefault(key, target)
    again = [key for key, count in twice.items() if count > 1]
    if again:
        reader.notes.append(f"named more than once: {_shown(again[0])}" + _and_more(len(again) - 1))
    if not found:
        raise _nothing(passed, [*(row.reason for row in reader.refused.values()), *reader.notes])
    refused = reader.failed({target.name for target in found.values()}, only, without)
    return Inventory(tuple(found.values()), tuple(map(redacted, reader.notes)), refused)


def _nothing(passed: int, said: Sequence[str]) -> UsageError:
    """What to say where no repository is left: `passed` were named, and none of them was chosen."""
    if passed:
        named = "the one that is" if passed == 1 else f"the {passed:,} that are"
        return UsageError(
            f"no repository to look at: --only and --without leave none of {named} named",
            hint="a glob stands for a whole name or its last part: --only '*/shop-*'",
        )
    if said:
        return UsageError(f"no repository to look at: {said[0]}{_and_more(len(said) - 1)}")
    return UsageError("no repository to look at", hint="kempt fleet scan repositories.txt --db fleet.db")


def _name_of(named: _Named) -> str:
    """What a line that is not taken is called, as if it were; empty where that may hold a secret or cannot be shown."""
    text = named.text
    if not urls.is_url(text):
        name = place_of(text, named.base).path
    else:
        scheme, sign, rest = text.partition("://")
        host, slash, path = re.split(r"[?#]", rest)[0].removesuffix(".git").partition("/")
        name = f"{scheme}{sign}{host.rpartition('@')[2]}{slash}{path}"
    is_safe = name == _shown(name) and not ("@" in name and urls.is_url(text))
    return name if is_safe else ""


def is_chosen(name: str, only: Sequence[str], without: Sequence[str] = ()) -> bool:
    """Whether a glob of `only` matches a name of a repository (all do, without any), and none of `without`."""
    spellings = (name, name.partition("://")[2] or name, name.rpartition("/")[2])

    def fits(globs: Sequence[str]) -> bool:
        return any(fnmatchcase(spelling, glob) for glob in globs for spelling in spellings)

    return (not only or fits(only)) and not fits(without)


def _known(name: str) -> _Named:
    return _Named(name, place="" if "://" in name else "the database")


def _content(path: str) -> bytes:
    try:
        return read_regular(path, LIST_LIMIT)
    except KemptError as error:
        raise UsageError(f"{path} is no list of repositories: {error.message}", hint="`-` reads a pipe") from error


def path_of(url: str) -> str:
    """The path that a URL of the scheme `file` means. Raises UsageError where that is on another machine."""
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise UsageError(f"a file on another machine: {_shown(url)}")
    return unquote(parts.path, errors="surrogateescape")


def _shown(text: str) -> str:
    return redacted(on_one_line(text))


def _and_more(count: int) -> str:
    return f", and {count:,} more" if count else ""
