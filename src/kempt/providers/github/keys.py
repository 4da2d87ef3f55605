"""Keys of caches, cut into parts: what changes them, and what never does."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.pipeline import Key, KeyPart, PartKind, Text
from kempt.providers.github.expressions import Call, Expression, Literal, Name, parts, walk
from kempt.providers.github.scope import Scope, values

NAMES = {
    "runner.os": PartKind.SYSTEM,
    "runner.arch": PartKind.MACHINE,
    "github.sha": PartKind.RUN,
    "github.run_id": PartKind.RUN,
    "github.run_number": PartKind.RUN,
    "github.run_attempt": PartKind.RUN,
    "github.event.after": PartKind.RUN,
    "github.event.head_commit.id": PartKind.RUN,
    "github.event.pull_request.head.sha": PartKind.RUN,
    "github.ref": PartKind.BRANCH,
    "github.ref_name": PartKind.BRANCH,
    "github.head_ref": PartKind.BRANCH,
    "github.event.pull_request.head.ref": PartKind.BRANCH,
    "github.event.pull_request.head.label": PartKind.BRANCH,
    "github.event.pull_request.title": PartKind.BRANCH,
    "github.job": PartKind.WORD,
    "github.workflow": PartKind.WORD,
    "github.repository": PartKind.WORD,
    "env.pythonlocation": PartKind.PYTHON,
}
SYSTEMS = frozenset({"os", "runs-on", "runner", "platform", "runs_on", "os-name", "image", "imageos"})
OUTSIDE = "`hashFiles` stands outside `${{ }}`, so it is not called"


def cut(text: Text, scope: Scope) -> Key:
    """A key with its parts; what `hashFiles` reads starts at the root of the checkout."""
    found = tuple(_parts(text.value, scope, 0))
    stray = any(part.kind is PartKind.WORD and "hashfiles(" in part.text.lower() for part in found)
    return Key(text, found, OUTSIDE if stray else "")


def from_workspace(path: str) -> str:
    """A path or glob without what only says that it starts at the checkout."""
    for start in ("${{ github.workspace }}/", "$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/", "./"):
        path = path.removeprefix(start)
    return path


def _parts(text: str, scope: Scope, depth: int) -> Iterator[KeyPart]:
    for part in parts(text):
        if part.expression is None:
            yield KeyPart(PartKind.WORD, part.written)
        else:
            yield from _of(part.expression, part.written, scope, depth)


def _of(expression: Expression, written: str, scope: Scope, depth: int) -> Iterator[KeyPart]:
    """The parts of an expression: one for each call of `hashFiles`, each name and each string in it."""
    hashed: set[int] = set()
    for each in walk(expression):
        if id(each) in hashed:
            continue
        match each:
            case Call("hashfiles", arguments):
                hashed.update(id(inner) for argument in arguments for inner in walk(argument))
                files = _files(arguments, scope.by_row(written))
                yield KeyPart(PartKind.FILES if files else PartKind.UNKNOWN, written, files)
            case Literal(value):
                yield KeyPart(PartKind.WORD, value)
            case Name(path) if path in scope.written and depth < 1:
                yield from _parts(scope.written[path], scope, depth + 1)
            case Name(path):
                yield KeyPart(_kind(path, scope), written)
            case Call(""):
                yield KeyPart(PartKind.UNKNOWN, written)
            case _:
                pass


def _files(arguments: tuple[Expression, ...], rows: tuple[Scope, ...]) -> tuple[str, ...]:
    """What is hashed in any row of the matrix; nothing where only a run knows some of it."""
    found: list[str] = []
    for value in (value for row in rows for argument in arguments for value in values(argument, row)):
        if value is None:
            return ()
        if value.strip("*/"):
            found += (from_workspace(line.strip()) for line in value.splitlines() if line.strip())
    return tuple(dict.fromkeys(found))


def _kind(path: str, scope: Scope) -> PartKind:
    last = path.rpartition(".")[2]
    if path in NAMES:
        return NAMES[path]
    if "py" in last:
        return PartKind.PYTHON
    if path.startswith(("matrix.", "inputs.", "env.")) and last in SYSTEMS:
        return PartKind.SYSTEM
    if path.startswith(("matrix.", "inputs.")) and "arch" in last:
        return PartKind.MACHINE
    known = scope.values.get(path, (None,))
    return PartKind.WORD if len(known) == 1 and known[0] is not None else PartKind.UNKNOWN
