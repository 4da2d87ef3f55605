"""The jobs of a CI file: services that are installed by the same commands are one job, whatever the provider calls it.

A provider runs the steps of a job in one shell, or each in its own folder; both are made from the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import join, quote
from typing import NamedTuple

from kempt import __version__, managers
from kempt.engine.project.init_ci_lines import Line
from kempt.engine.project.init_ci_services import Target

CACHES = {
    "uv": {"UV_CACHE_DIR": "uv", "PIP_CACHE_DIR": "pip"},
    "poetry": {"POETRY_CACHE_DIR": "pypoetry", "PIP_CACHE_DIR": "pip"},
    "pdm": {"PDM_CACHE_DIR": "pdm", "PIP_CACHE_DIR": "pip"},
    "pipenv": {"PIPENV_CACHE_DIR": "pipenv", "PIP_CACHE_DIR": "pip"},
    "pip": {"PIP_CACHE_DIR": "pip"},
}
"""The variable that says where each program keeps its downloads, and a folder for it; pip brings the others."""
UV_IMAGE = "ghcr.io/astral-sh/uv:{version}-python{python}-trixie"
"""uv's own image, the one that holds git as well."""
IMAGES = {"gitlab": "python:{python}", "bitbucket": "python:{python}", "circleci": "cimg/python:{python}"}
"""Where jobs run in images, those of all other managers; each has git."""
FOLDERS = {"poetry": ("pypoetry/artifacts", "pypoetry/cache", "pip")}
"""What is cached where it is not those folders: Poetry's also holds environments."""
VARIABLES: dict[str, dict[str, str]] = {
    "poetry": {"POETRY_VIRTUALENVS_IN_PROJECT": "true"},
    "pipenv": {"PIPENV_VENV_IN_PROJECT": "1"},
}
EXTRAS = {"pdm": "[locked]"}
"""Extras that bring a manager with the dependencies that it was released with."""
PRUNED = "a cache of another lock: its wheels go, what was built from source stays"
OLDEST_PYTHON = 11
"""kempt needs Python 3.11."""


class Step(NamedTuple):
    """Commands that run in one folder. `kind` is "bring", "prune", "guard", "install", "test" or "mark"."""

    title: str
    lines: tuple[Line, ...]
    folder: str = "."
    kind: str = ""


class Placed(NamedTuple):
    """A service in its job: `job` is the name of what runs it alone, `steps` and `script` are what that runs."""

    name: str
    root: str
    locks: tuple[str, ...]
    python: str
    python_file: str
    python_why: str
    job: str
    image: str
    steps: tuple[Step, ...]

    @property
    def script(self) -> tuple[Line, ...]:
        """All steps in one shell, which stays in the folder it was sent to."""
        lines: list[Line] = []
        folder = "."
        for step in self.steps:
            if step.folder != folder:
                lines.append(Line(f"cd {quote(step.folder)}"))
                folder = step.folder
            lines += step.lines
        return tuple(lines)


class Job(NamedTuple):
    """One job over one or several services. `lock_names` are relative to their folders, `folders` to `~/.cache`."""

    id: str
    tool: str
    title: str
    version: str
    targets: tuple[Placed, ...]
    bring: tuple[Line, ...]
    install: tuple[Line, ...]
    test: Line
    tested: bool
    guard: tuple[Line, ...]
    variables: Mapping[str, str]
    caches: Mapping[str, str]
    folders: tuple[str, ...]
    lock_names: tuple[str, ...]
    uvx: str
    steps: tuple[Step, ...]


class Sequence(NamedTuple):
    """All services in one build, one after the other."""

    python: str
    key: str
    locks: tuple[str, ...]
    folders: tuple[str, ...]
    variables: Mapping[str, str]
    bring: tuple[Line, ...]
    guard: tuple[Line, ...]
    install: tuple[Line, ...]
    tests: tuple[Line, ...]
    prune: Line | None
    mark: Line | None


