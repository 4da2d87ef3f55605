"""What the rules on caches in CI share: what a job's caches store, and what a job should cache instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import managers, providers
from kempt.formats import glob
from kempt.managers import commands
from kempt.model.automation import Act
from kempt.model.pipeline import Built, CacheUse, Job, KeyPart, PartKind, Pipeline, Step, Text
from kempt.model.provider import Provider, Wanted
from kempt.model.repo import Repo, Service
from kempt.model.same import Same
from kempt.rules import environments, installing, places
from kempt.rules.installing import Work
from kempt.rules.places import Holds, Machine, normal

CACHE_DIR = "--cache-dir"
UNTOLD = "nothing here tells it to keep them there"
"""Why a folder of the project with a manager's name holds none of its downloads, as far as can be seen."""
IN_IMAGE = re.compile(r"(?:^|/)python:(\d+\.\d+)")
"""An image of Python, and which."""
PYTHON_FILE = ".python-version"


class Stored(NamedTuple):
    """What a cache stores at one of its paths. `text` is None for a switch that names no path.

    `elsewhere` says why its manager's downloads do not lie there in this job, in words, and `moved_by` is the variable
    that moves them. `written` is what the file says where it names no path.
    """

    holds: Holds
    managers: tuple[str, ...] = ()
    text: Text | None = None
    elsewhere: str = ""
    moved_by: str = ""
    written: str = ""

    @property
    def manager(self) -> str:
        """The manager whose downloads they are, the first of several."""
        return next(iter(self.managers), "")

    @property
    def where(self) -> str:
        """What is written in the file: the path, or the switch."""
        return self.written or (self.text.value if self.text is not None else f"cache: {self.manager}")


def stored(repo: Repo, job: Job, step: Step | None, cache: CacheUse) -> tuple[Stored, ...]:
    """What a cache stores, path by path."""
    if cache.built is not None:
        holds = Holds.ENVIRONMENT if cache.built is Built.ENVIRONMENT else Holds.DOWNLOADS
        return (Stored(holds, (cache.manager,), cache.paths[0] if cache.paths else None, written=cache.written),)
    machine = _machine(Same(job))
    if step is not None and step.variables:
        machine = machine._replace(variables={**machine.variables, **step.variables})
    return tuple(_at(repo, job, text, machine) for text in cache.paths)


@lru_cache(maxsize=4)
def _machine(job: Same[Job]) -> Machine:
    """What decides where downloads lie in a job; every cache of it is asked."""
    return Machine(_variables(job.it), job.it.system, tuple(_told(job.it)))


def caches(job: Job) -> Iterator[tuple[Step | None, CacheUse]]:
    """The caches of a job, those of the job as a whole first."""
    yield from ((None, cache) for cache in job.caches)
    yield from ((step, cache) for step in job.steps for cache in step.caches)


def is_pythonic(found: Iterable[Stored]) -> bool:
    """Whether a cache holds something of Python's managers."""
    return any(each.holds in {Holds.DOWNLOADS, Holds.ENVIRONMENT} for each in found)


def manager_of(work: Work, found: tuple[Stored, ...]) -> str | None:
    """The manager whose lock a key should follow; empty if not known, None for one that installs nothing here."""
    used = installing.managers(work.acts)
    owners = [name for each in found for name in each.managers]
    if used and owners:
        return next((name for name in owners if name in used), None)
    return next(iter((*used, *owners)), "")


def place_of(job: Job, manager: str) -> str:
    """Where a manager keeps its downloads in a job."""
    return places.of_downloads(commands.downloads(manager), _machine(Same(job))._replace(told=()))


def _at(repo: Repo, job: Job, text: Text, machine: Machine) -> Stored:
    path = normal(text.value, machine.variables)
    found = places.place(path, machine)
    if found.holds is Holds.OTHER and (
        path in environments.made(repo) or (places.OF_USER.search(path) and _is_pythons(job))
    ):
        return Stored(Holds.ENVIRONMENT, (), text)
    if "poetry" in found.managers and not found.elsewhere and _holds_environments(repo, job, path):
        return Stored(Holds.ENVIRONMENT, found.managers, text)
    if found.holds is Holds.UNKNOWN and (untold := _untold(repo, job, path, machine)):
        return Stored(Holds.DOWNLOADS, (untold,), text, UNTOLD)
    return Stored(found.holds, found.managers, text, found.elsewhere, found.moved_by)


