"""Dockerfiles of real repositories, out of git directories without a work tree."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(
    r"(?:.*/)?(?:(?:dockerfile|containerfile)(?:[.-][^/]+)?|[^/]+\.(?:dockerfile|containerfile))", re.IGNORECASE
)
_OTHER = re.compile(
    r"\.(?:dockerignore|go|py|js|ts|md|rst|sh|json|ya?ml|toml|lock|j2|jinja2?|tmpl|tpl|template)$", re.IGNORECASE
)


def git_dirs(folder: Path) -> Iterator[tuple[str, Path]]:
    """The repositories below a folder, `owner+name` each, by name: with `owner/name`."""
    for each in sorted(folder.iterdir()):
        place = each / "repo" if (each / "repo").is_dir() else each
        place = place / ".git" if (place / ".git").is_dir() else place
        if (place / "HEAD").is_file():
            yield each.name.replace("+", "/"), place


def dockerfiles(git_dir: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of each Dockerfile at HEAD, test data too; templates of Dockerfiles are none."""
    listed = _git(git_dir, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode("utf-8", "surrogateescape")
    for path in listed.split("\0"):
        if _NAME.fullmatch(path) and not _OTHER.search(path):
            content = _git(git_dir, "cat-file", "blob", f"HEAD:{path}")
            if content:  # a partial clone may lack it
                yield path, content


def _git(git_dir: Path, *args: str) -> bytes:
    argv = ("git", "-c", "safe.directory=*", f"--git-dir={git_dir}", *args)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(argv, capture_output=True, check=False, env=variables | {"GIT_NO_LAZY_FETCH": "1"}).stdout
