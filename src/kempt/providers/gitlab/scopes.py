"""Where in the file a job, and what all jobs share, has its variables."""

from __future__ import annotations

from kempt.formats import yaml
from kempt.providers.gitlab.config import NO_JOBS


def root_of(document: yaml.Document) -> yaml.Node:
    """The configuration itself, behind a header that declares inputs."""
    return document.roots[-1]


def holder(document: yaml.Document, start: int) -> yaml.Mapping | None:
    """The map that has the variables for what stands at an offset: a job, or the whole file for what all jobs share."""
    root = root_of(document)
    if not isinstance(root, yaml.Mapping) or not root.start <= start < root.end:
        return None
    for entry in root.entries:
        if isinstance(entry.value, yaml.Mapping) and entry.value.start <= start < entry.value.end:
            return root if entry.key.value in NO_JOBS else entry.value
    return root
