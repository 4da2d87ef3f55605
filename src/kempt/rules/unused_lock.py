"""KPT307 unused-lock: CI or an image installs packages, and nothing installs them from the lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

INSTALL = rb"(?<![\w/.-])(?:pip3?|pipenv|poetry|pdm|uv|conda|mamba|micromamba)[ \t]+(?:pip[ \t]+)?(?:install|sync)\b"
INSTALL_WORDS = (b"install", b"sync")
COMMENT = re.compile(rb"^[ \t]*#.*", re.MULTILINE)
INDIRECT = (
    rb"(?i)(?<![\w-])(?:kempt|tox|nox|hatch|invoke)(?![\w-])|uses:[ \t]*['\"]?(?:\./|[^\s@]+/\.github/workflows/)"
)
"""Who installs on somebody's behalf, from what, is not said in the file that calls it."""
UNREAD_FOLDERS = (".github/actions", "scripts", "bin", "ci", ".ci", "docker", ".devcontainer", ".buildkite")
UNREAD_NAMES = (
    "Dockerfile", "Makefile", "justfile", "Taskfile.yml", "tasks.py", "Procfile", "Jenkinsfile", "render.yaml",
    "netlify.toml", "vercel.json", "app.yaml", "heroku.yml", "nixpacks.toml", ".readthedocs.yaml", ".readthedocs.yml",
    ".travis.yml", "appveyor.yml", "flake.nix", "mise.toml",
)  # fmt: skip
UNREAD_ENDINGS = (".sh", ".mk", ".dockerfile", ".ps1", ".nix")
"""What may install as well, and is not read: where one of these is tracked, nothing is said."""


def check(repo: Repo) -> Iterator[Finding]:
    """Only where all that could install has been read, and some of it does install, by other means."""
    locked = [(each, each.lock) for each in locking.own_services(repo) if each.application and each.lock is not None]
    locked = [(service, lock) for service, lock in locked if lock.name in catalog.LOCKS]
    if not locked:
        return
    texts = {path: COMMENT.sub(b"", content) for path, content in locking.scripts(repo)}
    installs = next((each for each in texts.items() if _is_decisive(each[0]) and _install(each[1])), None)
    if installs is None or any(re.search(INDIRECT, text) for text in texts.values()) or _is_unread(repo):
        return
    path, content = installs
    match = _install(content)
    line = content.count(b"\n", 0, match.start() if match else 0) + 1
    for service, lock in locked:
        words = re.compile(rb"(?<!\w)(?:%sx?|%s)(?!\w)" % (service.manager.encode(), re.escape(lock.name.encode())))
        if not any(map(words.search, texts.values())):
            yield RULE.finding(
                Location(PurePosixPath(path), line), f"packages are installed here, and `{lock}` is used nowhere",
                about=lock, help=f"{_command(service)} installs what the lock says; or git rm {locking.quoted(lock)}",
                service=service.root,
            )  # fmt: skip


def _install(text: bytes) -> re.Match[bytes] | None:
    """The first command that installs packages."""
    return re.search(INSTALL, text) if any(word in text for word in INSTALL_WORDS) else None


def _is_decisive(path: str) -> bool:
    """Whether a script is one of CI's or an image's: what a Makefile can install, nobody may ever ask of it."""
    return path.endswith((".yml", ".yaml", "Dockerfile")) and path != ".pre-commit-config.yaml"


def _is_unread(repo: Repo) -> bool:
    """Whether something is tracked that may install from the lock and that was not read."""
    listing, read = repo.tree.listing, repo.documents.paths
    if any(map(listing.has_folder, UNREAD_FOLDERS)) or any(next(listing.ending(each), None) for each in UNREAD_ENDINGS):
        return True
    return any(path not in read for name in UNREAD_NAMES for path in listing.named(name))


def _command(service: Service) -> str:
    manager = locking.known(service)
    return locking.in_folder(service, manager.install_command if manager else "kempt sync")


RULE = Rule(
    "KPT307", "unused-lock", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="packages are installed in CI or in an image, and nothing installs them from the lock file",
    help="install from the lock file there, or git rm it",
)  # fmt: skip