def _holds_environments(repo: Repo, job: Job, path: str) -> bool:
    """Whether a place of Poetry's downloads is all of its cache folder, in which it keeps environments too."""
    parts = path.split("/")
    return set(commands.downloads("poetry").kept).isdisjoint(parts) and environments.are_in_cache(repo, job)


def _untold(repo: Repo, job: Job, path: str, machine: Machine) -> str:
    """The manager that a folder of the project is named after and that nothing tells to use it; empty if none.

    What is told in settings of the machine or the CI project is not seen.
    """
    manager = places.named_after(path)
    if not manager or any(step.opaque for step in job.steps) or machine.told or _has_settings(repo, manager):
        return ""
    downloads = commands.downloads(manager)
    variables = {downloads.variable, "XDG_CACHE_HOME", "PIP_CONFIG_FILE", "UV_CONFIG_FILE"}
    words = (word for command in job.commands for word in command.argv)
    used = any(act.job is job and act.doing.manager == manager for act in repo.automation.acts)
    return manager if used and variables.isdisjoint(machine.variables) and not any("cache" in w for w in words) else ""


def _has_settings(repo: Repo, manager: str) -> bool:
    """Whether a tracked file may say where a manager keeps its downloads."""
    names = {"uv": ("uv.toml",), "poetry": ("poetry.toml",), "pdm": ("pdm.toml",), "pip": ("pip.conf",)}
    if any(next(repo.tree.listing.named(name), None) is not None for name in names.get(manager, ())):
        return True
    found = (repo.documents.toml(path) for path in repo.documents.paths if path.endswith("pyproject.toml"))
    tools = (each.get("tool") for each in found)
    uv = (tool.get("uv") for tool in tools if isinstance(tool, Mapping))
    return manager == "uv" and any("cache-dir" in each for each in uv if isinstance(each, Mapping))


def _is_pythons(job: Job) -> bool:
    """Whether a job has to do with Python's managers at all."""
    return any(commands.program(each.words) in commands.PROGRAMS for each in job.commands) or any(
        tool.name in commands.PROGRAMS for step in job.steps for tool in step.tools
    )


def _variables(job: Job) -> Mapping[str, str]:
    """The variables that decide where downloads lie: those of the steps that install, which may be later ones."""
    found: dict[str, str] = {}
    for each in job.steps:
        found |= each.variables
    for command in job.commands:
        found |= {name: value for name, value in command.assignments if name.endswith(("_CACHE_DIR", "_CACHE_HOME"))}
    return found


def _told(job: Job) -> Iterator[tuple[str, str]]:
    """The folders that commands say a manager is to keep its downloads in."""
    for command in job.commands:
        manager = commands.PROGRAMS.get(commands.program(command.words), "")
        words = command.argv
        for number, word in enumerate(words if manager else ()):
            if word.startswith(f"{CACHE_DIR}="):
                yield manager, normal(word.removeprefix(f"{CACHE_DIR}="), {})
            elif word in {CACHE_DIR, "cache-dir", "cache_dir", "global.cache-dir"} and number + 1 < len(words):
                yield manager, normal(words[number + 1], {})


def provider_of(pipeline: Pipeline) -> Provider:
    """The provider of a pipeline."""
    return providers.provider(pipeline.provider)


def wanted(repo: Repo, work: Work, manager: str = "", *, locked: bool = True) -> Wanted | None:
    """The cache that a job should have, for one manager or the first it installs with. None where it has no lock.

    Not `locked`: a lock is not needed, which is so where only a path is written.
    """
    installs = [act for act in work.acts if act.installs and not installing.is_for_tools(act)]
    name = manager or next((act.doing.manager for act in installs), "")
    if not name:
        return None
    followed = _followed(repo, name, [act for act in installs if act.doing.manager == name])
    locks = tuple(dict.fromkeys(map(str, followed)))
    downloads = commands.downloads(name)
    if not locks and (locked or downloads.kept):
        return None
    return Wanted(name, downloads, locks, *_python(repo, work, name))


