"""git, hardened: it never runs a program that a repository names, never waits for ever, never sees another's variables.

What plain git runs on a hostile checkout was measured: even `git ls-files -z` starts the program in `core.fsmonitor`.
Only commands that start nothing under these options are used here (decision 0002): ls-files, ls-tree, cat-file,
check-ignore, rev-parse, hash-object --no-filters, update-index; and away from any repository diff --no-index.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import NamedTuple, Self

from kempt.errors import ToolError, UsageError
from kempt.host.conversation import Conversation
from kempt.host.env import environ
from kempt.host.gitdir import GitDir, find_git_dir
from kempt.host.run import Completed, Programs, find_program, run
from kempt.host.scratch import Scratch

TIMEOUT_SECONDS = 30.0
OUTPUT_LIMIT = 2 * 1024**3
KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP")


class Journey(NamedTuple):
    """What git gets for a way over the network, beside a protocol.

    `seconds` are all that it may take, `variables` are added to its environment, `before` are the words of a program
    that starts it within bounds, and `among` are the programs that it can be stopped with.
    """

    seconds: float
    variables: Mapping[str, str] = {}
    before: tuple[str, ...] = ()
    among: Programs | None = None


class Git:
    """One repository and the hardened git that reads it. Closing it ends its talks and removes its scratch folder.

    `git_dir` is absolute; `work_tree` is None for a bare repository; `index` is the index file if it is not git's own.
    A `scratch` folder that is given is used as well, and stays: many repositories, one after the other, can share it.
    """

    def __init__(
        self,
        place: GitDir,
        *,
        index: str | None = None,
        timeout: float | None = None,
        scratch: Scratch | None = None,
    ) -> None:
        self.git_dir = place.git_dir
        self.work_tree = place.work_tree
        self.index = index
        self.scratch = scratch or Scratch()
        self._own_scratch = scratch is None
        self._talks: list[Conversation] = []
        self._timeout = timeout or _patience()
        self._program = find_program("git")

    @classmethod
    def open(cls, path: str, *, staged: bool = False, scratch: Scratch | None = None) -> Git:
        """The repository that holds `path`: a work tree, a folder inside one, or a bare git directory.

        With `staged`, an inherited GIT_INDEX_FILE is kept if and only if it lies in this repository's git directory:
        during `git commit -a` and partial commits it names the index that counts.
        Raises KemptError (KPT003) outside any repository and ToolError (KPT004) where git refuses the folder.
        """
        git = cls(find_git_dir(path), scratch=scratch)
        if staged:
            git.index = git._inherited_index()
        if not git._program:
            raise ToolError("git is not on PATH", hint="install git", code="KPT004")
        git._ask_owner(path)
        return git

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is talked to and remove the scratch folder, if it is its own."""
        for talk in self._talks:
            talk.close()
        if self._own_scratch:
            self.scratch.close()

    def inside(self, path: str) -> str:
        """Where a path lies in the work tree, with `/`; "" for the whole of it, or where there is none."""
        if self.work_tree is None:
            return ""
        relative = os.path.relpath(os.path.realpath(path), self.work_tree)
        return "" if relative == os.curdir else relative.replace(os.sep, "/")

    def run(self, *args: str, input: bytes = b"", check: bool = True) -> Completed:
        """Run one git command on this repository.

        Raises ToolError (KPT004) when git is missing, takes too long or, with `check`, ends with a status other than 0.
        """
        return self.run_bare(*self._place(), *args, input=input, check=check)

    def run_bare(
        self, *args: str, input: bytes = b"", check: bool = True, protocol: str = "", journey: Journey | None = None
    ) -> Completed:
        """Run git with the hardened options and environment, but on whatever repository `args` name.

        `protocol` is the one kind of transport that it may use; by default none. `journey` is what it needs on the
        network.
        """
        empty = self.scratch.folder("empty")
        way = journey or Journey(seconds=self._timeout)
        argv = (*way.before, self._program or "git", *_options(empty), *args)
        try:
            done = run(
                argv, env=self._environment(empty) | {"GIT_ALLOW_PROTOCOL": protocol, **way.variables},
                cwd=self.work_tree or self.scratch.path, input=input, timeout=way.seconds, limit=OUTPUT_LIMIT,
                among=way.among,
            )  # fmt: skip
        except ToolError as error:
            raise failure(error) from error
        if check and done.status != 0:
            raise ToolError(f"git failed: {_last_line(done.err)}", argv=argv, status=done.status, code="KPT004")
        return done

    def converse(self, *args: str) -> Conversation:
        """Start one git command on this repository that answers again and again; it ends with this object.

        Its errors go through `failure`.
        """
        return self.converse_bare(*self._place(), *args)

    def converse_bare(self, *args: str, protocol: str = "", journey: Journey | None = None) -> Conversation:
        """The same on whatever repository `args` name, and on the network as `run_bare` does it."""
        empty = self.scratch.folder("empty")
        way = journey or Journey(seconds=self._timeout)
        argv = (*way.before, self._program or "git", *_options(empty), *args)
        env = self._environment(empty) | {"GIT_ALLOW_PROTOCOL": protocol, **way.variables}
        try:
            talk = Conversation(argv, env=env, cwd=self.scratch.path, timeout=way.seconds, limit=OUTPUT_LIMIT)
        except ToolError as error:
            raise failure(error) from error
        self._talks = [*(each for each in self._talks if each.is_open), talk]
        return talk

    def _place(self) -> tuple[str, ...]:
        work_tree = () if self.work_tree is None else ("--work-tree=" + self.work_tree,)
        return ("--git-dir=" + self.git_dir, *work_tree)

    def _environment(self, empty: str) -> dict[str, str]:
        env = {name: environ()[name] for name in KEPT_VARIABLES if name in environ()}
        env |= {
            "HOME": empty, "XDG_CONFIG_HOME": empty, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.path.join(empty, "gitconfig"), "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }  # fmt: skip
        if self.index is not None:
            env["GIT_INDEX_FILE"] = self.index
        return env

    def _inherited_index(self) -> str | None:
        named = environ().get("GIT_INDEX_FILE")
        if not named or self.work_tree is None:
            return None
        path = os.path.realpath(os.path.join(self.work_tree, named))
        inside = os.path.dirname(path) == os.path.realpath(self.git_dir)
        return path if inside and os.path.isfile(path) and os.path.basename(path) != "index" else None

    def _ask_owner(self, path: str) -> None:
        """Leave the judgement of a folder of another owner to git and the user's own safe.directory.

        An explicit --git-dir would silently skip that judgement. Only here does git see the user's configuration,
        and only for `rev-parse`, which runs nothing.
        """
        if not hasattr(os, "geteuid") or all(
            os.stat(each).st_uid == os.geteuid() for each in (self.git_dir, self.work_tree) if each
        ):
            return
        empty = self.scratch.folder("empty")
        env = self._environment(empty)
        env |= {name: environ()[name] for name in ("HOME", "XDG_CONFIG_HOME", "SUDO_UID") if name in environ()}
        for name in ("GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL"):
            del env[name]
        argv = (self._program or "git", *_options(empty, bare="all"), "rev-parse", "--git-dir")
        done = run(
            argv, env=env, cwd=self.work_tree or self.git_dir, timeout=self._timeout, limit=OUTPUT_LIMIT
        )  # fmt: skip
        if done.status != 0:
            raise ToolError(
                f"git refuses {path}: {_first_line(done.err)}", argv=argv, status=done.status, code="KPT004",
                hint=f"if you trust it: git config --global --add safe.directory {self.work_tree or self.git_dir}",
            )  # fmt: skip


TIMEOUT_HINT = "set KEMPT_GIT_TIMEOUT to more seconds if the repository is that large"


def failure(error: ToolError) -> ToolError:
    """The same error as one of git, with what to do where it took too long."""
    hint = TIMEOUT_HINT if error.status is None else ""
    return ToolError(error.message, argv=error.argv, status=error.status, hint=hint, code="KPT004")


def _patience() -> float:
    """Seconds to wait for git."""
    wanted = environ().get("KEMPT_GIT_TIMEOUT")
    try:
        seconds = float(wanted) if wanted else TIMEOUT_SECONDS
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"KEMPT_GIT_TIMEOUT is no number of seconds: {wanted}")
    return seconds


def _options(empty: str, bare: str = "explicit") -> Iterable[str]:
    settings = (
        "core.fsmonitor=false", f"core.hooksPath={empty}", "core.pager=cat", "core.untrackedCache=false",
        f"safe.bareRepository={bare}", "core.excludesFile=", "core.attributesFile=", "core.sshCommand=",
        "credential.helper=", "gc.auto=0", "maintenance.auto=false",
    )  # fmt: skip
    return ("--no-pager", *(word for setting in settings for word in ("-c", setting)))


def _first_line(err: bytes) -> str:
    return next(iter(_lines(err)), "no reason given")


def _last_line(err: bytes) -> str:
    fatal = [line for line in _lines(err) if line.startswith(("fatal: ", "error: "))]
    return (fatal or _lines(err) or ["no reason given"])[0]


def _lines(err: bytes) -> list[str]:
    return [line for line in err.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
