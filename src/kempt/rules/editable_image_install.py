"""KPT511 editable-image-install: the service is installed in the image as a link to its source."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.managers import options
from kempt.managers.pip import commands as pip
from kempt.model.dockerfile import Dockerfile, Stage
from kempt.model.finding import Finding, Level
from kempt.model.installs import INSTALLING, Effect
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, locking, staging
from kempt.rules.building import Filled

APART = frozenset({
    "--no-editable", "--no-install-project", "--no-install-workspace", "--no-install-local", "--only-group",
})  # fmt: skip
"""Options with which `uv sync` does not install the project as a link."""
VARIABLES = ("UV_NO_EDITABLE", "UV_NO_INSTALL_PROJECT")


def check(repo: Repo) -> Iterator[Finding]:
    """`pip install -e` in what is shipped; `uv sync` where only its environment is copied, and the source is not."""
    for file in building.files(repo):
        for each in building.filled(file, file.shipped):
            if _is_editable(each):
                yield _finding(each, f"`{each.text}` installs a link to the source, and not the package")
        for stage in file.shipped:
            yield from _without_source(repo, file, stage)


def _is_editable(each: Filled) -> bool:
    """Whether it is the project in a folder; what comes out of git is editable on purpose."""
    if each.manager not in {"pip", "uv"} or each.doing.effect not in INSTALLING:
        return False
    found = options.read(each.words, each.doing.verb + 1, pip.VALUED)
    return any(pip.is_local(value) for value in found.all("-e", "--editable")) and not staging.is_for_development(
        each.file, each.stage
    )


def _without_source(repo: Repo, file: Dockerfile, stage: Stage) -> Iterator[Finding]:
    if not _is_package(repo, file):
        return
    made = staging.made(file)
    for copy in stage.copies:
        environment = staging.copied_environment(copy, made)
        if copy.stage is None or not environment or environment not in {source.rstrip("/") for source in copy.sources}:
            continue
        folder = environment.rpartition("/")[0] or "/"
        if not any(building.is_within(folder, other.target) for other in stage.copies if other is not copy):
            yield from _linking(file, file.stages[copy.stage])


def _linking(file: Dockerfile, origin: Stage) -> Iterator[Finding]:
    """The last `uv sync` of a stage, if it installs the project as a link."""
    found = [each for each in building.filled(file, (origin,)) if each.manager == "uv" and each.doing.installs]
    projects = (each for each in found if each.doing.effect is not Effect.PACKAGES)  # that is `uv pip sync`
    syncs = [each for each in projects if each.words[each.doing.verb].text == "sync"]
    last = syncs[-1] if syncs else None
    if last is None or not APART.isdisjoint(last.command.argv):
        return
    known = {**last.run.state.variables, **dict(last.command.assignments)}
    if not any(options.is_on(known.get(name)) for name in VARIABLES):
        yield _finding(last, f"`{last.text}` links to the source, and only the environment is copied")


def _is_package(repo: Repo, file: Dockerfile) -> bool:
    """Whether uv installs the project itself: it has a build backend, or says so."""
    service = staging.service(repo, file)
    if service is None or service.manifest is None or service.manifest.name != locking.PYPROJECT:
        return False
    document = repo.documents.toml(str(service.manifest)) or {}
    told = locking.table(document, "tool", "uv").get("package")
    return told is True or (told is None and "build-system" in document)


def _finding(each: Filled, message: str) -> Finding:
    return RULE.finding(each.command.location, message, key=each.text)


RULE = Rule(
    "KPT511", "editable-image-install", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="the service is installed in the image as a link to its source",
    help="install the package: pip install . or uv sync --no-editable",
)  # fmt: skip