def jobs(found: tuple[Target, ...], provider: str) -> tuple[Job, ...]:
    """The jobs for these services. The repository as a whole is checked in the first that can run kempt."""
    groups: dict[tuple[object, ...], list[Target]] = {}
    for target in found:
        names = tuple(_below(lock, target.root) for lock in target.locks)
        groups.setdefault((target.tool, target.version, target.install, target.test, names), []).append(target)
    guarded = next((key for key, group in groups.items() if _runs_kempt(group[0])), None)
    ids = _ids(list(groups.values()))
    return tuple(
        _job(name, group, provider, guarded=key == guarded)
        for name, (key, group) in zip(ids, groups.items(), strict=True)
    )


def _ids(groups: list[list[Target]]) -> list[str]:
    """`tests` for the only job; else the service's name, or the manager's where a job has several."""
    if len(groups) == 1:
        return ["tests"]
    names = [f"tests-{group[0].name if len(group) == 1 else group[0].tool}" for group in groups]
    return [f"{name}-{names[:at].count(name) + 1}" if name in names[:at] else name for at, name in enumerate(names)]


def _job(name: str, group: list[Target], provider: str, *, guarded: bool) -> Job:
    first = group[0]
    uvx = "uvx " if minor(first.python) >= OLDEST_PYTHON else "uvx --python 3.13 "
    uvx += f"kempt@{__version__}"
    guard = _guard(first, uvx) if guarded else ()
    steps = tuple(_steps(first, provider, guard))
    placed = tuple(
        Placed(
            each.name, each.root, each.locks, each.python, each.python_file, each.python_why,
            name if len(group) == 1 else f"{name}-{each.name}", _image(each, provider),
            tuple(_steps(each, provider, guard if each is first else ())),
        )
        for each in group
    )  # fmt: skip
    caches, title = _caches(first.tool, provider), managers.manager(first.tool).title
    return Job(
        name, first.tool, title, first.version, placed, _bring(first, provider), first.install, first.test,
        first.tested, guard, _variables(first.tool, provider), caches, FOLDERS.get(first.tool, tuple(caches.values())),
        tuple(_below(lock, first.root) for lock in first.locks), uvx, steps,
    )  # fmt: skip


def _steps(target: Target, provider: str, guard: tuple[Line, ...]) -> Iterator[Step]:
    """What a job does for one service, where nothing but Python and git is there at its beginning."""
    bring, install = _bring(target, provider), target.install
    if target.tool == "uv" and provider == "circleci":
        yield Step("Prune a cache of another lock", (_prune(target.locks),), kind="prune")
        install += (_mark(tuple(_below(lock, target.root) for lock in target.locks)),)
    if bring:
        yield Step(f"Install {managers.manager(target.tool).title}", bring, kind="bring")
    if target.tool == "uv" and provider == "azure":
        yield Step("Prune a cache of another lock", (Line("uv cache prune --ci", PRUNED),), kind="prune")
    if provider == "azure":  # of several commands, the last one alone decides there
        guard, install = (_until_one_fails(lines) for lines in (guard, install))
    if guard:
        yield Step("Check the repository", guard, kind="guard")
    yield Step("Install what the lock says", install, target.root, "install")
    yield Step("Test" if target.tested else "Compile", (target.test,), target.root, "test")


