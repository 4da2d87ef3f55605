"""What can be made again: the rows of the catalog, and what of it was found in a repository."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.model.finding import Level


class Kind(StrEnum):
    """What a disposable thing is; decides which rule speaks of it and what `clean` may do with it."""

    ENVIRONMENT = "environment"
    BYTECODE = "bytecode"
    TOOL_CACHE = "tool cache"
    PACKAGE_METADATA = "package metadata"
    BUILD_OUTPUT = "build output"
    TEST_OUTPUT = "test output"
    OS_JUNK = "OS junk"
    SECRET = "secret"  # noqa: S105 - a kind of file, not a password
    MANAGER_STATE = "manager state"
    OPTIONAL = "optional"


class Delete(StrEnum):
    """Whether `kempt clean` may take it."""

    YES = "yes"
    ASK = "ask"
    IN_PROJECT = "in project"
    NO = "no"


class Artefact(NamedTuple):
    """One row of the catalog.

    `name` is matched without regard to case: `folder/`, `file`, `*.suffix`, or `/rooted` at the repository's root only.
    `code` is the rule that reports it when tracked, at `level`; `ignore` the line an ignore file needs for it.
    `self_ignoring`: the tool writes a `.gitignore` of `*` into it. `tagged`: it writes a CACHEDIR.TAG.
    `fixtures`: packaging tools keep it as test data, so it is not reported below tests and fixtures.
    `used_by`: what shows that a project makes it: `*.py` (tracked files), or words in manifests, locks and CI files.
    """

    name: str
    tool: str
    kind: Kind
    code: str
    level: Level
    ignore: str
    self_ignoring: bool = False
    tagged: bool = False
    fixtures: bool = False
    delete: Delete = Delete.YES
    used_by: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether the row names a folder."""
        return self.name.endswith("/")


class Found(NamedTuple):
    """A tracked artefact: one folder, or the files of one row that lie in one folder.

    `root` is what a person would call it; `paths` is what untracking it takes (each with all below it);
    `at` is the file a finding points to; `detail` says more where the content does ("Python 3.9"); `bytes` is what git
    holds of it, None where that is unknown.
    """

    row: Artefact
    root: PurePosixPath
    paths: tuple[PurePosixPath, ...]
    at: PurePosixPath
    files: int
    detail: str = ""
    bytes: int | None = None


class Artefacts(NamedTuple):
    """What can be made again: what of it is tracked, and the rows of the catalog whose tools the project uses."""

    tracked: tuple[Found, ...] = ()
    used: tuple[Artefact, ...] = ()
