"""RUN as commands: the shell form, the JSON form and heredocs, each word with its place in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kempt.model.dockerfile import Dockerfile, Instruction
from kempt.model.finding import Location
from kempt.model.pipeline import UNPLACED, Branch, Command, Word

if TYPE_CHECKING:
    from kempt.formats import shell

_HEREDOC = re.compile(r"\d*<<-?[\w'\"-]+")
MOST_VALUES = 256
"""Variables of a script that are followed."""
NOWHERE = (UNPLACED, UNPLACED)
SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"})
_NUMBERS = ("-u", "--uid")
_HOMELESS = frozenset({"-H", "-M", "--no-create-home", "--system", "-S"})
_OF_PIP = {"no-cache-dir": "PIP_NO_CACHE_DIR", "cache-dir": "PIP_CACHE_DIR"}
_MAKES_USERS = {
    "useradd": ("-d", "--home", "--home-dir"), "adduser": ("-h", "--home"), "usermod": ("-d", "--home"),
}  # fmt: skip


def with_commands(file: Dockerfile, each: Instruction) -> Instruction:
    """A RUN with its commands; it has none where its shell is no shell that kempt reads."""
    if each.json:
        return each._replace(commands=_listed(file, each))
    if each.state.shell and not any(word.rpartition("/")[2] in SHELLS for word in each.state.shell):
        return each
    script, start = _script(file, each)
    from kempt.formats import shell  # here: most files that are read have no command for it

    parsed = shell.parse(script)
    return each._replace(commands=tuple(_run(file, each, parsed, start)), unread=parsed.has_errors)


def homes(found: Iterable[Command]) -> dict[str, str]:
    """The home folders that these commands give to users: `useradd --home-dir /app app`; empty for one without.

    A user whose number is named is in it under that, too. `useradd` makes a home only when it is asked to, `adduser`
    unless it is told not to.
    """
    given: dict[str, str] = {}
    for command in found:
        name = command.argv[0].rpartition("/")[2] if command.argv else ""
        if name in _MAKES_USERS and len(command.argv) > 1:
            place = _option(command.argv, _MAKES_USERS[name])
            number, user = _option(command.argv, _NUMBERS), command.argv[-1]
            if place is not None:
                given[user] = place.rstrip("/")
            elif name != "usermod":
                asked = any(word == "--create-home" or re.fullmatch(r"-\w*m\w*", word) for word in command.argv)
                refused = any(word in _HOMELESS for word in command.argv)
                is_made = asked if name == "useradd" else not refused
                given[user] = f"/home/{user}" if is_made else ""
            if number and user in given:
                given[number] = given[user]
    return given


def _option(argv: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    """The value of an option as it is written, None where it is not given."""
    for number, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else "".join(argv[number + 1 : number + 2])
    return None


def settings(found: Iterable[Command]) -> dict[str, str]:
    """What these commands write into pip's own configuration, as the variables that say the same."""
    told: dict[str, str] = {}
    for command in found:
        if (
            "config" in command.argv[:3]
            and "set" in command.argv
            and command.argv[0].rpartition("/")[2].startswith("pip")
        ):
            name, value = command.argv[-2:]
            if name.rpartition(".")[2] in _OF_PIP:
                told[_OF_PIP[name.rpartition(".")[2]]] = value
    return told


def _script(file: Dockerfile, each: Instruction) -> tuple[str, int]:
    """The script that the shell gets, and where it begins in the file; each character of it is at its place there."""
    if not each.heredocs:
        return _flat(file, each.body, each.end), each.body
    header = _flat(file, each.body, _line_before(file.text, each.heredocs[0].start))
    others = [word for word in each.words if "<<" not in word.text]
    body = file.text[each.heredocs[0].start : each.heredocs[0].end]
    if len(each.heredocs) == 1 and (not others or _is_for_shell(others)):
        foreign = body.startswith("#!") and not _is_shell(body.partition("\n")[0]) and not others
        return "" if foreign else body, each.heredocs[0].start
    if header.rstrip() and "<<" in each.words[-1].text:
        return header + file.text[each.body + len(header) : each.end], each.body
    return _HEREDOC.sub(lambda match: " " * len(match.group()), header), each.body


def _is_for_shell(others: list[Word]) -> bool:
    """Whether what reads the heredoc is a shell that runs it."""
    return others[0].text.rpartition("/")[2] in SHELLS and all(word.text[:1] == "-" for word in others[1:])


def _line_before(text: str, start: int) -> int:
    return max(start - 1, 0) if text[start - 1 : start] == "\n" else start


def _is_shell(line: str) -> bool:
    return any(word.rpartition("/")[2] in SHELLS for word in line.removeprefix("#!").split())


