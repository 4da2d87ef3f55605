"""AWS CodeBuild: buildspecs, and the CloudFormation templates that say which of them run on what source."""

from __future__ import annotations

from kempt.model.provider import Provider
from kempt.providers.codebuild.files import paths
from kempt.providers.codebuild.inserting import with_commands, without_paths
from kempt.providers.codebuild.reading import read
from kempt.providers.codebuild.storing import with_cache, with_key, with_path, without_cache

PROVIDER = Provider(
    "codebuild",
    "AWS CodeBuild",
    paths,
    read,
    with_cache,
    with_path,
    with_key,
    with_commands,
    without_paths,
    without_cache,
)
