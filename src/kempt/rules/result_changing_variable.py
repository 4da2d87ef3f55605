"""KPT417 result-changing-variable: a variable in CI changes what is installed, so no clone gets the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.pipeline import UNPLACED, Pipeline, Variable
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import referring

CHANGING = re.compile(
    r"UV_(?:INDEX|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|RESOLUTION|PRERELEASE|PYTHON|PROJECT_ENVIRONMENT"
    r"|NO_CONFIG|CONFIG_FILE|EXCLUDE_NEWER|CONSTRAINT|OVERRIDE|NO_BINARY|NO_BINARY_PACKAGE|NO_SOURCES|FORK_STRATEGY"
    r"|INDEX_STRATEGY|PROJECT)"
    r"|PIP_(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|CONSTRAINT|REQUIREMENT|PRE|NO_DEPS|NO_BINARY|NO_INDEX|TARGET|PREFIX"
    r"|USER|UPGRADE_STRATEGY|CONFIG_FILE|IGNORE_REQUIRES_PYTHON)"
    r"|POETRY_(?:REPOSITORIES_\w+|VIRTUALENVS_PATH|VIRTUALENVS_CREATE|VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES"
    r"|INSTALLER_NO_BINARY)"
    r"|PDM_(?:PYPI_URL|RESOLVE_\w+)"
)
"""What the managers' references say changes which packages are installed, from where, or into which environment."""
ON_PURPOSE = re.compile(r"matrix\.|inputs\.|<< *(?:matrix|(?:pipeline\.)?parameters)\.|\$\((?:python|matrix)")
"""A value that a matrix or a caller gives is there to try several."""
DEFAULTS = {
    "POETRY_VIRTUALENVS_CREATE": frozenset({"true", "1"}),
    "UV_RESOLUTION": frozenset({"highest"}),
    "UV_PRERELEASE": frozenset({"if-necessary-or-explicit"}),
    "UV_INDEX_STRATEGY": frozenset({"first-index"}),
    "UV_FORK_STRATEGY": frozenset({"requires-python"}),
    "PIP_UPGRADE_STRATEGY": frozenset({"only-if-needed"}),
}
OFF = frozenset({"", "0", "false", "no", "off"})
"""Values that leave things as they are."""


def check(repo: Repo) -> Iterator[Finding]:
    """Where caches lie, and how much is printed, changes nothing; jobs for the newest or oldest versions mean it."""
    for pipeline in repo.automation.pipelines:
        for variable in dict.fromkeys(pipeline.variables):
            text = variable.text
            if not CHANGING.fullmatch(variable.name) or text.value.lower() in DEFAULTS.get(variable.name, OFF):
                continue
            if ON_PURPOSE.search(text.value) or _is_meant(pipeline, variable):
                continue
            yield RULE.finding(
                text.location, f"`{variable.name}` is set here only: {_effect(variable.name)}", key=variable.name,
                level=referring.milder(repo, pipeline.path),
            )  # fmt: skip


def _is_meant(pipeline: Pipeline, variable: Variable) -> bool:
    at = variable.text.start
    return at != UNPLACED and any(job.updates and job.block[0] <= at < job.block[1] for job in pipeline.jobs)


def _effect(name: str) -> str:
    if "INDEX" in name or "LINKS" in name or "REPOSITORIES" in name or "PYPI" in name:
        return "packages come from another place than on a developer's machine"
    if name.endswith(("PROJECT_ENVIRONMENT", "PATH", "TARGET", "PREFIX", "CREATE", "USER", "UV_PROJECT")):
        return "the environment lies elsewhere than on a developer's machine"
    return "other packages may be installed than on a developer's machine"


RULE = Rule(
    "KPT417", "result-changing-variable", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a variable in CI changes what is installed, so no clone gets the same",
    help="set it in the project instead: in pyproject.toml, .python-version or the manager's settings file",
)  # fmt: skip
