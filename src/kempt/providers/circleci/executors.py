"""The machine that a CircleCI job runs on, with the variables, the shell and the folder that it brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.providers.circleci.folders import DEFAULT, absolute
from kempt.providers.circleci.parameters import EMPTY, Scope, called, filled, resolved, text_of

CONVENIENT = ("cimg/", "circleci/")
"""CircleCI's own images, whose user is `circleci`; that of others is root as a rule."""
MACOS_HOME, LINUX_HOME, WINDOWS_HOME = "/Users/distiller", "/home/circleci", "C:/Users/circleci"
ORBS = {"circleci/windows": ("windows", WINDOWS_HOME), "circleci/python": ("linux", LINUX_HOME)}
"""Orbs whose executors are all of one kind."""


class Setting(NamedTuple):
    """An environment variable where it is written, and its value with the parameters filled in."""

    name: str
    value: str
    scalar: yaml.Scalar


class Machine(NamedTuple):
    """What a job runs on. `working` is its working directory, None where that is not known."""

    system: str = "linux"
    home: str = ""
    hosted: bool = True
    shell: str = ""
    working: str | None = DEFAULT
    settings: tuple[Setting, ...] = ()
    image: str = ""


class Definitions(NamedTuple):
    """What a configuration defines by name: `orbs` leads to their sources without the version."""

    commands: Mapping[str, yaml.Node]
    executors: Mapping[str, yaml.Node]
    jobs: Mapping[str, yaml.Node]
    orbs: Mapping[str, str]

    def orb_of(self, name: str) -> str:
        """The source of the orb that a name (`python/install-packages`) belongs to; "" where there is none."""
        alias, slash, _ = name.partition("/")
        return self.orbs.get(alias, "") if slash else ""


def definitions(root: yaml.Node | None) -> Definitions:
    """All that the configuration defines. An orb that is written in the file itself has no source."""
    named = {
        section: {entry.key.value: entry.value for entry in yaml.entries(yaml.get(root, section))}
        for section in ("commands", "executors", "jobs")
    }
    orbs = {
        entry.key.value: yaml.text_of(entry.value).partition("@")[0] for entry in yaml.entries(yaml.get(root, "orbs"))
    }
    return Definitions(named["commands"], named["executors"], named["jobs"], orbs)


def settings(node: yaml.Node | None, scope: Scope) -> Iterator[Setting]:
    """The variables of an `environment`."""
    found, scope = resolved(node, scope)
    for name, value in yaml.entries(found):
        argument, inner = resolved(value, scope)
        if isinstance(argument, yaml.Scalar):
            yield Setting(name.value, filled(yaml.text_of(argument), inner), argument)


def machine(job: yaml.Node | None, scope: Scope, defined: Definitions) -> Machine:
    """The machine of a job."""
    wanted, inner = resolved(yaml.get(job, "executor"), scope)
    name = text_of(wanted if isinstance(wanted, yaml.Scalar) else yaml.get(wanted, "name"), inner)
    executor = defined.executors.get(name)
    executor_scope = called(executor, wanted, inner) if executor is not None else EMPTY
    layers = ((executor, executor_scope), (job, scope))
    system, home, hosted = _kind(layers, name, defined)
    working: str | None = DEFAULT
    shell, named, variables = "", "", list[Setting]()
    for node, known in layers:
        image = _first(yaml.get(node, "docker"))
        named = text_of(yaml.get(image, "image"), known) or named
        variables += [*settings(yaml.get(image, "environment"), known), *settings(yaml.get(node, "environment"), known)]
        shell = text_of(yaml.get(node, "shell"), known) or shell
        folder = text_of(yaml.get(node, "working_directory"), known)
        working = absolute(folder, None, home) if folder else working
    return Machine(system, home, hosted, shell, working, tuple(variables), named)


def _kind(
    layers: tuple[tuple[yaml.Node | None, Scope], ...], name: str, defined: Definitions
) -> tuple[str, str, bool]:  # fmt: skip
    """The system, the home folder, and whether CircleCI owns the machine."""
    for node, scope in reversed(layers):
        size = text_of(yaml.get(node, "resource_class"), scope)
        if "/" in size and "<<" not in size:
            return "", "", False  # the resource class of a self-hosted runner
    for node, scope in reversed(layers):
        found = _built(node, scope)
        if found:
            return (*found, True)
    if name:
        return (*ORBS.get(defined.orb_of(name), ("", "")), True)
    return "linux", "", True


def _built(node: yaml.Node | None, scope: Scope) -> tuple[str, str] | None:
    if (docker := yaml.get(node, "docker")) is not None:
        first = _first(docker)
        image = text_of(yaml.get(first, "image"), scope)
        if "<<" in image.partition(":")[0] or yaml.get(first, "user") is not None:
            return "linux", ""
        return "linux", LINUX_HOME if image.startswith(CONVENIENT) else "/root"
    if yaml.get(node, "macos") is not None:
        return "macos", MACOS_HOME
    if (virtual := yaml.get(node, "machine")) is not None:
        kinds = (
            text_of(yaml.get(virtual, "image"), scope),
            text_of(yaml.get(node, "resource_class"), scope) or text_of(yaml.get(virtual, "resource_class"), scope),
        )
        return ("windows", WINDOWS_HOME) if any("windows" in kind for kind in kinds) else ("linux", LINUX_HOME)
    return None


def _first(node: yaml.Node | None) -> yaml.Node | None:
    return node.items[0] if isinstance(node, yaml.Sequence) and node.items else None
