"""CircleCI (`.circleci/config.yml`), read and written by the configuration reference of version 2.1."""

from __future__ import annotations

from kempt.model.provider import Provider
from kempt.providers.circleci.editing import (
    with_cache,
    with_commands,
    with_key,
    with_path,
    without_cache,
    without_paths,
)
from kempt.providers.circleci.files import paths, read

PROVIDER = Provider(
    name="circleci",
    title="CircleCI",
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
