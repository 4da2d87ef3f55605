"""Bitbucket Pipelines (`bitbucket-pipelines.yml`), read and written by Atlassian's reference."""

from __future__ import annotations

from kempt.model.provider import Provider
from kempt.providers.bitbucket.editing import (
    with_cache,
    with_commands,
    with_key,
    with_path,
    without_cache,
    without_paths,
)
from kempt.providers.bitbucket.files import paths, read

PROVIDER = Provider(
    name="bitbucket",
    title="Bitbucket Pipelines",
    paths=paths,
    read=read,
    with_cache=with_cache,
    with_path=with_path,
    with_key=with_key,
    with_commands=with_commands,
    without_paths=without_paths,
    without_cache=without_cache,
)
"""All that kempt knows about it."""
