"""Pipelines and lists of `&&` and `||`, as the shell groups them: the grammar nests some of them the other way."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from kempt.formats.shell.data import Branch, Word
from kempt.formats.shell.words import assignment, test_words, word
from kempt.formats.shell.wrappers import peeled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from kempt.formats.shell.source import Source

DECLARATIONS = frozenset({"declaration_command", "unset_command"})
_NESTING = frozenset({"list", "pipeline", "redirected_statement", "negated_command"})
_OPERATORS = frozenset({"&&", "||", "|", "|&", "!"})
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
STATEMENTS = frozenset(
    {
        "command",
        "list",
        "pipeline",
        "redirected_statement",
        "negated_command",
        "test_command",
        "declaration_command",
        "unset_command",
        "variable_assignment",
        "variable_assignments",
        "compound_statement",
        "subshell",
        "if_statement",
        "while_statement",
        "for_statement",
        "c_style_for_statement",
        "case_statement",
        "function_definition",
    }
)
_AFTER_HEREDOC = STATEMENTS | _OPERATORS | _REDIRECTS
_QUIET = frozenset({"true", ":", "echo", "printf", "tee", "cat", "continue", "break"})
_QUIET_ENDS = frozenset({("exit", "0"), ("return", "0")})
_GROUPS = frozenset({"compound_statement", "subshell"})
LONGEST = 20_000
"""How many pipelines of one list are read."""
_MOST = 64  # conditions that are remembered


class Part(NamedTuple):
    """One element of a pipeline: a simple command with its words, or a compound one, which has none.

    `start` to `end` is in the source: the command with its redirections; a heredoc's text is not in it.
    """

    node: Node
    words: tuple[Word, ...]
    assignments: tuple[tuple[str, str], ...]
    redirects: tuple[Node, ...]
    start: int
    command_end: int
    end: int
    heredoc: Node | None

    @property
    def argv(self) -> tuple[str, ...]:
        """Its words, or the keyword that begins it."""
        if self.words:
            return tuple(word.text for word in self.words)
        return (self.node.children[0].type,) if self.node.child_count else ()


class Operand(NamedTuple):
    """One pipeline of a list, and what stands before it: `&&`, `||`, or nothing for the first."""

    operator: str
    negated: bool
    parts: tuple[Part, ...]

    @property
    def argvs(self) -> tuple[tuple[str, ...], ...]:
        """The words of each of its commands."""
        return tuple(part.argv for part in self.parts)


def operands(source: Source, node: Node) -> tuple[Operand, ...]:
    """A statement as a list of pipelines, in order."""
    made: list[Operand] = []
    operator, negated, parts = "", False, list[_Growing]()
    for token in _tokens(node):
        if isinstance(token, _Growing):
            parts.append(token)
        elif token.type == "!":
            negated = not negated
        elif token.type in {"&&", "||"}:
            made.append(Operand(operator, negated, tuple(part.done(source) for part in parts)))
            operator, negated, parts = token.type, False, []
    made.append(Operand(operator, negated, tuple(part.done(source) for part in parts)))
    return tuple(operand for operand in made if operand.parts)


def branches(chain: Sequence[Operand], *, holds: bool) -> tuple[Branch, ...]:
    """What is known once a chain holds, or fails: of each part where that follows, else of the whole."""
    if all(operand.operator in {"", "&&" if holds else "||"} for operand in chain):
        return tuple(_branch(operand, holds=holds) for operand in chain[-_MOST:])
    return (_whole(chain[-_MOST:], holds=holds),)


def conditions(chain: Sequence[Operand]) -> list[tuple[Branch, ...]]:
    """For each part of a chain, what is known of those before it once it runs."""
    found: list[tuple[Branch, ...]] = [()]
    known: list[Branch] = []
    for n, (before, operand) in enumerate(pairwise(chain)):
        holds = operand.operator == "&&"
        if len(known) == n and before.operator in {"", operand.operator}:
            known.append(_branch(before, holds=holds))
            found.append(tuple(known[-_MOST:]))
        else:
            found.append((_whole(chain[max(0, n + 1 - _MOST) : n + 1], holds=holds),))
    return found


def _branch(operand: Operand, *, holds: bool) -> Branch:
    return Branch(operand.argvs, holds is not operand.negated)


def _whole(chain: Sequence[Operand], *, holds: bool) -> Branch:
    tests = (("!", *argv) if operand.negated else argv for operand in chain for argv in operand.argvs)
    return Branch(tuple(tests), holds)


def hides_failure(source: Source, operand: Operand) -> bool:
    """Whether it cannot fail itself, and ends nothing with a failure: `true`, `echo …`, `{ echo …; exit 0; }`."""
    part = operand.parts[-1]
    if part.node.type not in _GROUPS or part.words:
        return not operand.negated and all(_is_quiet(each.argv) for each in operand.parts)
    inner = [each for child in part.node.children if child.type in STATEMENTS for each in operands(source, child)]
    return bool(inner) and all(_is_quiet(each.argv) for operand in inner for each in operand.parts)


def last_words(source: Source, operand: Operand) -> tuple[str, ...]:
    """The words of its last command, inside a group if it is one."""
    part = operand.parts[-1]
    while part.node.type in _GROUPS and not part.words:
        inner = [child for child in part.node.children if child.type in STATEMENTS]
        chain = operands(source, inner[-1]) if inner else ()
        if not chain:
            return ()
        part = chain[-1].parts[-1]
    return part.argv


def _is_quiet(argv: tuple[str, ...]) -> bool:
    return bool(argv) and (argv[0] in _QUIET or argv in _QUIET_ENDS)


class _Growing:
    """A part while its redirections are still being found."""

    __slots__ = ("extra", "node", "redirects")

    def __init__(self, node: Node | None) -> None:
        self.node = node
        self.redirects: list[Node] = []
        self.extra: list[Node] = []

    def add(self, redirect: Node) -> None:
        """`cmd > log one two`: the grammar takes all words for targets, the shell only the first."""
        self.redirects.append(redirect)
        if redirect.type == "heredoc_redirect":
            self.extra.extend(redirect.children_by_field_name("argument"))
        else:
            self.extra.extend(redirect.children_by_field_name("destination")[1:])

    def done(self, source: Source) -> Part:
        node = self.node or self.redirects[0]
        words, assignments = _read(source, self)
        command_end = max((node.end_byte, *(each.end_byte for each in self.extra)))
        end, heredoc = command_end, None
        for each in self.redirects:
            if each.type == "heredoc_redirect":
                heredoc = each
                end = max(end, next((c.end_byte for c in each.children if c.type == "heredoc_start"), end))
            else:
                end = max(end, each.end_byte)
        start = min((node.start_byte, *(each.start_byte for each in self.redirects)))
        return Part(node, words, assignments, tuple(self.redirects), start, command_end, end, heredoc)


def _read(source: Source, part: _Growing) -> tuple[tuple[Word, ...], tuple[tuple[str, str], ...]]:
    """The words of a simple command, wrappers taken off; none for others."""
    node = part.node
    if node is None:
        return (), ()
    if node.type == "command":
        return _command(source, node, part)
    if node.type == "test_command" or (node.type == "compound_statement" and node.children[0].type == "(("):
        return tuple(test_words(source, node)), ()
    if node.type in DECLARATIONS:
        return tuple(_declared(source, child) for child in node.children if child.type != "comment"), ()
    return (), ()


def _command(source: Source, node: Node, part: _Growing) -> tuple[tuple[Word, ...], tuple[tuple[str, str], ...]]:
    assigned, words = [], []
    for child in node.children:
        kind = child.type
        if kind == "variable_assignment":
            made = assignment(source, child, exported=False)
            assigned.append((made.name, made.value))
        elif kind in _REDIRECTS:
            part.add(child)
        elif kind not in {"comment", "ERROR", "subshell"}:
            words.append(word(source, child))
    words.extend(word(source, child) for child in part.extra)
    running, more = peeled(tuple(words))
    return running, (*assigned, *more)


def _declared(source: Source, node: Node) -> Word:
    if node.type != "variable_assignment":
        return word(source, node)
    made = assignment(source, node, exported=False)
    operator = node.child(1).type
    return Word(f"{made.name}{operator}{made.value}", made.start, made.end, made.literal)


def _tokens(node: Node) -> list[_Growing | Node]:
    """Operators and parts in the order in which they are written."""
    tokens: list[_Growing | Node] = []
    waiting = [node]
    while waiting and len(tokens) <= 2 * LONGEST:
        each = waiting.pop()
        kind = each.type
        if kind in _OPERATORS:
            tokens.append(each)
        elif kind in _NESTING:
            waiting.extend(each.children[::-1])
        elif kind in _REDIRECTS:
            _last_part(tokens).add(each)
            if kind == "heredoc_redirect":
                waiting.extend(child for child in each.children[::-1] if child.type in _AFTER_HEREDOC)
        elif kind in STATEMENTS:
            part = _last_part(tokens)
            if part.node is None:
                part.node = each
            else:
                tokens.append(_Growing(each))
    return tokens


def _last_part(tokens: list[_Growing | Node]) -> _Growing:
    """The part that is being read; a new one after an operator."""
    last = tokens[-1] if tokens else None
    if not isinstance(last, _Growing):
        tokens.append(last := _Growing(None))
    return last
