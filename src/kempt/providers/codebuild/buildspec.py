"""A buildspec as a pipeline of one job: AWS's reference of build specifications says what each key means."""

from __future__ import annotations

from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.pipeline import Command, Job, Pipeline, Step
from kempt.providers import scripts
from kempt.providers.codebuild.caches import artifacts, cache
from kempt.providers.codebuild.environment import environment, pythons
from kempt.providers.codebuild.phases import steps
from kempt.providers.codebuild.spans import Span

KEYS = ("phases", "batch")
PUBLISHES = frozenset({
    ("twine", "upload"), ("uv", "publish"), ("poetry", "publish"), ("pdm", "publish"), ("flit", "publish"),
    ("hatch", "publish"),
})  # fmt: skip
PROPOSES = (("gh", "pr", "create"), ("aws", "codecommit", "create-pull-request"))


def pipeline(
    document: yaml.Document, path: PurePosixPath, *, name: str = "build", span: Span | None = None,
    text: str | None = None, has_git: bool | None = None,
) -> Pipeline | None:  # fmt: skip
    """What a document says; None where it is no buildspec. One in a template has a `span` in the file's `text`."""
    root = document.roots[0] if document.roots else None
    if root is None or not any(isinstance(yaml.get(root, key), yaml.Mapping) for key in KEYS):
        return None
    env = environment(root, path)
    stored = cache(document, root, path, env.values)
    found = tuple(steps(document, root, path, env))
    shown = next(entry.key for entry in yaml.entries(root) if entry.key.value in KEYS)
    commands = [command for step in found for command in step.commands]
    job = Job(
        name, scripts.place(shown, path), found,
        caches=() if stored is None else (stored,),
        artifacts=tuple(artifacts(document, root, path)),
        system=env.system,
        home=env.home,
        releases=any(_publishes(each) for each in commands),
        updates=any(each.argv[: len(words)] == words for each in commands for words in PROPOSES),
        block=span or (0, len(document.text)),
    )  # fmt: skip
    whole = document.text if text is None else text
    return Pipeline("codebuild", path, whole, (job,), env.variables, pythons(root, path), has_git=has_git)


def _publishes(command: Command) -> bool:
    argv = command.argv[2:] if command.argv[1:2] == ("-m",) else command.argv
    return argv[:2] in PUBLISHES


def variables_of(job: Job) -> dict[str, str]:
    """The variables in force at the end of a job, those that its commands export among them."""
    last = job.steps[-1] if job.steps else Step(job.location)
    words = (word for each in last.commands if each.argv[:1] == ("export",) for word in each.argv[1:] if "=" in word)
    exported = (word.partition("=") for word in words)
    return {**last.variables, **{name: value for name, _, value in exported}}
