"""KPT414 ignored-ci-failure: CI goes on, and is green, where an install has failed."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.automation import Act
from kempt.model.finding import Finding, Level, Replace, Safety
from kempt.model.installs import INSTALLING, Effect
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import installing

CONCERNED = INSTALLING | {Effect.PRUNES, Effect.CLEARS, Effect.COMPARES, Effect.TOOL, Effect.CHANGES}

TELLING = frozenset({"echo", "printf"})
"""What says at least that something failed, often on purpose."""
ENDS = (("exit", "0"), ("true",), (":",))
"""Commands that end a script well, whatever was before."""
SHOWN = 40
"""Characters of what hides a failure that a finding quotes."""


def check(repo: Repo) -> Iterator[Finding]:
    """`|| true`, `|| :`, `; exit 0` behind a command on packages; `|| echo` says it at least, and is a warning."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    for _, job, acts in installing.jobs(repo):
        for act in acts:
            start, end = act.command.swallowed
            if not act.command.otherwise or act.doing.effect not in CONCERNED or act.command.is_test:
                continue
            if not _hides(act.command.otherwise) or _only_runs(act):
                continue
            edits = (Replace(act.command.location.path, start, end, ""),) if start != UNPLACED else ()
            is_told = act.command.otherwise[0] in TELLING
            safety = Safety.UNSAFE if is_told else Safety.SAFE
            fix = installing.fix("let it fail", safety, edits if installing.is_placed(act) else ())
            yield RULE.finding(
                act.command.location, f"`{act.text}` may fail unseen: `{_hiding(act)}` hides it",
                key=f"{job.name} {act.text}", service=act.root, level=Level.WARNING if is_told else None, fix=fix,
                notes=installing.by_hand(act.pipeline, act.command, fix),
            )  # fmt: skip


def _hiding(act: Act) -> str:
    """What hides the failure, as it is written. `; true` at the end of a script comes as `exit 0`, which it is like.

    An annotation for GitHub is not repeated: at the start of a line of a log it would be one again.
    """
    words = act.command.otherwise
    if words == ENDS[0]:
        number = next(number for number, each in enumerate(act.step.commands) if each is act.command)
        words = next((each.argv for each in act.step.commands[number + 1 :] if each.argv in ENDS), words)
    said = " ".join(words)
    annotation = said.find("::")
    return f"{said[:annotation]}…" if 0 <= annotation < SHOWN else said[:SHOWN]


def _only_runs(act: Act) -> bool:
    """Whether it is a program's failure that is hidden: `uv run mypy || true` is for its authors to judge."""
    return act.command.argv[act.doing.verb].rpartition("/")[2] in {"run", "uvx"}


def _hides(words: tuple[str, ...]) -> bool:
    return words[0] in {"true", ":", "/bin/true", *TELLING} or words in {("exit", "0"), ("exit",)}


RULE = Rule(
    "KPT414", "ignored-ci-failure", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="the failure of an install or a clean-up is hidden, and CI goes on, green",
    help="let the command fail",
)  # fmt: skip
