"""The CI providers: one package each, which holds all that kempt knows about it. Pure: nothing is fetched here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kempt.model.provider import Provider

NAMES = ("github", "codebuild", "gitlab", "azure", "circleci", "bitbucket")
"""All of them, in the order in which they are shown."""

CONCERNED = (b"pip", b"uv", b"poetry", b"pdm", b"cache", b"python", b"conda", b"kempt")
"""A CI file without any of these words has nothing to do with Python packages, and is not parsed."""

HINTS = {
    "github": (b"\0.github/workflows/",),
    "codebuild": (b"buildspec", b"template", b"codepipeline", b"pipeline.y", b".cfn.", b"cloudformation"),
    "gitlab": (b"\0.gitlab-ci.yml\0",),
    "azure": (b"azure-pipelines", b"\0.azure-pipelines/", b"\0.azuredevops/"),
    "circleci": (b"\0.circleci/config.y",),
    "bitbucket": (b"\0bitbucket-pipelines.yml\0",),
}
"""Parts of a listing in lower case without which a repository has no file of the provider."""


def provider(name: str) -> Provider:
    """The provider of this name, loaded when it is first asked for. Raises KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(name)
    module: Any = import_module(f"kempt.providers.{name}")
    found: Provider = module.PROVIDER
    return found
