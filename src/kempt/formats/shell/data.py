"""What a shell script comes to. Offsets count characters; -1 says that a place is not known exactly."""

from __future__ import annotations

from typing import NamedTuple

UNPLACED = -1
NOWHERE = (UNPLACED, UNPLACED)


class Word(NamedTuple):
    """A word: quotes removed, expansions left as they are written. `literal`: there is no expansion in it.

    `start` to `end` is what is written, quotes included. A glob, a `~` and `{a,b}` stay as they are and are literal.
    """

    text: str
    start: int = UNPLACED
    end: int = UNPLACED
    literal: bool = True


class Branch(NamedTuple):
    """A condition: the words of each command of the test, and whether it must hold.

    Where a test is a chain whose parts are known to hold (`a && b`) or to fail, each part is a branch of its own; a
    branch with several commands is one that holds or fails as a whole. `case` gives ("case", subject, "a|b").
    """

    test: tuple[tuple[str, ...], ...]
    holds: bool


class Redirect(NamedTuple):
    """A redirection: `>`, `2>&`, `<<<`, and what it goes to; the target of a heredoc is its delimiter."""

    operator: str
    target: str


class Assignment(NamedTuple):
    """`X=y` as a statement of its own, or after `export`, `declare`, `readonly`, `local`; the span is all of `X=y`."""

    name: str
    value: str
    start: int
    end: int
    literal: bool
    exported: bool


class Parsed(NamedTuple):
    """One simple command, without what only wraps it (`sudo`, `env`, `time`); `bash -c` and `eval` are opened.

    `start` to `end` is the command with assignments and wrappers, without the redirections after it.
    `line` counts from 0, at the script's first line.
    `statement` is the outermost statement it is in, `own` the innermost one, the list of `&&` and `||` it belongs to.
    `swallowed` is what hides its failure, ` || true`, and `otherwise` the words of what stands after its `||`.
    `piped_into` are the words of what reads its output, or the keyword of that (`while`, `{`, `(`).
    `is_test`: it is a part of a condition of `if`, `elif`, `while` or `until`. `folder` is where it runs: "" where the
    script starts, None where that is not known. `followed_by_exit_zero` is the span of the `; exit 0` that ends its
    level right after it. `errexit` is the state of `set -e` for it, None where the script does not touch it.
    `looped` are the variables of the `for` loops around it, each with the words that it takes one after the other.
    `last`: its statement is the last one of the script, or of a group that is, so that its failure is the script's.
    `substituted`: it stands in `$(…)`, `function`: the name of the function it is in.
    """

    words: tuple[Word, ...]
    start: int = UNPLACED
    end: int = UNPLACED
    line: int = 0
    assignments: tuple[tuple[str, str], ...] = ()
    statement: tuple[int, int] = NOWHERE
    own: tuple[int, int] = NOWHERE
    swallowed: tuple[int, int] = NOWHERE
    otherwise: tuple[str, ...] = ()
    piped_into: tuple[str, ...] = ()
    pipeline_head: bool = True
    is_test: bool = False
    negated: bool = False
    background: bool = False
    substituted: bool = False
    function: str = ""
    branches: tuple[Branch, ...] = ()
    folder: str | None = ""
    redirects: tuple[Redirect, ...] = ()
    followed_by_exit_zero: tuple[int, int] = NOWHERE
    errexit: bool | None = None
    looped: tuple[tuple[str, tuple[str, ...]], ...] = ()
    last: bool = True

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as a program would get them, expansions unexpanded."""
        return tuple(word.text for word in self.words)


class Shell(NamedTuple):
    """A script: its commands in the order in which they run, and what it sets.

    `errexit` and `pipefail` are True, False or, where the script does not touch them, None; the last `set` counts.
    `has_errors`: a part of it was not understood, and commands may be missing.
    """

    commands: tuple[Parsed, ...] = ()
    exported: tuple[Assignment, ...] = ()
    errexit: bool | None = None
    pipefail: bool | None = None
    has_errors: bool = False
