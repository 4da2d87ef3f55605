"""KPT702 environment-off-root: a manager is not told to keep the environment in its service, at `.venv`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kempt.formats import toml
from kempt.model.finding import Create, Edit, Finding, Fix, Level, Location, Replace, Safety
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

PIPENV_VARIABLE = b"PIPENV_VENV_IN_PROJECT"
ELSEWHERE = (
    rb"(?m)^(?P<indent>[ \t]*)(?:-[ \t]|export[ \t]|[\"'])*"
    rb"UV_PROJECT_ENVIRONMENT[\"']?[ \t]*[:=][ \t]*[\"']?(?P<place>[^\n\"'#]*)"
)
DEEPEST_JOB = 6
"""Columns before a variable of a whole job in a workflow; what stands further right is one step's."""


class Setting(NamedTuple):
    """One switch of a manager that keeps the environment in the project: where it stands, and what turns it on."""

    file: str
    table: str
    key: str
    title: str


SETTINGS = {
    "poetry": Setting("poetry.toml", "virtualenvs", "in-project", "Poetry"),
    "pdm": Setting("pdm.toml", "venv", "in_project", "PDM"),
    "pipenv": Setting("Pipfile", "pipenv", "venv_in_project", "Pipenv"),
}


def check(repo: Repo) -> Iterator[Finding]:
    """A service whose environment lies elsewhere is found by no editor, and its environment outlives the clone."""
    for service in locking.own_services(repo):
        setting = SETTINGS.get(service.manager)
        if setting is not None and service.manifest is not None:
            yield from _by_setting(repo, service, setting)
    yield from _by_variable(repo)


def _by_setting(repo: Repo, service: Service, setting: Setting) -> Iterator[Finding]:
    """PDM keeps it in the project unless it is told otherwise; the others the other way round."""
    path = service.root / setting.file
    content = repo.documents.read(path)
    settings = toml.table(repo.documents.toml(path), setting.table)
    told = settings.get(setting.key)
    if told is True or (told is None and setting.title == "PDM") or (content and not repo.documents.toml(path)):
        return
    if setting.title == "Pipenv" and any(PIPENV_VARIABLE in text for text in _texts(repo)):
        return
    text = f"{setting.key} = false" if told is False else f"[{setting.table}] {setting.key} = true"
    reason = f"`{path}` says `{text}`" if told is False else f"`{path}` does not say `{text}`"
    at = path if content is not None else service.manifest
    line = 0 if content is None or told is None else toml.line_of(content, setting.key, setting.table)
    created = setting.title == "Poetry" and settings.get("create") is False
    yield RULE.finding(
        Location(at or path, line), f"{setting.title} keeps the environment outside the service: {reason}",
        about=path, level=None if service.application else Level.INFO, service=service.root,
        fix=None if created or repo.tree.is_untracked(str(path)) else _fix(path, content, setting, settings),
    )  # fmt: skip


def _fix(path: PurePosixPath, content: bytes | None, setting: Setting, settings: Mapping[str, Any]) -> Fix:
    """Write the setting: in the place of the other value, in the table that is there, or in a new one."""
    title = f"write `{setting.key} = true` into `{path}`"
    line = f"{setting.key} = true"
    if content is None:
        return Fix(title, Safety.SAFE, (Create(path, f"[{setting.table}]\n{line}\n"),))
    text = content.decode("utf-8", "surrogateescape")
    end = "\r\n" if "\r\n" in text else "\n"
    edit: Edit
    key = rf"(?:{setting.table}[ \t]*\.[ \t]*)?[\"']?{re.escape(setting.key)}[\"']?"
    value = re.search(rf"^[ \t]*{key}[ \t]*=[ \t]*(false)", text, re.MULTILINE)
    header = re.search(rf"^[ \t]*\[[ \t]*{setting.table}[ \t]*\][^\n]*(?:\n|$)", text, re.MULTILINE)
    if value is not None and settings.get(setting.key) is False:
        edit = Replace(path, value.start(1), value.end(1), "true")
    elif header is not None:
        lead = "" if header[0].endswith("\n") else end
        edit = Replace(path, header.end(), header.end(), f"{lead}{line}{end}")
    else:
        lead = "" if not text else end if text.endswith("\n") else end * 2
        edit = Replace(path, len(text), len(text), f"{lead}[{setting.table}]{end}{line}{end}")
    return Fix(title, Safety.SAFE, (edit,))


def _by_variable(repo: Repo) -> Iterator[Finding]:
    """`UV_PROJECT_ENVIRONMENT` in CI files and `.env`: one path for all services that uv keeps."""
    services = [each for each in locking.own_services(repo) if each.manager == "uv"]
    for path in repo.documents.paths if services else ():
        if not path.endswith((".yml", ".yaml", "/.env")) and path != ".env":
            continue
        content = repo.documents.read(path) or b""
        for match in re.finditer(ELSEWHERE, content) if b"UV_PROJECT_ENVIRONMENT" in content else ():
            place = match["place"].decode("utf-8", "replace").strip()
            if place and place.removeprefix("./") != ".venv":
                line = content.count(b"\n", 0, match.start("place")) + 1
                level = Level.INFO if len(match["indent"]) > DEEPEST_JOB else None
                yield _elsewhere(PurePosixPath(path), line, place, services, level)


def _elsewhere(
    path: PurePosixPath, line: int, place: str, services: list[Service], level: Level | None
) -> Finding:  # fmt: skip
    inside = [service for service in services if service.root in path.parents and service.root != PurePosixPath(".")]
    concerned = inside[-1:] or services
    roots = [str(service.root) for service in concerned]
    shared = len(roots) > 1 and place.startswith(("/", "~", "$"))
    rest = f", one path for {' and '.join(f'`{root}`' for root in roots[:3])}" if shared else ""
    return RULE.finding(
        Location(path, line), f"`UV_PROJECT_ENVIRONMENT` puts the environment at `{place}`{rest}", key=place,
        level=level,
        help="take the variable out, or set it in the one job or image that needs it",
        service=concerned[0].root,
    )  # fmt: skip


def _texts(repo: Repo) -> Iterator[bytes]:
    yield from (content for _, content in locking.scripts(repo))


RULE = Rule(
    "KPT702", "environment-off-root", promise=1, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a manager is not told to keep the environment in its service, at `.venv`",
    help="kempt check --fix writes the setting",
)  # fmt: skip
