"""The files of CircleCI in a repository, and a pipeline from each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline, Variable
from kempt.model.provider import Files, Read
from kempt.providers import documents, scripts
from kempt.providers.circleci.executors import definitions, settings
from kempt.providers.circleci.jobs import File, jobs
from kempt.providers.circleci.parameters import EMPTY
from kempt.providers.circleci.pythons import versions
from kempt.providers.circleci.workflows import uses

NAMES = (".circleci/config.yml", ".circleci/config.yaml")
"""Where CircleCI looks for its configuration."""


def paths(listing: Listing) -> tuple[str, ...]:
    """The configuration, where one is tracked."""
    return tuple(name for name in NAMES if name in listing)


def read(files: Files, paths: Iterable[str]) -> Read:
    """The pipelines of these files, and what is wrong with those that are no YAML."""
    return documents.read(files, paths, _pipeline)


def _pipeline(document: yaml.Document, path: PurePosixPath) -> Pipeline:
    root = document.roots[0] if document.roots else None
    defined = definitions(root)
    found = tuple(uses(document, root))
    return Pipeline(
        "circleci",
        path,
        document.text,
        jobs(File(document, path, root, defined), found),
        _variables(root, path),
        tuple(scripts.text(scalar, path) for scalar in versions(document, root, defined)),
        frozenset(trigger for use in found for trigger in use.triggers) or frozenset({"push"}),
    )


def _variables(root: yaml.Node | None, path: PurePosixPath) -> tuple[Variable, ...]:
    """All variables that the file sets, each once: of executors and jobs, of their images, and of steps."""
    found = dict[int, Variable]()
    for section, scope in (("executors", "job"), ("jobs", "job"), ("commands", "step")):
        for _, node in yaml.entries(yaml.get(root, section)):
            docker = yaml.get(node, "docker")
            images = docker.items if isinstance(docker, yaml.Sequence) else ()
            places = [(node, scope), *((image, scope) for image in images[:1]), *_runs(yaml.get(node, "steps"))]
            for place, kind in places:
                for each in settings(yaml.get(place, "environment"), EMPTY):
                    text = scripts.text(each.scalar, path)
                    found.setdefault(each.scalar.start, Variable(each.name, text, kind))
    return tuple(found.values())


def _runs(steps: yaml.Node | None, depth: int = 0) -> list[tuple[yaml.Node, str]]:
    """The bodies of `run` steps, also of those under a condition."""
    found = list[tuple[yaml.Node, str]]()
    for item in steps.items if isinstance(steps, yaml.Sequence) else ():
        for key, body in yaml.entries(item)[:1]:
            if key.value == "run":
                found.append((body, "step"))
            elif key.value in {"when", "unless"} and depth == 0:
                found += _runs(yaml.get(body, "steps"), 1)
    return found