def _flat(file: Dockerfile, start: int, end: int) -> str:
    """What is written there, with comments and continuations blanked out."""
    from kempt.formats.dockerfile.lines import Lines

    lines = Lines(file.text[start:end])
    lines.escape = file.escape
    lines.skip_directives()
    first = next(iter(lines), None)
    return " " * first.start + first.text if first is not None else ""


def _run(file: Dockerfile, each: Instruction, parsed: shell.Shell, start: int) -> Iterator[Command]:
    exported = tuple(one for one in parsed.exported if one.exported)
    told = dict[str, str]()
    for one in parsed.commands:
        before = tuple((given.name, given.value) for given in exported if given.end <= one.start)
        command = _command(file, each, one, start, (*told.items(), *before))._replace(unseen=_unseen(each, parsed, one))
        yield command._replace(values=_values(parsed, one)) if parsed.exported or one.looped else command
        told |= {name: value for name, value in settings((command,)).items() if name not in each.state.variables}


def _unseen(each: Instruction, parsed: shell.Shell, one: shell.Parsed) -> str:
    """The operator behind a command that lets the RUN go on, and end well, where it failed; empty where there is none.

    A `wait` for a job by its number has that job's status.
    """
    flags = {word for word in each.state.shell if word[:1] == "-"}
    if one.background:
        return "" if any(each.argv[0] == "wait" and each.argv[1:] for each in parsed.commands if each.argv) else "&"
    pipefail = parsed.pipefail or "pipefail" in each.state.shell or any("pipefail" in word for word in one.argv)
    if one.piped_into and not pipefail:
        return "|"
    stops = one.errexit or any(word[1:2] != "-" and "e" in word for word in flags)
    return "" if one.last or stops else ";"


def _values(parsed: shell.Shell, one: shell.Parsed) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The variables that are set before a command for the shell alone; the last value of each counts."""
    if len(parsed.exported) + len(one.looped) > MOST_VALUES:
        return ()
    given = {each.name: (each.value,) for each in parsed.exported if not each.exported and each.end <= one.start}
    return tuple({**given, **dict(one.looped)}.items())


def _command(
    file: Dockerfile, each: Instruction, one: shell.Parsed, start: int, exported: tuple[tuple[str, str], ...]
) -> Command:
    from kempt.formats import shell

    words = tuple(Word(word.text, *_moved((word.start, word.end), start)) for word in shell.normalised(one.words))
    span = _moved((one.start, one.end), start)
    swallowed = one.swallowed if one.swallowed != NOWHERE else one.followed_by_exit_zero
    return Command(
        words, place(file, span[0] if span[0] != UNPLACED else each.start), *span,
        statement=_moved(one.statement, start),
        assignments=(*exported, *one.assignments),
        swallowed=_moved(swallowed, start),
        otherwise=one.otherwise or (("exit", "0") if swallowed != NOWHERE else ()),
        piped_into=one.piped_into,
        is_test=one.is_test,
        branches=tuple(Branch(branch.test, branch.holds) for branch in one.branches),
        folder=one.folder,
        redirects=tuple((redirect.operator, redirect.target) for redirect in one.redirects),
    )  # fmt: skip


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return NOWHERE if UNPLACED in span else (span[0] + by, span[1] + by)


def _listed(file: Dockerfile, each: Instruction) -> tuple[Command, ...]:
    """The JSON form runs one program; where that is a shell with `-c`, its script is opened."""
    texts = [word.text for word in each.words]
    if not texts:
        return ()
    if texts[0].rpartition("/")[2] in SHELLS:
        at = next((number for number, text in enumerate(texts) if text[:1] == "-" and text.endswith("c")), 0)
        if at and at + 1 < len(texts):
            word = each.words[at + 1]
            exact = file.text[word.start + 1 : word.end - 1] == word.text
            from kempt.formats import shell

            found = tuple(_run(file, each, shell.parse(word.text), word.start + 1))
            return found if exact else tuple(unplaced(file, each, command) for command in found)
    from kempt.formats import shell

    bare = tuple(shell.Word(word.text, word.start, word.end) for word in each.words)
    words = tuple(Word(word.text, word.start, word.end) for word in shell.normalised(bare))
    span = (each.words[0].start, each.words[-1].end)
    return (Command(words, place(file, span[0]), *span, statement=span, folder=""),)


def unplaced(file: Dockerfile, each: Instruction, command: Command) -> Command:
    """A command whose text is escaped: the place of the instruction is all that is known."""
    words = tuple(Word(word.text) for word in command.words)
    return command._replace(
        words=words, location=place(file, each.start), start=UNPLACED, end=UNPLACED, statement=NOWHERE,
        swallowed=NOWHERE,
    )  # fmt: skip


def place(file: Dockerfile, offset: int) -> Location:
    """Line and column of an offset."""
    starts = _line_starts(file.text)
    line = bisect_right(starts, offset)
    return Location(PurePosixPath(file.path), line, offset - starts[line - 1] + 1)


@lru_cache(maxsize=1)
def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
