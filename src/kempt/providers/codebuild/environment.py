"""What a buildspec says about the environment of its builds: variables, the shell, the user, the Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Text, Variable
from kempt.providers import scripts

TASKS = ("build-list", "build-graph")
FOLDED = re.compile(r"\$\{?(\w+)\}?")
NAMES_PYTHON = re.compile(r"(?:.*_)?PY(?:THON)?(?:_?VERSION)?", re.IGNORECASE)
VERSION = re.compile(r"[0-9]+(?:\.[0-9x]+){0,2}")
FOREIGN_SHELLS = ("powershell", "pwsh", "cmd")


class Environment(NamedTuple):
    """What is in force in a build. `values` are the variables of the pipeline, values as written.

    `shell` names one that kempt does not read (`powershell.exe`), and is empty otherwise.
    """

    values: dict[str, str]
    variables: tuple[Variable, ...] = ()
    shell: str = ""
    system: str = "linux"
    home: str = "/root"


def environment(root: yaml.Node, path: PurePosixPath) -> Environment:
    """The environment that a buildspec describes; version 0.1 has other names for the same."""
    written = [("pipeline", each) for each in _plain(root)] + [("job", each) for each in _of_batch(root)]
    variables = tuple(Variable(name.value, scripts.text(value, path), scope) for scope, (name, value) in written)
    static = yaml.get(root, "batch", "build-matrix", "static", "env", "variables")
    values = {name.value: value.value for name, value in (*_plain(root), *_pairs(static))}
    shell = yaml.text_of(yaml.get(root, "env", "shell"))
    foreign = shell if shell.rpartition("/")[2].lower().startswith(FOREIGN_SHELLS) else ""
    system = "" if foreign.startswith("pwsh") else "windows" if foreign else "linux"
    return Environment(values, variables, foreign, system, _home(root, values) if system == "linux" else "")


def pythons(root: yaml.Node, path: PurePosixPath) -> tuple[Text, ...]:
    """The scalars that say which Python is installed: runtime versions, and variables that hold one."""
    runtime = runtimes(root)
    asked = {match[1] for each in runtime if (match := FOLDED.fullmatch(each.value))}
    held = [
        value
        for name, value in (*_plain(root), *_of_batch(root))
        if name.value in asked or (NAMES_PYTHON.fullmatch(name.value) and VERSION.fullmatch(value.value))
    ]
    return tuple(scripts.text(each, path) for each in dict.fromkeys((*runtime, *held)))


def runtimes(root: yaml.Node) -> tuple[yaml.Scalar, ...]:
    """The versions of Python among the runtimes that CodeBuild installs before the first command."""
    phases = yaml.entries(yaml.get(root, "phases"))
    versions = (yaml.get(phase.value, "runtime-versions", "python") for phase in phases)
    return tuple(each for each in versions if isinstance(each, yaml.Scalar) and not yaml.is_null(each))


def buildspecs(root: yaml.Node) -> Iterator[str]:
    """The other files that a batch build takes the commands of some of its builds from."""
    batch = yaml.get(root, "batch")
    for task in _tasks(batch):
        yield yaml.text_of(yaml.get(task, "buildspec"))
    for kind in ("static", "dynamic"):
        yield from (each.value for each in yaml.scalars(yaml.get(batch, "build-matrix", kind, "buildspec")))


def _home(root: yaml.Node, values: dict[str, str]) -> str:
    """Commands run as root. What the home of another user is, the file does not say."""
    if "HOME" in values:
        return values["HOME"] if values["HOME"].startswith("/") else ""
    phases = (phase.value for phase in yaml.entries(yaml.get(root, "phases")))
    users = {yaml.text_of(yaml.get(each, "run-as")) for each in (root, *phases)}
    return "/root" if users <= {"", "root"} else ""


def _plain(root: yaml.Node) -> tuple[tuple[yaml.Scalar, yaml.Scalar], ...]:
    """Variables with their values. What the parameter store and the secrets manager hold stands in no file."""
    old = yaml.get(root, "environment_variables", "plaintext")
    return (*_pairs(old), *_pairs(yaml.get(root, "env", "variables")))


def _of_batch(root: yaml.Node) -> tuple[tuple[yaml.Scalar, yaml.Scalar], ...]:
    batch = yaml.get(root, "batch")
    matrix = yaml.get(batch, "build-matrix")
    held = [yaml.get(task, "env", "variables") for task in _tasks(batch)]
    held += [yaml.get(matrix, kind, "env", "variables") for kind in ("static", "dynamic")]
    return tuple(pair for each in held for pair in _pairs(each))


def _tasks(batch: yaml.Node | None) -> Iterator[yaml.Node]:
    for kind in TASKS:
        tasks = yaml.get(batch, kind)
        yield from tasks.items if isinstance(tasks, yaml.Sequence) else ()
    fanout = yaml.get(batch, "build-fanout")
    if fanout is not None:
        yield fanout


def _pairs(node: yaml.Node | None) -> tuple[tuple[yaml.Scalar, yaml.Scalar], ...]:
    """The variables of a mapping; a matrix gives a variable several values."""
    return tuple((entry.key, value) for entry in yaml.entries(node) for value in yaml.scalars(entry.value))
