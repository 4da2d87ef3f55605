"""KPT411 tool-outside-environment: CI calls a tool by its bare name after it installed it where PATH does not look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import relpath

from kempt.model.automation import Act
from kempt.model.finding import Finding, Level, Replace, Safety
from kempt.model.installs import Effect
from kempt.model.pipeline import UNPLACED, Command, Job, Pipeline, Step
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import installing, referring

TOOLS = frozenset({
    "pytest", "mypy", "coverage", "black", "isort", "flake8", "pylint", "ruff", "pyright", "ty", "bandit",
    "sphinx-build", "mkdocs", "alembic", "django-admin", "py.test", "pyrefly", "behave", "robot", "pre-commit",
})  # fmt: skip
"""Programs that projects lock; tox and nox make environments of their own."""
PREFIX = {"uv": "uv run --locked", "poetry": "poetry run", "pdm": "pdm run", "pipenv": "pipenv run"}
PLAIN = re.compile(r"[\w./-]+")
"""Folders that need no quotes in a shell."""
ELSEWHERE = ("virtualenvs.create", "python.use_venv")
SYSTEM = ("POETRY_VIRTUALENVS_CREATE", "UV_PROJECT_ENVIRONMENT", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV", "PIPENV_SYSTEM")
"""Settings that may put the packages where PATH does look."""


def check(repo: Repo) -> Iterator[Finding]:
    """After `uv sync` on a clean machine, `pytest` ends with "command not found" (measured: status 127)."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    for pipeline, job, acts in installing.jobs(repo):
        if any(act.installs and act.doing.manager in PREFIX for act in acts):
            yield from _of_job(repo, pipeline, job, acts)


def _of_job(repo: Repo, pipeline: Pipeline, job: Job, acts: tuple[Act, ...]) -> Iterator[Finding]:
    """Walk a job in order: what was installed so far, what is on PATH by now, and what is called."""
    by_command: dict[int, list[Act]] = {}
    for act in acts:
        by_command.setdefault(id(act.command), []).append(act)
    made, there = tuple[Act, ...](), set[str]()
    for step in job.steps:
        if step.opaque or step.activates or any("bin" in each or "Scripts" in each for each in step.on_path):
            return  # from here on, bare names may mean anything
        for command in step.commands:
            for act in by_command.get(id(command), ()):
                there |= _brought(act)
                made = _made(act, made)
            if _opens(command) or _is_system(step, command):
                return
            name = command.argv[0] if command.argv else ""
            if made and name in TOOLS and name not in there and not command.is_test and _is_bare(pipeline, command):
                yield _finding(repo, step, command, made)


def _made(act: Act, before: tuple[Act, ...]) -> tuple[Act, ...]:
    """The install that made the environment last, once for each row of a matrix."""
    if not act.installs or act.doing.manager not in PREFIX:
        return before
    return (*before, act) if before and before[0].command is act.command else (act,)


def _brought(act: Act) -> set[str]:
    """The programs that an act puts on PATH."""
    if act.doing.effect not in {Effect.PACKAGES, Effect.TOOL}:
        return set()
    named = {installing.name_of(word.text) for word in act.doing.names}
    return set(TOOLS | named) if act.doing.files or act.doing.folders else named


def _opens(command: Command) -> bool:
    """Whether a command makes bare names mean an environment's programs, or could."""
    argv = command.argv
    if argv[:1] in {("source",), (".",), ("eval",)} or argv[:2] in {("poetry", "shell"), ("conda", "activate")}:
        return True
    if any("PATH=" in word and "bin" in word for word in argv) or any(
        name == "PATH" for name, _ in command.assignments
    ):
        return True
    return any("GITHUB_PATH" in target or "BASH_ENV" in target for _, target in command.redirects)


def _is_system(step: Step, command: Command) -> bool:
    if any(name in step.variables or name in dict(command.assignments) for name in SYSTEM):
        return True
    return any(word in ELSEWHERE or word == "--system" for word in command.argv)


def _is_bare(pipeline: Pipeline, command: Command) -> bool:
    """Whether the program is named without a folder, `python -m pytest` with whichever Python included."""
    if command.start == UNPLACED:
        return "/" not in command.argv[0]
    head = pipeline.text[command.start : command.words[0].end] if command.words[0].end != UNPLACED else ""
    return "/" not in head and "\\" not in head


def _runner(repo: Repo, command: Command, made: tuple[Act, ...]) -> tuple[str, bool]:
    """What to run a tool with, and whether that finds the project from where the command runs.

    uv can be told where the project lies, and leaves the command where it is. The others look above it only.
    """
    manager, folders = made[0].doing.manager, command.folders or (command.folder,)
    prefix = PREFIX[manager]
    if all(folder is not None and any(_is_inside(repo, folder, act) for act in made) for folder in folders):
        return prefix, True
    root, folder = made[0].root, command.folder
    project = "" if root is None or folder is None else relpath(root, folder or ".")
    if manager == "uv" and len(made) == 1 and PLAIN.fullmatch(project):
        return f"{prefix} --project {project}", True
    return prefix, False


def _is_inside(repo: Repo, folder: str, act: Act) -> bool:
    """Whether the project that a manager finds from a folder is the one that was installed."""
    service = referring.owner(repo, PurePosixPath(folder, "pyproject.toml"))
    if service is None or act.root is None:
        return service is None and act.root is None and act.folder == folder
    return service.root == act.root


def _finding(repo: Repo, step: Step, command: Command, made: tuple[Act, ...]) -> Finding:
    pipeline, job, manager = made[0].pipeline, made[0].job, made[0].doing.manager
    prefix, fits = _runner(repo, command, made)
    own = step.own and command.location.path == pipeline.path and command.words[0].start != UNPLACED
    head = pipeline.text[command.start : command.words[0].start] if own else ""
    start = command.start if "-m" in head.split() else command.words[0].start
    edits = (Replace(pipeline.path, start, start, f"{prefix} "),) if own and fits else ()
    shown = " ".join(command.argv)[:60]
    fix = installing.fix(f"run it with `{prefix}`", Safety.UNSAFE, edits)
    return RULE.finding(
        command.location, f"`{shown}` is looked for outside the environment that {manager} made",
        key=f"{job.name} {shown}", fix=fix, notes=installing.by_hand(pipeline, command, fix),
        help=f"{prefix} {command.argv[0]}" if fits else f"{prefix} {command.argv[0]}, from inside the project's folder",
    )  # fmt: skip


RULE = Rule(
    "KPT411", "tool-outside-environment", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="a tool is called in CI by its bare name after it was installed where PATH does not look",
    help="run it through the manager, or put the environment's bin folder on PATH",
)  # fmt: skip