def _until_one_fails(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return (Line("set -e"), *lines) if len(lines) > 1 else lines


def _image(target: Target, provider: str) -> str:
    image = UV_IMAGE if target.tool == "uv" else IMAGES.get(provider, "")
    python = short(target.python) if target.tool == "uv" else target.python
    return image.format(version=target.version, python=python)


def _caches(tool: str, provider: str) -> dict[str, str]:
    found = CACHES[tool]
    return {name: folder for name, folder in found.items() if folder != "pip"} if _is_there(tool, provider) else found


def _variables(tool: str, provider: str) -> dict[str, str]:
    """Settings that have nothing to do with caches. GitLab mounts the project's folder, so nothing can be linked."""
    return {"UV_LINK_MODE": "copy"} if (tool, provider) == ("uv", "gitlab") else VARIABLES.get(tool, {})


def _is_there(tool: str, provider: str) -> bool:
    """Whether an image or an action brings uv, so that pip downloads nothing."""
    return tool == "uv" and (provider in IMAGES or provider == "github")


def _bring(target: Target, provider: str) -> tuple[Line, ...]:
    if target.tool == "pip" or _is_there(target.tool, provider):
        return ()
    name = f"{target.tool}{EXTRAS.get(target.tool, '')}"
    word = f'"{name}=={target.version}"' if "[" in name else f"{name}=={target.version}"
    return (Line(f"python -m pip install {word}"),)


def _guard(target: Target, uvx: str) -> tuple[Line, ...]:
    """kempt, apart from the project: its own environment, outside of the tree."""
    if target.tool == "uv":
        return (Line(f"{uvx} check"),)
    return (
        Line("python -m venv ~/.kempt"),
        Line(f"~/.kempt/bin/python -m pip install kempt=={__version__}"),
        Line("~/.kempt/bin/kempt check"),
    )


def _prune(locks: tuple[str, ...]) -> Line:
    """Keep a cache that was restored for another lock from growing: a copy of the lock in it says what it is for."""
    prune = '"$UV_CACHE_DIR/lock" || uv cache prune --ci'
    if len(locks) == 1:
        return Line(f"cmp -s {join(locks)} {prune}", PRUNED)
    return Line(f"cat {join(locks)} | cmp -s - {prune}", PRUNED)


def _mark(locks: tuple[str, ...]) -> Line:
    return Line(f'cat {join(locks)} > "$UV_CACHE_DIR/lock"', "so that the next run knows what the cache is for")


def sequence(made: tuple[Job, ...]) -> Sequence:
    """All jobs as one build. Its Python is the newest of those that are asked for."""
    variables: dict[str, str] = {}
    for job in made:
        variables |= {name: f"/root/.cache/{folder}" for name, folder in job.caches.items()} | dict(job.variables)
    bring = tuple(dict.fromkeys(line for job in made for line in job.bring))
    every = [(job, target) for job in made for target in job.targets]
    locks = tuple(dict.fromkeys(lock for _, target in every for lock in target.locks))
    uv_locks = tuple(dict.fromkeys(lock for job, target in every if job.tool == "uv" for lock in target.locks))
    return Sequence(
        short(max((target.python for _, target in every), key=minor)),
        "-".join(dict.fromkeys(job.tool for job in made)), locks,
        tuple(dict.fromkeys(folder for job in made for folder in job.folders)), variables, bring,
        tuple(_archives(line) for job in made for line in job.guard),
        tuple(_inside(target.root, line) for job, target in every for line in job.install),
        tuple(_inside(target.root, job.test) for job, target in every),
        _prune(uv_locks) if uv_locks else None, _mark(uv_locks) if uv_locks else None,
    )  # fmt: skip


def _archives(line: Line) -> Line:
    """The check where there may be no git."""
    if not line.command.endswith(" check"):
        return line
    return Line(f"if [ -e .git ]; then {line.command}; else {line.command} --no-git; fi")


def _inside(root: str, line: Line) -> Line:
    return line if root == "." else Line(f"(cd {quote(root)} && {line.command})", line.why)


def _runs_kempt(target: Target) -> bool:
    return target.tool == "uv" or minor(target.python) >= OLDEST_PYTHON


def minor(python: str) -> int:
    """Y of X.Y or X.Y.Z."""
    return int(python.split(".")[1])


def short(python: str) -> str:
    """X.Y of X.Y or X.Y.Z."""
    return ".".join(python.split(".")[:2])


def _below(path: str, root: str) -> str:
    return path if root == "." else path.removeprefix(f"{root}/")
