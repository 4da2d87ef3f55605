"""Where a CircleCI configuration names a version of Python: arguments, defaults and matrices of parameters for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.formats import yaml
from kempt.providers.circleci import orb
from kempt.providers.circleci.executors import Definitions

NAME = re.compile(r"(?:^|[-_])(?:py|python|cpython)(?:[-_]?ver(?:sion)?s?)?$", re.IGNORECASE)
IN_AN_IMAGE = re.compile(r"image: *[\"']?[\w./-]*python:<< *parameters\.([\w-]+) *>>", re.ASCII)
"""A parameter that is the tag of a Python image names a version, whatever it is called."""
VERSION = re.compile(r"\d+(?:\.\d+){0,2}\w*")
SECTIONS = ("jobs", "commands", "executors")


def versions(document: yaml.Document, root: yaml.Node | None, defined: Definitions) -> tuple[yaml.Scalar, ...]:
    """The scalars, each once."""
    wanted = frozenset(IN_AN_IMAGE.findall(document.text))
    found = dict[int, yaml.Scalar]()
    for node in (*_defaults(root, wanted), *_arguments(root, wanted, defined)):
        for scalar in yaml.scalars(node):
            if VERSION.fullmatch(scalar.value):
                found[scalar.start] = scalar
    return tuple(found[start] for start in sorted(found))


def _names(name: str, wanted: frozenset[str]) -> bool:
    return name in wanted or bool(NAME.search(name))


def _defaults(root: yaml.Node | None, wanted: frozenset[str]) -> Iterator[yaml.Node | None]:
    for section in SECTIONS:
        for _, definition in yaml.entries(yaml.get(root, section)):
            for name, parameter in yaml.entries(yaml.get(definition, "parameters")):
                if _names(name.value, wanted):
                    yield yaml.get(parameter, "default")
    for name, parameter in yaml.entries(yaml.get(root, "parameters")):
        if _names(name.value, wanted):
            yield yaml.get(parameter, "default")


def _arguments(root: yaml.Node | None, wanted: frozenset[str], defined: Definitions) -> Iterator[yaml.Node | None]:
    for _, workflow in yaml.entries(yaml.get(root, "workflows")):
        jobs = yaml.get(workflow, "jobs")
        for item in jobs.items if isinstance(jobs, yaml.Sequence) else ():
            for key, arguments in yaml.entries(item)[:1]:
                yield from _in_call(key.value, arguments, wanted, defined)
                yield from _in_call(key.value, yaml.get(arguments, "matrix", "parameters"), wanted, defined)
    for _, job in yaml.entries(yaml.get(root, "jobs")):
        executor = yaml.get(job, "executor")
        yield from _in_call(yaml.text_of(yaml.get(executor, "name")), executor, wanted, defined)
        steps = yaml.get(job, "steps")
        for item in steps.items if isinstance(steps, yaml.Sequence) else ():
            for key, arguments in yaml.entries(item)[:1]:
                if key.value in defined.commands:
                    yield from _in_call(key.value, arguments, wanted, defined)


def _in_call(
    name: str, arguments: yaml.Node | None, wanted: frozenset[str], defined: Definitions
) -> Iterator[yaml.Node | None]:  # fmt: skip
    own = {"tag", "version"} if defined.orb_of(name) == orb.SOURCE else set()
    for key, value in yaml.entries(arguments):
        if key.value in own or _names(key.value, wanted):
            yield value
