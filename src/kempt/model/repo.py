"""A repository as the rules see it: facts, read once, shared by all."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.model.artefact import Artefacts
from kempt.model.automation import Automation
from kempt.model.config import Config
from kempt.model.documents import NONE, Documents
from kempt.model.ignore import IgnoreFile
from kempt.model.tree import Tree, Verdict


class Service(NamedTuple):
    """A folder that gets an environment of its own.

    `manager` is one of `managers.NAMES`, or one that kempt only recognises (conda, pixi); `lock` is the path of the
    lock file that it follows, and `locks` are all that lie beside it. `env_dir` is relative to `root`. `members` are
    the manifests of the workspace's members, which share its environment. `requirements` are what pip installs.
    `application` says that it is deployed rather than published. `demoted`: it lies below examples, tests, docs and the
    like. `dependency`: others of the repository install it by its path, so it needs no lock of its own.
    """

    root: PurePosixPath
    manager: str
    manifest: PurePosixPath | None = None
    lock: PurePosixPath | None = None
    env_dir: PurePosixPath = PurePosixPath(".venv")
    application: bool = True
    demoted: bool = False
    locks: tuple[PurePosixPath, ...] = ()
    members: tuple[PurePosixPath, ...] = ()
    requirements: tuple[PurePosixPath, ...] = ()
    dependency: bool = False


class Fault(NamedTuple):
    """A project file that could not be read (KPT001) or parsed (KPT002)."""

    code: str
    path: PurePosixPath
    message: str
    line: int = 1


class Suppression(NamedTuple):
    """A `# kempt: ignore[CODE, ...] reason` comment.

    It covers findings at the lines in `covers` and those about the file as a whole (line 0).
    `start` and `end` are the offsets of what to delete when it is of no use.
    """

    path: PurePosixPath
    line: int
    covers: tuple[int, ...]
    codes: tuple[str, ...]
    start: int
    end: int


class Repo(NamedTuple):
    """All that rules may look at. `ignores` holds git's verdict on every path that some rule asked about."""

    tree: Tree
    config: Config
    services: tuple[Service, ...] = ()
    artefacts: Artefacts = Artefacts()
    ignore_files: tuple[IgnoreFile, ...] = ()
    faults: tuple[Fault, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    ignores: Mapping[str, Verdict] = {}
    documents: Documents = NONE
    automation: Automation = Automation()
