"""KPT418 unverified-frozen-install: CI installs a lock that nothing compares with the manifest."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.automation import Act
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.installs import Effect
from kempt.model.pipeline import UNPLACED, Variable
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing

COMPARE = {"pdm": "pdm lock --check", "pipenv": "pipenv verify"}
"""What compares, where the install itself cannot."""
FROZEN = "UV_FROZEN"


def check(repo: Repo) -> Iterator[Finding]:
    """`uv sync --frozen` takes a stale lock without a word (measured). One comparison anywhere is enough."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    told = set[int]()
    for _, job, acts in installing.jobs(repo):
        for act in acts:
            if act.doing.effect is not Effect.FROZEN or job.updates or not installing.is_locked(repo, act):
                continue
            if installing.is_compared(repo, act):
                continue
            variable = _variable(act) if act.doing.manager == "uv" and not act.doing.option else None
            if variable is None:
                yield _of_command(act)
            elif id(variable) not in told:
                told.add(id(variable))
                yield _of_variable(act, variable)


def _variable(act: Act) -> Variable | None:
    """The variable of the file that is in force for a command: the step's, the job's or the pipeline's own."""
    if FROZEN in dict(act.command.assignments):
        return None
    named = [each for each in act.pipeline.variables if each.name == FROZEN]
    for start, end in (act.step.block, act.job.block):
        inside = [each for each in named if each.scope != "pipeline" and start <= each.text.start < end]
        if inside:
            return inside[0]
    return next((each for each in named if each.scope == "pipeline"), None)


def _of_command(act: Act) -> Finding:
    manager = act.doing.manager
    edits: tuple[Replace, ...]
    if manager == "uv":
        title, edits = "write `--locked`", installing.with_option(act, act.doing.option, "--locked")
        edits = edits if act.doing.option else ()
    else:
        command = COMPARE.get(manager, "")
        provider = caching.provider_of(act.pipeline)
        own = command and installing.is_placed(act) and not installing.is_included(act.pipeline, act.command)
        title = f"compare first: `{command}`"
        edits = provider.with_commands(act.pipeline, act.job, act.step, (command,)) if own else ()
    fix = installing.fix(title, Safety.SAFE, edits)
    return RULE.finding(
        act.command.location, f"`{act.text}` takes a stale lock without a word, and nothing else compares it",
        key=f"{act.job.name} {act.text}", service=act.root, fix=fix,
        notes=installing.by_hand(act.pipeline, act.command, fix),
    )  # fmt: skip


def _of_variable(act: Act, variable: Variable) -> Finding:
    return RULE.finding(
        variable.text.location, f"`{FROZEN}` makes uv take a stale lock without a word, and nothing else compares it",
        key=FROZEN, fix=_renamed(act, variable),
    )  # fmt: skip


def _renamed(act: Act, variable: Variable) -> Fix | None:
    text, end = act.pipeline.text, variable.text.start
    start = text.rfind(FROZEN, 0, end) if end != UNPLACED and variable.text.location.path == act.pipeline.path else -1
    if start < 0 or "\n" in text[start:end]:
        return None
    edit = Replace(act.pipeline.path, start, start + len(FROZEN), "UV_LOCKED")
    return Fix("write `UV_LOCKED`", Safety.SAFE, (edit,))


RULE = Rule(
    "KPT418", "unverified-frozen-install", promise=1, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a lock is installed in CI that nothing compares with the manifest",
    help="uv sync --locked compares and installs; pdm lock --check and pipenv verify compare",
)  # fmt: skip
