"""GitLab CI: `.gitlab-ci.yml`, with what it includes from the repository."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Files, Provider, Read
from kempt.model.repo import Fault
from kempt.providers import CONCERNED
from kempt.providers.gitlab import edits
from kempt.providers.gitlab.config import Config
from kempt.providers.gitlab.included import ROOT, Reading, source_of
from kempt.providers.gitlab.jobs import Jobs

WORTH_READING = (*CONCERNED, b"include")
"""A file that only includes others concerns Python where these do."""


def paths(listing: Listing) -> tuple[str, ...]:
    """The file that GitLab reads."""
    return (ROOT,) if ROOT in listing else ()


def read(files: Files, paths: Iterable[str]) -> Read:
    """The pipelines in these files, with what they include, and what could not be read."""
    pipelines: list[Pipeline] = []
    faults: list[Fault] = []
    for path in paths:
        content = files.read(path)
        if content is None or not any(word in content for word in WORTH_READING):
            continue
        source = source_of(path, content)
        if isinstance(source, Fault):
            faults.append(source)
            continue
        reading = Reading(files)
        reading.seen.add(path)
        jobs = Jobs(Config(reading.configuration(source), source, reading.keys))
        faults += reading.faults
        pipelines.append(
            Pipeline(
                "gitlab",
                source.path,
                source.document.text,
                jobs=tuple(jobs.jobs()),
                variables=tuple(jobs.variables()),
                pythons=tuple(jobs.pythons()),
                triggers=jobs.triggers(),
            )
        )
    return Read(tuple(pipelines), tuple(faults))


PROVIDER = Provider(
    "gitlab",
    "GitLab CI",
    paths,
    read,
    edits.with_cache,
    edits.with_path,
    edits.with_key,
    edits.with_commands,
    edits.without_paths,
    edits.without_cache,
)
