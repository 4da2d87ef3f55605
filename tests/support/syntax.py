"""kempt's own sources as syntax trees: who imports what, and what of the world is used where. Nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SOURCE.rglob("*.py"))
}


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    """All nodes of a module, its root first."""
    return tuple(ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"), filename=str(MODULES[module]))))


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported: not the bodies of functions, not what is for the type checker."""
    for child in ast.iter_child_nodes(node):
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        if not typing_only and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from at_import(child)


def own_imports(found: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Line and module of each import of kempt's own modules."""
    for line, _, name in _imports(found):
        if name.split(".")[0] == "kempt":
            yield line, name if name in MODULES else name.rpartition(".")[0]


def used(module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of what a module uses of the world: `os.path.join`, `open-for-writing`, `.write_text`."""
    names = {}
    for _, name, full in _imports(nodes(module)):
        first = name.partition(".")[0]
        names[first] = full if first == name else first  # `import os.path` makes the name `os`
    covered = set[ast.AST]()
    for node in nodes(module):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield node.lineno, "open-for-writing" if name == "open" and _writes(node) else name
            case ast.Attribute(value=value, attr=name):
                covered.add(value)
                yield node.lineno, f".{name}"
            case _:
                pass
        first, _, rest = _dotted(node).partition(".")
        if first in names and node not in covered and isinstance(node, ast.expr):
            yield node.lineno, f"{names[first]}.{rest}".rstrip(".")


def functions(module: str) -> Iterator[tuple[int, str, int]]:
    """Line, name and length in lines of each function, nested ones and methods too."""
    for node in nodes(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def _imports(found: Iterable[ast.AST]) -> Iterator[tuple[int, str, str]]:
    """Line, name in this module and full name of everything that is imported."""
    for node in found:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.asname or each.name, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)


def _dotted(node: ast.AST) -> str:
    """`os.path.join` for the attribute or name of that spelling; empty for all else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{before}.{name}" if (before := _dotted(value)) else ""
        case _:
            return ""


def _writes(call: ast.Call) -> bool:
    modes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
    return any(re.search("[wax+]", ast.unparse(mode)) for mode in modes)
