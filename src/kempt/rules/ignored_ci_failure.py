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
            edits = (Replace(act.pipeline.path, start, end, ""),) if start != UNPLACED else ()
            said = " ".join(act.command.otherwise)
            yield RULE.finding(
                act.command.location, f"`{act.text}` may fail unseen: `{said[:40]}` hides it",
                key=f"{job.name} {act.text}", service=act.root,
                level=Level.WARNING if act.command.otherwise[0] in {"echo", "printf"} else None,
                fix=installing.fix("let it fail", Safety.SAFE, edits if installing.is_placed(act) else ()),
            )  # fmt: skip


def _only_runs(act: Act) -> bool:
    """Whether it is a program's failure that is hidden: `uv run mypy || true` is for its authors to judge."""
    return act.command.argv[act.doing.verb].rpartition("/")[2] in {"run", "uvx"}


def _hides(words: tuple[str, ...]) -> bool:
    return words[0] in {"true", ":", "echo", "printf", "/bin/true"} or words in {("exit", "0"), ("exit",)}


RULE = Rule(
    "KPT414", "ignored-ci-failure", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="the failure of an install or a clean-up is hidden, and CI goes on, green",
    help="let the command fail",
)  # fmt: skip
