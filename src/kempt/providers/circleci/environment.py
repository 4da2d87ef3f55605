"""What a script leaves for the steps after it: CircleCI reads the file `$BASH_ENV` before each of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.model.pipeline import Command
from kempt.providers.circleci.folders import absolute, relative

TARGETS = frozenset({"$BASH_ENV", "${BASH_ENV}"})
COPIES = frozenset({("cat",), ("sha256sum",), ("md5sum",), ("sha1sum",), ("shasum",), ("cp",)})
"""What writes a file that changes with those it reads, and only with them."""


class Left(NamedTuple):
    """Variables, PATH as it is set, and whether an environment is activated."""

    variables: Mapping[str, str] = {}
    on_path: tuple[str, ...] = ()
    activates: bool = False


def left_by(commands: Iterable[Command]) -> Left:
    """What is written into `$BASH_ENV` with `echo` and `printf`."""
    variables, on_path, activates = dict[str, str](), list[str](), False
    for said in filter(None, map(_said, commands)):
        from kempt.formats import shell

        parsed = shell.parse(said)
        for each in parsed.exported:
            if each.name == "PATH":
                on_path.append(each.value)
            else:
                variables[each.name] = each.value
        activates = activates or any(_is_activation(each.argv) for each in parsed.commands)
    return Left(variables, tuple(on_path), activates)


def _said(command: Command) -> str:
    if command.argv[:1] not in {("echo",), ("printf",)}:
        return ""
    targets = {target for _, target in command.redirects} | set(command.piped_into[:1] and command.piped_into[1:])
    if not targets & TARGETS:
        return ""
    return " ".join(word for word in command.argv[1:] if word not in {"-e", "-n", "-ne", "-en"}).replace("\\n", "\n")


def _is_activation(argv: tuple[str, ...]) -> bool:
    return argv[:1] in {("source",), (".",)} and any("activate" in word for word in argv[1:2])


def generated_by(
    commands: Iterable[Command], root: str | None, home: str
) -> dict[str, tuple[str, ...] | None]:  # fmt: skip
    """The files that a script writes: those put together of other files lead to these, the rest to None."""
    found = dict[str, tuple[str, ...] | None]()
    for command in commands:
        base = root and command.folder is not None and posixpath.join(root, command.folder)
        for operator, target in _written(command):
            full = absolute(target, base or None, home)
            if full is None:
                continue
            words = command.argv[1:2] if command.argv[0] == "cp" else command.argv[1:]
            sources = tuple(_source(word, base or None, root, home) for word in words if word[:1] != "-")
            before = found.get(full, ()) if operator == ">>" else ()
            is_copy = command.argv[:1] in COPIES and bool(sources) and before is not None
            found[full] = (*before, *sources) if is_copy and before is not None else None
    return found


def _written(command: Command) -> Iterator[tuple[str, str]]:
    for operator, target in command.redirects:
        if operator in {">", ">>", ">|"} and target not in TARGETS and not target.startswith("/dev/"):
            yield operator, target
    if command.argv[:1] == ("cp",) and len(command.argv) == len(("cp", "from", "to")):
        yield ">", command.argv[2]


def _source(word: str, base: str | None, root: str | None, home: str) -> str:
    """A file that is read, as seen from the root; as it is written where that is not known. It may be a pattern."""
    if any(sign in word for sign in "*?"):
        folder = relative(base, root)
        return f"{folder}/{word}" if folder else word
    path = relative(absolute(word, base, home), root)
    return word if path is None else path
