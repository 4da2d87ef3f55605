"""`init --ci`: complete CI files for the services that a repository has, one for each provider that is asked for.

A file that is there is never written over. Where it runs `kempt check` already there is nothing to do; else what kempt
would have written comes to lie beside it, and people merge the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt import __version__
from kempt.engine.project.init_ci_jobs import jobs, minor, sequence, short
from kempt.engine.project.init_ci_lines import Branch
from kempt.engine.project.init_ci_services import Found, Target, foreign, targets
from kempt.engine.project.init_ci_templates import render
from kempt.engine.project.init_ci_versions import PINS, Versions
from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.model.repo import Repo

RUNS_KEMPT = re.compile(rb"\bkempt\b[^\n#]*\bcheck\b")
WORKFLOWS = ".github/workflows"
NAMED_CI = re.compile(rb"^name:[ \t]*[\"']?CI\b", re.MULTILINE)


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
NAME_BRANCH = ("github", "azure", "bitbucket")
"""Those whose files name the branch that pushes are tested on; the others are told it elsewhere."""


class Files(NamedTuple):
    """Files to write, by path, and steps that are left to people."""

    contents: Mapping[str, bytes]
    next: tuple[Next, ...] = ()


def ci_files(repo: Repo, providers: Iterable[str], branch: Branch, versions: Versions) -> Files:
    """The CI files that are missing for these providers. `branch` is the one that pushes are tested on."""
    contents: dict[str, bytes] = {}
    left: list[Next] = []
    found = targets(repo, versions)
    for provider in dict.fromkeys(providers):
        path = _place(repo, provider, left) if found.targets else ""
        if path:
            values = _values(found.targets, provider, branch.name)
            values["workflow"] = "kempt" if _is_named_so(repo, path) else "CI"
            contents[path] = render(f"{provider}.yml", values).encode()
    if contents or not found.targets:
        left += _left(found, contents)
    named = [path for name in NAME_BRANCH for path in (PLACES[name].paths[0], PLACES[name].beside) if path in contents]
    if branch.guess and named:
        what = f"see whether pushes to {branch.name} are the ones to test ({', '.join(named)})"
        left.append(Next(what, f"no remote says which branch is the main one; {branch.guess}"))
    return Files(contents, tuple(left))


def _place(repo: Repo, provider: str, left: list[Next]) -> str:
    """Where the file of a provider is to be written, empty for nowhere."""
    place = PLACES[provider]
    candidates = [path for path in (*place.paths, place.beside) if _is_there(repo, path)]
    candidates += _workflows(repo) if provider == "github" else ()
    if any(RUNS_KEMPT.search(_content(repo, path)) for path in candidates):
        return ""
    taken = next((path for path in place.paths if path in candidates), None)
    if taken is None:
        return place.paths[0]
    step = _mend(taken, _content(repo, taken))
    if place.beside in candidates:
        left.append(step._replace(why=f"{taken} and {place.beside} are yours and stay as they are{step.why}"))
        return ""
    said = f"{taken} is yours and stays as it is{step.why}"
    if provider == "github":
        left.append(step._replace(why=f"{said}. {place.beside} comes to lie beside it"))
    else:
        why = f"{said}. {place.title} does not read {place.beside}: take from it what you like"
        left.append(step._replace(why=why))
    return place.beside


def _mend(path: str, content: bytes) -> Next:
    """What mends a file that is there: kempt, where it can read it."""
    from kempt.formats import yaml

    document = yaml.parse(content)
    if isinstance(document, yaml.Unparsable):
        return Next(f"mend {path}, line {document.line}: {document.message}", ", and kempt cannot read it")
    return Next("kempt check --fix", "; this mends its caches and installs")


def _workflows(repo: Repo) -> Iterator[str]:
    start, end = repo.tree.listing.span(WORKFLOWS)
    return (path for path in repo.tree.listing.paths(start, end) if path.endswith((".yml", ".yaml")))


def _is_named_so(repo: Repo, path: str) -> bool:
    """Whether another workflow has the usual name: workflows of one name stop each other's runs."""
    others = {*_workflows(repo), *PLACES["github"].paths} - {path}
    return path == PLACES["github"].beside or any(NAMED_CI.search(_content(repo, each)) for each in others)


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


def _left(found: Found, contents: Mapping[str, bytes]) -> Iterator[Next]:
    """What keeps services out of these files, and what one build cannot do for all of them."""
    again = f"remove {', '.join(contents)} and run this again" if contents else "run this again"
    if found.unlocked and contents:
        yield Next(f"lock {', '.join(found.unlocked)}, then {again}", "CI leaves them out")
    elif not any(found):
        yield Next(f"lock the project, then {again}", "there is no lock file that CI could install")
    elif found.unlocked and not found.targets:
        yield Next(f"lock {', '.join(found.unlocked)}, then {again}", "there is no lock file that CI could install")
    if found.unhashed:
        what = f"write hashes into {' and '.join(found.unhashed)} (pip-compile --generate-hashes), then {again}"
        yield Next(what, "CI installs with --require-hashes and they have none, so it leaves them out")
    left = "CI leaves it out: " if found.targets else ""
    yield from (each._replace(why=f"{left}{each.why}") for each in found.unfit)
    for root in found.unspelled:
        signs = " ".join(ascii(each)[1:-1] if not each.isprintable() else each for each in foreign(root))
        why = f"CI leaves it out: providers read {signs or 'blanks'} in a path as a pattern or an expression"
        yield Next(f"rename {root}, then {again}", why)
    python = max((short(target.python) for target in found.targets), key=minor, default="")
    others = [each.root for each in found.targets if each.tool != "uv" and short(each.python) != python]
    if others and any("buildspec" in path for path in contents):
        yield Next(f"give {', '.join(others)} a buildspec of its own", f"one build has one Python, here {python}")
