"""The file of Bitbucket Pipelines in a repository, and a pipeline from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline, Variable
from kempt.model.provider import Files, Read
from kempt.providers import documents, scripts
from kempt.providers.bitbucket.caches import definitions
from kempt.providers.bitbucket.jobs import MOST_USES, File, jobs, variables
from kempt.providers.bitbucket.starts import BY_NAME, starts

NAME = "bitbucket-pipelines.yml"
"""Where Bitbucket looks for the configuration."""


def paths(listing: Listing) -> tuple[str, ...]:
    """The configuration, where it is tracked."""
    return (NAME,) if NAME in listing else ()


def read(files: Files, paths: Iterable[str]) -> Read:
    """The pipelines of these files, and what is wrong with those that are no YAML."""
    return documents.read(files, paths, _pipeline)


def _pipeline(document: yaml.Document, path: PurePosixPath) -> Pipeline:
    root = document.roots[0] if document.roots else None
    found = tuple(each for each, _ in zip(starts(root), range(MOST_USES), strict=False))
    alike = not any(_is_special(start.step) for start in found) and not _is_arm(yaml.get(root, "options"))
    settable = {id(start.variables): start.variables for start in found if start.variables is not None}
    return Pipeline(
        "bitbucket",
        path,
        document.text,
        jobs(File(document, path, root, definitions(root), alike), found),
        tuple(
            Variable(name, scripts.text(default, path), "pipeline")
            for node in settable.values()
            for name, default in variables(node)
        ),
        triggers=frozenset(each for each in ("default", *BY_NAME) if yaml.get(root, "pipelines", each) is not None),
        has_git=yaml.text_of(yaml.get(root, "clone", "enabled")).lower() != "false",
    )


def _is_special(step: yaml.Node) -> bool:
    """Whether a step may run on another system or processor than Bitbucket's usual ones."""
    return yaml.get(step, "runs-on") is not None or _is_arm(step)


def _is_arm(node: yaml.Node | None) -> bool:
    return yaml.text_of(yaml.get(node, "runtime", "cloud", "arch")).startswith("arm")
