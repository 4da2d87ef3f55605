"""Asking git whether `git add .` would take a path, where only the ignore files we hand over count.

The question is put in a scratch repository that holds nothing but those files. So the answer is that of a fresh clone:
`.git/info/exclude`, a user's own excludes and untracked ignore files change nothing, and a FIFO called .gitignore in
the checkout cannot make git wait.

One git answers for many repositories: each has a folder of its own in the scratch work tree, above which there is no
ignore file, for as long as it is asked about (decision 0031).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from kempt.errors import ToolError
from kempt.host.conversation import CAN_CONVERSE, Conversation
from kempt.host.git import Git, failure
from kempt.host.gitdir import GitDir
from kempt.host.trees import is_plain
from kempt.model.tree import Verdict

NOT_MATCHED = 1
PLACE = "ignores"
FIELDS = 4
"""What is said of a path: the ignore file, the line, the pattern, the path."""
MOST_KEPT = 20_000
"""Verdicts that are remembered at most: about 10 MB."""
LONGEST_KEPT = 256
"""Characters of a path or a pattern that is remembered; no more ignore files than 16 speak of it."""
MOST_FILES = 16

Key = tuple[str, bool, tuple[tuple[str, bytes], ...]]
"""All that a verdict depends on: the path, whether it is a folder, and the ignore files of the folders above it."""


class Verdicts:
    """Verdicts by all that they depend on, so that what many repositories have in common is asked once."""

    def __init__(self) -> None:
        self._kept: dict[Key, Verdict | None] = {}

    def known(self, keys: Mapping[str, Key]) -> dict[str, Verdict | None]:
        """What is remembered of these paths; None of one that no pattern matches."""
        return {path: self._kept[key] for path, key in keys.items() if key in self._kept}

    def keep(self, keys: Mapping[str, Key], verdicts: Mapping[str, Verdict]) -> None:
        """Remember the verdicts on these paths; a path without one is matched by no pattern."""
        if len(self._kept) + len(keys) > MOST_KEPT:
            self._kept.clear()
        for path, key in keys.items():
            verdict = verdicts.get(path)
            said = len(verdict.pattern) if verdict is not None else 0
            if max(len(path), said) <= LONGEST_KEPT and len(key[2]) <= MOST_FILES and len(self._kept) < MOST_KEPT:
                self._kept[key] = verdict


class ScratchIgnores:
    """Git's own ignore rules, applied to ignore files that are held in memory. It ends with `git`."""

    def __init__(self, git: Git, verdicts: Verdicts | None = None) -> None:
        """`git` need not be the repository's that is asked about. What `verdicts` remember is not asked again."""
        self._git = git
        self._verdicts = verdicts
        self._rounds = 0
        self._talk: Conversation | None = None

    def ask(self, files: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, Verdict]:
        """The verdict on each path that some pattern of these files matches, in one call of git.

        Raises ToolError (KPT004) when git fails: "could not ask" must never read as "not ignored".
        """
        asked = sorted({path for path in paths if is_plain(path)}, key=os.fsencode)
        if not asked or not files:
            return {}
        folders = {folder for path in asked for folder in _above(path)}
        laid = {path: files[path] for path in files if is_plain(path) and path.rpartition("/")[0] in folders}
        if not laid:
            return {}
        if self._verdicts is None:
            return self._answers(laid, asked)
        keys = _keys(laid, asked)
        known = self._verdicts.known(keys)
        new = {path: key for path, key in keys.items() if path not in known}
        if new:
            answers = self._answers(laid, tuple(new))
            self._verdicts.keep(new, answers)
            known |= answers
        return {path: verdict for path in asked if (verdict := known.get(path)) is not None}

    def _answers(self, files: Mapping[str, bytes], paths: Sequence[str]) -> dict[str, Verdict]:
        """What git says, in a folder that is there for this question only."""
        self._rounds += 1
        folder = f"{PLACE}/{self._rounds}"
        scratch = self._git.scratch
        prefix = f"./{self._rounds}/"  # "./": no pathspec magic
        asked = b"".join(os.fsencode(prefix + path) + b"\0" for path in paths)
        try:
            for path, content in files.items():
                scratch.file(f"{folder}/{path}", content)
            fields = self._said(asked, FIELDS * len(paths))
        except ToolError as error:
            raise failure(error) from error
        except OSError as error:  # two names that exclude each other, or too long a one
            raise ToolError(f"cannot lay out the ignore files: {error.strerror}", code="KPT004") from error
        finally:
            scratch.discard(folder)
        return _verdicts(fields, prefix)

    def _said(self, asked: bytes, count: int) -> Sequence[bytes]:
        """The fields of git's answer."""
        if not CAN_CONVERSE:
            return self._once(asked)
        if self._talk is None or not self._talk.is_open:
            self._talk = self._git.converse_bare(*self._words())
        talk = self._talk
        return talk.ask(asked, lambda: [talk.until(b"\0") for _ in range(count)])

    def _once(self, asked: bytes) -> Sequence[bytes]:
        done = self._git.run_bare(*self._words(), input=asked, check=False)
        if done.status not in {0, NOT_MATCHED}:
            reason = done.err.decode("utf-8", "backslashreplace").strip()
            raise ToolError(f"git check-ignore failed: {reason}", status=done.status)
        return done.out.split(b"\0")[:-1]

    def _words(self) -> Sequence[str]:
        """The scratch repository, made on first use, and the question."""
        scratch = self._git.scratch
        git_dir, tree = scratch.folder(f"{PLACE}.git"), scratch.folder(PLACE)
        for name in ("objects", "refs"):
            scratch.folder(f"{PLACE}.git/{name}")
        scratch.file(f"{PLACE}.git/HEAD", b"ref: refs/heads/main\n")
        return (
            f"--git-dir={git_dir}", f"--work-tree={tree}", "-C", tree,
            "check-ignore", "-z", "--stdin", "--verbose", "--non-matching", "--no-index",
        )  # fmt: skip


