"""The walk over a syntax tree: each command with all that stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kempt.formats.shell.chain import (
    LONGEST,
    STATEMENTS,
    Operand,
    Part,
    branches,
    conditions,
    hides_failure,
    last_words,
    operands,
)
from kempt.formats.shell.context import Context, State
from kempt.formats.shell.data import NOWHERE, Branch, Parsed
from kempt.formats.shell.folders import Folder
from kempt.formats.shell.grammar import Grammar
from kempt.formats.shell.opened import opened
from kempt.formats.shell.source import Source, within
from kempt.formats.shell.words import assignment, redirect, substitutions, word

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 40  # statements in statements
_DEPTH_OF_SCRIPT = 5  # what a script in a script counts for
_TESTS = frozenset({"[", "[[", "((", "test"})
_ENDS = frozenset({("exit", "0"), ("true",), (":",)})
_ENDING = frozenset({("exit",), ("return",)})
_CLAUSES = frozenset({"elif_clause", "else_clause"})


class Walk:
    """One script's walk; a script inside of it has a walk of its own."""

    def __init__(self, grammar: Grammar, source: Source, state: State) -> None:
        self._grammar = grammar
        self._source = source
        self._state = state

    def run(self, context: Context, folder: Folder) -> None:
        """Parse the source and walk over it."""
        root = self._grammar.root(self._source.masked)
        self._state.has_errors = self._state.has_errors or root is None or root.has_error
        self._statements(root.children if root else (), context, folder)

    def _statements(self, nodes: Sequence[Node], context: Context, folder: Folder) -> None:
        """Statements that follow each other."""
        if context.depth >= _DEEPEST or self._state.is_full():
            self._state.has_errors = True
            return
        found = [(n, node) for n, node in enumerate(nodes) if node.type in STATEMENTS or node.type == "ERROR"]
        ending = self._ending([node for _, node in found])
        final = found[-1 if ending == NOWHERE else -2][1] if found else None
        context = context._replace(depth=context.depth + 1)
        for n, node in found:
            if self._state.is_full():
                self._state.has_errors = True
                return
            here = context._replace(last=context.last and node is final)
            if context.statement is None:
                here = here._replace(statement=self._source.span(node.start_byte, node.end_byte))
            if node.type == "ERROR":
                self._statements(node.children, here._replace(followed=NOWHERE), folder)
                continue
            if n + 1 < len(nodes) and nodes[n + 1].type == "&":
                here = here._replace(background=True)
            followed = ending if len(found) > 1 and node is found[-2][1] else NOWHERE
            self._chain(node, here._replace(followed=followed), folder.copy() if here.background else folder)

    def _ending(self, nodes: list[Node]) -> tuple[int, int]:
        """The span from the end of the last statement but one to the end of the last, where that is `exit 0`."""
        if len(nodes) > 1 and nodes[-1].type == "command":
            last = operands(self._source, nodes[-1])
            if last and last[0].parts[0].argv in _ENDS:
                return self._source.span(nodes[-2].end_byte, nodes[-1].end_byte)
        return NOWHERE

    def _chain(self, node: Node, context: Context, folder: Folder) -> None:
        """A list of `&&` and `||`."""
        chain = operands(self._source, node)
        self._state.has_errors = self._state.has_errors or len(chain) >= LONGEST
        context = context._replace(own=self._source.span(node.start_byte, node.end_byte))
        known, failures = conditions(chain), self._failures(chain, context)
        is_tested = is_doubtful = False
        for operand, branch, failure in zip(chain, known, failures, strict=True):
            before = folder.here
            here = failure._replace(branches=context.branches + branch, negated=operand.negated)
            self._pipeline(operand, here, folder)
            if folder.here != before:
                folder.here = None if operand.operator == "||" else folder.here
                is_doubtful = is_doubtful or is_tested
            is_tested = is_tested or any(argv[0] in _TESTS for argv in operand.argvs if argv)
        if is_doubtful:
            folder.here = None

    def _failures(self, chain: Sequence[Operand], context: Context) -> list[Context]:
        """The context of each pipeline of a chain, with what follows its failure."""
        found, here = [], context
        for n in range(len(chain) - 1, -1, -1):
            found.append(here)
            if chain[n].operator == "||":
                words = last_words(self._source, chain[n])
                here = here._replace(otherwise=words)
                if hides_failure(self._source, chain[n]):
                    here = here._replace(swallowed=self._hiding(chain, n) or context.swallowed)
                elif words[:1] in _ENDING:
                    here = here._replace(swallowed=context.swallowed)
        return found[::-1]

    def _hiding(self, chain: Sequence[Operand], index: int) -> tuple[int, int] | None:
        """The span of ` || true`, unless what follows it fails on purpose."""
        after = chain[index + 1] if index + 1 < len(chain) else None
        if after and after.operator == "&&" and last_words(self._source, after)[:1] in {*_ENDING, ("false",)}:
            return None
        return self._source.span(chain[index - 1].parts[-1].end, chain[index].parts[-1].end)

    def _pipeline(self, operand: Operand, context: Context, folder: Folder) -> None:
        parts = operand.parts
        if len(parts) == 1:
            self._part(parts[0], context, folder)
            return
        for n, part in enumerate(parts):
            piped = parts[n + 1].argv if n + 1 < len(parts) else context.piped_into
            self._part(part, context._replace(piped_into=piped, pipeline_head=n == 0), folder.copy())

    def _part(self, part: Part, context: Context, folder: Folder) -> None:
        """One element of a pipeline."""
        node, kind = part.node, part.node.type
        redirects = [each for each in part.redirects if each.type != "heredoc_redirect"]
        if part.words:
            self._simple(part, context, folder)
            return
        if kind in STATEMENTS - {"command", "variable_assignment", "variable_assignments"}:
            self._substituted(redirects, context, folder)
            self._compound(node, context._replace(followed=NOWHERE), folder)
            return
        self._substituted([node, *redirects], context, folder)
        for each in (node,) if kind == "variable_assignment" else node.children:
            if each.type == "variable_assignment":
                self._state.exported.append(assignment(self._source, each, exported=False))

    def _compound(self, node: Node, context: Context, folder: Folder) -> None:
        kind = node.type
        if kind == "if_statement":
            self._if(node, context, folder)
        elif kind == "case_statement":
            self._case(node, context, folder)
        elif kind in {"while_statement", "for_statement", "c_style_for_statement"}:
            self._loop(node, context, folder)
        elif kind == "function_definition":
            name = node.child_by_field_name("name")
            named = self._source.text[name.start_byte : name.end_byte] if name else ""
            inside = Context(statement=context.statement, function=named, depth=context.depth)
            for child in node.children:
                if child.type in STATEMENTS:
                    self._statements([child], inside, folder.copy())
        else:
            self._statements(node.children, context, folder.copy() if kind == "subshell" else folder)

    def _if(self, node: Node, context: Context, folder: Folder) -> None:
        known: tuple[Branch, ...] = ()
        places: list[str | None] = []
        clauses = [node, *(child for child in node.children if child.type in _CLAUSES)]
        for clause in clauses:
            children = [child for child in clause.children if child.type not in _CLAUSES]
            then = next((n for n, child in enumerate(children) if child.type == "then"), 0)
            here = context._replace(branches=context.branches + known)
            self._statements(children[:then], here._replace(is_test=True), folder)
            holding = self._branches(children[:then], holds=True)
            inside = folder.copy()
            self._statements(children[then:], here._replace(branches=here.branches + holding), inside)
            known += self._branches(children[:then], holds=False)
            places.append(inside.here)
        if clauses[-1].type != "else_clause":
            places.append(folder.here)
        folder.settle(places)

    def _branches(self, condition: Sequence[Node], *, holds: bool) -> tuple[Branch, ...]:
        """What is known once the last statement of a condition holds, or fails."""
        tests = [node for node in condition if node.type in STATEMENTS]
        return branches(operands(self._source, tests[-1]), holds=holds) if tests else ()

    def _case(self, node: Node, context: Context, folder: Folder) -> None:
        subject = node.child_by_field_name("value")
        named = word(self._source, subject).text if subject else ""
        self._substituted([subject] if subject else [], context, folder)
        places = [folder.here]
        for item in node.children:
            if item.type == "case_item":
                pattern = "|".join(word(self._source, each).text for each in item.children_by_field_name("value"))
                branch = Branch((("case", named, pattern),), holds=True)
                inside = folder.copy()
                self._statements(item.children, context._replace(branches=(*context.branches, branch)), inside)
                places.append(inside.here)
        folder.settle(places)

    def _loop(self, node: Node, context: Context, folder: Folder) -> None:
        children, inside = node.children, folder.copy()
        body = node.child_by_field_name("body")
        condition = [child for child in children if child.type in STATEMENTS and child != body]
        if node.type == "while_statement":
            self._statements(condition, context._replace(is_test=True), inside)
        else:
            self._substituted([child for child in children if child != body], context, folder)
        if body is not None:
            self._statements(
                body.children, context._replace(looped=(*context.looped, *self._looped(node)), last=False), inside
            )
        folder.settle([folder.here, inside.here])

    def _looped(self, node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The variable of `for`, with its words."""
        name = node.child_by_field_name("variable") if node.type == "for_statement" else None
        if name is None:
            return ()
        values = tuple(word(self._source, each).text for each in node.children_by_field_name("value"))
        return ((self._source.text[name.start_byte : name.end_byte], values),)

    def _substituted(self, nodes: Sequence[Node], context: Context, folder: Folder) -> None:
        """The commands in `$(…)`, which run before the one that they stand in."""
        for node in substitutions(self._source, nodes):
            inside = context._replace(last=True, substituted=True, piped_into=(), pipeline_head=True, followed=NOWHERE)
            self._statements(node.children, inside, folder.copy())

    def _simple(self, part: Part, context: Context, folder: Folder) -> None:
        """A command, its substitutions before it; one that opens a script is replaced by that script's commands."""
        inner = opened(self._source, part) if context.depth < _DEEPEST else None
        line = self._source.line_of(part.node.start_byte)
        if inner is not None:
            state = self._state if inner.same_shell else State(self._state.commands, errexit=inner.errexit)
            source = within(self._source, inner.text, inner.start, line)
            own_folder = folder if inner.same_shell else folder.copy()
            inside = context._replace(depth=context.depth + _DEPTH_OF_SCRIPT)
            Walk(self._grammar, source, state).run(inside, own_folder)
            self._state.has_errors = self._state.has_errors or state.has_errors
            return
        nodes = [each for each in part.redirects if each.type != "heredoc_redirect"]
        self._substituted([part.node, *nodes], context, folder)
        self._state.commands.append(self._parsed(part, context, folder, line))
        folder.follow(part.words)
        self._set(part)

    def _parsed(self, part: Part, context: Context, folder: Folder, line: int) -> Parsed:
        start, end = self._source.span(part.node.start_byte, part.command_end)
        return Parsed(
            words=part.words,
            start=start,
            end=end,
            line=line,
            assignments=part.assignments,
            statement=context.statement or NOWHERE,
            own=context.own,
            swallowed=context.swallowed,
            otherwise=context.otherwise,
            piped_into=context.piped_into,
            pipeline_head=context.pipeline_head,
            is_test=context.is_test,
            negated=context.negated,
            background=context.background,
            substituted=context.substituted,
            function=context.function,
            branches=context.branches,
            folder=folder.here,
            redirects=tuple(redirect(self._source, each) for each in part.redirects),
            followed_by_exit_zero=context.followed,
            errexit=self._state.errexit,
            looped=context.looped,
            last=context.last,
        )

    def _set(self, part: Part) -> None:
        """What `set -e` and `export X=y` change."""
        if part.node.type == "declaration_command":
            exported = part.words[0].text == "export" or any(each.text == "-x" for each in part.words)
            self._state.exported.extend(
                assignment(self._source, child, exported=exported)
                for child in part.node.children
                if child.type == "variable_assignment"
            )
        elif part.words[0].text == "set":
            self._state.set(part.argv[1:])
