"""What kempt knows of a package manager: one value of this type in each file of `managers/`."""

from collections.abc import Callable
from typing import NamedTuple

from kempt.model.documents import Documents
from kempt.model.locks import LockedPackage, LockState, Target, Wanted
from kempt.model.repo import Service


class Command(NamedTuple):
    """A program to run in a service's root.

    `argv[0]` is the bare name of a program ("uv"), or an absolute path (the environment's Python). `variables` are
    added to the scrubbed environment. `purpose` is an imperative for people: "install what the lock says".
    """

    argv: tuple[str, ...]
    purpose: str
    variables: tuple[tuple[str, str], ...] = ()


class Setup(NamedTuple):
    """Where an environment is made, and how. All paths are absolute.

    `python` is the interpreter to make it with. `uv` is the path of uv, empty where it is not installed. `cache` is a
    folder to use instead of the manager's own download cache (a proof must not trust what is in there), empty for the
    manager's own. `exists` says whether there is an environment already.
    """

    root: str
    environment: str
    python: str
    offline: bool = False
    uv: str = ""
    cache: str = ""
    exists: bool = False


class Manager(NamedTuple):
    """One package manager. The functions are pure: they say what to run, and `engine/` runs it.

    `name` is also the stem of its file and what `Service.manager` holds; `title` is how it spells itself. `locks` are
    the lock files it writes. `table` is its table in pyproject.toml. `lock_command` writes the lock, `check_command`
    says whether it is fresh, `install_command` is the one line that a README holds for people without kempt.

    `exact` says whether its install removes what the lock does not hold. Variables that begin with one of `prefixes`
    may change its answer and are kept from it, but for those named in `harmless` (a `*` stands for anything);
    `variables` are always set. `pin` is the dotted key in the manifest that holds the version of the manager itself,
    empty where it has none.
    """

    name: str
    title: str
    program: str
    locks: tuple[str, ...]
    table: str
    lock_command: str
    check_command: str
    install_command: str
    exact: bool
    prefixes: tuple[str, ...]
    harmless: frozenset[str]
    freshness: Callable[[Service, Documents], LockState]
    packages: Callable[[bytes], tuple[LockedPackage, ...]]
    wanted: Callable[[Service, Documents, Target], Wanted | None]
    install: Callable[[Service, Setup], tuple[Command, ...]]
    reinstall: Callable[[Service, Setup, tuple[str, ...]], tuple[Command, ...]]
    remove: Callable[[Service, Setup, tuple[str, ...]], tuple[Command, ...]]
    check: Callable[[Service, Setup], Command | None]
    pin: str = ""
    variables: tuple[tuple[str, str], ...] = ()
