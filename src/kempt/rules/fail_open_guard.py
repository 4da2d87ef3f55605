"""KPT413 fail-open-guard: a check for tracked caches that is green when git fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt import __version__
from kempt.model.finding import Finding, Level, Replace, Safety
from kempt.model.pipeline import UNPLACED, Command, Pipeline, Step
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.installing import Work

LISTS = frozenset({"ls-files", "ls-tree", "status", "diff", "grep"})
DISPOSABLE = re.compile(r"__pycache__|venv|_cache|\.pyc|py\[cod?\]|site-packages|\.tox|\.nox|\.egg-info|node_modules")
WITH_PIPX = frozenset({"github", "azure"})
"""Providers whose own machines have pipx."""
MOVED = 'echo "kempt has checked this before the install"'
ASSIGNMENT = re.compile(r"[ \t]*(?P<name>\w+)=(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|]*)[ \t]*(?:\r?\n|;)[ \t]*$")


def check(repo: Repo) -> Iterator[Finding]:
    """In `if git ls-files | grep` nobody looks at git's own status: where git cannot work, it is green."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        told = set[tuple[int, int]]()
        for step in work.job.steps:
            for command in step.commands:
                reason = _reason(work.pipeline, command) if _is_guard(work.pipeline, step, command) else ""
                if reason and command.statement not in told:
                    told.add(command.statement)
                    yield _finding(work, step, command, reason)


def _is_guard(pipeline: Pipeline, step: Step, command: Command) -> bool:
    """Whether a command lists what git tracks, to look for what should not be there."""
    argv = command.argv
    verb = next((word for word in argv[1:] if not word.startswith("-")), "")
    return argv[:1] == ("git",) and verb in LISTS and DISPOSABLE.search(_text(pipeline, step, command)) is not None


def _text(pipeline: Pipeline, step: Step, command: Command) -> str:
    """The guard with what was assigned for it, as far as it can be told."""
    start, end = command.statement
    if start != UNPLACED and command.location.path == pipeline.path:
        return pipeline.text[_from(pipeline.text, start, end) : end]
    return step.script.value if step.script is not None else " ".join((*command.argv, *command.piped_into))


def _reason(pipeline: Pipeline, command: Command) -> str:
    if pipeline.has_git is False:
        return "the source comes without `.git`, so git always fails here and nothing is ever found"
    if command.piped_into and (command.is_test or _is_judged_by_reader(pipeline, command)):
        return "passes when git fails: only the status of the last program in the pipeline counts"
    return ""


def _is_judged_by_reader(pipeline: Pipeline, command: Command) -> bool:
    """Whether `git … | grep … && exit 1`, `! git … | grep …` or `$(git … | grep …)` decides."""
    start, end = command.statement
    text = pipeline.text[start:end] if start != UNPLACED else ""
    return text.startswith("!") or "exit 1" in text or "false" in text.split()


def _finding(work: Work, step: Step, command: Command, reason: str) -> Finding:
    own = step.own and command.statement[0] != UNPLACED and command.location.path == work.pipeline.path
    fix = installing.fix("let kempt check", Safety.SAFE, _edits(work, step, command) if own else ())
    return RULE.finding(
        command.location, f"`{' '.join(command.argv)}` as a guard {reason}", key=work.job.name, fix=fix,
        notes=installing.by_hand(work.pipeline, command, fix),
    )  # fmt: skip


def _edits(work: Work, step: Step, command: Command) -> tuple[Replace, ...]:
    """kempt in the place of the guard; in an archive before anything is installed, for there all files count."""
    pipeline = work.pipeline
    start, end = command.statement
    first = next((act for act in work.acts if act.installs), None)
    start = _from(pipeline.text, start, end)
    if pipeline.has_git or first is None or first.command.start > start:
        lines = f"\n{_indent(pipeline.text, start)}".join(_check(work, step, start))
        return (Replace(pipeline.path, start, end, lines),)
    edits = caching.provider_of(pipeline).with_commands(pipeline, work.job, first.step, _check(work, first.step, 0))
    return (*edits, Replace(pipeline.path, start, end, MOVED)) if edits else ()


def _from(text: str, start: int, end: int) -> int:
    """The start of the guard with the patterns that are assigned right before it, for its use alone."""
    while match := ASSIGNMENT.search(text, text.rfind("\n", 0, max(text.rfind("\n", 0, start), 0)) + 1, start):
        first, uses = match.start("name"), re.compile(rf"\$\{{?{match['name']}\b")
        elsewhere = uses.search(text, 0, first) or uses.search(text, end)
        if not uses.search(text, start, end) or elsewhere or text[match.end() : start].strip() or first >= start:
            break
        start = first
    return start


def _indent(text: str, start: int) -> str:
    head = text[text.rfind("\n", 0, start) + 1 : start]
    return head if not head.strip() else ""


def _check(work: Work, step: Step, start: int) -> tuple[str, ...]:
    """kempt's own check, by what brings kempt there; an archive without `.git` is checked as one."""
    has_git = work.pipeline.has_git
    option = "" if has_git else " --no-git" if has_git is False else " $(test -d .git || echo --no-git)"
    if _has_uv(work, step, start):
        return (f"uvx kempt=={__version__} check{option}",)
    if work.pipeline.provider in WITH_PIPX:
        return (f"pipx run kempt=={__version__} check{option}",)
    return f"pip install --quiet kempt=={__version__}", f"kempt check{option}"


def _has_uv(work: Work, step: Step, start: int) -> bool:
    """Whether uv is there by the time that a place in a step is reached."""
    for each in work.job.steps:
        if each is step:
            break
        if any(tool.name == "uv" for tool in each.tools):
            return True
    before = [act for act in work.acts if 0 <= act.command.start < start]
    return any(act.doing.manager == "uv" for act in before) or installing.installs(before, "uv")


RULE = Rule(
    "KPT413", "fail-open-guard", promise=2, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="a check for tracked caches is green when git fails",
    help="kempt check ends with 2 where git fails, and finds environments by what is in them",
)  # fmt: skip