class SharedIgnores(ScratchIgnores):
    """Ignore rules for many repositories, one after the other: one git and one memory, as long as a worker lives.

    For a `with` block, or `close` it. Its `scratch` folder can serve the repositories as well:
    `Git.open(path, scratch=shared.scratch)`.
    """

    def __init__(self) -> None:
        self._own = Git(GitDir("", None))
        self.scratch = self._own.scratch
        super().__init__(self._own, Verdicts())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End git, and remove its scratch folder."""
        self._own.close()


def _above(path: str) -> Iterable[str]:
    """The folders above a path, "" at the top: only their ignore files can say anything about it."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _keys(files: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, Key]:
    """What the verdict on each path depends on. A folder that holds one of the ignore files is seen to be one."""
    from hashlib import sha256

    by_folder: dict[str, list[tuple[str, bytes]]] = {}
    for path, content in sorted(files.items()):
        by_folder.setdefault(path.rpartition("/")[0], []).append((path, sha256(content).digest()))
    made = {folder for path in files for folder in _above(path)}
    chains = {
        folder: tuple(file for above in (*_above(folder), folder) for file in by_folder.get(above, ()))
        for folder in {path.rpartition("/")[0] for path in paths}
    }
    return {path: (path, path in made, chains[path.rpartition("/")[0]]) for path in paths}


def _verdicts(fields: Sequence[bytes], prefix: str) -> dict[str, Verdict]:
    found = {}
    for source, line, pattern, path in zip(*[iter(fields)] * FIELDS, strict=True):
        if source:
            text = pattern.decode("utf-8", "surrogateescape")
            at = PurePosixPath(os.fsdecode(source)).relative_to(PurePosixPath(prefix))
            found[os.fsdecode(path).removeprefix(prefix)] = Verdict(not text.startswith("!"), at, int(line or 0), text)
    return found
