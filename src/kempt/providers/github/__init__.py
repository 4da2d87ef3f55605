"""GitHub Actions: workflows, the local actions that they use, and edits of them."""

from __future__ import annotations

from kempt.model.provider import Provider
from kempt.providers.github.edits import (
    with_cache,
    with_commands,
    with_key,
    with_path,
    without_cache,
    without_paths,
)
from kempt.providers.github.workflows import NAME, paths, read

PROVIDER = Provider(
    NAME,
    "GitHub Actions",
    paths,
    read,
    with_cache=with_cache,
    with_path=with_path,
    with_key=with_key,
    with_commands=with_commands,
    without_paths=without_paths,
    without_cache=without_cache,
)
