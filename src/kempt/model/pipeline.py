"""What CI does, whoever runs it: every provider's files become these types, and rules know no other.

Offsets count the characters of the file's text (decoded as UTF-8 with `surrogateescape`), as `Replace` counts them.
At an offset of -1 the place is not known exactly (an anchor, an escape): the line can be shown, and no fix is offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.model.finding import Location

UNPLACED = -1
"""The offset of what is not written down at one place."""


class Text(NamedTuple):
    """A value as it stands in a file, quotes taken off; `start` to `end` is what is written there, quotes included.

    `style` is how it is quoted: "" (plain), a quote, `|` or `>`. The location may be in another file (an include).
    """

    value: str
    location: Location
    start: int = UNPLACED
    end: int = UNPLACED
    style: str = ""


class Word(NamedTuple):
    """A word of a command: quotes taken off, expansions as they are written (`$HOME`, `${{ matrix.python }}`)."""

    text: str
    start: int = UNPLACED
    end: int = UNPLACED


class Branch(NamedTuple):
    """A condition that a command stands under: the words of each command of the test, and whether it must hold."""

    test: tuple[tuple[str, ...], ...]
    holds: bool


class Command(NamedTuple):
    """One simple command of a script, without what only wraps it (`sudo`, `env`, `time`, `exec`); `bash -c` is opened.

    `start` to `end` is the command with its assignments and wrappers, without redirections. `statement` is the span of
    the whole statement it belongs to, as it stands at the top of the script: the `if … fi`, the pipeline, itself.
    `swallowed` is the span from its end to the end of what hides its failure (` || true`, `; exit 0`), and `otherwise`
    the words of that. `piped_into` are the words of what reads its output. `is_test`: it is a part of a condition of
    `if` or `while`. `branches`: what must have been true for it to run. `folder` is where it runs, relative to the root
    of the repository; None where that is not known. `folders` are all that it runs in where the rows of a matrix have
    it in several, and `folder` is None then. `redirects` are (operator, target). `values` are variables of the shell
    alone, which no program gets, each with what it holds: several words in a `for` loop. `unseen` is the operator that
    lets the script end well where the command failed: `;`, `|` or `&`; `swallowed` says it of `||`.
    """

    words: tuple[Word, ...]
    location: Location
    start: int = UNPLACED
    end: int = UNPLACED
    statement: tuple[int, int] = (UNPLACED, UNPLACED)
    assignments: tuple[tuple[str, str], ...] = ()
    swallowed: tuple[int, int] = (UNPLACED, UNPLACED)
    otherwise: tuple[str, ...] = ()
    piped_into: tuple[str, ...] = ()
    is_test: bool = False
    branches: tuple[Branch, ...] = ()
    folder: str | None = ""
    redirects: tuple[tuple[str, str], ...] = ()
    folders: tuple[str | None, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unseen: str = ""

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as a program would get them, expansions unexpanded."""
        return tuple(word.text for word in self.words)


class PartKind(StrEnum):
    """What a part of a cache's key stands for."""

    FILES = "files"  # the hash of files: the one part that changes when a lock does
    SYSTEM = "operating system"
    MACHINE = "architecture"
    PYTHON = "Python version"
    RUN = "run"  # a run's number, a commit, a date with seconds: a new cache each time
    BRANCH = "branch"  # what whoever opens a pull request chooses
    WORD = "word"  # always the same
    UNKNOWN = "unknown"  # an output of a step, a matrix value, a variable: it may change


class KeyPart(NamedTuple):
    """A part of a key. `files` are the globs or paths that are hashed, relative to the repository's root."""

    kind: PartKind
    text: str
    files: tuple[str, ...] = ()


class Key(NamedTuple):
    """The key of a cache, cut into its parts. `broken` says what makes it a constant by mistake, in words."""

    text: Text
    parts: tuple[KeyPart, ...]
    broken: str = ""

    def has(self, kind: PartKind) -> bool:
        """Whether some part is of this kind."""
        return any(part.kind is kind for part in self.parts)

    @property
    def files(self) -> tuple[str, ...]:
        """All that is hashed into it."""
        return tuple(name for part in self.parts for name in part.files)


class Built(StrEnum):
    """What a provider's own cache switch stores, where no path is written down."""

    DOWNLOADS = "downloads"
    ENVIRONMENT = "environment"


