"""KPT406 unpinned-installer: CI takes a package manager, or a tool, in whatever version is the newest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.managers import commands, install_scripts
from kempt.managers.install_scripts import Script
from kempt.model.automation import SHOWN, Act
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.installs import Effect
from kempt.model.pipeline import UNPLACED, Command, Step, Tool, Word
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import installing, locking, unpinned_manager
from kempt.rules.installing import Work

MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "pip-tools", "pipx"})
PINNED = re.compile(r"[=~<]=|===|<|@|\$|\{\{|<<|://|/")
"""What narrows a requirement from above, or takes it from somewhere else than an index."""

NEWEST = frozenset({"", "latest", "latest-known"})
"""How an action is told to take the newest."""
OPEN = re.compile(r"(?:\s*(?:>=?|!=)\s*[^,|\s]+\s*,?)+|\s*\*?\s*")
"""A requirement that any later version meets."""
READS_REQUIREMENT = frozenset({"uv"})
"""Managers whose own action takes the version that the project asks for: setup-uv reads `required-version`."""


def check(repo: Repo) -> Iterator[Finding]:
    """A new release of an installer can break every run at once, and writes another lock than the last one did."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    known: dict[str, str] = {}
    for work in installing.jobs(repo):
        for act in work.acts:
            if act.doing.effect in {Effect.PACKAGES, Effect.TOOL}:
                yield from (_named(repo, act, word, known) for word in act.doing.names if _is_loose(repo, act, word))
        for step in work.job.steps:
            yield from (_tool(tool) for tool in step.tools if _is_newest(repo, tool))
            yield from _scripts(repo, work, step, known)


def _is_loose(repo: Repo, act: Act, word: Word) -> bool:
    name = installing.name_of(word.text)
    if PINNED.search(word.text) or not name or act.doing.constraints or _is_required(repo, name):
        return False
    if act.doing.effect is Effect.TOOL and act.doing.runs and name not in MANAGERS:
        return not _is_build_tool(name)
    return name in MANAGERS or (name == "pip" and act.doing.upgrades)


def _is_build_tool(name: str) -> bool:
    """Whether the newest one is what is wanted: kempt itself is told by its own settings which one is."""
    return name == "kempt"


def _is_required(repo: Repo, name: str, *, closed: bool = True) -> bool:
    """Whether each service of a manager says itself which version it needs: then another one refuses to work.

    `closed`: it must not be open above, for the newest one of today and of tomorrow meets that.
    """
    own = [each for each in locking.own_services(repo) if each.manager == name]
    manager = locking.known(own[0]) if own else None
    if manager is None or not manager.pin:
        return False
    *keys, last = manager.pin.split(".")
    for each in own:
        settings = repo.documents.toml(each.root / f"{name}.toml")
        asked = settings.get(last, locking.table(repo.documents.toml(each.root / locking.PYPROJECT), *keys).get(last))
        if not isinstance(asked, str) or (closed and OPEN.fullmatch(asked)):
            return False
    return True


def _named(repo: Repo, act: Act, word: Word, known: dict[str, str]) -> Finding:
    name = installing.name_of(word.text)
    redirected = next((f"{sign}{target}" for sign, target in act.command.redirects if target.startswith("=")), "")
    quote = f"put quotes around the requirement: `{redirected}` tells the shell to write a file" if redirected else None
    fix = None if redirected else _pin(act, word, name, _version(repo, name, known))
    return RULE.finding(
        act.command.location, f"`{act.text}` takes the newest {name}", key=f"{act.job.name} {act.text} {name}",
        level=Level.INFO if redirected else None, help=quote, service=act.root, fix=fix,
        notes=installing.by_hand(act.pipeline, act.command, fix) if name in commands.TESTED else (),
    )  # fmt: skip


def _version(repo: Repo, name: str, known: dict[str, str]) -> str:
    """The version that the repository names elsewhere, or else the one that kempt was tried with."""
    if name not in known:
        known[name] = _known_version(repo, name) or commands.TESTED.get(name, "")
    return known[name]


def _pin(act: Act, word: Word, name: str, version: str) -> Fix | None:
    if not version:
        return None
    extras = word.text[len(name) :] if word.text[len(name) :].startswith("[") else ""
    number = next((index for index, each in enumerate(act.command.words) if each is word), None)
    if number is None:
        return None
    edits = installing.with_option(act, number, f'"{name}{extras}=={version}"' if extras else f"{name}=={version}")
    return installing.fix(f"pin {name} to {version}", Safety.UNSAFE, edits)


def _scripts(repo: Repo, work: Work, step: Step, known: dict[str, str]) -> Iterator[Finding]:
    """What is fetched from the web and run at once."""
    for number, command in enumerate(step.commands):
        script = install_scripts.newest(command, step.commands[number + 1 :], step.variables)
        if script is None or _is_required(repo, script.manager):
            continue
        words = " ".join(command.argv)
        shown = words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}…"
        fix = _told(command, script, _version(repo, script.manager, known))
        yield RULE.finding(
            command.location, f"`{shown}` takes the newest {script.manager}", fix=fix,
            key=f"{work.job.name} {shown} {script.manager}",
        )  # fmt: skip


def _told(command: Command, script: Script, version: str) -> Fix | None:
    """The version in the address of uv's script, and as an option of Poetry's."""
    edits: tuple[Replace, ...] = ()
    path, plain, reader = command.location.path, install_scripts.PLAIN.get(script.manager), script.reader
    if plain is not None:
        words = [word for word in command.words if word.text == plain and word.start != UNPLACED]
        address = f"{plain.rpartition('/')[0]}/{version}/{plain.rpartition('/')[2]}"
        edits = tuple(Replace(path, word.start, word.end, address) for word in words)
    elif script.manager == "poetry" and reader is not None and reader.words[-1].text == "-":
        end = reader.words[-1].end
        edits = (Replace(path, end, end, f" --version {version}"),) if end != UNPLACED else ()
    return installing.fix(f"pin {script.manager} to {version}", Safety.UNSAFE, edits)


def _known_version(repo: Repo, name: str) -> str:
    """The one full version that scripts or the lock of the repository name; empty where there is none, or several."""
    own = next((each for each in locking.own_services(repo) if each.manager == name), None)
    manager = None if own is None else locking.known(own)
    if own is None or manager is None:
        return ""
    versions = [each for each in unpinned_manager.versions(repo, own, manager) if each.count(".") > 1]
    return versions[0] if len(versions) == 1 else ""


def _is_newest(repo: Repo, tool: Tool) -> bool:
    """Whether an action takes the newest. One that is pinned to a commit is left to KPT316: the project can say it."""
    if tool.name not in MANAGERS or _is_required(repo, tool.name, closed=tool.name not in READS_REQUIREMENT):
        return False
    return tool.version.value in NEWEST if tool.version is not None else not (tool.pinned_by or tool.by_commit)


def _tool(tool: Tool) -> Finding:
    return RULE.finding(tool.location, f"the newest {tool.name} is taken: no version is named", key=tool.name)


RULE = Rule(
    "KPT406", "unpinned-installer", promise=1, level=Level.WARNING, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="a package manager, or a tool, is taken in CI in whatever version is the newest",
    help="name the version there; setup-uv also takes it from required-version in [tool.uv]",
)  # fmt: skip