def _followed(repo: Repo, manager: str, acts: Sequence[Act]) -> Iterator[PurePosixPath]:
    """What installs follow: the requirements that they name, or else the locks and all requirements of their projects.

    pip's other installs in the job are of single packages, or find what they need installed.
    """
    named = [path for act in acts for path in installing.files_of(repo, act)]
    if not (named and manager == "pip"):
        for root in dict.fromkeys(act.root for act in acts if not installing.files_of(repo, act)):
            yield from locks_of(repo, manager, root)
    yield from named


def locks_of(repo: Repo, manager: str, root: PurePosixPath | None) -> tuple[PurePosixPath, ...]:
    """The lock files that a manager installs from: those of one service, or of all of the manager's."""
    found: list[PurePosixPath] = []
    for service in repo.services:
        if root is not None and service.root != root:
            continue
        if root is None and service.demoted:
            continue
        found += _locks(service, manager)
    return tuple(dict.fromkeys(found))


def _locks(service: Service, manager: str) -> tuple[PurePosixPath, ...]:
    own = (service.lock,) if service.lock is not None and service.manager == manager else ()
    if manager in {"pip", "uv"} and not own:
        pylock = (service.lock,) if service.lock is not None and service.manager == "pylock" else ()
        return pylock or service.requirements
    return own


def _python(repo: Repo, work: Work, manager: str) -> tuple[str, str]:
    """The version of Python that a job names, or else the tracked file that says it.

    uv obeys the file whatever image it runs in. For the others the image is the interpreter.
    """
    said = pythons_of(work.pipeline, work.job)
    if said:
        return (said.pop() if len(said) == 1 else ""), ""
    roots = [act.root for act in work.acts if act.doing.manager == manager and act.root is not None]
    names = [*(f"{root}/{PYTHON_FILE}" for root in roots), PYTHON_FILE]
    file = next((name.removeprefix("./") for name in names if name.removeprefix("./") in repo.tree.listing), "")
    if manager == "uv" and file:
        return "", file
    if match := IN_IMAGE.search(work.job.image):
        return match[1], ""
    return "", "" if "python:" in work.job.image else file


def pythons_of(pipeline: Pipeline, job: Job) -> set[str]:
    """The versions of Python that a job names, as the file names them."""
    return {text.value for text in pipeline.pythons if _is_in_job(text, job) or len(pipeline.jobs) == 1}


def _is_in_job(text: Text, job: Job) -> bool:
    start, end = job.block
    return start <= text.start < end


def matched(repo: Repo, part: KeyPart, provider: str = "") -> tuple[str, ...]:
    """The tracked files that a part of a key hashes, globs read as a provider reads them."""
    listing = repo.tree.listing
    braces = provider != "github"
    found: dict[str, None] = {}
    for pattern in part.files:
        negated = pattern.startswith("!")
        name = pattern.removeprefix("!").removeprefix("./").lstrip("/")
        if negated:
            found = {path: None for path in found if not glob.reaches(name, path, braces=braces)}
        else:
            found |= dict.fromkeys(glob.tracked(listing, name, braces=braces, below=True))
    return tuple(found)


def hashed(repo: Repo, cache: CacheUse, provider: str = "") -> tuple[str, ...]:
    """All tracked files that a cache's key follows."""
    parts = cache.key.parts if cache.key is not None else ()
    files = (path for part in parts if part.kind is PartKind.FILES for path in matched(repo, part, provider))
    return tuple(dict.fromkeys(files))


def is_known(cache: CacheUse) -> bool:
    """Whether it is written down which files a key follows: a parameter or a variable may name any."""
    return cache.key is not None and not any(places.UNKNOWN.search(name) for name in cache.key.files)


def title_of(manager: str) -> str:
    """How a manager spells itself."""
    return managers.manager(manager).title
