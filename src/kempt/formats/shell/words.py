"""Nodes of the syntax tree to words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kempt.formats.shell.data import Assignment, Redirect, Word

if TYPE_CHECKING:
    from tree_sitter import Node

    from kempt.formats.shell.source import Source

SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_EXPANSIONS = SUBSTITUTIONS | {"simple_expansion", "expansion", "arithmetic_expansion"}
_WRAPPED = frozenset({"concatenation", "command_name", "translated_string"})
_TESTS = frozenset(
    {"unary_expression", "binary_expression", "ternary_expression", "parenthesized_expression", "postfix_expression"}
)
_ANSI = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}


def word(source: Source, node: Node) -> Word:
    """One word."""
    start, end = node.start_byte, node.end_byte
    text, literal = _value(source, node)
    if literal and source.is_masked(start, end):
        literal = False
    return Word(text, source.place(start), source.place(end), literal)


def test_words(source: Source, node: Node) -> Iterator[Word]:
    """The words of `[ … ]` and `[[ … ]]`, brackets included; `(( … ))` has its inside as one."""
    children = node.children
    if children[0].type == "((":
        first, last = children[0], children[-1]
        start, end = first.end_byte, max(first.end_byte, last.start_byte)
        yield word(source, first)
        yield Word(source.text[start:end].strip(), *source.span(start, end), literal=False)
        yield word(source, last)
        return
    waiting = children[::-1]
    while waiting:
        each = waiting.pop()
        if each.type in _TESTS:
            waiting.extend(each.children[::-1])
        elif each.end_byte > each.start_byte:
            yield word(source, each)


def assignment(source: Source, node: Node, *, exported: bool) -> Assignment:
    """`X=y`, `X+=y` or `X[0]=y`; the value of the last two, and of a list, is not literal."""
    name, operator = node.child(0), node.child(1)
    value, literal = "", operator.type == "=" and name.type == "variable_name"
    if node.child_count > 2:  # noqa: PLR2004 - name, operator, value
        value, plain = _value(source, node.child(2))
        literal = literal and plain and node.child(2).type != "array"
    start, end = node.start_byte, node.end_byte
    literal = literal and not source.is_masked(start, end)
    return Assignment(source.text[name.start_byte : name.end_byte], value, *source.span(start, end), literal, exported)


def redirect(source: Source, node: Node) -> Redirect:
    """`2>`, and its target; the words that the grammar takes for more targets belong to the command."""
    operator = target = ""
    for child in node.children:
        if child.is_named and child.type != "file_descriptor":
            target = _value(source, child)[0]
            break
        operator += source.text[child.start_byte : child.end_byte]
    return Redirect(operator, target)


def substitutions(source: Source, nodes: Sequence[Node]) -> Iterator[Node]:
    """The outermost `$(…)`, backquotes and `<(…)` in these nodes, in order."""
    waiting = [node for node in reversed(nodes) if _may_substitute(source, node)]
    while waiting:
        node = waiting.pop()
        if node.type in SUBSTITUTIONS:
            yield node
        elif node.type != "heredoc_redirect":
            waiting.extend(child for child in reversed(node.children) if _may_substitute(source, child))


def _may_substitute(source: Source, node: Node) -> bool:
    text = source.masked[node.start_byte : node.end_byte]
    return "`" in text or ("(" in text and any(sign in text for sign in ("$(", "<(", ">(")))


def _value(source: Source, node: Node) -> tuple[str, bool]:
    """The text without quotes, and whether there is no expansion in it."""
    kind, start, end = node.type, node.start_byte, node.end_byte
    if kind in {"word", "number", "variable_name"} and node.child_count == 0:
        return source.plain(start, end), True
    if kind in _WRAPPED:
        values = [_value(source, child) for child in node.children if child.type != "$"]
        return "".join(text for text, _ in values), all(literal for _, literal in values)
    if kind == "string":
        return _string(source, node)
    if kind in {"raw_string", "ansi_c_string"}:
        inside = source.text[start:end].removeprefix("$")[1:-1]
        return (inside if kind == "raw_string" else _ANSI.sub(_decoded, inside)), True
    if kind in _EXPANSIONS:
        return source.text[start:end], False
    return source.plain(start, end), not any(sign in source.masked[start:end] for sign in "$`")


def _string(source: Source, node: Node) -> tuple[str, bool]:
    """The inside of double quotes; what stands between the expansions is no node of its own for the grammar."""
    at, pieces = node.start_byte + 1, []
    for child in node.children:
        if child.type in _EXPANSIONS:
            pieces += [source.plain(at, child.start_byte, '"'), source.text[child.start_byte : child.end_byte]]
            at = child.end_byte
    end = node.end_byte - (source.masked[node.end_byte - 1 : node.end_byte] == '"' and node.end_byte > at)
    return "".join((*pieces, source.plain(at, end, '"'))), not pieces


def _decoded(match: re.Match[str]) -> str:
    byte, point, octal, letter = match.groups()
    if byte or point:
        return chr(int(byte or point, 16))
    return chr(int(octal, 8)) if octal else _LETTERS.get(letter, letter)
