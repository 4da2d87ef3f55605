"""KPT508 ignored-image-install-failure: an image is built, and has status 0, where an install has failed."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.dockerfile import Dockerfile, Instruction
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.installs import Doing, Effect
from kempt.model.pipeline import UNPLACED, Command
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, filling

CONCERNED = filling.FILLING | {Effect.COMPARES}
HIDING = frozenset({"true", ":", "/bin/true"})
SAYING = frozenset({"echo", "printf"})
"""What hides a failure, but prints something."""


_BEHIND = {
    ";": "the RUN goes on behind it, and has the status of its last command",
    "|": "a pipe has the status of its last command",
    "&": "it runs in the background, and nothing asks for its status",
}
_HELP = {
    ";": "chain the commands with &&, or begin with set -e",
    "|": 'SHELL ["/bin/bash", "-o", "pipefail", "-c"], or no pipe',
    "&": "run it in the foreground",
}


def check(repo: Repo) -> Iterator[Finding]:
    """`|| true`, `|| :` and `; exit 0` behind an install: the image is there, without its packages (measured)."""
    for file in building.files(repo):
        seen = dict[str, int]()
        for stage in file.built:
            for run in stage.runs:
                for command in run.commands:
                    if (command.unseen or _is_swallowed(command)) and _is_install(run, command):
                        text = " ".join(command.argv)
                        seen[text] = seen.get(text, 0) + 1
                        yield _finding(file, command, seen[text])


def _is_swallowed(command: Command) -> bool:
    said = command.otherwise
    return bool(said) and (said[0] in HIDING | SAYING or said in {("exit", "0"), ("exit",)})


def _is_install(run: Instruction, command: Command) -> bool:
    if command.is_test:
        return False
    variables = {**run.state.variables, **dict(command.assignments)}
    doing = filling.understood(command.words, variables)
    return doing is not None and doing.effect in CONCERNED and not _only_runs(command, doing)


def _only_runs(command: Command, doing: Doing) -> bool:
    """Whether it is a program's failure that is hidden: `uv run collectstatic || true` is for its authors to judge."""
    return command.argv[doing.verb].rpartition("/")[2] in {"run", "uvx"}


def _finding(file: Dockerfile, command: Command, count: int) -> Finding:
    start, end = command.swallowed
    text, said = " ".join(command.argv)[:60], " ".join(command.otherwise)[:40]
    if not _is_swallowed(command):
        return RULE.finding(
            command.location, f"`{text}` may fail unseen: {_BEHIND[command.unseen]}", key=f"{text} {count}",
            level=Level.WARNING, help=_HELP[command.unseen],
        )  # fmt: skip
    edits = (Replace(file.path, start, end, ""),) if start != UNPLACED and not command.unseen else ()
    return RULE.finding(
        command.location, f"`{text}` may fail unseen: `{said}` hides it", key=f"{text} {count}",
        level=Level.WARNING if command.otherwise[0] in SAYING else None,
        fix=Fix("let it fail", Safety.SAFE, edits) if edits else None,
    )  # fmt: skip


RULE = Rule(
    "KPT508", "ignored-image-install-failure", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="the failure of an install is hidden, and the image is built without its packages",
    help="let the command fail",
)  # fmt: skip
