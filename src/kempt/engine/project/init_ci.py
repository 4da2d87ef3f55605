"""`init --ci`: complete CI files for the services that a repository has, one for each provider that is asked for.

A file that is there is never written over. Where it runs `kempt check` already there is nothing to do; else what kempt
would have written comes to lie beside it, and people merge the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kempt import __version__
from kempt.engine.project.init_ci_jobs import jobs, minor, sequence
from kempt.engine.project.init_ci_services import Target, targets
from kempt.engine.project.init_ci_templates import render
from kempt.engine.project.init_ci_versions import PINS
from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.model.repo import Repo

RUNS_KEMPT = re.compile(rb"\bkempt\b[^\n#]*\bcheck\b")
WORKFLOWS = ".github/workflows"


class Place(NamedTuple):
    """A provider: how it spells itself, its files (the first is the one to write), and what is written beside one."""

    title: str
    paths: tuple[str, ...]
    beside: str


PLACES = {
    "github": Place("GitHub Actions", (f"{WORKFLOWS}/ci.yml",), f"{WORKFLOWS}/kempt.yml"),
    "codebuild": Place("CodeBuild", ("buildspec.yml", "buildspec.yaml"), "buildspec.kempt.yml"),
    "gitlab": Place("GitLab", (".gitlab-ci.yml",), ".gitlab-ci.kempt.yml"),
    "azure": Place(
        "Azure Pipelines", ("azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines.yml"),
        "azure-pipelines.kempt.yml",
    ),
    "circleci": Place("CircleCI", (".circleci/config.yml",), ".circleci/config.kempt.yml"),
    "bitbucket": Place("Bitbucket", ("bitbucket-pipelines.yml",), "bitbucket-pipelines.kempt.yml"),
}  # fmt: skip
PROVIDERS = tuple(PLACES)


class Files(NamedTuple):
    """Files to write, by path, and steps that are left to people."""

    contents: Mapping[str, bytes]
    next: tuple[Next, ...] = ()


def ci_files(repo: Repo, providers: Iterable[str], branch: str) -> Files:
    """The CI files that are missing for these providers. `branch` is the one that pushes are tested on."""
    contents: dict[str, bytes] = {}
    left: list[Next] = []
    found, unlocked = targets(repo)
    for provider in dict.fromkeys(providers):
        path = _place(repo, provider, left)
        if path and found:
            contents[path] = render(f"{provider}.yml", _values(found, provider, branch)).encode()
    if contents or not found:
        left += _left(found, [str(each.root) for each in unlocked], contents)
    return Files(contents, tuple(left))


def _place(repo: Repo, provider: str, left: list[Next]) -> str:
    """Where the file of a provider is to be written, empty for nowhere."""
    place = PLACES[provider]
    candidates = [path for path in (*place.paths, place.beside) if _is_there(repo, path)]
    if provider == "github":
        start, end = repo.tree.listing.span(WORKFLOWS)
        candidates += [path for path in repo.tree.listing.paths(start, end) if path.endswith((".yml", ".yaml"))]
    if any(RUNS_KEMPT.search(_content(repo, path)) for path in candidates):
        return ""
    taken = next((path for path in place.paths if path in candidates), None)
    if taken is None:
        return place.paths[0]
    if place.beside in candidates:
        left.append(Next(f"kempt check --fix {taken}", f"{taken} and {place.beside} are yours and stay as they are"))
        return ""
    mends = f"{taken} is yours and stays as it is; this mends its caches and installs"
    if provider == "github":
        left.append(Next("kempt check --fix", f"{mends}, and {place.beside} comes to lie beside it"))
    else:
        left.append(
            Next(
                "kempt check --fix", f"{mends}. {place.title} does not read {place.beside}: take from it what you like"
            )
        )
    return place.beside


def _is_there(repo: Repo, path: str) -> bool:
    return path in repo.tree.listing or repo.tree.is_untracked(path)


def _content(repo: Repo, path: str) -> bytes:
    try:
        return repo.tree.read(path)
    except UnreadableError:
        return b""


def _values(found: tuple[Target, ...], provider: str, branch: str) -> dict[str, object]:
    """What a template is filled with."""
    made = jobs(found, provider)
    values: dict[str, object] = {"jobs": made, "targets": [target for job in made for target in job.targets]}
    values |= {"branch": branch, "kempt": __version__, "pins": PINS}
    return values | (sequence(made)._asdict() if provider == "codebuild" else {})


def _left(found: tuple[Target, ...], names: Sequence[str], contents: Mapping[str, bytes]) -> Iterator[Next]:
    if not found:
        yield Next("lock the project, then run this again", "there is no lock file that CI could install")
    python = max((target.python for target in found), key=minor, default="")
    others = [each.root for each in found if each.tool != "uv" and each.python != python]
    if others and any("buildspec" in path for path in contents):
        yield Next(f"give {', '.join(others)} a buildspec of its own", f"one build has one Python, here {python}")
    for target in found:
        if not target.hashed:
            why = "CI installs with --require-hashes, and they have none"
            yield Next(f"write hashes into {' and '.join(target.locks)} (pip-compile --generate-hashes)", why)
    if found and names:
        yield Next(
            f"lock {', '.join(names)}, then remove {', '.join(contents)} and run this again", "CI leaves them out"
        )
