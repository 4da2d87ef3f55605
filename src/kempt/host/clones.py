"""Fresh clones of a commit, as a colleague would get them: what is not committed is not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from kempt.host.env import environ
from kempt.host.folders import make_link
from kempt.host.git import Git
from kempt.host.scratch import Scratch


def head_commit(git: Git) -> str:
    """The commit that HEAD is at, empty where there is none yet."""
    done = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False)
    return done.out.decode("ascii", "replace").strip() if done.status == 0 else ""


def committed(git: Git, commit: str, path: str) -> bytes | None:
    """The content of a file in a commit; None where it has none."""
    done = git.run("cat-file", "blob", f"{commit}:{path}", check=False)
    return done.out if done.status == 0 else None


def clone(git: Git, commit: str, folder: str) -> None:
    """Clone the repository into a folder that is empty, with its tags, and check this commit out.

    Nothing is shared with the repository, no hook runs, and filters (large files) are not applied: the clone has no
    configuration but git's own. Raises ToolError (KPT004) when git fails.
    """
    source = git.work_tree or git.git_dir
    words = ("clone", "--quiet", "--no-hardlinks", "--no-checkout", "--template=", "--", source, folder)
    git.run_bare(*words, protocol="file")
    git.run_bare("-C", folder, "checkout", "--quiet", "--detach", commit, "--")


class Clones:
    """A private folder for clones and all that is installed in them; it is removed whole."""

    def __init__(self) -> None:
        self._scratch = Scratch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        path = os.path.realpath(self._scratch.path)
        for name in os.listdir(path):
            shutil.rmtree(os.path.join(path, name), onerror=_made_writable)
        self._scratch.close()

    def folder(self, *parts: str) -> str:
        """A folder inside, by its real path; made with its parents."""
        path = os.path.realpath(self._scratch.path)
        for part in "/".join(parts).split("/"):
            path = os.path.join(path, part)
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
        return path

    def lend(self, home: str, names: Iterable[str]) -> None:
        """Let a home folder inside have these files of the user's: credentials, which change no answer."""
        own = environ().get("HOME", "")
        for name in names:
            path = os.path.join(own, name)
            if own and os.path.isfile(path) and not os.path.lexists(os.path.join(home, name)):
                make_link(os.path.join(home, name), path)

    @contextmanager
    def umask(self, mask: int) -> Iterator[None]:
        """What programs started meanwhile take away from the modes of the files they make."""
        before = os.umask(mask)
        try:
            yield
        finally:
            os.umask(before)


def _made_writable(remove: Callable[[str], object], path: str, _error: object) -> None:
    """Some managers write-protect the folders that they unpack to; only in one that can be written to, files go."""
    with suppress(OSError):
        os.chmod(os.path.dirname(path), 0o700)
        remove(path)
