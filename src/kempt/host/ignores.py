"""Asking git whether `git add .` would take a path, where only the ignore files we hand over count.

The question is put in a scratch repository that holds nothing but those files. So the answer is that of a fresh clone:
`.git/info/exclude`, a user's own excludes and untracked ignore files change nothing, and a FIFO called .gitignore in
the checkout cannot make git wait.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from kempt.errors import ToolError
from kempt.host.git import Git
from kempt.host.trees import is_plain
from kempt.model.tree import Verdict

NOT_MATCHED = 1


class ScratchIgnores:
    """Git's own ignore rules, applied to ignore files that are held in memory."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._rounds = 0

    def ask(self, files: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, Verdict]:
        """The verdict on each path that some pattern of these files matches, in one call of git.

        Raises ToolError (KPT004) when git fails: "could not ask" must never read as "not ignored".
        """
        asked = sorted({b"./" + os.fsencode(path) for path in paths if is_plain(path)})  # "./": no pathspec magic
        if not asked or not files:
            return {}
        self._rounds += 1
        tree = f"ignores-{self._rounds}"
        scratch = self._git.scratch
        git_dir = scratch.folder(f"{tree}.git")
        for name in ("objects", "refs"):
            scratch.folder(f"{tree}.git/{name}")
        scratch.file(f"{tree}.git/HEAD", b"ref: refs/heads/main\n")
        folders = {folder for path in asked for folder in _above(path)}
        for path, content in files.items():
            if is_plain(path) and os.fsencode(f"./{path}").rpartition(b"/")[0] in folders:
                scratch.file(f"{tree}/{path}", content)
        done = self._git.run_bare(
            f"--git-dir={git_dir}", f"--work-tree={scratch.folder(tree)}", "-C", scratch.folder(tree),
            "check-ignore", "-z", "--stdin", "--verbose", "--no-index", input=b"\0".join(asked) + b"\0", check=False,
        )  # fmt: skip
        if done.status not in {0, NOT_MATCHED}:
            reason = done.err.decode("utf-8", "backslashreplace").strip()
            raise ToolError(f"git check-ignore failed: {reason}", status=done.status, code="KPT004")
        return dict(_verdicts(done.out.split(b"\0")[:-1]))


def _above(path: bytes) -> Iterable[bytes]:
    """The folders above a path: only their ignore files can say anything about it."""
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        yield path


def _verdicts(fields: list[bytes]) -> Iterable[tuple[str, Verdict]]:
    for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=True):
        text = pattern.decode("utf-8", "surrogateescape")
        ignored = not text.startswith("!")
        yield os.fsdecode(path[2:]), Verdict(ignored, PurePosixPath(os.fsdecode(source)), int(line or 0), text)
