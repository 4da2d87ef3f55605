"""What the rules on caches in CI share: what a job's caches store, and what a job should cache instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt import managers, providers
from kempt.formats import glob
from kempt.managers import commands
from kempt.model.automation import Act
from kempt.model.finding import Finding
from kempt.model.pipeline import Built, CacheUse, Command, Job, KeyPart, PartKind, Pipeline, Step, Text
from kempt.model.provider import Provider, Wanted
from kempt.model.repo import Repo, Service
from kempt.rules import installing, places
from kempt.rules.installing import Work
from kempt.rules.places import Holds, Machine, normal

CACHE_DIR = "--cache-dir"
VALUED = frozenset({
    "-p", "--python", "--prompt", "--app-data", "--seeder", "--pip", "--setuptools", "--wheel", "--extra-search-dir",
    "--index-url", "--default-index", CACHE_DIR,
})  # fmt: skip
"""Options of `venv`, virtualenv and `uv venv` that take a word."""


class Stored(NamedTuple):
    """What a cache stores at one of its paths. `text` is None for a switch that names no path.

    `elsewhere` says why its manager's downloads do not lie there in this job, in words, and `moved_by` is the variable
    that moves them.
    """

    holds: Holds
    managers: tuple[str, ...] = ()
    text: Text | None = None
    elsewhere: str = ""
    moved_by: str = ""

    @property
    def manager(self) -> str:
        """The manager whose downloads they are, the first of several."""
        return next(iter(self.managers), "")

    @property
    def where(self) -> str:
        """What is written in the file: the path, or the switch."""
        return self.text.value if self.text is not None else f"cache: {self.manager}"


def stored(repo: Repo, job: Job, step: Step | None, cache: CacheUse) -> tuple[Stored, ...]:
    """What a cache stores, path by path."""
    if cache.built is not None:
        holds = Holds.ENVIRONMENT if cache.built is Built.ENVIRONMENT else Holds.DOWNLOADS
        return (Stored(holds, (cache.manager,), cache.paths[0] if cache.paths else None),)
    machine = Machine(_variables(job, step), job.system, tuple(_told(job)))
    return tuple(_at(repo, job, text, machine) for text in cache.paths)


def caches(job: Job) -> Iterator[tuple[Step | None, CacheUse]]:
    """The caches of a job, those of the job as a whole first."""
    yield from ((None, cache) for cache in job.caches)
    yield from ((step, cache) for step in job.steps for cache in step.caches)


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings, each place told of once: a cache is restored and saved, and jobs share it by an anchor or a default."""
    seen = set[tuple[object, ...]]()
    for finding in findings:
        if (finding.location, finding.message) not in seen:
            seen.add((finding.location, finding.message))
            yield finding


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
    return places.of_downloads(commands.downloads(manager), Machine(_variables(job, None), job.system))


def _at(repo: Repo, job: Job, text: Text, machine: Machine) -> Stored:
    path = normal(text.value, machine.variables)
    found = places.place(path, machine)
    if found.holds is Holds.OTHER and (path in _made(repo) or (places.OF_USER.search(path) and _is_pythons(job))):
        return Stored(Holds.ENVIRONMENT, (), text)
    return Stored(found.holds, found.managers, text, found.elsewhere, found.moved_by)


def _is_pythons(job: Job) -> bool:
    """Whether a job has to do with Python's managers at all."""
    return any(commands.program(each.words) in commands.PROGRAMS for each in job.commands) or any(
        tool.name in commands.PROGRAMS for step in job.steps for tool in step.tools
    )


def _variables(job: Job, step: Step | None) -> Mapping[str, str]:
    """The variables that decide where downloads lie: those of the steps that install, which may be later ones."""
    found: dict[str, str] = {}
    for each in job.steps:
        found |= each.variables
    for command in job.commands:
        found |= {name: value for name, value in command.assignments if name.endswith(("_CACHE_DIR", "_CACHE_HOME"))}
    return found if step is None else {**found, **step.variables}


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


def _made(repo: Repo) -> frozenset[str]:
    """The folders that commands of the repository's CI make environments in, or install packages into."""
    found = {_within(act.command, act.doing.target) for act in repo.automation.acts if act.doing.target}
    for pipeline in repo.automation.pipelines:
        for job in pipeline.jobs:
            found |= {_within(each, folder) for each in job.commands if (folder := environment_of(each))}
    return frozenset(each for each in found if each not in {"", ".", "~", "/"} and not places.UNKNOWN.search(each))


def _within(command: Command, folder: str) -> str:
    path = normal(folder, {})
    return path if path.startswith(("/", "~", "$")) or not command.folder else f"{command.folder}/{path}"


def environment_of(command: Command) -> str:
    """The folder that a command makes an environment in, as it is written; empty for a command of another kind."""
    words = command.argv
    if words[:2] == ("uv", "venv"):
        words = words[1:]
    elif words[:1] not in {("venv",), ("virtualenv",)}:
        return ""
    skipped = {number + 1 for number, word in enumerate(words) if word in VALUED}
    named = (word for number, word in enumerate(words[1:], 1) if number not in skipped and not word.startswith("-"))
    return next(named, ".venv" if words is not command.argv else "")


# --- what should be there ------------------------------------------------------------------------------
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
    return Wanted(name, downloads, locks, python_of(work.pipeline, work.job))


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


def python_of(pipeline: Pipeline, job: Job) -> str:
    """The version of Python that a file names, as it names it; empty where it names none, or several."""
    expressions = {text.value for text in pipeline.pythons if _is_in_job(text, job) or len(pipeline.jobs) == 1}
    return expressions.pop() if len(expressions) == 1 else ""


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


def is_lock(path: str) -> bool:
    """Whether a file says which versions are meant: a lock file, or requirements."""
    from kempt import catalog

    name = path.rpartition("/")[2]
    return catalog.lock_owner(name) is not None or (name.endswith(".txt") and "require" in path.lower())


def title_of(manager: str) -> str:
    """How a manager spells itself."""
    return managers.manager(manager).title
