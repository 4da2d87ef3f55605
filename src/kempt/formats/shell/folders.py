"""Where a command runs: what `cd`, `pushd` and `popd` before it come to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kempt.formats.shell.data import Word

CHECKOUT = "/<checkout>"
"""Stands for the folder that a repository was checked out to, which is not where every script starts."""
_CHECKOUTS = re.compile(
    r"(?:\$\{?(?:CODEBUILD_SRC_DIR|CI_PROJECT_DIR|GITHUB_WORKSPACE|BITBUCKET_CLONE_DIR|CIRCLE_WORKING_DIRECTORY)\}?"
    r"|\$\{\{ *github\.workspace *\}\}|\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\))(?=/|$)"
)
"""How the providers call it."""
_MOST = 64  # folders that are remembered
_LONGEST = 4096  # characters of a path


class Folder:
    """Where a shell stands: "" is where the script starts, None is not known. A subshell gets a copy."""

    __slots__ = ("here", "stack")

    def __init__(self, here: str | None = "", stack: tuple[str | None, ...] = ()) -> None:
        self.here = here
        self.stack = stack

    def copy(self) -> Folder:
        """One that moves on its own."""
        return Folder(self.here, self.stack)

    def settle(self, places: Sequence[str | None]) -> None:
        """It is one of these places, and who knows which: it stays known only where all are the same."""
        self.here = places[0] if len(set(places)) == 1 else None

    def follow(self, words: Sequence[Word]) -> None:
        """Do what a command does to the folder; most do nothing."""
        name = words[0].text
        if name == "popd":
            self.here, self.stack = (self.stack[-1], self.stack[:-1]) if self.stack else (None, ())
        elif name in {"cd", "pushd", "chdir"}:
            if name == "pushd":
                self.stack = (*self.stack[-_MOST:], self.here)
            targets = [word for word in words[1:] if not word.text.startswith("-") or word.text == "-"]
            self.here = joined(self.here, targets[0]) if len(targets) == 1 else None


def joined(here: str | None, target: Word) -> str | None:
    """The folder that `cd target` leads to."""
    text = _CHECKOUTS.sub(CHECKOUT, target.text, count=1)
    is_plain = target.literal or (text != target.text and text.startswith(CHECKOUT) and "$" not in text)
    if not is_plain or not text or text[0] in "-~+" or any(sign in text for sign in "*?[{"):
        return None
    if here is None and not text.startswith("/"):
        return None
    absolute = "/" if text.startswith("/") or (here or "").startswith("/") else ""
    parts: list[str] = []
    for part in f"{'' if text.startswith('/') else here}/{text}".split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            parts.append(part)
        elif parts and parts[-1] != "..":
            parts.pop()
        elif not absolute:
            parts.append("..")
    path = absolute + "/".join(parts)
    return path if len(path) <= _LONGEST else None