class CacheUse(NamedTuple):
    """A cache that a job restores or saves.

    `paths` are what is stored, as written. `key` is None where the provider has none for it. `manager` and `built` are
    set where a switch of an action or of the provider says what is cached (`setup-python` with `cache: pip`), and its
    key is that switch's business: `keyed` says whether it follows the lock, `full_key` whether it also holds system,
    architecture and Python. `pruned`: what is saved is pruned by the switch itself. `block` is the span of the whole
    entry. `limits` says what keeps the provider from storing the paths `unstored` ("GitLab stores nothing outside …").
    `written` is what the file says where it names no path (`enable-cache: true`), and `off` what switches that off.
    """

    location: Location
    paths: tuple[Text, ...] = ()
    key: Key | None = None
    restore_keys: tuple[Text, ...] = ()
    manager: str = ""
    built: Built | None = None
    keyed: bool = False
    full_key: bool = False
    pruned: bool = False
    restores: bool = True
    saves: bool = True
    block: tuple[int, int] = (UNPLACED, UNPLACED)
    limits: str = ""
    name: str = ""
    unstored: tuple[Text, ...] = ()
    written: str = ""
    off: str = ""


class Tool(NamedTuple):
    """A program that a step makes ready without a command: `setup-uv` brings uv. `version` is None where none is named.

    `pinned_by` is the file that the action reads the version from, empty where it takes the newest. `by_commit`: the
    action itself is pinned to a commit. `uncached`: it is told in so many words to cache nothing.
    """

    name: str
    location: Location
    version: Text | None = None
    pinned_by: str = ""
    by_commit: bool = False
    uncached: bool = False


class Variable(NamedTuple):
    """An environment variable that a pipeline sets; `scope` is "pipeline", "job" or "step"."""

    name: str
    text: Text
    scope: str


class Step(NamedTuple):
    """One step of a job, in the order in which they run.

    `variables` are those in force: the pipeline's, the job's and its own, values as written. `errexit`: the script ends
    at the first command that fails. `script` is the text of the commands, where they come from one. `opaque` names an
    action, orb or include that kempt does not know: it may install or cache. `skipped_on_hit`: it does not run if a
    cache was restored. `on_path` are folders that it puts before PATH, `activates` says that an environment's programs
    can be called by bare names from here on. `own`: it is in the pipeline's own file. `may_fail`: the job then goes on.
    """

    location: Location
    name: str = ""
    commands: tuple[Command, ...] = ()
    script: Text | None = None
    variables: Mapping[str, str] = {}
    condition: str = ""
    caches: tuple[CacheUse, ...] = ()
    tools: tuple[Tool, ...] = ()
    opaque: str = ""
    errexit: bool = True
    skipped_on_hit: bool = False
    on_path: tuple[str, ...] = ()
    activates: bool = False
    own: bool = True
    block: tuple[int, int] = (UNPLACED, UNPLACED)
    may_fail: bool = False


class Artifacts(NamedTuple):
    """What a job hands on: patterns of files, and those that are left out, as written.

    `written` is what the file says where that is no pattern (`publish: $(Build.SourcesDirectory)`).
    """

    location: Location
    paths: tuple[Text, ...]
    excluded: tuple[Text, ...] = ()
    block: tuple[int, int] = (UNPLACED, UNPLACED)
    written: str = ""


class Job(NamedTuple):
    """One job: what runs on one machine, in order.

    `system` is "linux", "macos", "windows", or "" where it is not known or several. `home` is the home folder of its
    user, "" where it is not known. `releases`: it publishes, or runs for tags and releases only. `updates`: it is there
    to change dependencies (a scheduled bot, a job for the newest versions). `hosted`: the provider's own machine.
    `caches` are those that belong to the job as a whole. `block` is its span. `image` is the image that it runs in, as
    written, parameters filled in; "" where it runs in none, or in one that is not known.
    """

    name: str
    location: Location
    steps: tuple[Step, ...] = ()
    caches: tuple[CacheUse, ...] = ()
    artifacts: tuple[Artifacts, ...] = ()
    system: str = "linux"
    home: str = ""
    releases: bool = False
    updates: bool = False
    hosted: bool = True
    block: tuple[int, int] = (UNPLACED, UNPLACED)
    image: str = ""

    @property
    def all_caches(self) -> tuple[CacheUse, ...]:
        """The job's own caches and those of its steps."""
        return (*self.caches, *(cache for step in self.steps for cache in step.caches))

    @property
    def commands(self) -> tuple[Command, ...]:
        """All commands in order."""
        return tuple(command for step in self.steps for command in step.commands)


class Pipeline(NamedTuple):
    """One file of a CI provider. `provider` is one of `providers.NAMES`; `text` is the file, for edits.

    `pythons` are the scalars that name a version of Python. `triggers` are the events that start it, as the provider
    calls them. `has_git`: the source comes with a `.git` folder; None where the file cannot say.
    """

    provider: str
    path: PurePosixPath
    text: str
    jobs: tuple[Job, ...] = ()
    variables: tuple[Variable, ...] = ()
    pythons: tuple[Text, ...] = ()
    triggers: frozenset[str] = frozenset()
    has_git: bool | None = True
