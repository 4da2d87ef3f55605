"""Finding a repository's git directory without asking git: nothing of a repository is obeyed before it is known."""

import os
import stat
from typing import NamedTuple

from kempt.errors import KemptError, ToolError, UnreadableError, UnsafeError
from kempt.host.reading import read_regular

POINTER_LIMIT = 64 * 1024
CONFIG_LIMIT = 4 * 1024**2


class GitDir(NamedTuple):
    """A git directory and its work tree (None where it is bare), both absolute."""

    git_dir: str
    work_tree: str | None


def find_git_dir(path: str) -> GitDir:
    """The repository that `path` lies in, or is.

    Raises KemptError (KPT003) when there is none, UnsafeError when a `.git` file points to where no linked work tree
    or submodule of this folder would be, and ToolError (KPT004) when git would hang on its configuration.
    """
    start = os.path.realpath(path)
    if not os.path.lexists(start):
        raise KemptError(f"no such file or folder: {path}")
    for folder in _upwards(start):
        found = _work_tree_at(folder)
        if found is None and is_bare(folder):
            found = GitDir(folder, None)
        if found is not None:
            _refuse_hanging_files(found.git_dir)
            return found
    raise KemptError(
        f"not a git repository: {path}", code="KPT003",
        hint="kempt check --no-git takes every file of the folder as tracked (a source archive)",
    )  # fmt: skip


def is_bare(folder: str) -> bool:
    """Whether the folder itself is a git directory."""
    return all(os.path.lexists(os.path.join(folder, name)) for name in ("HEAD", "objects", "refs"))


def _upwards(path: str) -> list[str]:
    found = [path]
    while (parent := os.path.dirname(path)) != path:
        found.append(path := parent)
    return found


def _work_tree_at(folder: str) -> GitDir | None:
    dot_git = os.path.join(folder, ".git")
    try:
        mode = os.lstat(dot_git).st_mode
    except OSError:
        return None
    if stat.S_ISLNK(mode):
        target = os.path.realpath(dot_git)
        if not is_bare(target):
            return None
        return GitDir(_trusted_pointer(folder, dot_git, target), folder)
    if stat.S_ISDIR(mode):
        return GitDir(dot_git, folder) if os.path.lexists(os.path.join(dot_git, "HEAD")) else None
    return GitDir(_trusted_pointer(folder, dot_git, _pointed(folder, dot_git)), folder)


def _pointed(folder: str, dot_git: str) -> str:
    text = read_regular(dot_git, POINTER_LIMIT).strip()
    if not text.startswith(b"gitdir: "):
        raise ToolError(f"{dot_git} is neither a git directory nor a pointer to one", code="KPT004")
    return os.path.realpath(os.path.join(folder, os.fsdecode(text[len(b"gitdir: ") :])))


def _trusted_pointer(folder: str, dot_git: str, git_dir: str) -> str:
    """The git directory, if it is that of a linked work tree or of a submodule of the same root."""
    try:
        back = os.fsdecode(read_regular(os.path.join(git_dir, "gitdir"), POINTER_LIMIT).strip())
    except UnreadableError:
        back = ""
    if back and os.path.realpath(os.path.join(git_dir, back)) == os.path.realpath(dot_git):
        return git_dir
    if any(git_dir.startswith(os.path.join(parent, ".git", "modules") + os.sep) for parent in _upwards(folder)[1:]):
        return git_dir
    raise UnsafeError(
        f"{dot_git} points to {git_dir}, which is neither a linked work tree nor a submodule of this folder",
        hint=f"if you trust it: kempt check {git_dir} --rev HEAD",
    )


def _refuse_hanging_files(git_dir: str) -> None:
    """git would wait for ever on a FIFO in these places, whatever options it is given."""
    for name in ("config", "config.worktree", "HEAD", "index", os.path.join("info", "exclude")):
        path = os.path.join(git_dir, name)
        try:
            mode = os.stat(path).st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            raise ToolError(f"{path} is not a regular file, git would hang on it", code="KPT004")
