"""Real git repositories for tests: fixed author and date, and nothing of this machine's configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

NOBODYS = (  # variables that would steer git, kempt and the package managers from outside
    *("GIT_", "KEMPT_", "XDG_", "VIRTUAL_ENV", "CONDA_", "PYENV_"),
    *("UV_", "PIP_", "POETRY_", "PDM_", "PIPENV_", "PIPFILE", "WORKON_HOME"),
)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment for a program under test: an empty home, and no variable of `NOBODYS`."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "gitconfig"
    config.touch()
    return {name: value for name, value in os.environ.items() if not name.startswith(NOBODYS)} | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_SYSTEM": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+00:00",
        "LC_ALL": "C",
        "TZ": "UTC",
        **more,
    }


class Repository:
    """A git repository in a temporary folder."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.env = environment(home)

    def git(self, *args: str, input: bytes = b"", **more: str) -> str:
        """What git prints; CalledProcessError when it fails. `more` is added to the environment."""
        done = subprocess.run(
            ["git", *args], cwd=self.root, env=self.env | more, input=input, check=True, capture_output=True
        )
        return os.fsdecode(done.stdout)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, with their folders."""
        write_files(self.root, files)

    def stage(self, paths: Iterable[str] = (".",)) -> None:
        """Add paths to the index, ignored ones too."""
        self.git("add", "--force", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", input=_joined(paths))

    def commit(self, message: str = "work") -> str:
        """Commit what is staged, and return the commit's object id."""
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", f"--message={message}")
        return self.git("rev-parse", "HEAD").strip()

    def tracked(self) -> list[str]:
        """The paths in the index."""
        return self.git("ls-files", "-z").split("\0")[:-1]


def write_files(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder, with their folders. A name may hold any bytes but NUL (surrogateescape)."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))


def make_repository(
    root: Path, home: Path, files: Mapping[str, str | bytes], *, commit: bool = True, options: Iterable[str] = ()
) -> Repository:
    """A repository that tracks `files`, ignored or not; `options` go to `git init`."""
    root.mkdir(parents=True, exist_ok=True)
    repository = Repository(root, home)
    repository.git("init", "--quiet", "--initial-branch=main", *options)
    repository.write(files)
    if files:
        repository.stage()
    if commit:
        repository.commit()
    return repository


def _joined(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
